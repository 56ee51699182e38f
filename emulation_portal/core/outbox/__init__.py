"""Outgoing mail: written as rows by actions, rendered and sent later, each message once."""

from emulation_portal.core.outbox.actions import (
    MessageDraft,
    discard_held,
    queue_message,
    queue_messages,
    release_held,
    retry,
)
from emulation_portal.core.outbox.delivery import DeliveryCount, deliver_due
from emulation_portal.core.outbox.kinds import Rendered, register_kind
from emulation_portal.core.outbox.rendering import render_templates
from emulation_portal.core.outbox.states import MessageState, Reason

__all__ = [
    "DeliveryCount",
    "MessageDraft",
    "MessageState",
    "Reason",
    "Rendered",
    "deliver_due",
    "discard_held",
    "queue_message",
    "queue_messages",
    "register_kind",
    "release_held",
    "render_templates",
    "retry",
]
