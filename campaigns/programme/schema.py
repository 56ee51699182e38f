"""What a campaign file may say about the programme, and how its parts must fit together.

`campaigns/data/bvhttdl.yaml` explains every key to its readers.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.programme.document import (
    Choice,
    Day,
    Flag,
    Integer,
    Key,
    ListOf,
    MappingOf,
    Problems,
    Record,
    Slug,
    Text,
)
from campaigns.programme.models import (
    DeliverableState,
    DocumentRole,
    PeriodKind,
    PlanFlow,
    ReviewKind,
)
from units.models import UnitKind

YEAR = Integer(2000, 2200)


def bilingual(max_length: int | None = None) -> MappingOf:
    return MappingOf(vi=Key(Text(max_length)), en=Key(Text(max_length)))


SOURCED: dict[str, Key] = {
    "source": Key(Text(500, blank=True), default=""),
    "confirmed": Key(Flag(), default=False),
}
# The quarterly reminder goes out on a day that every month has.
REMINDER_DAYS = ListOf(Integer(1, 365))

PROGRAMME_KEYS: dict[str, Key] = {
    "campaign": Key(
        MappingOf(
            code=Key(Slug()),
            name=Key(bilingual(500)),
            purpose=Key(bilingual()),
            host_unit=Key(Slug()),
            starts_on=Key(Day()),
            go_live_date=Key(Day()),
            plan_flow=Key(Choice(tuple(PlanFlow.values)), default=PlanFlow.ISSUE_FIRST.value),
            **SOURCED,
        )
    ),
    "participants": Key(
        MappingOf(
            under=Key(Slug(), default=None),
            kinds=Key(ListOf(Choice(tuple(UnitKind.values))), default=()),
            units=Key(ListOf(Slug()), default=()),
        )
    ),
    "documents": Key(
        ListOf(
            MappingOf(
                code=Key(Slug()),
                role=Key(Choice(tuple(DocumentRole.values))),
                number_symbol=Key(Text(100, blank=True), default=""),
                issue_date=Key(Day(), default=None),
                issuer=Key(bilingual(255)),
                abstract=Key(bilingual(1000)),
                **SOURCED,
            )
        ),
        default=(),
    ),
    "areas": Key(
        ListOf(
            MappingOf(
                number=Key(Integer(1, 99)),
                short_name=Key(bilingual(80)),
                name=Key(bilingual(500)),
                description=Key(bilingual()),
                **SOURCED,
            )
        )
    ),
    "deliverables": Key(
        ListOf(
            MappingOf(
                code=Key(Slug()),
                area=Key(Integer(1, 99)),
                name=Key(bilingual(500)),
                lead_unit=Key(Slug(), default=None),
                due_date=Key(Day(), default=None),
                state=Key(
                    Choice(tuple(DeliverableState.values)),
                    default=DeliverableState.UNDETERMINED.value,
                ),
                done_date=Key(Day(), default=None),
                evidence=Key(Text(500, blank=True), default=""),
                **SOURCED,
            )
        ),
        default=(),
    ),
    "phases": Key(
        ListOf(
            MappingOf(
                number=Key(Integer(1, 99)),
                name=Key(bilingual(500)),
                starts_on=Key(Day()),
                ends_on=Key(Day()),
                plan_deadline=Key(Day(), default=None),
                plan_deadline_confirmed=Key(Flag(), default=False),
                review_kind=Key(Choice(tuple(ReviewKind.values))),
                review_year=Key(YEAR),
                **SOURCED,
            )
        )
    ),
    "reporting_periods": Key(
        ListOf(
            MappingOf(
                phase=Key(Integer(1, 99)),
                kind=Key(Choice(tuple(PeriodKind.values))),
                year=Key(YEAR),
                number=Key(Integer(1, 4)),
                starts_on=Key(Day()),
                ends_on=Key(Day()),
                deadline=Key(Day()),
            )
        )
    ),
    "holidays": Key(
        ListOf(MappingOf(day=Key(Day()), name=Key(bilingual(500)), **SOURCED)), default=()
    ),
    "reminder_rule": Key(
        MappingOf(
            days_before=Key(REMINDER_DAYS, default=()),
            days_after=Key(REMINDER_DAYS, default=()),
            quarterly_day=Key(Integer(1, 28)),
            **SOURCED,
        )
    ),
}


def refuse_duplicates(records: Iterable[Record], keys: tuple[str, ...], problems: Problems) -> None:
    """Add a problem for each record whose `keys` an earlier record already has."""
    seen: dict[tuple[Any, ...], Record] = {}
    for record in records:
        identity = tuple(record[key] for key in keys)
        if None in identity:
            continue
        if identity in seen:
            problems.add(
                record.where(keys[-1]),
                _("“%(value)s” already stands on line %(line)s"),
                value=" ".join(str(part) for part in identity),
                line=seen[identity].where(keys[-1]).line,
            )
        seen.setdefault(identity, record)


def refuse_unknown(
    records: Iterable[Record], key: str, known: Iterable[Any], problems: Problems
) -> None:
    """Add a problem for each record whose `key` names something the file does not have."""
    known = set(known)
    for record in records:
        if record[key] is not None and record[key] not in known:
            problems.add(
                record.where(key), _("“%(value)s” stands nowhere in this file"), value=record[key]
            )


def check_programme(file: Record, problems: Problems) -> None:
    """Add a problem for every two parts of the file that contradict one another."""
    areas, phases = file["areas"] or [], file["phases"] or []
    periods, deliverables = file["reporting_periods"] or [], file["deliverables"] or []
    refuse_duplicates(file["documents"] or [], ("code",), problems)
    refuse_duplicates(areas, ("number",), problems)
    refuse_duplicates(deliverables, ("code",), problems)
    refuse_duplicates(phases, ("number",), problems)
    refuse_duplicates(periods, ("kind", "year", "number"), problems)
    refuse_duplicates(file["holidays"] or [], ("day",), problems)
    refuse_unknown(deliverables, "area", (area["number"] for area in areas), problems)
    refuse_unknown(periods, "phase", (phase["number"] for phase in phases), problems)
    for name, records in (("areas", areas), ("phases", phases)):
        if not records:
            problems.add(file.where(name), _("at least one is needed"))
    for deliverable in deliverables:
        if deliverable["done_date"] and deliverable["state"] not in (None, DeliverableState.DONE):
            problems.add(
                deliverable.where("done_date"), _("only what is done has a day of completion")
            )
    _check_ranges([*phases, *periods], problems)
    _check_phases(file["campaign"], phases, problems)
    _check_periods(phases, periods, problems)


def _dated(records: Iterable[Record]) -> list[Record]:
    """Records with a sound half-open range, by first day."""
    sound = [
        r for r in records if r["starts_on"] and r["ends_on"] and r["starts_on"] < r["ends_on"]
    ]
    return sorted(sound, key=lambda record: record["starts_on"])


def _check_ranges(records: Iterable[Record], problems: Problems) -> None:
    for record in records:
        if record["starts_on"] and record["ends_on"] and record["starts_on"] >= record["ends_on"]:
            problems.add(
                record.where("ends_on"),
                _("ends_on is the first day after, so it is later than starts_on"),
            )


def _check_tiles(
    records: list[Record], gap: Callable[[Record], Any], overlap: Callable[[Record], Any]
) -> None:
    for earlier, later in pairwise(records):
        if later["starts_on"] > earlier["ends_on"]:
            gap(later)
        elif later["starts_on"] < earlier["ends_on"]:
            overlap(later)


def _check_phases(campaign: Record | None, phases: list[Record], problems: Problems) -> None:
    """Phases follow one another without gap or overlap, in the order of their numbers."""
    dated = _dated(phases)
    _check_tiles(
        dated,
        gap=lambda phase: problems.add(
            phase.where("starts_on"), _("days between this phase and the one before belong to none")
        ),
        overlap=lambda phase: problems.add(
            phase.where("starts_on"), _("this phase begins before the one before it has ended")
        ),
    )
    for earlier, later in pairwise(dated):
        if earlier["number"] and later["number"] and earlier["number"] > later["number"]:
            problems.add(later.where("number"), _("phases are numbered in the order of their days"))
    if (
        campaign
        and dated
        and campaign["starts_on"]
        and dated[0]["starts_on"] < campaign["starts_on"]
    ):
        problems.add(
            dated[0].where("starts_on"), _("the first phase begins before the campaign does")
        )


def _check_periods(phases: list[Record], periods: list[Record], problems: Problems) -> None:
    """Each period belongs to the one phase that holds its first day; the periods of a kind
    cover every day of the phases once. A boundary inside a quarter thus cuts no quarter.
    """
    dated_phases = _dated(phases)
    for period in periods:
        if period["number"] and period["kind"]:
            most = {"quarter": 4, "half_year": 2, "year": 1}[period["kind"]]
            if period["number"] > most:
                problems.add(
                    period.where("number"), _("a year has only %(most)s of this kind"), most=most
                )
        if period["year"] and period["starts_on"] and period["year"] != period["starts_on"].year:
            problems.add(period.where("year"), _("the period begins in another year"))
        if period["deadline"] and period["ends_on"] and period["deadline"] < period["ends_on"]:
            problems.add(period.where("deadline"), _("the deadline lies before the period is over"))
    for kind in PeriodKind.values:
        dated = _dated(period for period in periods if period["kind"] == kind)
        _check_tiles(
            dated,
            gap=lambda period: problems.add(
                period.where("starts_on"),
                _("days between this period and the one before belong to none"),
            ),
            overlap=lambda period: problems.add(
                period.where("starts_on"),
                _("this period begins before the one before it has ended"),
            ),
        )
        for period in dated:
            _check_phase_of(period, dated_phases, problems)
        if dated and dated_phases:
            if dated[0]["starts_on"] > dated_phases[0]["starts_on"]:
                problems.add(
                    dated[0].where("starts_on"),
                    _("the first days of the phases belong to no period"),
                )
            if dated[-1]["ends_on"] < dated_phases[-1]["ends_on"]:
                problems.add(
                    dated[-1].where("ends_on"), _("the last days of the phases belong to no period")
                )


def _check_phase_of(period: Record, phases: list[Record], problems: Problems) -> None:
    home = [p["number"] for p in phases if p["starts_on"] <= period["starts_on"] < p["ends_on"]]
    if not home:
        problems.add(period.where("starts_on"), _("this day lies in no phase"))
    elif period["phase"] is not None and period["phase"] not in home:
        problems.add(
            period.where("phase"),
            _("the period begins in phase %(phase)s"),
            phase=", ".join(str(number) for number in home),
        )
