"""Two contents of one section brought together, by what the later writer's page began with.

The page carries that beginning as short digests (`Base`): what only one of the two has changed
needs no question, and what both have changed is never decided for them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from campaigns.plans.queries import SectionContent
from campaigns.plans.rows import Measure, TargetRow, TaskRow

_LONGEST_BASE = 100_000
_DIGITS = 12

Row = TypeVar("Row", TaskRow, TargetRow)


@dataclass(frozen=True)
class Base:
    """What a page was made from, as digests."""

    narrative: str
    completed: bool
    tasks: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)


def base_of(content: SectionContent) -> str:
    """Return the digests of `content` as text for a hidden field."""
    parts = {
        "n": _digest(content.narrative),
        "c": int(content.completed),
        "t": {task.identity.hex: _digest(task.facts) for task in content.tasks if task.identity},
        "i": {str(row.indicator_id): _digest(_facts(row)) for row in content.targets},
    }
    return json.dumps(parts, separators=(",", ":"))


def read_base(text: str) -> Base | None:
    """Return what `base_of` wrote, or None for anything else: then everything is asked."""
    if not text or len(text) > _LONGEST_BASE:
        return None
    try:
        parts = json.loads(text)
        return Base(
            narrative=str(parts["n"]),
            completed=bool(parts["c"]),
            tasks={str(key): str(value) for key, value in parts["t"].items()},
            targets={str(key): str(value) for key, value in parts["i"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


@dataclass(frozen=True)
class Slot(Generic[Row]):
    """One row of either content. Where it is `disputed`, somebody must choose."""

    key: str
    mine: Row | None
    theirs: Row | None
    disputed: bool = False
    # What stays where nobody needs to be asked; None leaves the row out.
    settled: Row | None = None


@dataclass(frozen=True)
class Merge:
    """The two contents brought together as far as nobody needs to be asked."""

    mine: SectionContent
    theirs: SectionContent
    # The text that stays, or None where both have written.
    narrative: str | None
    completed: bool
    tasks: tuple[Slot[TaskRow], ...]
    targets: tuple[Slot[TargetRow], ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs to be asked."""
        rows: tuple[Slot[TaskRow] | Slot[TargetRow], ...] = (*self.tasks, *self.targets)
        return self.narrative is not None and not any(slot.disputed for slot in rows)

    def content(
        self,
        *,
        narrative: str | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> SectionContent:
        """Return the merged content, ready to be saved over theirs.

        `chosen` says "mine" or "theirs" for each disputed row, by its key.
        """
        choices = chosen or {}
        text = self.narrative if self.narrative is not None else narrative
        return SectionContent(
            narrative=text if text is not None else self.mine.narrative,
            tasks=tuple(_rows(self.tasks, choices)),
            targets=tuple(_rows(self.targets, choices)),
            completed=self.completed,
            lock_version=self.theirs.lock_version,
        )


def _rows(slots: Iterable[Slot[Row]], choices: Mapping[str, str]) -> list[Row]:
    rows = []
    for slot in slots:
        row = slot.settled
        if slot.disputed:
            row = slot.theirs if choices.get(slot.key) == "theirs" else slot.mine
        if row is not None:
            rows.append(row)
    return rows


def merge(mine: SectionContent, theirs: SectionContent, base: Base | None) -> Merge:
    """Bring two contents of one section together; without a `base` all that differs is asked."""
    narrative: str | None = None
    if mine.narrative == theirs.narrative:
        narrative = mine.narrative
    elif base and _digest(mine.narrative) == base.narrative:
        narrative = theirs.narrative
    elif base and _digest(theirs.narrative) == base.narrative:
        narrative = mine.narrative
    untouched = base is not None and mine.completed == base.completed
    return Merge(
        mine=mine,
        theirs=theirs,
        narrative=narrative,
        completed=theirs.completed if untouched else mine.completed,
        tasks=_merged_tasks(mine.tasks, theirs.tasks, base),
        targets=_merged_targets(mine.targets, theirs.targets, base),
    )


def _merged_targets(
    mine: Sequence[TargetRow], theirs: Sequence[TargetRow], base: Base | None
) -> tuple[Slot[TargetRow], ...]:
    ours = {row.indicator_id: row for row in mine}
    stored = {row.indicator_id: row for row in theirs}
    known = base.targets if base else None
    return tuple(
        _slot(
            str(key),
            ours.get(key),
            stored.get(key),
            digests=(_row_digest(ours.get(key)), _row_digest(stored.get(key))),
            known=known,
        )
        for key in dict.fromkeys([*ours, *stored])
    )


def _merged_tasks(
    mine: Sequence[TaskRow], theirs: Sequence[TaskRow], base: Base | None
) -> tuple[Slot[TaskRow], ...]:
    stored: dict[UUID | None, TaskRow] = {task.identity: task for task in theirs}
    ours: dict[UUID | None, TaskRow] = {task.identity: task for task in mine if task.identity}
    said = {task.facts for task in theirs if task.identity not in ours}
    # A new task that the other save brought word for word is the same one: sent twice.
    fresh = [task for task in mine if not task.identity and task.facts not in said]
    known = base.tasks if base else None
    slots = {
        identity: _slot(
            identity.hex if identity else "",
            ours.get(identity),
            stored.get(identity),
            digests=(_task_digest(ours.get(identity)), _task_digest(stored.get(identity))),
            known=known,
        )
        for identity in _in_order(list(ours), list(stored), known)
    }
    return (*slots.values(), *(Slot("", task, None, settled=task) for task in fresh))


def _in_order(
    mine: list[UUID | None], theirs: list[UUID | None], known: Mapping[str, str] | None
) -> list[UUID | None]:
    """All identities once: in my order where I have moved something, otherwise in theirs."""
    common = [identity for identity in mine if identity in set(theirs)]
    opened = [identity for identity in known or () if identity in {i.hex for i in common if i}]
    first, second = theirs, mine
    if known is not None and [i.hex for i in common if i] != opened:
        first, second = mine, theirs
    return list(dict.fromkeys([*first, *second]))


def _slot(
    key: str,
    mine: Row | None,
    theirs: Row | None,
    *,
    digests: tuple[str, str],
    known: Mapping[str, str] | None,
) -> Slot[Row]:
    """Settle one row where only one of the two has changed it; "" is a row that is not there."""
    ours, stored = digests
    if ours == stored:
        return Slot(key, mine, theirs, settled=theirs)
    if known is not None:
        before = known.get(key, "")
        if ours == before:
            return Slot(key, mine, theirs, settled=theirs)
        if stored == before:
            return Slot(key, mine, theirs, settled=mine)
    return Slot(key, mine, theirs, disputed=True)


def _task_digest(task: TaskRow | None) -> str:
    return _digest(task.facts) if task else ""


def _row_digest(row: TargetRow | None) -> str:
    return _digest(_facts(row)) if row else ""


def _facts(row: TargetRow) -> tuple[object, ...]:
    years = tuple((year, _measure(m)) for year, m in sorted(row.years.items()) if m)
    return (row.not_applicable, row.baseline_year, _measure(row.baseline), years, row.note)


def _measure(measure: Measure) -> tuple[str, ...]:
    return tuple(_number(part) for part in (measure.value, measure.numerator, measure.denominator))


def _number(number: Decimal | None) -> str:
    """The same text for 50 as it is typed and 50.0000 as it is stored."""
    return "" if number is None else f"{Decimal(number).normalize() + 0:f}"


def _digest(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
