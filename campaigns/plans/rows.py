"""Rows of a section as they are typed and saved: tasks, and targets with their years."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Measure:
    """A value; of a ratio also numerator and denominator, where they are known."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    def __bool__(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class TaskRow:
    """A task. `identity` is None for a new one and otherwise kept through every version."""

    title: str
    lead: str = ""
    partners: str = ""
    due_date: date | None = None
    product: str = ""
    identity: UUID | None = None

    @property
    def facts(self) -> tuple[object, ...]:
        """What it says, whichever task it is."""
        return (self.title, self.lead, self.partners, self.due_date, self.product)


@dataclass(frozen=True)
class TargetRow:
    """What is promised for one indicator: baseline and the value of each year."""

    indicator_id: int
    not_applicable: bool = False
    baseline_year: int | None = None
    baseline: Measure = Measure()
    years: Mapping[int, Measure] = field(default_factory=dict)
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return not (
            self.not_applicable
            or self.baseline_year
            or self.baseline
            or self.baseline.numerator is not None
            or self.baseline.denominator is not None
            or self.note
            or self.has_target
        )

    @property
    def has_target(self) -> bool:
        return not self.not_applicable and any(self.years.values())
