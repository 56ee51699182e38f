"""Reads for drafting: what a section says, what applies to a unit, who hears of a sent plan."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models

from campaigns.indicators.models import Indicator, Measured, MinistryTarget
from campaigns.plans.models import (
    Plan,
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTask,
    PlanVersion,
    SectionKind,
)
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from campaigns.plans.states import PlanState
from campaigns.programme.models import Campaign, Phase
from campaigns.programme.queries import plans_counted_on
from units.api import DEPARTMENT_ROLES
from units.models import Mandate, Unit, User

RECEIVED_STATES = (PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED)


@dataclass(frozen=True)
class SectionContent:
    """What a section says at one save: its text, rows, and who saved it last."""

    narrative: str
    tasks: tuple[TaskRow, ...]
    targets: tuple[TargetRow, ...]
    completed: bool
    lock_version: int
    saved_at: datetime | None = None
    saved_by: str = ""
    # The person, so that somebody who meets the own save in another tab is told so.
    saved_by_id: int | None = None


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator the unit sets targets for, with what the ministry asks, by year."""

    indicator: Indicator
    ministry_targets: tuple[MinistryTarget, ...]


def draft_of(plan: Plan) -> PlanVersion | None:
    """Return the plan's one open draft, or None."""
    return plan.versions.filter(state=PlanState.DRAFT).first()


def issue_of(version: PlanVersion) -> PlanIssue | None:
    """Return how the version was issued, with its scan, or None while it is not."""
    return PlanIssue.objects.select_related("scan__scan").filter(version=version).first()


def papers_of(version: PlanVersion) -> list[PlanPaper]:
    """Return the version's papers with their files, in the order the unit has given them."""
    return list(version.papers.select_related("attachment__scan").order_by("position", "pk"))


def section_content(section: PlanSection) -> SectionContent:
    """Return what `section` says in the database now. Four queries."""
    saved = (
        PlanSection.objects.filter(pk=section.pk)
        .select_related("updated_by__person", "updated_by__unit")
        .get()
    )
    return SectionContent(
        narrative=saved.narrative,
        tasks=tuple(task_row(task) for task in saved.tasks.order_by("position")),
        targets=tuple(
            target_row(target)
            for target in saved.targets.prefetch_related("years").order_by("indicator__position")
        ),
        completed=saved.completed,
        lock_version=saved.lock_version,
        saved_at=saved.updated_at,
        saved_by=saved.updated_by.person.full_name if saved.updated_by else "",
        saved_by_id=saved.updated_by.person_id if saved.updated_by else None,
    )


def task_row(task: PlanTask) -> TaskRow:
    """Return a stored task as the row it was saved from."""
    return TaskRow(
        title=task.title,
        lead=task.lead,
        partners=task.partners,
        due_date=task.due_date,
        product=task.product,
        identity=task.identity,
    )


def target_row(target: PlanTarget) -> TargetRow:
    """Return a stored target as the row it was saved from."""
    return TargetRow(
        indicator_id=target.indicator_id,
        not_applicable=target.not_applicable,
        baseline_year=target.baseline_year,
        baseline=_measure(target),
        years={year.year: _measure(year) for year in target.years.all()},
        note=target.note,
    )


def _measure(measured: Measured) -> Measure:
    return Measure(measured.value, measured.numerator, measured.denominator)


def indicators_answered_by(unit: Unit, campaign_id: int) -> models.QuerySet[Indicator]:
    """Return the campaign's indicators for which `unit` sets its own targets.

    An indicator with a supplier is promised and reported by that body for everybody.
    """
    return (
        Indicator.objects.filter(campaign_id=campaign_id)
        .filter(models.Q(supplier__isnull=True) | models.Q(supplier=unit))
        .order_by("area__number", "position")
    )


def indicator_lines(section: PlanSection, unit: Unit, years: Iterable[int]) -> list[IndicatorLine]:
    """Return the indicators of the section's area that `unit` answers. Two queries."""
    if section.area is None:
        return []
    indicators = indicators_answered_by(unit, section.area.campaign_id).filter(area=section.area)
    asked = models.Prefetch(
        "ministry_targets", MinistryTarget.objects.filter(year__in=list(years)).order_by("year")
    )
    return [
        IndicatorLine(indicator, tuple(indicator.ministry_targets.all()))
        for indicator in indicators.prefetch_related(asked)
    ]


def supplied_for_all(section: PlanSection, unit: Unit) -> list[Indicator]:
    """Return the indicators of the section's area that another body reports for everybody."""
    if section.area is None:
        return []
    return list(
        Indicator.objects.filter(area=section.area, supplier__isnull=False)
        .exclude(supplier=unit)
        .select_related("supplier")
        .order_by("position")
    )


def applicable_counts(unit: Unit, campaign: Campaign) -> dict[int, int]:
    """Return, for each content area by id, how many indicators `unit` answers."""
    rows = (
        indicators_answered_by(unit, campaign.pk)
        .order_by()
        .values_list("area_id")
        .annotate(models.Count("pk"))
    )
    return dict(rows)


def sections_of(version: PlanVersion) -> list[PlanSection]:
    """Return the version's sections in order, with their areas. One query."""
    return list(version.sections.select_related("area").order_by("position"))


def section_by_key(version: PlanVersion, key: str) -> PlanSection | None:
    """Return the section that `key` names in addresses ("purpose", "area-3"), or None."""
    rows = version.sections.select_related("area", "updated_by__person")
    if key.startswith("area-"):
        number = key.removeprefix("area-")
        if not (number.isascii() and number.isdecimal() and len(number) < 5):
            return None
        return rows.filter(kind=SectionKind.AREA, area__number=int(number)).first()
    return rows.filter(kind=key, area__isnull=True).first()


@dataclass(frozen=True)
class SectionReading:
    """A section with its rows, as pages that only show it need it."""

    section: PlanSection
    tasks: tuple[PlanTask, ...]
    targets: tuple[PlanTarget, ...]


def readings_of(version: PlanVersion) -> list[SectionReading]:
    """Return the whole content of `version`, section by section. Four queries."""
    tasks: dict[int, list[PlanTask]] = defaultdict(list)
    for task in version.tasks.order_by("section__position", "position"):
        tasks[task.section_id].append(task)
    targets: dict[int, list[PlanTarget]] = defaultdict(list)
    rows = version.targets.select_related("indicator").prefetch_related("years")
    for target in rows.order_by("section__position", "indicator__position"):
        targets[target.section_id].append(target)
    return [
        SectionReading(section, tuple(tasks[section.pk]), tuple(targets[section.pk]))
        for section in sections_of(version)
    ]


def latest_received(plan: Plan, *, besides: PlanVersion | None = None) -> PlanVersion | None:
    """Return the version the department last received and still has, or None."""
    rows = plan.versions.filter(state__in=RECEIVED_STATES)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return rows.order_by("-number").first()


def units_without_plan(phase: Phase, *, on: date) -> models.QuerySet[Unit]:
    """Return the participants that owe a plan for `phase` and have none, by name."""
    return (
        Unit.objects.filter(participations__campaign_id=phase.campaign_id)
        .owing_plans()
        .filter(
            models.Q(pk__in=Unit.objects.existing(on).order_by().values("pk"))
            | models.Q(
                pk__in=Unit.objects.existing(plans_counted_on(phase, on)).order_by().values("pk")
            )
        )
        .exclude(pk__in=Plan.objects.filter(phase=phase, current__isnull=False).values("unit"))
        .exclude(
            pk__in=Plan.objects.filter(phase=phase, versions__state=PlanState.DRAFT).values("unit")
        )
        .order_by("sort_key", "pk")
    )


def reviewers_of(plan: Plan, *, on: date) -> list[User]:
    """Return the people who may review `plan` on the day `on`, once each.

    The department's people of the campaign, without those who hold a mandate in the plan's own
    unit: nobody reviews what the own unit has written.
    """
    campaign = plan.phase.campaign
    inside = Mandate.objects.valid_on(on).filter(unit_id=plan.unit_id).values("person")
    people = (
        Mandate.objects.valid_on(on)
        .in_roles(*DEPARTMENT_ROLES)
        .filter(
            models.Q(unit_id=campaign.host_unit_id)
            | models.Q(unit__participations__campaign=campaign)
        )
        .exclude(person__in=inside)
        .values("person")
    )
    return list(User.objects.filter(pk__in=people).order_by("pk"))


def plans_of_unit(unit: Unit) -> dict[int, Plan]:
    """Return the unit's plans by phase id, with the version received last and the one in force."""
    rows = Plan.objects.of_unit(unit.pk).select_related("current", "in_force")
    drafts = models.Prefetch(
        "versions", PlanVersion.objects.filter(state=PlanState.DRAFT), to_attr="open_drafts"
    )
    return {plan.phase_id: plan for plan in rows.prefetch_related(drafts)}


def phases_of_unit(unit: Unit) -> dict[Campaign, list[Phase]]:
    """Return the campaigns the unit takes part in, each with its phases in order."""
    phases: dict[Campaign, list[Phase]] = defaultdict(list)
    rows = Phase.objects.filter(campaign__participants__unit=unit).select_related("campaign")
    for phase in rows.order_by("campaign__starts_on", "campaign__code", "number"):
        phases[phase.campaign].append(phase)
    return dict(phases)
