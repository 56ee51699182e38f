"""Reads for the outgoing mail page."""

from emulation_portal.core.outbox.models import Message, MessageQuerySet


def message_list(*, state: str = "", kind: str = "", text: str = "") -> MessageQuerySet:
    """Messages, the newest first, with their recipients and without their texts."""
    messages = Message.objects.select_related("recipient").defer("body", "context")
    if state:
        messages = messages.filter(state=state)
    if kind:
        messages = messages.filter(kind=kind)
    if text:
        messages = messages.matching(text)
    return messages.order_by("-created_at", "-pk")
