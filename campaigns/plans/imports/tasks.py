"""A table of tasks that comes back: what it changes in open drafts, and what does not fit."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.plans import rules
from campaigns.plans.actions.drafting import SectionConflict
from campaigns.plans.actions.importing import SectionRows, save_imported_tasks
from campaigns.plans.actions.locking import VersionFrozen
from campaigns.plans.exporting import TASK_TABLE
from campaigns.plans.forms.section import TASK_LIMIT, TaskForm
from campaigns.plans.imports import campaign_of, mandate_of
from campaigns.plans.models import PlanSection, PlanTask, PlanVersion
from campaigns.plans.rows import TaskRow
from campaigns.plans.task_listing import TaskVersions, readable_versions, versions_shown
from campaigns.programme.models import Campaign
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from emulation_portal.core.imports import (
    ADDED,
    CHANGED,
    REMOVED,
    Change,
    Importer,
    Judgement,
    RowError,
    RowsRefused,
    Scope,
)
from emulation_portal.core.spreadsheets import Row, read_back
from emulation_portal.core.text import fold
from emulation_portal.formats.reading import parse_date
from emulation_portal.formats.writing import show_date
from units.models import Mandate

FIELDS = ("title", "lead", "partners", "due_date", "product")
_LABELS = {column.key: column.label for column in TASK_TABLE}
_REMOVE = {"x", "co", "yes", "1"}
_AT_ONCE = 500  # identities asked for in one statement


@dataclass
class _Known:
    """What the database knows about the rows of the file, in a few queries."""

    mandate: Mandate
    tasks: dict[tuple[int, int, UUID], PlanTask] = field(default_factory=dict)
    drafts: dict[tuple[str, int], PlanVersion] = field(default_factory=dict)
    sections: dict[tuple[int, int], PlanSection] = field(default_factory=dict)

    def latest(self, identity: UUID) -> PlanTask | None:
        """The task in the highest version that may be read, where a row does not say which."""
        found = [task for key, task in self.tasks.items() if key[2] == identity]
        return max(found, key=lambda task: task.version.number, default=None)


def judge_tasks(rows: list[Row], scope: Scope, at: datetime) -> Judgement:
    """Say what the rows would do. Nothing is written.

    A row with a task's code changes that task of an open draft; one without adds a task; one
    with “x” in the last column takes a task away; a task that stands in no row stays. A row
    that says what is stored is skipped, whoever may edit it.

    Raises NotAllowed when the mandate, or its view of the campaign, has ended.
    """
    mandate = mandate_of(scope, at)
    known = _known(rows, mandate, campaign_of(scope, mandate))
    judgement, seen = Judgement(), set()
    for number, cells in rows:
        row = _JudgedRow(number, dict(cells), known, judgement)
        task = row.find()
        if row.failed:
            continue
        if task is None:
            row.add()
        elif (task.version_id, task.identity) in seen:
            row.fault("identity", _("This task stands in an earlier row already."))
        else:
            seen.add((task.version_id, task.identity))
            row.compare(task)
    _check_lengths(judgement)
    return judgement


class _JudgedRow:
    """One row of the file; puts what it does, or what is wrong with it, into the judgement."""

    def __init__(
        self, number: int, cells: dict[str, str], known: _Known, judgement: Judgement
    ) -> None:
        self.number, self.cells, self.known, self.judgement = number, cells, known, judgement
        self.failed = False

    def fault(self, column: str, reason: Any) -> None:
        """Put a fault on the list; the row does nothing."""
        self.failed = True
        label = str(_LABELS.get(column, ""))
        self.judgement.errors.append(RowError(self.number, label, str(reason)))

    def find(self) -> PlanTask | None:
        """Return the stored task the row names; None for a new one, or with a fault."""
        code = self.cells.get("identity", "")
        if not code:
            return None
        try:
            identity = UUID(code)
        except ValueError:
            self.fault("identity", _("“%(code)s” is no task code. Leave it as exported, or empty "
                                     "for a new task.") % {"code": code[:40]})  # fmt: skip
            return None
        plan, version = self._whole("plan_id"), self._whole("version")
        if plan is None or version is None:
            task = self.known.latest(identity)
        else:
            task = self.known.tasks.get((plan, version, identity))
        if task is None:
            self.fault("identity", _("No plan you may read has this task in this version."))
        return task

    def compare(self, task: PlanTask) -> None:
        """Judge a row about a stored task."""
        removes = self._removes()
        if self.failed:
            return
        before = {name: _stored(task, name) for name in FIELDS}
        after = {name: _typed(self.cells, name, before[name]) for name in FIELDS}
        if before == after and not removes:
            self.judgement.unchanged += 1
            return
        if refusal := self._refusal(task):
            self.fault("", refusal)
            return
        section, title = task.section, before["title"]
        if self.cells.get("lock_version", "") != str(section.lock_version):
            self.fault(
                "lock_version",
                _("“%(section)s” has been saved since this table was exported. Export it again "
                  "and repeat your change; nothing has been overwritten.")
                % {"section": section.title},
            )  # fmt: skip
            return
        if removes:
            self._take(section, Change(self.number, REMOVED, title), task.identity, None)
            return
        row = self._checked(task.version, identity=task.identity)
        if row is not None:
            cells = [
                (str(_LABELS[name]), before[name], after[name])
                for name in FIELDS
                if before[name] != after[name]
            ]
            self._take(section, Change(self.number, CHANGED, title, cells), task.identity, row)

    def add(self) -> None:
        """Judge a row that adds a task. A row in which nothing is typed is left out."""
        if not any(self.cells.get(name) for name in FIELDS):
            return
        if self._removes():
            self.fault("delete", _("A new task cannot be removed. Clear the row instead."))
            return
        version = self._draft()
        section = self._section(version) if version is not None else None
        if version is None or section is None:
            return
        lock = self.cells.get("lock_version") or str(section.lock_version)
        if lock != str(section.lock_version):
            self.fault("lock_version", _("“%(section)s” has been saved in the meantime. Check the "
                                         "file again.") % {"section": section.title})  # fmt: skip
            return
        self.cells["lock_version"] = lock
        row = self._checked(version)
        if row is not None:
            cells = [
                (str(_LABELS[name]), "", self.cells[name])
                for name in FIELDS
                if self.cells.get(name)
            ]
            self._take(section, Change(self.number, ADDED, row.title, cells), None, row)

    def _take(
        self, section: PlanSection, change: Change, identity: UUID | None, row: TaskRow | None
    ) -> None:
        self.judgement.changes.append(change)
        self.judgement.rows.append((self.number, self.cells))
        self.judgement.writes.append((section, self.number, identity, row))

    def _removes(self) -> bool:
        mark = fold(self.cells.get("delete", ""))
        if mark and mark not in _REMOVE:
            self.fault("delete", _("Write x to remove the task, or leave the cell empty."))
        return mark in _REMOVE

    def _refusal(self, task: PlanTask) -> Any:
        """Why the task may not be changed; empty where it may."""
        version = task.version
        if not version.is_draft:
            return _("Version %(number)s has been sent and can no longer be changed. Open the next "
                     "version of the plan and export its tasks.") % {"number": version.number}  # fmt: skip
        answer = rules.may_edit(self.known.mandate, version)
        return "" if answer else str(answer)

    def _draft(self) -> PlanVersion | None:
        code = self.cells.get("unit_code", "")
        if not code and self.known.mandate.is_unit_side:
            code = self.known.mandate.unit.code
        if not code:
            self.fault("unit_code", _("Say which unit the new task belongs to."))
            return None
        drafts = {key[1]: draft for key, draft in self.known.drafts.items() if key[0] == code}
        phase = self._whole("phase")
        if phase is None and len(drafts) == 1 and not self.cells.get("phase"):
            return next(iter(drafts.values()))
        draft = drafts.get(phase or 0)
        if draft is None:
            self.fault("unit_code", _("“%(code)s” has no open draft for this phase that you may "
                                      "edit.") % {"code": code[:60]})  # fmt: skip
        return draft

    def _section(self, version: PlanVersion) -> PlanSection | None:
        section = self.known.sections.get((version.pk, self._whole("area") or 0))
        if section is None:
            self.fault("area", _("Say by its number which content area the new task belongs to."))
        return section

    def _checked(self, version: PlanVersion, identity: UUID | None = None) -> TaskRow | None:
        """Check the cells as the screen does; return the row, or None with every fault told."""
        data = {name: self.cells.get(name, "") for name in FIELDS}
        form = TaskForm({**data, "identity": str(identity or "")}, years=version.plan.phase.years)
        if form.is_valid() and data["title"]:
            return form.row()
        if not data["title"]:
            self.fault("title", _("Say what is to be done. To remove the task, write x in the "
                                  "column for it."))  # fmt: skip
        for name, reasons in form.errors.items():
            if name != "title" or data["title"]:
                for reason in reasons:
                    self.fault(name, reason)
        return None

    def _whole(self, column: str) -> int | None:
        text = self.cells.get(column, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _stored(task: PlanTask, name: str) -> str:
    if name == "due_date":
        return show_date(task.due_date) if task.due_date else ""
    return _even(name, read_back(getattr(task, name)))


def _typed(cells: dict[str, str], name: str, stored: str) -> str:
    """The cell as it would be stored; a column the file does not have leaves what is known."""
    if name not in cells:
        cells[name] = stored
    text = _even(name, cells[name])
    if name == "due_date" and text:
        try:
            return show_date(parse_date(text))
        except DomainError:
            return text
    return text


def _even(name: str, text: str) -> str:
    return " ".join(text.split()) if name == "title" else text


def _known(rows: list[Row], mandate: Mandate, campaign: Campaign) -> _Known:
    known = _Known(mandate)
    stored = PlanTask.objects.filter(version__in=readable_versions(mandate, campaign).values("pk"))
    stored = stored.select_related("section__area", "version__plan__unit", "version__plan__phase")
    for some in _chunks(sorted({cells.get("identity", "") for _number, cells in rows})):
        for task in stored.filter(identity__in=some):
            known.tasks[task.version.plan_id, task.version.number, task.identity] = task
    drafts = versions_shown(mandate, campaign, which=TaskVersions.DRAFT)
    for version in drafts.select_related("plan__unit", "plan__phase"):
        known.drafts[version.plan.unit.code, version.plan.phase.number] = version
    sections = PlanSection.objects.filter(
        version__in=drafts.order_by().values("pk"), area__isnull=False
    )
    for section in sections.select_related("area"):
        assert section.area is not None  # noqa: S101 - narrows the type
        known.sections[section.version_id, section.area.number] = section
    return known


def _chunks(codes: Iterable[str]) -> Iterator[list[UUID]]:
    some: list[UUID] = []
    for code in codes:
        try:
            some.append(UUID(code))
        except ValueError:
            continue
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _check_lengths(judgement: Judgement) -> None:
    """A content area has room for so many tasks, as on the screen."""
    growth: Counter[int] = Counter()
    for section, number, identity, row in judgement.writes:
        growth[section.pk] += (identity is None) - (row is None)
        if section.task_count + growth[section.pk] > TASK_LIMIT:
            reason = _("At most %(num)s tasks can be entered for one content area.")
            judgement.errors.append(RowError(number, "", reason % {"num": TASK_LIMIT}))


def write_tasks(judgement: Judgement, scope: Scope, by: Actor, at: datetime) -> None:
    """Save every section the rows touch. Raises RowsRefused when somebody was quicker."""
    sections: dict[int, SectionRows] = {}
    rows: dict[int, int] = {}
    for section, number, identity, row in judgement.writes:
        touched = sections.setdefault(section.pk, SectionRows(section))
        rows.setdefault(section.pk, number)
        if identity is None:
            touched.added.append(row)
        else:
            touched.replaced[identity] = row
    for pk, touched in sections.items():
        try:
            save_imported_tasks(rows=touched, by=by, at=at)
        except (SectionConflict, VersionFrozen) as conflict:
            raise RowsRefused([RowError(rows[pk], "", str(conflict))]) from conflict


TASKS = Importer(
    name="tasks",
    label=gettext_lazy("Import of tasks"),
    columns=TASK_TABLE,
    required=("title", "identity", "lock_version"),
    judge=judge_tasks,
    write=write_tasks,
    back=lambda scope: reverse("campaigns:task-list", args=[scope["campaign"]]) + "?version=draft",
    preview_of_job=lambda scope, job: (
        reverse("campaigns:task-import", args=[scope["campaign"]]) + f"?job={job}"
    ),
)
