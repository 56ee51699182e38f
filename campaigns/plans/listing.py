"""The plans of a phase as the department sees them: one row per expected unit, plan or none."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.plans.states import PlanState
from campaigns.programme.models import Phase
from campaigns.programme.queries import expected_units
from emulation_portal.core.text import fold
from units.models import Unit

RECEIVED_STATES = (PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED)


class PlanStatus(models.TextChoices):
    """What a list can be narrowed to. The first five are the dashboard's figures."""

    RECEIVED = "received", _("Received")
    ON_TIME = "on_time", _("Issued on time")
    RETURNED = "returned", _("Additions needed")
    ACCEPTED = "accepted", _("Accepted")
    MISSING = "missing", _("Not received")
    SENT = "sent", _("Waiting for review")
    LATE = "late", _("Issued late")


STATUS_CONDITIONS: dict[str, Q] = {
    PlanStatus.RECEIVED: Q(state__in=RECEIVED_STATES),
    PlanStatus.ON_TIME: Q(state__in=RECEIVED_STATES, is_late=False),
    PlanStatus.LATE: Q(state__in=RECEIVED_STATES, is_late=True),
    PlanStatus.SENT: Q(state=PlanState.SENT),
    PlanStatus.RETURNED: Q(state=PlanState.RETURNED),
    PlanStatus.ACCEPTED: Q(state=PlanState.ACCEPTED),
    PlanStatus.MISSING: Q(state__isnull=True),
}


def units_with_plans(
    phase: Phase, *, on: date, block_id: int | None = None, kind: str = "", search: str = ""
) -> QuerySet[Unit, Any]:
    """The units expected to plan for `phase`, each with `plan_id`, `version_id`, `state`,
    `is_late`, `sent_at`, `issue_date`, `number_symbol` of the version received last (null
    where none is). Narrowed to a block of the year of `on`, a kind, a name without accents.
    """
    units = expected_units(phase, on)
    if block_id is not None:
        units = units.filter(
            block_memberships__block_id=block_id, block_memberships__year=on.year
        )
    if kind:
        units = units.filter(kind=kind)
    if search:
        units = units.filter(search_key__contains=fold(search))
    return units.annotate(
        plan=FilteredRelation("plans", condition=Q(plans__phase=phase)),
    ).annotate(
        plan_id=F("plan__pk"),
        version_id=F("plan__current_id"),
        state=F("plan__current__state"),
        is_late=F("plan__current__is_late"),
        sent_at=F("plan__current__sent_at"),
        registered_from_paper=F("plan__current__registered_from_paper"),
        issue_date=F("plan__current__issue__issue_date"),
        number_symbol=F("plan__current__issue__number_symbol"),
    )
