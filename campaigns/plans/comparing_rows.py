"""What changed in the rows of a plan: tasks, papers, and how it was issued.

Tasks are recognised by their identity, so that one which moved, also to another part of the
plan, is the same task in another place.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.plans.models import PlanIssue, PlanPaper, PlanTask
from emulation_portal.core.matching import out_of_order
from emulation_portal.core.text_diff import RowKind, Run, RunKind, word_runs
from emulation_portal.formats.writing import show_date, show_number


@dataclass(frozen=True)
class FieldChange:
    """One field in both versions; `difference` is that of dates, in words."""

    label: str
    old: str
    new: str
    difference: str = ""

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def runs(self) -> tuple[Run, ...]:
        if not self.is_changed:
            return (Run(RunKind.SAME, self.new),) if self.new else ()
        if self.difference:
            return Run(RunKind.REMOVED, self.old), Run(RunKind.ADDED, self.new)
        return word_runs(self.old, self.new)


@dataclass(frozen=True)
class RowChange:
    """A task or paper. Its places are counted from 1; `moved` says from where or to where."""

    kind: RowKind
    title: str
    fields: tuple[FieldChange, ...]
    old_place: int = 0
    new_place: int = 0
    moved: str = ""

    @property
    def is_changed(self) -> bool:
        return self.kind != RowKind.SAME or bool(self.moved)


# --- Tasks -------------------------------------------------------------------------------


def compare_tasks(
    old: Sequence[tuple[str, PlanTask]],
    new: Sequence[tuple[str, PlanTask]],
    titles: dict[str, str],
) -> dict[str, list[RowChange]]:
    """Return the tasks of each part, by its key, in the new order; those that are gone stand
    where they stood. `old` and `new` are (part, task) in the order of the plan.
    """
    before = {task.identity: (key, place, task) for key, place, task in _placed(old)}
    after = {task.identity: (key, place, task) for key, place, task in _placed(new)}
    rows: dict[str, list[RowChange]] = defaultdict(list)
    gone = _gone_after(old, after)
    moved = _moved_within(before, after)
    for key in dict.fromkeys([*titles]):
        rows[key] += [_gone(before, after, identity, titles) for identity in gone[key, None]]
        for identity, (part, place, task) in after.items():
            if part != key:
                continue
            rows[key].append(_stays(before.get(identity), key, place, task, moved, titles))
            rows[key] += [_gone(before, after, left, titles) for left in gone[key, identity]]
    return rows


def _placed(tasks: Sequence[tuple[str, PlanTask]]) -> Iterator[tuple[str, int, PlanTask]]:
    counts: dict[str, int] = defaultdict(int)
    for key, task in tasks:
        counts[key] += 1
        yield key, counts[key], task


def _gone_after(
    old: Sequence[tuple[str, PlanTask]], after: dict[Any, tuple[str, int, PlanTask]]
) -> dict[tuple[str, Any], list[Any]]:
    """The tasks that left their part, each with the one before it that stayed there."""
    found: dict[tuple[str, Any], list[Any]] = defaultdict(list)
    last: dict[str, Any] = {}
    for key, task in old:
        if task.identity in after and after[task.identity][0] == key:
            last[key] = task.identity
        else:
            found[key, last.get(key)].append(task.identity)
    return found


def _moved_within(before: dict[Any, Any], after: dict[Any, Any]) -> set[Any]:
    """The tasks that changed their place among those that stayed in the same part."""
    stayed: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for identity, (key, _place, _task) in after.items():
        if identity in before and before[identity][0] == key:
            stayed[key].append((before[identity][1], identity))
    return {
        rows[at][1]
        for rows in stayed.values()
        for at in out_of_order([place for place, _i in rows])
    }


def _stays(
    source: tuple[str, int, PlanTask] | None,
    key: str,
    place: int,
    task: PlanTask,
    moved_within: set[Any],
    titles: dict[str, str],
) -> RowChange:
    if source is None:
        return RowChange(RowKind.ADDED, task.title, _task_fields(None, task), new_place=place)
    old_key, old_place, old = source
    fields = _task_fields(old, task)
    kind = RowKind.CHANGED if any(field.is_changed for field in fields) else RowKind.SAME
    moved = ""
    if old_key != key:
        kind = RowKind.MOVED_HERE
        moved = _("Moved here from “%(part)s”, number %(number)s.") % {
            "part": titles.get(old_key, old_key), "number": old_place
        }  # fmt: skip
    elif task.identity in moved_within:
        moved = _("Moved from number %(old)s to number %(new)s.") % {
            "old": old_place, "new": place
        }  # fmt: skip
    return RowChange(kind, task.title, fields, old_place, place, moved)


def _gone(
    before: dict[Any, tuple[str, int, PlanTask]],
    after: dict[Any, tuple[str, int, PlanTask]],
    identity: Any,
    titles: dict[str, str],
) -> RowChange:
    _key, place, task = before[identity]
    if identity not in after:
        return RowChange(RowKind.REMOVED, task.title, _task_fields(task, None), old_place=place)
    key, new_place, _task = after[identity]
    moved = _("Moved to “%(part)s”, number %(number)s.") % {
        "part": titles.get(key, key), "number": new_place
    }  # fmt: skip
    return RowChange(RowKind.MOVED_AWAY, task.title, (), place, new_place, moved)


def _task_fields(old: PlanTask | None, new: PlanTask | None) -> tuple[FieldChange, ...]:
    def both(label: str, name: str) -> FieldChange:
        return FieldChange(
            label, getattr(old, name) if old else "", getattr(new, name) if new else ""
        )

    return (
        both(_("Task"), "title"),
        both(_("Lead"), "lead"),
        both(_("Partners"), "partners"),
        FieldChange(
            _("Deadline"),
            _due(old),
            _due(new),
            days_between(old.due_date, new.due_date) if old and new else "",
        ),
        both(_("Product"), "product"),
    )


def _due(task: PlanTask | None) -> str:
    if task is None:
        return ""
    return show_date(task.due_date) if task.due_date else _("throughout")


def days_between(old: date | None, new: date | None) -> str:
    """Return how many days `new` is later or earlier than `old`, in words; "" where none."""
    if old is None or new is None or old == new:
        return ""
    days = abs((new - old).days)
    facts = {"days": show_number(days)}
    if new > old:
        return ngettext("%(days)s day later", "%(days)s days later", days) % facts
    return ngettext("%(days)s day earlier", "%(days)s days earlier", days) % facts


# --- Papers and issue --------------------------------------------------------------------


def compare_papers(old: Iterable[PlanPaper], new: Iterable[PlanPaper]) -> list[RowChange]:
    """Return the papers of both versions: the same file is the same paper, whatever its name."""
    before: dict[str, list[PlanPaper]] = defaultdict(list)
    for paper in sorted(old, key=lambda paper: paper.kind):
        before[paper.attachment.sha256].append(paper)
    rows = []
    for paper in sorted(new, key=lambda paper: paper.kind):
        same = before.get(paper.attachment.sha256)
        was = same.pop(0) if same else None
        fields = _paper_fields(was, paper)
        kind = RowKind.ADDED if was is None else RowKind.SAME
        if was is not None and any(field.is_changed for field in fields):
            kind = RowKind.CHANGED
        rows.append(RowChange(kind, paper.attachment.original_name, fields))
    rows += [
        RowChange(RowKind.REMOVED, paper.attachment.original_name, _paper_fields(paper, None))
        for papers in before.values()
        for paper in papers
    ]
    return rows


def _paper_fields(old: PlanPaper | None, new: PlanPaper | None) -> tuple[FieldChange, ...]:
    def both(label: str, name: str) -> FieldChange:
        return FieldChange(
            label, getattr(old, name) if old else "", getattr(new, name) if new else ""
        )

    fields = (
        FieldChange(
            _("Kind"),
            str(old.get_kind_display()) if old else "",
            str(new.get_kind_display()) if new else "",
        ),
        both(_("Number and symbol"), "number_symbol"),
        _dates(_("Date"), old.issue_date if old else None, new.issue_date if new else None),
        both(_("Issuing body"), "issuer"),
        both(_("Abstract"), "abstract"),
    )
    return tuple(field for field in fields if field.old or field.new)


def _dates(label: str, old: date | None, new: date | None) -> FieldChange:
    return FieldChange(
        label, show_date(old) if old else "", show_date(new) if new else "", days_between(old, new)
    )


def compare_issues(old: PlanIssue | None, new: PlanIssue | None) -> list[FieldChange]:
    """Return how the plan was issued, field by field; empty where neither version says it."""
    if old is None and new is None:
        return []

    def both(label: str, name: str) -> FieldChange:
        return FieldChange(
            label, getattr(old, name) if old else "", getattr(new, name) if new else ""
        )

    return [
        both(_("Number and symbol"), "number_symbol"),
        _dates(
            _("Date of issue"), old.issue_date if old else None, new.issue_date if new else None
        ),
        both(_("Signer"), "signer_name"),
        both(_("Signer's office"), "signer_title"),
        both(_("Signing capacity"), "signing_capacity"),
        _scans(old, new),
    ]


def _scans(old: PlanIssue | None, new: PlanIssue | None) -> FieldChange:
    names = [issue.scan.original_name if issue else "" for issue in (old, new)]
    other_file = old and new and old.scan.sha256 != new.scan.sha256
    if other_file and names[0] == names[1]:
        names[1] = _("%(name)s (another file)") % {"name": names[1]}
    return FieldChange(_("Scan"), names[0], names[1])
