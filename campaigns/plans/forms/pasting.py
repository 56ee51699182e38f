"""Rows pasted from a spreadsheet, checked by the same forms as typed ones, before they are added.

Nothing is stored on the way: preview and addition read the same pasted text.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.indicators.models import ValueKind
from campaigns.plans.forms.editor import TASKS, typed_rows
from campaigns.plans.forms.section import TASK_LIMIT, TargetForm, TaskForm
from campaigns.plans.pasting import TASK_FIELDS, PastedRow, read_targets, read_tasks
from campaigns.plans.queries import IndicatorLine
from emulation_portal.core.forms import BaseForm
from emulation_portal.core.text import fold

TARGETS = "targets"
_PREFIX = {TASKS: "tasks-", TARGETS: "target-"}
_LONGEST_UNDO = 4_000_000
_QUOTIENT = re.compile(r"([^/÷:]+)[/÷:]([^/÷:]+)")
_ORDINAL = re.compile(r"^\s*(?:[0-9]+|[ivx]+)(?:[.][0-9]+)*[.)]\s+")
# Wrong only through what was pasted: a value beside “does not apply”, a baseline without year.
_BOUND_UP = {"not_applicable", "baseline_year"}
_YES, _NO = {"co", "yes", "x", "dat", "1", "✓"}, {"khong", "no", "chua", "0"}


class PasteForm(BaseForm):
    """The cells as they were copied."""

    pasted = forms.CharField(
        label=gettext_lazy("Cells copied from the spreadsheet"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"}),
    )


@dataclass(frozen=True)
class Refused:
    """A row that stays out, with why."""

    number: int
    text: str
    reasons: list[str]


@dataclass(frozen=True)
class Change:
    """One field an indicator gets, with what stood there."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Paste:
    """What adding the pasted rows does: `fields` are the form's fields after it."""

    what: str
    tasks: list[PastedRow]
    targets: list[tuple[str, list[Change]]]
    refused: list[Refused]
    unused: list[str]
    fields: dict[str, str]

    @property
    def count(self) -> int:
        return len(self.tasks) or len(self.targets)


def paste_tasks(text: str, data: QueryDict, *, years: Iterable[int]) -> Paste:
    """Check pasted tasks; they are added below those typed in `data`. Raises PasteRefused."""
    table = read_tasks(text)
    typed = [row for row in typed_rows(data) if any(row[name] for name in TASK_FIELDS)]
    known = {_said(row) for row in typed}
    taken: list[PastedRow] = []
    refused = []
    for row in table.rows:
        form = TaskForm(row.cells, years=years)
        reasons = _reasons(form)
        if not reasons and _said(row.cells) in known:
            reasons = [_("This task is in the list already.")]
        if not reasons and len(typed) + len(taken) >= TASK_LIMIT:
            reasons = [
                _("At most %(num)s tasks can be entered for one content area.")
                % {"num": TASK_LIMIT}
            ]
        if reasons:
            refused.append(Refused(row.number, row.text, reasons))
        else:
            known.add(_said(row.cells))
            taken.append(row)
    rows: list[dict[str, Any]] = [*typed, *(row.cells for row in taken)]
    fields = {f"{TASKS}-TOTAL_FORMS": str(len(rows)), f"{TASKS}-INITIAL_FORMS": "0"}
    for place, cells in enumerate(rows):
        fields |= {f"{TASKS}-{place}-{name}": value for name, value in cells.items()}
    return Paste(TASKS, taken, [], refused, table.unused, fields)


def paste_targets(
    text: str, data: QueryDict, *, lines: Sequence[IndicatorLine], years: Sequence[int]
) -> Paste:
    """Check pasted targets; cells that are empty leave what is typed. Raises PasteRefused."""
    table = read_targets(text, years)
    fields = {name: str(value) for name, value in data.items() if name.startswith("target-")}
    targets: list[tuple[str, list[Change]]] = []
    refused = []
    seen: set[int] = set()
    for row in table.rows:
        line = _line_of(row.cells.get("indicator", ""), lines)
        if line is None:
            reason = _("No indicator of this content area has this name or code.")
            refused.append(Refused(row.number, row.text, [reason]))
            continue
        if line.indicator.pk in seen:
            reason = _("This indicator stands in an earlier row already.")
            refused.append(Refused(row.number, row.text, [reason]))
            continue
        cells = _target_cells(row, line)
        reasons = [] if cells else [_("The row has no value to be taken.")]
        prefix = f"target-{line.indicator.pk}"
        form = TargetForm(
            {**fields, **{f"{prefix}-{name}": value for name, value in cells.items()}},
            line=line,
            years=years,
        )
        if cells:
            reasons = _reasons(form, only=[*cells, *_BOUND_UP.difference(cells)])
        if reasons:
            refused.append(Refused(row.number, row.text, reasons))
            continue
        seen.add(line.indicator.pk)
        changes = [
            Change(str(form[name].label), fields.get(f"{prefix}-{name}", "").strip(), value)
            for name, value in cells.items()
            if value
        ]
        fields |= {f"{prefix}-{name}": value for name, value in cells.items()}
        targets.append((line.indicator.name, changes))
    return Paste(TARGETS, [], targets, refused, table.unused, fields)


def with_fields(data: QueryDict, what: str, fields: dict[str, str]) -> QueryDict:
    """Return `data` with all fields of `what` replaced by `fields`."""
    changed = data.copy()
    for name in [name for name in data if name.startswith(_PREFIX[what])]:
        del changed[name]
    for name, value in fields.items():
        changed[name] = value
    return changed


def undo_of(data: QueryDict, what: str) -> str:
    """Return the fields of `what` as they stand in `data`, as text for a hidden field."""
    names = [name for name in data if name.startswith(_PREFIX[what])]
    return json.dumps({"what": what, "fields": {name: data[name] for name in names}})


def undone(data: QueryDict) -> QueryDict:
    """Return `data` as it was before rows were pasted, or as it is when that cannot be told."""
    text = str(data.get("undo", ""))
    try:
        kept = json.loads(text[:_LONGEST_UNDO])
        what = str(kept["what"])
        prefix = _PREFIX[what]
        fields = {
            str(name): str(value)
            for name, value in kept["fields"].items()
            if str(name).startswith(prefix)
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return data
    return with_fields(data, what, fields)


def _said(cells: dict[str, Any]) -> tuple[str, ...]:
    return tuple(fold(str(cells.get(name, ""))) for name in TASK_FIELDS)


def _reasons(form: BaseForm, *, only: Iterable[str] | None = None) -> list[str]:
    """The sentences of a checked form, each with the name of its field."""
    if form.is_valid():
        return []
    names = form.errors if only is None else [name for name in only if name in form.errors]
    return [
        _("%(field)s: %(message)s") % {"field": form[name].label, "message": message}
        for name in names
        for message in form.errors[name]
    ]


def _line_of(name: str, lines: Sequence[IndicatorLine]) -> IndicatorLine | None:
    """The indicator a cell names by its code or, accents and numbering apart, by its name."""
    wanted = _key(name)
    if not wanted:
        return None
    for line in lines:
        indicator = line.indicator
        if wanted in {_key(indicator.code), _key(indicator.name_vi), _key(indicator.name_en)}:
            return line
    return None


def _key(text: str) -> str:
    return fold(_ORDINAL.sub("", text)).strip(" .:;-–")


def _target_cells(row: PastedRow, line: IndicatorLine) -> dict[str, str]:
    """The cells as the form of the indicator takes them: 75%, 3/4 and "có" are understood."""
    cells: dict[str, str] = {}
    for name, cell in row.cells.items():
        if name == "indicator" or not cell:
            continue
        if name in ("note", "baseline_year"):
            cells[name] = cell
        elif line.indicator.is_ratio:
            cells |= _ratio_cells(name, cell)
        elif line.indicator.value_kind == ValueKind.YES_NO:
            folded = fold(cell)
            cells[name] = "1" if folded in _YES else "0" if folded in _NO else cell
        else:
            cells[name] = cell
    return cells


def _ratio_cells(name: str, cell: str) -> dict[str, str]:
    if match := _QUOTIENT.fullmatch(cell):
        parts = {"numerator": match[1].strip(), "denominator": match[2].strip()}
        # The per cent is computed from them; an older one would contradict.
        return {**{f"{name}_{part}": value for part, value in parts.items()}, name: ""}
    return {name: cell.removesuffix("%").strip()}
