"""The tables of a plan's paper, and which of them leave the text for an annex."""

from collections.abc import Sequence

from campaigns.plans.document import SectionView, TargetLine, Value
from campaigns.plans.models import PlanTask
from emulation_portal.core.documents.lines import ABSTRACT_LINE, balanced, roman
from emulation_portal.core.documents.model import Annex, Column, Paragraph, Table
from emulation_portal.core.documents.model import Block as PaperBlock
from emulation_portal.formats.writing import show_date

# A longer table would tear the text apart: it stands in an annex.
ROWS_IN_TEXT = 20
# A table that leaves its open column less (millimetres) is laid sideways, in an annex.
_NARROWEST_TEXT = 42.0
_TASK_COLUMNS = (
    Column("STT", 12, "center"),
    Column("Nhiệm vụ", 0),
    Column("Chủ trì", 27),
    Column("Phối hợp", 27),
    Column("Thời hạn", 25, "center"),
    Column("Sản phẩm", 27),
)
# A column of figures is as wide as its longest, within these bounds (millimetres).
_NARROWEST, _WIDEST, _LETTER, _PADDING = 15.0, 24.0, 2.35, 3.0


class Annexes:
    """The annexes of one paper. Their number must be known before the text names the first."""

    def __init__(self, reference: tuple[str, ...], sections: list[SectionView]) -> None:
        self._reference = reference
        self._total = sum(_leaves_text(table) for part in sections for table in _tables_of(part))
        self.made: tuple[Annex, ...] = ()

    def placed(self, letter: str, name: str, area: str, table: Table) -> list[PaperBlock]:
        """Return `table` under its label, or the label with a reference to the annex it becomes."""
        label = f"{letter}) {name}" if letter else name
        if not _leaves_text(table):
            return [Paragraph(f"{label}:", with_next=True), table]
        number = len(self.made) + 1
        title = (name.upper(), *balanced(area.upper(), ABSTRACT_LINE - 8))
        wide = table.rest() < _NARROWEST_TEXT
        self.made += (Annex(title, self._reference, (table,), landscape=wide),)
        annex = f"Phụ lục {roman(number)}" if self._total > 1 else "Phụ lục"
        return [Paragraph(f"{label}: gồm {len(table.rows)} dòng, chi tiết tại {annex} kèm theo.")]


def _tables_of(part: SectionView) -> list[Table]:
    applicable = [line for line in part.targets if not line.not_applicable]
    tables = [task_table(part.tasks, "")] if part.tasks else []
    return [*tables, *([target_table(applicable, "")] if applicable else [])]


def _leaves_text(table: Table) -> bool:
    return len(table.rows) > ROWS_IN_TEXT or table.rest() < _NARROWEST_TEXT


def task_table(tasks: Sequence[PlanTask], title: str) -> Table:
    """Return the tasks of a part: task, lead, partners, deadline, product."""
    rows = tuple(_task_row(number, task) for number, task in enumerate(tasks, start=1))
    return Table(_TASK_COLUMNS, rows, f"Nhiệm vụ: {title}")


def _task_row(number: int, task: PlanTask) -> tuple[str, ...]:
    due = show_date(task.due_date) if task.due_date else "Thường xuyên"
    return (str(number), task.title, task.lead, task.partners, due, task.product)


def target_table(lines: list[TargetLine], title: str) -> Table:
    """Return the targets of a part: unit of measure, baseline and a column for each year."""
    years = [cell.year for cell in lines[0].years]
    rows = tuple(_target_row(number, line) for number, line in enumerate(lines, start=1))
    measured = [3, *range(4, 4 + len(years))]
    widths = {
        index: min(
            _WIDEST,
            max(_NARROWEST, _PADDING + _LETTER * max(_longest_word(row[index]) for row in rows)),
        )
        for index in measured
    }
    columns = (
        Column("STT", 12, "center"),
        Column("Chỉ tiêu", 0),
        Column("ĐVT", 17, "center"),
        Column("Giá trị gốc", max(20.0, widths[3]), "center"),
        *(Column(f"Năm {year}", widths[4 + i], "center") for i, year in enumerate(years)),
    )
    return Table(columns, rows, f"Chỉ tiêu: {title}")


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _target_row(number: int, line: TargetLine) -> tuple[str, ...]:
    indicator = line.indicator
    name = indicator.name_vi if indicator.confirmed else f"{indicator.name_vi} (chưa xác nhận)"
    if line.note:
        name = f"{name}. Ghi chú: {line.note}"
    baseline = _value(line.baseline)
    if line.baseline and line.baseline_year:
        baseline = f"{baseline} (năm {line.baseline_year})"
    years = (_value(cell.value) for cell in line.years)
    return (str(number), name, indicator.unit_of_measure_vi, baseline, *years)


def _value(value: Value | None) -> str:
    if value is None:
        return "–"
    return f"{value.text} ({value.parts})" if value.parts else value.text
