"""Reads of the programme: which campaigns a mandate sees, which units owe a plan, and pages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404  # noqa: TID251 - an unseen campaign is not there
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import (
    Campaign,
    ContentArea,
    Deliverable,
    DeliverableState,
    Holiday,
    Phase,
    ReminderRule,
    ReportingPeriod,
)
from emulation_portal.core.audit import entries_of
from emulation_portal.core.audit.models import AuditEntry
from emulation_portal.core.searching import holding, words_of
from units.api import COUNCIL_ROLES
from units.models import Mandate, Role, Unit

# Roles that look after, or look at, the campaigns of the whole body they belong to.
_OVERSEEING = (*COUNCIL_ROLES, Role.ADMINISTRATOR, Role.OBSERVER)


def visible_campaigns(mandate: Mandate) -> models.QuerySet[Campaign]:
    """The campaigns a mandate may look at.

    Everybody sees those in which the mandate's own body takes part or which it hosts.
    Administrators, observers and the council also see those hosted by a sister or a child of
    their body: an administrator at the ministry itself, or a council that stands under the same
    ministry as the department that leads.
    """
    seen = models.Q(pk__in=Campaign.objects.of_unit(mandate.unit_id).order_by().values("pk"))
    if mandate.role in _OVERSEEING:
        seen |= models.Q(host_unit__parent_id=mandate.unit_id)
        if mandate.unit.parent_id is not None:
            seen |= models.Q(host_unit__parent_id=mandate.unit.parent_id)
    return Campaign.objects.filter(seen).select_related("host_unit")


def campaign_or_404(mandate: Mandate, code: str | None) -> Campaign:
    """The campaign `code`, with its host; Http404 where the mandate may not look at it.

    Without a code: the latest campaign the mandate may look at.
    """
    if code is not None:
        return get_object_or_404(visible_campaigns(mandate), code=code)
    return get_object_or_404(visible_campaigns(mandate).order_by("-starts_on", "code")[:1])


def current_campaigns_for(mandate: Mandate) -> list[Campaign]:
    """The campaigns a mandate may look at, the latest first."""
    return list(visible_campaigns(mandate).order_by("-starts_on", "code"))


def plans_counted_on(phase: Phase, on: date) -> date:
    """The day that decides which units owe a plan for the phase: its deadline, where one is
    known, else `on`.
    """
    return phase.plan_deadline or on


def expected_units(phase: Phase, on: date) -> models.QuerySet[Unit]:
    """Units that owe a plan for `phase`: they take part, owe plans at all, and exist on the
    phase's plan deadline (on `on` where none is known).

    A unit founded later, or ended earlier, is in no rate's denominator and must not be counted
    in its numerator either; so every rate starts from these units.
    """
    return (
        Unit.objects.existing(plans_counted_on(phase, on))
        .owing_plans()
        .filter(participations__campaign_id=phase.campaign_id)
    )


# --- Pages --------------------------------------------------------------------------------


@dataclass(frozen=True)
class CampaignPage:
    """What the campaign's own page shows beside the campaign itself."""

    documents: Sequence[models.Model]
    areas: Sequence[ContentArea]
    phases: Sequence[Phase]
    periods: Sequence[ReportingPeriod]
    holidays: Sequence[Holiday]
    reminder_rule: ReminderRule | None
    participant_count: int


def campaign_page(campaign: Campaign) -> CampaignPage:
    """Everything of the campaign's page, in seven queries; areas carry `deliverable_counts`."""
    areas = list(campaign.areas.all())
    counts: dict[int, Counter[str]] = {area.pk: Counter() for area in areas}
    tally = (
        Deliverable.objects.filter(campaign=campaign)
        .order_by()
        .values_list("area_id", "state")
        .annotate(models.Count("pk"))
    )
    for area_id, state, count in tally:
        counts[area_id][state] = count
    for area in areas:
        area.deliverable_counts = [  # type: ignore[attr-defined]
            (state, counts[area.pk][state]) for state in DeliverableState if counts[area.pk][state]
        ]
    phases = list(campaign.phases.all())
    by_id = {phase.pk: phase for phase in phases}
    periods = list(campaign.periods.all())
    for period in periods:
        period.phase = by_id[period.phase_id]
    return CampaignPage(
        documents=list(campaign.documents.all()),
        areas=areas,
        phases=phases,
        periods=periods,
        holidays=list(campaign.holidays.all()),
        reminder_rule=ReminderRule.objects.filter(campaign=campaign).first(),
        participant_count=campaign.participants.count(),
    )


@dataclass(frozen=True)
class DeliverableFilter:
    """What the list of deliverables is narrowed to; empty strings and None narrow nothing."""

    area: int | None = None
    state: str = ""
    lead: str = ""
    text: str = ""
    order: str = ""


NO_LEAD = "none"


class DeliverableOrder(models.TextChoices):
    ANNOUNCED = "announced", _("As in the announcement")
    DUE = "due", _("Due date, earliest first")


def deliverables(campaign: Campaign, wanted: DeliverableFilter) -> models.QuerySet[Deliverable]:
    """The campaign's deliverables with area and lead unit, narrowed, in the announcement's order
    or by due date. Words may stand in any order, in the name or that of the lead unit.
    """
    rows = Deliverable.objects.filter(campaign=campaign).select_related("area", "lead_unit")
    if wanted.area is not None:
        rows = rows.filter(area__number=wanted.area)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.lead == NO_LEAD:
        rows = rows.filter(lead_unit=None)
    elif wanted.lead:
        rows = rows.filter(lead_unit__code=wanted.lead)
    if words := words_of(wanted.text):
        # Coalesced: a condition on a unit that is not there is neither true nor false.
        lead = Coalesce("lead_unit__search_key", models.Value(""))
        rows = rows.alias(lead_key=lead).filter(holding(words, "search_key", "lead_key"))
    announced = ("area__number", "position", "pk")
    if wanted.order == DeliverableOrder.DUE:
        return rows.order_by(models.F("due_date").asc(nulls_last=True), *announced)
    return rows.order_by(*announced)


def lead_units(campaign: Campaign) -> models.QuerySet[Unit]:
    """Units that lead a deliverable of the campaign, for the filter."""
    return Unit.objects.filter(deliverables__campaign=campaign).distinct()


def possible_leads(campaign: Campaign, on: date, keep: int | None = None) -> models.QuerySet[Unit]:
    """Units that may be named to lead a deliverable: those that take part and exist, and the
    one (`keep`) that already does.
    """
    exists = models.Q(pk__in=Unit.objects.existing(on).order_by().values("pk"))
    takes_part = models.Q(pk__in=campaign.participants.values("unit"))
    return Unit.objects.filter(exists & takes_part | models.Q(pk=keep))


def window_history(phase: Phase) -> list[AuditEntry]:
    """Who closed and reopened the phase to plans, the latest first."""
    entries = entries_of(phase.campaign).filter(
        action__in=("phase.plans_closed", "phase.plans_reopened"), data__phase=phase.number
    )
    return list(entries.order_by("-sequence")[:50])


def department_heads(campaign: Campaign, on: date) -> models.QuerySet[Mandate]:
    """Who may close and reopen: heads of the department that leads the campaign."""
    return (
        Mandate.objects.valid_on(on)
        .in_roles(Role.DEPARTMENT_HEAD)
        .filter(unit_id=campaign.host_unit_id)
        .select_related("person", "unit")
    )
