"""The audit trail of a plan in words: what was done, by whom, under which mandate, when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models import Plan
from campaigns.plans.states import PlanState
from emulation_portal.core.audit import entries_of
from emulation_portal.core.models import AuditEntry
from units.models import Mandate

ACTION_WORDS: dict[str, Promise] = {
    "plan.started": _("Began the plan"),
    "plan.registered_from_paper": _("Registered the plan issued on paper"),
    "plan.section_saved": _("Saved a part"),
    "plan.import_uploaded": _("Chose a document to bring text in from"),
    "plan.brought_in": _("Brought in text of another source"),
    "plan.issue_recorded": _("Recorded how the plan was issued"),
    "plan.issued": _("Recorded that the accepted plan was issued"),
    "plan.paper_attached": _("Attached a file"),
    "plan.paper_detached": _("Took a file off"),
    "plan.paper_corrected": _("Corrected the details of a file"),
    "plan.papers_ordered": _("Changed the order of the files"),
    "plan.sent": _("Sent the plan to the department"),
    "plan.withdrawn": _("Withdrew the version"),
    "plan.amendment_opened": _("Opened the next version"),
    "plan.extension_asked": _("Asked for extra days"),
    "plan.extension_granted": _("Granted extra days"),
    "plan.extension_declined": _("Declined extra days"),
    "plan.review_taken": _("Took the version for review"),
    "plan.review_taken_over": _("Took the review over"),
    "plan.review_released": _("Put the version back into the queue"),
    "plan.remarked": _("Wrote a remark"),
    "plan.remark_answered": _("Answered a remark"),
    "plan.remark_ticked": _("Ticked a remark off"),
    "plan.remark_unticked": _("Took the tick of a remark back"),
    "plan.checklist_answered": _("Answered the checklist"),
    "plan.accepted": _("Accepted the plan"),
    "plan.returned": _("Asked for additions"),
}


@dataclass(frozen=True)
class TrailLine:
    at: datetime
    what: str
    version: int | None
    section: str
    person: str
    mandate: str


def trail_of(plan: Plan, *, sees_remarks: bool) -> QuerySet[AuditEntry]:
    """Return the plan's entries, the newest first.

    Without `sees_remarks` those about remarks on a version still under review are left out, as
    the remarks themselves are.
    """
    entries = entries_of(plan).order_by("-sequence")
    if sees_remarks:
        return entries
    # The checklist is the department's own affair.
    entries = entries.exclude(action="plan.checklist_answered")
    under_review = plan.versions.filter(state=PlanState.SENT).values_list("number", flat=True)
    for number in under_review:
        entries = entries.exclude(action="plan.remarked", data__version=number)
    return entries


def lines_of(entries: Iterable[AuditEntry], titles: dict[str, str]) -> list[TrailLine]:
    """Return `entries` in words; `titles` are the parts' titles by key. One query for mandates."""
    entries = list(entries)
    mandates = Mandate.objects.select_related("unit").in_bulk(
        {entry.mandate_id for entry in entries if entry.mandate_id}
    )
    return [_line(entry, mandates, titles) for entry in entries]


def _line(entry: AuditEntry, mandates: dict[Any, Mandate], titles: dict[str, str]) -> TrailLine:
    key = str(entry.data.get("section", ""))
    mandate = mandates.get(entry.mandate_id)
    return TrailLine(
        at=entry.at,
        what=str(ACTION_WORDS.get(entry.action, entry.action)),
        version=entry.data.get("version"),
        section=titles.get(key, key),
        person=entry.actor.full_name if entry.actor else str(_("The portal")),
        mandate=str(mandate) if mandate else "",
    )
