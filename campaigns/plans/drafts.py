"""Reads for autosave, which happens every few seconds: few queries, whatever the section holds."""

from dataclasses import replace

from campaigns.indicators.models import Indicator
from campaigns.plans.models import Plan, PlanSection, PlanTarget, SectionKind
from campaigns.plans.queries import SectionContent, indicators_answered_by, task_row
from campaigns.plans.rows import Measure, TargetRow
from campaigns.plans.states import PlanState
from units.models import Mandate, Unit

_MEASURE = ("value", "numerator", "denominator")
_HEAD = ("indicator_id", "not_applicable", "baseline_year", "note", *_MEASURE)
_YEAR = ("years__year", *(f"years__{name}" for name in _MEASURE))


def section_of_draft(mandate: Mandate, plan_id: int, key: str) -> PlanSection | None:
    """Return a section of the plan's draft with version, plan, unit, phase and last writer.

    One query. None where the mandate does not see the plan, or there is no draft or no such
    section; whether the mandate may write it is for the rules.
    """
    rows = PlanSection.objects.filter(
        version__plan=plan_id,
        version__plan__in=Plan.objects.visible_to(mandate),
        version__state=PlanState.DRAFT,
    ).select_related(
        "area",
        "updated_by__person",
        "version__plan__unit",
        "version__plan__phase__campaign",
    )
    if key.startswith("area-"):
        number = key.removeprefix("area-")
        if not (number.isascii() and number.isdecimal() and len(number) < 5):
            return None
        return rows.filter(kind=SectionKind.AREA, area__number=int(number)).first()
    return rows.filter(kind=key, area__isnull=True).first()


def content_as_read(section: PlanSection) -> SectionContent:
    """Return what `section`, read with its last writer, says. Two queries.

    A save between reading the section and its rows shows in the lock version when it is written.
    """
    writer = section.updated_by
    content = SectionContent(
        narrative=section.narrative,
        tasks=(),
        targets=(),
        completed=section.completed,
        lock_version=section.lock_version,
        saved_at=section.updated_at,
        saved_by=writer.person.full_name if writer else "",
        saved_by_id=writer.person_id if writer else None,
    )
    if section.kind != SectionKind.AREA:
        return content
    return replace(
        content,
        tasks=tuple(task_row(task) for task in section.tasks.order_by("position")),
        targets=_targets(section),
    )


def _targets(section: PlanSection) -> tuple[TargetRow, ...]:
    rows = PlanTarget.objects.filter(section=section).order_by("indicator__position", "pk")
    years: dict[int, dict[int, Measure]] = {}
    heads: dict[int, dict[str, object]] = {}
    for row in rows.values(*_HEAD, *_YEAR):
        indicator = row["indicator_id"]
        heads[indicator] = row
        promised = years.setdefault(indicator, {})
        if row["years__year"] is not None:
            promised[row["years__year"]] = Measure(*(row[f"years__{name}"] for name in _MEASURE))
    return tuple(
        TargetRow(
            indicator_id=indicator,
            not_applicable=bool(row["not_applicable"]),
            baseline_year=row["baseline_year"],  # type: ignore[arg-type] # a column of numbers
            baseline=Measure(*(row[name] for name in _MEASURE)),  # type: ignore[arg-type]
            years=years[indicator],
            note=str(row["note"]),
        )
        for indicator, row in heads.items()
    )


def indicators_of(section: PlanSection, unit: Unit) -> dict[int, Indicator]:
    """Return the indicators `unit` answers in this section, by id, in order. One query."""
    if section.area is None:
        return {}
    rows = indicators_answered_by(unit, section.area.campaign_id).filter(area=section.area)
    return {indicator.pk: indicator for indicator in rows}
