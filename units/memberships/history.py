"""What was done about a person, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from emulation_portal.core.audit.models import AuditEntry

_WORDS: dict[str, Any] = {
    "person.registered": _("Account opened"),
    "person.corrected": _("Details corrected"),
    "person.invited": _("Invited"),
    "person.password_chosen": _("Password chosen"),
    "person.password_reset_requested": _("Password reset asked for"),
    "person.language_chosen": _("Language chosen"),
    "person.deactivated": _("Account deactivated"),
    "person.reactivated": _("Account reactivated"),
    "mandate.granted": _("Mandate given"),
    "mandate.ended": _("End of mandate recorded"),
}


@dataclass(frozen=True)
class HistoryLine:
    """One entry of the trail: when, what, by whom (empty for the portal itself)."""

    at: datetime
    what: str
    who: str


def lines_of(entries: Iterable[AuditEntry]) -> list[HistoryLine]:
    """Return the entries as readable lines; an action without words keeps its name."""
    return [
        HistoryLine(
            entry.at,
            str(_WORDS.get(entry.action, entry.action)),
            str(entry.actor) if entry.actor else "",
        )
        for entry in entries
    ]
