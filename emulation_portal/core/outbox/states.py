"""The states of a message and the moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MessageState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("message state", "Waiting")
    HELD = "held", pgettext_lazy("message state", "Held back")
    SENDING = "sending", pgettext_lazy("message state", "Being sent")
    SENT = "sent", pgettext_lazy("message state", "Sent")
    FAILED = "failed", pgettext_lazy("message state", "Failed")
    SUPPRESSED = "suppressed", pgettext_lazy("message state", "Not sent")


# SENDING → QUEUED: tried again later, or taken back from a worker that died.
MESSAGE_TRANSITIONS: dict[str, frozenset[str]] = {
    MessageState.HELD: frozenset({MessageState.QUEUED, MessageState.SUPPRESSED}),
    MessageState.QUEUED: frozenset({MessageState.SENDING}),
    MessageState.SENDING: frozenset(
        {MessageState.SENT, MessageState.QUEUED, MessageState.FAILED, MessageState.SUPPRESSED}
    ),
    MessageState.SENT: frozenset(),
    MessageState.FAILED: frozenset({MessageState.QUEUED}),
    MessageState.SUPPRESSED: frozenset(),
}


class Reason(models.TextChoices):
    """Why a message was not sent, or not yet."""

    NONE = "", pgettext_lazy("message reason", "None")
    NOT_OWED = "not_owed", _("What it asks for was done before it was sent.")
    INACTIVE = "inactive", _("The recipient may no longer sign in.")
    NO_ADDRESS = "no_address", _("The recipient has no email address.")
    DISCARDED = "discarded", _("The department decided not to send it.")
    REFUSED = "refused", _("The mail server refused it for good.")
    POSTPONED = "postponed", _("The mail server could not take it yet; it will be tried again.")
    GAVE_UP = "gave_up", _("The mail server did not take it after many tries.")
    UNWRITABLE = "unwritable", _("Its text could not be written; the technicians have been told.")
    UNKNOWN_KIND = "unknown_kind", _("This version of the portal does not know this kind of mail.")


# How the page shows them; the words of core.templatetags.portal.state_badge.
TONES: dict[str, str] = {
    MessageState.QUEUED: "info",
    MessageState.HELD: "warning",
    MessageState.SENDING: "progress",
    MessageState.SENT: "success",
    MessageState.FAILED: "danger",
    MessageState.SUPPRESSED: "neutral",
}
