"""The whole section page: its forms together, and what the buttons beside a row do to them."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.plans.forms.section import (
    TASK_LIMIT,
    BaseTaskFormSet,
    NarrativeForm,
    TargetForm,
    TaskFormSet,
    initial_of_target,
    initial_of_task,
)
from campaigns.plans.merging import base_of
from campaigns.plans.models import PlanSection, SectionKind
from campaigns.plans.queries import IndicatorLine, SectionContent
from campaigns.plans.rows import TargetRow
from emulation_portal.core.forms import SummaryEntry, error_summary

TASKS = "tasks"
_ROW_BUTTON = re.compile(r"(?P<do>add|up|down|remove)(?:-(?P<row>\d{1,4}))?")
_COUNT = re.compile(r"[0-9]{1,5}")
_TASK_FIELDS = ("identity", "title", "lead", "partners", "due_date", "product")


class SectionEditor:
    """The forms of one section. Made from what is stored, or from what was typed.

    What was typed is only shown again, not checked, where a row's button was pressed, or where
    `unchecked` says so.
    """

    def __init__(
        self,
        section: PlanSection,
        *,
        lines: Sequence[IndicatorLine],
        years: Iterable[int],
        content: SectionContent,
        data: QueryDict | None = None,
        unchecked: bool = False,
    ) -> None:
        self.section = section
        self.lines = lines
        self.years = list(years)
        self.has_rows = section.kind == SectionKind.AREA
        self._stored = content
        if data is None:
            self._show(content)
        elif unchecked or _ROW_BUTTON.fullmatch(_pressed(data)):
            self._rearrange(data)
        else:
            self.text = NarrativeForm(data)
            self.tasks = self._task_forms(data)
            self.targets = [self._target_form(line, data) for line in self._asked()]

    def is_valid(self) -> bool:
        """Check every form; each is checked, so that all mistakes are told at once."""
        checked = [self.text.is_valid(), *(form.is_valid() for form in self.targets)]
        if self.has_rows:
            checked.append(self.tasks.is_valid())
        return all(checked)

    @property
    def errors(self) -> list[SummaryEntry]:
        """The lines of the error summary, in the order of the page, each naming its row."""
        if not self.text.is_bound:
            return []
        lines = error_summary(self.text)
        if not self.has_rows:
            return lines
        lines += [SummaryEntry("", str(text)) for text in self.tasks.non_form_errors()]
        for number, task in enumerate(self.tasks.forms, start=1):
            lines += [
                SummaryEntry(
                    line.anchor,
                    _("Task %(number)s – %(text)s") % {"number": number, "text": line.text},
                )
                for line in error_summary(task)
            ]
        for target in self.targets:
            name = target.indicator.name
            lines += [
                SummaryEntry(
                    line.anchor,
                    _("“%(indicator)s” – %(text)s") % {"indicator": name, "text": line.text},
                )
                for line in error_summary(target)
            ]
        return lines

    def content(self) -> SectionContent:
        """Return what was typed, after a successful check."""
        cleaned = self.text.cleaned_data
        return SectionContent(
            narrative=cleaned["narrative"],
            tasks=tuple(self.tasks.rows()) if self.has_rows else (),
            targets=tuple(form.row() for form in self.targets if not form.row().is_empty),
            completed=cleaned["completed"] == "yes",
            lock_version=cleaned["lock_version"],
        )

    def _show(self, content: SectionContent) -> None:
        self.text = NarrativeForm(
            initial={
                "narrative": content.narrative,
                "completed": "yes" if content.completed else "no",
                "lock_version": content.lock_version,
                "base": base_of(content),
            }
        )
        rows = [initial_of_task(row) for row in content.tasks]
        self.tasks = self._task_rows(rows or [{}])
        stored = {row.indicator_id: row for row in content.targets}
        self.targets = [self._target_form(line, stored=stored) for line in self._asked()]

    def _rearrange(self, data: QueryDict) -> None:
        """Show what was typed, with a task added, moved or removed. Nothing is checked or saved."""
        match = _ROW_BUTTON.fullmatch(_pressed(data))
        do, row = (match["do"], int(match["row"] or -1)) if match else ("", -1)
        rows = typed_rows(data)
        if do == "add" and len(rows) < TASK_LIMIT:
            rows.append({})
        elif do == "up" and 0 < row < len(rows):
            rows[row - 1], rows[row] = rows[row], rows[row - 1]
        elif do == "down" and 0 <= row < len(rows) - 1:
            rows[row + 1], rows[row] = rows[row], rows[row + 1]
        elif do == "remove" and 0 <= row < len(rows):
            del rows[row]
        moved_to = {"add": len(rows) - 1, "up": row - 1, "down": row + 1}.get(do, -1)
        names = ("narrative", "completed", "lock_version", "base")
        self.text = NarrativeForm(initial={name: data.get(name, "") for name in names})
        self.tasks = self._task_rows(rows or [{}])
        if 0 <= moved_to < len(rows):
            # The page comes back at the row that was moved, without any script.
            self.tasks.forms[moved_to].fields["title"].widget.attrs["autofocus"] = True
        self.targets = []
        for line in self._asked():
            prefix = f"target-{line.indicator.pk}-"
            typed = {
                name.removeprefix(prefix): value
                for name, value in data.items()
                if name.startswith(prefix)
            }
            self.targets.append(TargetForm(line=line, years=self.years, initial=typed))

    @property
    def folds(self) -> bool:
        """Whether there are so many indicators that each is folded until it is wanted."""
        return len(self.targets) > 2

    @property
    def has_unconfirmed(self) -> bool:
        return any(not line.indicator.confirmed for line in self._asked())

    def _asked(self) -> Sequence[IndicatorLine]:
        return self.lines if self.has_rows else ()

    def _task_forms(self, data: QueryDict) -> BaseTaskFormSet:
        forms = TaskFormSet(data, prefix=TASKS, form_kwargs={"years": self.years})
        return cast(BaseTaskFormSet, forms)

    def _task_rows(self, rows: list[dict[str, Any]]) -> BaseTaskFormSet:
        forms = TaskFormSet(initial=rows, prefix=TASKS, form_kwargs={"years": self.years})
        return cast(BaseTaskFormSet, forms)

    def _target_form(
        self,
        line: IndicatorLine,
        data: QueryDict | None = None,
        stored: dict[int, TargetRow] | None = None,
    ) -> TargetForm:
        row = (stored or {}).get(line.indicator.pk)
        initial = initial_of_target(row, line.indicator) if row else {}
        return TargetForm(data, line=line, years=self.years, initial=initial)


def _pressed(data: QueryDict) -> str:
    """The button that was pressed."""
    return str(data.get("do", ""))


def typed_rows(data: QueryDict) -> list[dict[str, Any]]:
    """Return the tasks as they were typed, unchecked."""
    total = str(data.get(f"{TASKS}-TOTAL_FORMS", ""))
    count = min(int(total), TASK_LIMIT) if _COUNT.fullmatch(total) else 0
    return [
        {name: data.get(f"{TASKS}-{row}-{name}", "") for name in _TASK_FIELDS}
        for row in range(count)
    ]
