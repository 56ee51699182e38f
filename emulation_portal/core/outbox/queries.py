"""Reads for the outgoing mail page."""

from typing import Any

from emulation_portal.core.outbox.models import Message, MessageQuerySet
from emulation_portal.core.outbox.rules import readable_by


def messages_for(mandate: Any) -> MessageQuerySet:
    """The messages `mandate` may read, with their recipients."""
    return Message.objects.filter(readable_by(mandate)).select_related("recipient")


def message_list(
    mandate: Any, *, state: str = "", kind: str = "", text: str = ""
) -> MessageQuerySet:
    """Messages `mandate` may read, the newest first, without their texts."""
    messages = messages_for(mandate).defer("body", "context")
    if state:
        messages = messages.filter(state=state)
    if kind:
        messages = messages.filter(kind=kind)
    if text:
        messages = messages.matching(text)
    return messages.order_by("-created_at", "-pk")
