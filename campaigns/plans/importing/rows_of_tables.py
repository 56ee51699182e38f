"""Rows of a recognised table as tasks and targets; what cannot be read stays as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator
from campaigns.plans.importing.cells import deadline_of, has_words, measure_of, year_named
from campaigns.plans.importing.headings import mark_of, words_of
from campaigns.plans.importing.proposal import Certainty, TargetLine, TaskLine
from campaigns.plans.importing.tables import Columns, Grid, grid_of
from campaigns.plans.models import PlanTask
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core.documents.word_reading import TextRow, TextTable

_LONGEST = {
    name: int(PlanTask._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]
    for name in ("title", "lead", "partners", "product")
}
# No campaign has as many indicators; comparing names takes time.
_MOST_TARGETS = 200


@dataclass
class TaskRows:
    """Rows below one heading row of the table (or the whole table, with an empty heading)."""

    heading: str
    lines: list[TaskLine] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass
class TargetRows:
    lines: list[TargetLine] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def text_of_row(row: TextRow) -> str:
    """Return a row as a line of text, nothing lost."""
    return " | ".join(" ".join(cell.text.split()) for cell in row.cells if cell.text)


def heading_row(row: TextRow, columns: Columns | None = None) -> str:
    """Return the text of a row that is a heading inside a table, or "" for any other row.

    Such a row says one thing only, in one wide cell or beside a number ("I", "1").
    """
    said = [cell for cell in row.cells if cell.text.strip()]
    if not said or len({cell.text for cell in said}) > 2:
        return ""
    width = sum(cell.span for cell in row.cells)
    number = said[0].text.strip().rstrip(".)") if len(said) == 2 else ""
    text = " ".join(said[-1].text.split())
    if len(said) == 1 and said[0].span >= max(2, width // 2):
        return text
    if (
        len(said) == 2
        and len(number) <= 5
        and (said[1].span > 1 or row.bold or mark_of(f"{number}. x"))
    ):
        roman = mark_of(f"{number}. x")
        wide = said[1].span >= max(2, width // 2)
        if wide or row.bold or (roman is not None and roman.rank == 1):
            return f"{number}. {text}" if mark_of(text) is None else text
    return text if len(said) == 1 and (row.bold or mark_of(text)) and width > 2 else ""


def task_rows(table: TextTable, columns: Columns, years: Sequence[int]) -> list[TaskRows]:
    """Return the rows of a table of tasks, split at its heading rows."""
    groups = [TaskRows("")]
    previous: TaskRow | None = None
    for row in table.rows[columns.header_rows :]:
        if heading := heading_row(row, columns):
            groups.append(TaskRows(heading))
            previous = None
            continue
        line, left = _task_line(grid_of(row), columns, years, previous)
        if left:
            groups[-1].left.append(left)
        if line is None:
            if not left:
                groups[-1].left.append(text_of_row(row))
            continue
        if previous is not None and _goes_on(grid_of(row), columns):
            merged = _merged(groups[-1].lines[-1], line)
            if merged is not None:
                groups[-1].lines[-1] = merged
                previous = merged.task
                continue
        groups[-1].lines.append(line)
        previous = line.task
    return [group for group in groups if group.lines or group.left]


def _cell(grid: Grid, columns: Columns, name: str) -> str:
    texts = [grid[at].text for at in columns.at.get(name, ()) if at < len(grid)]
    return "\n".join(text for text in texts if text)


def _goes_on(grid: Grid, columns: Columns) -> bool:
    """Whether the row's task is the one above: its cell is the lower part of a merged one."""
    at = columns.at["title"][0]
    return at < len(grid) and grid[at].continued


def _merged(above: TaskLine, below: TaskLine) -> TaskLine | None:
    """One task with the products of both rows; None where they do not fit."""
    product = "; ".join(part for part in (above.task.product, below.task.product) if part)
    if len(product) > _LONGEST["product"]:
        return None
    due = max(filter(None, (above.task.due_date, below.task.due_date)), default=None)
    return replace(
        above,
        task=replace(above.task, product=product, due_date=due),
        notes=(*above.notes, *below.notes),
        certainty=Certainty.LIKELY,
    )


def _task_line(
    grid: Grid, columns: Columns, years: Sequence[int], previous: TaskRow | None
) -> tuple[TaskLine | None, str]:
    """The row as a task, and what of it has no place in one."""
    texts = {
        name: _one_line(_cell(grid, columns, name)) for name in ("lead", "partners", "product")
    }
    title = _one_line(_cell(grid, columns, "title"))
    due = _one_line(_cell(grid, columns, "due"))
    if previous is not None:
        if not title and _goes_on(grid, columns):
            title = previous.title
        for name, above in (("lead", previous.lead), ("partners", previous.partners)):
            at = columns.at.get(name, [])
            if not texts[name] and at and at[0] < len(grid) and grid[at[0]].continued:
                texts[name] = above
    if not title or len(title) > _LONGEST["title"]:
        return None, " | ".join(part for part in (title, *texts.values(), due) if part)
    notes: list[object] = []
    spare: list[str] = []
    for name, text in texts.items():
        if len(text) > _LONGEST[name]:
            notes.append(_("a cell is too long for its field: it is offered as text"))
            spare.append(text)
            texts[name] = ""
    deadline = deadline_of(due, years)
    certainty = Certainty.SURE if columns.certain else Certainty.LIKELY
    if deadline.note:
        notes.append(deadline.note)
        spare.append(due)
    elif deadline.day and not deadline.exact:
        notes.append(_("“%(said)s” is read as the last day of that time") % {"said": due})
    if notes:
        certainty = Certainty.LIKELY
    remark = _one_line(_cell(grid, columns, "note"))
    left = " | ".join([title, *spare, *([remark] if remark else [])]) if spare or remark else ""
    task = TaskRow(
        title=title,
        lead=texts["lead"],
        partners=texts["partners"],
        due_date=deadline.day,
        product=texts["product"],
    )
    return TaskLine(task, tuple(notes), certainty), left


def _one_line(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "; ".join(line.strip("-–+• ;") for line in lines if line.strip("-–+• ;"))


def target_rows(
    table: TextTable, columns: Columns, indicators: Sequence[Indicator], years: Sequence[int]
) -> TargetRows:
    """Return the rows of a table of targets, each matched to an indicator, and all others."""
    found = TargetRows()
    taken: set[int] = set()
    tried = 0
    for row in table.rows[columns.header_rows :]:
        if heading_row(row, columns):
            continue
        grid = grid_of(row)
        name = _one_line(_cell(grid, columns, "name"))
        tried += 1
        match, certainty = (
            _indicator(name, indicators) if tried <= _MOST_TARGETS else (None, Certainty.OPEN)
        )
        if match is None or match.pk in taken:
            found.left.append(text_of_row(row))
            continue
        line = _target_line(grid, columns, match, certainty, years)
        if line is None:
            found.left.append(text_of_row(row))
            continue
        taken.add(match.pk)
        found.lines.append(line)
    return found


def _target_line(
    grid: Grid,
    columns: Columns,
    indicator: Indicator,
    certainty: Certainty,
    years: Sequence[int],
) -> TargetLine | None:
    notes: list[object] = []
    values: dict[int, Measure] = {}
    shown: list[tuple[str, str]] = []
    for year, at in sorted(columns.years.items()):
        text = _one_line(grid[at].text) if at < len(grid) else ""
        try:
            measure = measure_of(text, indicator)
        except ValueError:
            notes.append(
                _("%(year)s: “%(said)s” is no value of this indicator")
                % {"year": str(year), "said": text}
            )
            continue
        if measure is None:
            continue
        if year not in years:
            notes.append(
                _("%(year)s lies outside the phase: “%(said)s” is left out")
                % {"year": str(year), "said": text}
            )
            continue
        if has_words(text, indicator):
            notes.append(
                _("%(year)s: only the figure of “%(said)s” is taken")
                % {"year": str(year), "said": text}
            )
        values[year] = measure
        shown.append((str(year), text))
    baseline, baseline_year = _baseline(grid, columns, indicator, notes, shown)
    if not values and not baseline:
        return None
    if notes and certainty == Certainty.SURE:
        certainty = Certainty.LIKELY
    row = TargetRow(indicator.pk, baseline=baseline, baseline_year=baseline_year, years=values)
    name = _one_line(_cell(grid, columns, "name"))
    return TargetLine(indicator, row, name, certainty, tuple(notes), tuple(shown))


def _baseline(
    grid: Grid,
    columns: Columns,
    indicator: Indicator,
    notes: list[object],
    shown: list[tuple[str, str]],
) -> tuple[Measure, int | None]:
    text = _one_line(_cell(grid, columns, "baseline"))
    year = year_named(text) or columns.baseline_year
    try:
        measure = measure_of(text, indicator)
    except ValueError:
        measure = None
        notes.append(_("baseline: “%(said)s” is no value of this indicator") % {"said": text})
    if measure is None:
        return Measure(), None
    if year is None:
        notes.append(_("baseline: “%(said)s” names no year and is left out") % {"said": text})
        return Measure(), None
    shown.insert(0, (str(_("Baseline %(year)s") % {"year": str(year)}), text))
    return measure, year


def _indicator(name: str, indicators: Sequence[Indicator]) -> tuple[Indicator | None, Certainty]:
    """The indicator whose name `name` resembles most, and how surely; None below likelihood."""
    folded = " ".join(words_of(name))
    if not folded:
        return None, Certainty.OPEN
    scored = sorted(
        (
            (max(_alike(folded, indicator.name_vi), _alike(folded, indicator.name_en)), -at)
            for at, indicator in enumerate(indicators)
        ),
        reverse=True,
    )
    if not scored or scored[0][0] < 0.55:
        return None, Certainty.OPEN
    best = indicators[-scored[0][1]]
    margin = scored[0][0] - (scored[1][0] if len(scored) > 1 else 0.0)
    if scored[0][0] >= 0.97 or (scored[0][0] >= 0.88 and margin >= 0.05):
        return best, Certainty.SURE
    if margin < 0.05:
        return best, Certainty.UNSURE
    return best, Certainty.LIKELY if scored[0][0] >= 0.7 else Certainty.UNSURE


def _alike(folded: str, name: str) -> float:
    theirs = " ".join(words_of(name))
    if not theirs:
        return 0.0
    mine_words, their_words = set(folded.split()), set(theirs.split())
    dice = 2 * len(mine_words & their_words) / (len(mine_words) + len(their_words))
    if dice < 0.4:
        return dice
    matcher = SequenceMatcher(None, folded[:400], theirs[:400], autojunk=False)
    return max(dice, (dice + matcher.ratio()) / 2)
