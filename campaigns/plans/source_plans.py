"""Which plans may lend their text to a draft."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.plans.models import Plan, PlanIssue, PlanVersion
from campaigns.plans.states import PlanState
from campaigns.programme.model_plan import ModelSection
from campaigns.programme.models import Campaign
from emulation_portal.core.searching import holding, words_of
from units.models import Mandate, Unit

RECEIVED_STATES = (PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED)


def model_of(campaign: Campaign) -> list[ModelSection]:
    """Return the campaign's model plan with its tasks, in the order of the file. Two queries."""
    rows = ModelSection.objects.filter(campaign=campaign).order_by("pk")
    return list(rows.prefetch_related("tasks"))


def has_model(campaign: Campaign) -> bool:
    return ModelSection.objects.filter(campaign=campaign).exists()


def issued_plans(mandate: Mandate, draft: PlanVersion, *, search: str = "") -> QuerySet[Plan]:
    """Return other units' plans of the draft's campaign that are issued and received, as far as
    `mandate` may read them, narrowed by words of the unit's names, without accents.
    """
    plan = draft.plan
    plans = (
        Plan.objects.visible_to(mandate)
        .filter(phase__campaign=plan.phase.campaign_id)
        .exclude(unit=plan.unit_id)
        .filter(_lends(OuterRef("pk")))
        .select_related("unit", "phase")
    )
    if words := words_of(search):
        plans = plans.filter(holding(words, "unit__search_key"))
    return plans.order_by("unit__sort_key", "unit_id", "-phase__number")


def _lends(plan: OuterRef) -> Exists:
    return Exists(
        PlanVersion.objects.filter(plan=plan, state__in=RECEIVED_STATES).filter(
            Exists(PlanIssue.objects.filter(version=OuterRef("pk")))
        )
    )


def lending_version(plan: Plan) -> PlanVersion | None:
    """Return the version another unit may read: the one in force, else the latest, if issued."""
    issued = Exists(PlanIssue.objects.filter(version=OuterRef("pk")))
    rows = plan.versions.filter(issued, state__in=RECEIVED_STATES)
    found = list(rows.order_by("-number"))
    return next((one for one in found if one.pk == plan.in_force_id), next(iter(found), None))


@dataclass(frozen=True)
class EarlierPlan:
    plan: Plan
    version: PlanVersion


def has_earlier_plan(mandate: Mandate, unit: Unit) -> bool:
    """Whether the unit has sent any plan from which a new one could begin. One query."""
    sent = Q(in_force__isnull=False) | Q(current__isnull=False)
    return Plan.objects.visible_to(mandate).filter(sent, unit=unit).exists()


def earlier_plans(mandate: Mandate, draft: PlanVersion) -> list[EarlierPlan]:
    """Return the unit's own plans for other phases and campaigns, the latest first, each with
    the version in force, else the one received last. Drafts lend nothing. One query.
    """
    plan = draft.plan
    rows = (
        Plan.objects.visible_to(mandate)
        .filter(unit=plan.unit_id)
        .exclude(pk=plan.pk)
        .filter(Q(in_force__isnull=False) | Q(current__isnull=False))
        .select_related("phase__campaign", "in_force", "current", "unit")
        .order_by("-phase__starts_on", "-pk")
    )
    found = []
    for row in rows:
        version = row.in_force or row.current
        if version is not None and version.state in RECEIVED_STATES:
            version.plan = row
            found.append(EarlierPlan(row, version))
    return found
