"""A version as a document to be read: its parts, tasks and targets in words."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from campaigns.indicators.models import Indicator, Measured, MinistryTarget, ValueKind
from campaigns.indicators.wording import target_value_in_words
from campaigns.plans.models import PlanSection, PlanTarget, PlanTask, PlanVersion
from campaigns.plans.queries import indicators_answered_by, readings_of
from campaigns.plans.states import PlanState
from emulation_portal.formats.writing import show_number

_BULLETS = ("- ", "– ", "— ", "+ ", "* ", "• ")


@dataclass(frozen=True)
class Block:
    """A paragraph's lines, or the items of a list. `first` is the number of its first line."""

    is_list: bool
    lines: tuple[str, ...]
    first: int = 1


@dataclass(frozen=True)
class Value:
    """A measured value in words; `parts` are numerator and denominator of a ratio."""

    text: str
    parts: str = ""


@dataclass(frozen=True)
class YearCell:
    """What is promised for a year, and what the ministry asks for it."""

    year: int
    value: Value | None
    ministry: str = ""
    ministry_confirmed: bool = True


@dataclass(frozen=True)
class TargetLine:
    """One indicator of a section with its baseline and yearly targets."""

    identity: UUID
    indicator: Indicator
    not_applicable: bool
    baseline: Value | None
    baseline_year: int | None
    years: tuple[YearCell, ...]
    note: str


@dataclass(frozen=True)
class Place:
    """A line, task or target as it stands on the page, with what is pinned to it.

    `pin` names it in addresses and forms, `anchor` on the page, `number` for people.
    """

    item: Any
    number: int
    anchor: str
    pin: str
    remarks: list[Any]


@dataclass(frozen=True)
class TextBlock:
    """A paragraph's lines, or the items of a list, each a place of its own."""

    is_list: bool
    lines: list[Place]


@dataclass
class SectionView:
    """A section with all that a page shows of it. `unset` are indicators that have no target.

    `remarks` are all remarks of the section, `pinned` those with a place inside it by the
    place's pin, `general` the others.
    """

    section: PlanSection
    blocks: list[Block]
    tasks: tuple[PlanTask, ...]
    targets: list[TargetLine]
    unset: list[Indicator]
    remarks: list[Any] = field(default_factory=list)
    general: list[Any] = field(default_factory=list)
    pinned: dict[str, list[Any]] = field(default_factory=dict)
    # The form for a remark, on the page where one may be written.
    form: Any = None
    # The department's questions about this part with their answers, on the page that asks them.
    checklist: list[Any] = field(default_factory=list)
    # On the page of a version that follows an earlier one: whether the part differs from it.
    is_changed: bool = False
    # Shown by its title only, because it stands as it stood in the version before.
    folded: bool = False

    @property
    def anchor(self) -> str:
        return f"part-{self.section.key}"

    @property
    def text_blocks(self) -> Iterator[TextBlock]:
        for block in self.blocks:
            numbered = enumerate(block.lines, start=block.first)
            yield TextBlock(
                block.is_list,
                [self._place(line, n, f"{self.anchor}-p{n}", f"p{n}") for n, line in numbered],
            )

    @property
    def task_places(self) -> Iterator[Place]:
        for number, task in enumerate(self.tasks, start=1):
            yield self._place(task, number, f"row-{task.identity}", f"t-{task.identity}")

    @property
    def target_places(self) -> Iterator[Place]:
        for number, line in enumerate(self.targets, start=1):
            yield self._place(line, number, f"row-{line.identity}", f"i-{line.identity}")

    def _place(self, item: Any, number: int, anchor: str, pin: str) -> Place:
        return Place(item, number, anchor, pin, self.pinned.get(pin, []))

    @property
    def short_title(self) -> str:
        """The title as contents show it: areas by number and short name."""
        area = self.section.area
        return f"{area.number}. {area.short_name}" if area else self.section.title

    @property
    def is_empty(self) -> bool:
        return not (self.blocks or self.tasks or self.targets)


def document_of(version: PlanVersion) -> list[SectionView]:
    """Return the whole version, section by section, without remarks. At most seven queries."""
    readings = readings_of(version)
    years = version.plan.phase.years
    indicators = [target.indicator for reading in readings for target in reading.targets]
    asked = _asked_by_ministry([indicator.pk for indicator in indicators], years)
    unset = _without_target(version, {indicator.pk for indicator in indicators})
    return [
        SectionView(
            section=reading.section,
            blocks=blocks_of(reading.section.narrative),
            tasks=reading.tasks,
            targets=[_line(target, years, asked) for target in reading.targets],
            unset=unset[reading.section.area_id or 0],
        )
        for reading in readings
    ]


def blocks_of(text: str) -> list[Block]:
    """Return typed text as paragraphs and lists: a list is lines that begin with a dash."""
    blocks: list[Block] = []
    lines: list[str] = []
    in_list = False
    first = 1

    def close() -> None:
        nonlocal first
        if lines:
            blocks.append(Block(in_list, tuple(lines), first))
            first += len(lines)
            lines.clear()

    for line in text.splitlines():
        stripped = line.strip()
        is_item = stripped.startswith(_BULLETS)
        if not stripped or is_item != in_list:
            close()
        if stripped:
            in_list = is_item
            lines.append(stripped[2:].strip() if is_item else stripped)
    close()
    return blocks


def value_of(indicator: Indicator, measured: Measured) -> Value | None:
    """Return a value as it reads for the indicator: 85% with its parts, 1.200, yes."""
    if measured.value is None:
        return None
    if indicator.value_kind == ValueKind.YES_NO:
        return Value(_("Yes") if measured.value else _("No"))
    text = show_number(measured.value)
    if indicator.is_ratio:
        text = f"{show_number(round(measured.value, 2))}%"
    elif indicator.unit_of_measure == "%":
        text = f"{text}%"
    if measured.numerator is None or measured.denominator is None:
        return Value(text)
    return Value(text, f"{show_number(measured.numerator)} ÷ {show_number(measured.denominator)}")


def _asked_by_ministry(
    indicator_ids: list[int], years: list[int]
) -> dict[tuple[int, int], MinistryTarget]:
    rows = MinistryTarget.objects.filter(indicator__in=indicator_ids, year__in=years)
    return {(row.indicator_id, row.year): row for row in rows.select_related("indicator")}


def _without_target(version: PlanVersion, answered: set[int]) -> dict[int, list[Indicator]]:
    """The indicators the unit answers and this version is silent about, by area.

    Only while the version is written or reviewed: an indicator that came later is no gap in a
    plan that was accepted before.
    """
    silent: dict[int, list[Indicator]] = defaultdict(list)
    if version.state in (PlanState.DRAFT, PlanState.SENT):
        plan = version.plan
        rows = indicators_answered_by(plan.unit, plan.phase.campaign_id)
        for indicator in rows.exclude(pk__in=answered):
            silent[indicator.area_id].append(indicator)
    return silent


def _line(
    target: PlanTarget, years: list[int], asked: dict[tuple[int, int], MinistryTarget]
) -> TargetLine:
    indicator = target.indicator
    promised = {row.year: row for row in target.years.all()}
    cells = []
    for year in years:
        row, ministry = promised.get(year), asked.get((indicator.pk, year))
        cells.append(
            YearCell(
                year=year,
                value=value_of(indicator, row) if row else None,
                ministry=target_value_in_words(ministry) if ministry else "",
                ministry_confirmed=ministry.confirmed if ministry else True,
            )
        )
    return TargetLine(
        identity=target.identity,
        indicator=indicator,
        not_applicable=target.not_applicable,
        baseline=value_of(indicator, target),
        baseline_year=target.baseline_year,
        years=tuple(cells),
        note=target.note,
    )


def readable_versions(
    versions: models.QuerySet[PlanVersion], *, own: bool, department: bool, administrator: bool
) -> models.QuerySet[PlanVersion]:
    """Narrow `versions` to those that `rules.may_read` lets somebody of such a standing read."""
    if own:
        return versions
    received = models.Q(state__in=(PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED))
    if department:
        return versions.filter(received | models.Q(entered_on_behalf=True))
    if administrator:
        return versions.filter(received)
    return versions.filter(received, issue__isnull=False)
