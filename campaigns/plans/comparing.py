"""What changed between any two versions of a plan, part by part.

The texts of all parts are compared together, so that a paragraph moved into another part is
recognised; tasks and targets by their identity. Both versions are read in the same statements.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from campaigns.plans.comparing_rows import (
    FieldChange,
    RowChange,
    compare_issues,
    compare_papers,
    compare_tasks,
)
from campaigns.plans.comparing_targets import TargetChange, compare_targets
from campaigns.plans.models import (
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTask,
    PlanVersion,
)
from emulation_portal.core.text_diff import Row, RowKind, TextDiff, compare_texts

ISSUE_ANCHOR = "issue"
PAPERS_ANCHOR = "papers"
# Unchanged paragraphs on either side of a change that stay in sight.
_CONTEXT = 1
# Fewer unchanged paragraphs are not worth folding.
_FOLDED = 3


@dataclass(frozen=True)
class Stretch:
    """Paragraphs in a row; unchanged ones that are far from any change come `folded`."""

    rows: list[Row]
    folded: bool = False


@dataclass
class PartComparison:
    """A part of the plan in both versions."""

    key: str
    title: str
    text: TextDiff
    tasks: list[RowChange] = field(default_factory=list)
    targets: list[TargetChange] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"part-{self.key}"

    @property
    def is_changed(self) -> bool:
        return bool(
            not self.text.is_same
            or any(task.is_changed for task in self.tasks)
            or any(target.is_changed for target in self.targets)
        )

    @property
    def stretches(self) -> list[Stretch]:
        return folded(self.text.rows)

    @property
    def changed_tasks(self) -> list[RowChange]:
        return [task for task in self.tasks if task.is_changed]

    @property
    def same_tasks(self) -> list[RowChange]:
        return [task for task in self.tasks if not task.is_changed]

    @property
    def changed_targets(self) -> list[TargetChange]:
        return [target for target in self.targets if target.is_changed]

    @property
    def same_targets(self) -> list[TargetChange]:
        return [target for target in self.targets if not target.is_changed]

    @property
    def notes(self) -> list[str]:
        """A sentence for each kind of difference."""
        return [*_text_notes(self.text), *_task_notes(self.tasks), *_target_notes(self.targets)]


@dataclass
class Comparison:
    """Two versions of a plan side by side."""

    old: PlanVersion
    new: PlanVersion
    parts: list[PartComparison]
    issue: list[FieldChange]
    papers: list[RowChange]

    @property
    def changed_parts(self) -> list[PartComparison]:
        return [part for part in self.parts if part.is_changed]

    @property
    def issue_is_changed(self) -> bool:
        return any(changed.is_changed for changed in self.issue)

    @property
    def changed_papers(self) -> list[RowChange]:
        return [paper for paper in self.papers if paper.is_changed]

    @property
    def is_coarse(self) -> bool:
        return any(part.text.is_coarse for part in self.parts)

    @property
    def is_same(self) -> bool:
        return not (self.changed_parts or self.issue_is_changed or self.changed_papers)

    @property
    def paper_notes(self) -> list[str]:
        return _paper_notes(self.papers)


def compare_versions(old: PlanVersion, new: PlanVersion, *, words: bool = True) -> Comparison:
    """Compare two versions of one plan. Six queries, whatever their size.

    Without `words` changed paragraphs are found, but not compared word by word.
    """
    versions = [old, new]
    sections = list(
        PlanSection.objects.filter(version__in=versions).select_related("area").order_by("position")
    )
    for section in sections:
        section.version = old if section.version_id == old.pk else new
    keys = {section.pk: section.key for section in sections}
    texts = {(section.version_id, section.key): section.narrative for section in sections}
    titles = {section.key: section.title for section in sections if section.version_id == new.pk}
    titles |= {section.key: section.title for section in sections if section.key not in titles}
    diffs = compare_texts(
        [(texts.get((old.pk, key), ""), texts.get((new.pk, key), "")) for key in titles],
        words=words,
    )
    tasks = _of_both(
        PlanTask.objects.filter(version__in=versions).order_by("section__position", "position"),
        versions, keys,
    )  # fmt: skip
    targets = _of_both(
        PlanTarget.objects.filter(version__in=versions)
        .select_related("indicator")
        .prefetch_related("years")
        .order_by("section__position", "indicator__position"),
        versions, keys,
    )  # fmt: skip
    task_rows = compare_tasks(*tasks, titles)
    target_rows = compare_targets(*targets, titles)
    papers = PlanPaper.objects.filter(version__in=versions).select_related("attachment")
    old_papers, new_papers = _split(papers.order_by("pk"), versions)
    issues = PlanIssue.objects.filter(version__in=versions).select_related("scan")
    issue_of = {issue.version_id: issue for issue in issues}
    return Comparison(
        old,
        new,
        [
            PartComparison(key, titles[key], diff, task_rows[key], target_rows[key])
            for key, diff in zip(titles, diffs, strict=True)
        ],
        compare_issues(issue_of.get(old.pk), issue_of.get(new.pk)),
        compare_papers(old_papers, new_papers),
    )


def _split(rows: Iterable[Any], versions: list[PlanVersion]) -> tuple[list[Any], list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.version_id].append(row)
    return found[versions[0].pk], found[versions[1].pk]


def _of_both(
    rows: Iterable[Any], versions: list[PlanVersion], keys: dict[int, str]
) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    old, new = _split(rows, versions)
    return [(keys[row.section_id], row) for row in old], [
        (keys[row.section_id], row) for row in new
    ]


def folded(rows: list[Row]) -> list[Stretch]:
    """Return `rows` in stretches: long unchanged ones folded, a paragraph of context in sight."""
    found: list[Stretch] = []
    for start, end, is_same in _runs_of(rows):
        first = start + (_CONTEXT if start else 0)
        last = end - (_CONTEXT if end < len(rows) else 0)
        if not is_same or last - first < _FOLDED:
            _show(found, rows[start:end])
            continue
        _show(found, rows[start:first])
        found.append(Stretch(rows[first:last], folded=True))
        _show(found, rows[last:end])
    return found


def _runs_of(rows: list[Row]) -> Iterator[tuple[int, int, bool]]:
    start = 0
    for at in range(1, len(rows) + 1):
        is_same = rows[start].kind == RowKind.SAME
        if at == len(rows) or (rows[at].kind == RowKind.SAME) != is_same:
            yield start, at, is_same
            start = at


def _show(found: list[Stretch], rows: list[Row]) -> None:
    if rows and found and not found[-1].folded:
        found[-1].rows.extend(rows)
    elif rows:
        found.append(Stretch(list(rows)))


# --- Sentences ---------------------------------------------------------------------------

_PARAGRAPHS = ngettext_lazy(
    "%(count)s paragraph of the text differs.", "%(count)s paragraphs of the text differ.", "count"
)
_NEW_TASKS = ngettext_lazy("%(count)s new task.", "%(count)s new tasks.", "count")
_CHANGED_TASKS = ngettext_lazy(
    "%(count)s task has changed.", "%(count)s tasks have changed.", "count"
)
_REMOVED_TASKS = ngettext_lazy(
    "%(count)s task was removed.", "%(count)s tasks were removed.", "count"
)
_MOVED_TASKS = ngettext_lazy("%(count)s task has moved.", "%(count)s tasks have moved.", "count")
_NEW_TARGETS = ngettext_lazy("%(count)s new target.", "%(count)s new targets.", "count")
_CHANGED_TARGETS = ngettext_lazy(
    "%(count)s target has changed.", "%(count)s targets have changed.", "count"
)
_REMOVED_TARGETS = ngettext_lazy(
    "%(count)s target was removed.", "%(count)s targets were removed.", "count"
)
_MOVED_TARGETS = ngettext_lazy(
    "%(count)s target has moved.", "%(count)s targets have moved.", "count"
)
_NEW_FILES = ngettext_lazy("%(count)s new file.", "%(count)s new files.", "count")
_CHANGED_FILES = ngettext_lazy(
    "The details of %(count)s file have changed.",
    "The details of %(count)s files have changed.",
    "count",
)
_REMOVED_FILES = ngettext_lazy(
    "%(count)s file was taken off.", "%(count)s files were taken off.", "count"
)


def _text_notes(text: TextDiff) -> list[str]:
    if text.only_spacing:
        return [_("Only spaces and blank lines of the text have changed.")]
    # A paragraph that moved stands in two places.
    changed = sum(row.kind not in (RowKind.SAME, RowKind.MOVED_AWAY) for row in text.rows)
    away = sum(row.kind == RowKind.MOVED_AWAY for row in text.rows)
    here = sum(row.kind == RowKind.MOVED_HERE for row in text.rows)
    count = changed + max(0, away - here)
    return _said((count, _PARAGRAPHS))


def _task_notes(tasks: list[RowChange]) -> list[str]:
    kinds = Counter(task.kind for task in tasks)
    return _said(
        (kinds[RowKind.ADDED], _NEW_TASKS),
        (kinds[RowKind.CHANGED], _CHANGED_TASKS),
        (kinds[RowKind.REMOVED], _REMOVED_TASKS),
        (sum(bool(task.moved) for task in tasks), _MOVED_TASKS),
    )


def _target_notes(targets: list[TargetChange]) -> list[str]:
    kinds = Counter(target.kind for target in targets)
    return _said(
        (kinds[RowKind.ADDED], _NEW_TARGETS),
        (kinds[RowKind.CHANGED], _CHANGED_TARGETS),
        (kinds[RowKind.REMOVED], _REMOVED_TARGETS),
        (kinds[RowKind.MOVED_HERE], _MOVED_TARGETS),
    )


def _paper_notes(papers: list[RowChange]) -> list[str]:
    kinds = Counter(paper.kind for paper in papers)
    return _said(
        (kinds[RowKind.ADDED], _NEW_FILES),
        (kinds[RowKind.CHANGED], _CHANGED_FILES),
        (kinds[RowKind.REMOVED], _REMOVED_FILES),
    )


def _said(*counted: tuple[int, Any]) -> list[str]:
    return [sentence % {"count": count} for count, sentence in counted if count]
