"""What the columns of a table of some document are: tasks, targets, or neither."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from emulation_portal.core.documents.word_reading import TextRow, TextTable
from emulation_portal.core.text import fold

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_WORD = re.compile(r"[a-z0-9]+")
_MOST_HEADER_ROWS = 3
_MOST_COLUMNS = 40

# What the columns of a table of tasks are called; the first that fits a header wins.
_TASK_COLUMNS = (
    ("number", ("stt", "tt", "so tt", "so thu tu", "no")),
    ("partners", ("phoi hop",)),
    ("lead", ("chu tri", "don vi thuc hien", "phu trach", "co quan thuc hien", "nguoi thuc hien", "phan cong", "bo phan thuc hien", "dau moi")),
    ("due", ("thoi han", "thoi gian", "hoan thanh", "tien do", "thoi diem", "ngay")),
    ("product", ("san pham", "ket qua", "dau ra")),
    ("title", ("nhiem vu", "cong viec", "noi dung", "viec", "hoat dong", "giai phap")),
    ("note", ("ghi chu",)),
)  # fmt: skip
_TARGET_COLUMNS = (
    ("number", ("stt", "tt", "so tt", "so thu tu", "no")),
    ("unit", ("dvt", "don vi tinh", "don vi do", "don vi")),
    ("baseline", ("gia tri goc", "hien trang", "thuc hien nam", "ket qua nam", "nam goc", "goc", "so lieu goc", "da dat", "thuc trang")),
    ("name", ("chi tieu", "ten chi tieu", "noi dung", "muc tieu")),
    ("note", ("ghi chu",)),
)  # fmt: skip


@dataclass
class Columns:
    """What stands in which grid column. `years` are those of a table of targets."""

    kind: str  # "tasks" or "targets"
    at: dict[str, list[int]]
    years: dict[int, int] = field(default_factory=dict)
    baseline_year: int | None = None
    header_rows: int = 0
    titles: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether enough columns are named to leave no doubt about what the table is."""
        if self.kind == "tasks":
            return len(self.at.keys() & {"title", "lead", "due", "product", "partners"}) >= 3
        return bool(self.years) and "name" in self.at


@dataclass(frozen=True)
class GridCell:
    text: str
    continued: bool = False


Grid = list[GridCell]


def grid_of(row: TextRow, *, spread: bool = False) -> Grid:
    """Return a row by grid columns; `spread` repeats a wide cell's text above each of them."""
    cells: Grid = []
    for cell in row.cells:
        cells.append(GridCell(cell.text, cell.continued))
        filler = GridCell(cell.text if spread else "", cell.continued)
        cells += [filler] * (cell.span - 1)
        if len(cells) > _MOST_COLUMNS:
            break
    return cells[:_MOST_COLUMNS]


def columns_of(table: TextTable) -> Columns | None:
    """Return what the columns of `table` are, or None where it is neither tasks nor targets.

    The header may run over up to three rows; the titles above one another are read together.
    """
    flagged = 0
    for row in table.rows[:_MOST_HEADER_ROWS]:
        if not row.is_header:
            break
        flagged += 1
    best: Columns | None = None
    for count in range(1, min(_MOST_HEADER_ROWS, len(table.rows) - 1) + 1):
        if count > 1 and not (count <= flagged or _is_header(table.rows[count - 1])):
            break
        found = _named(_titles(table.rows[:count]))
        if found is not None and (best is None or _weight(found) > _weight(best)):
            found.header_rows = count
            best = found
        elif best is not None and found is not None and _continues(table.rows[count - 1]):
            best.header_rows = count
    if best is not None:
        best.header_rows = max(best.header_rows, min(flagged, len(table.rows) - 1))
    return best


def _weight(columns: Columns) -> int:
    return len(columns.at) + 2 * len(columns.years)


def _is_header(row: TextRow) -> bool:
    """Whether a row below the first still belongs to the header: it goes on with merged cells,
    or it only counts the columns: (1) (2) (3).
    """
    texts = [cell.text.strip() for cell in row.cells if cell.text.strip()]
    return _continues(row) or all(re.fullmatch(r"\(?[0-9A-Z]{1,2}\)?", text) for text in texts)


def _continues(row: TextRow) -> bool:
    return any(cell.continued for cell in row.cells)


def _titles(rows: Sequence[TextRow]) -> list[str]:
    grids = [grid_of(row, spread=True) for row in rows]
    width = max((len(grid) for grid in grids), default=0)
    titles = []
    for at in range(width):
        parts: list[str] = []
        for grid in grids:
            text = grid[at].text if at < len(grid) and not grid[at].continued else ""
            if text and text not in parts and not re.fullmatch(r"\(?[0-9A-Z]{1,2}\)?", text):
                parts.append(text)
        titles.append(" ".join(parts))
    return titles


def _named(titles: list[str]) -> Columns | None:
    targets = _as_targets(titles)
    tasks = _as_tasks(titles)
    if targets is not None and (tasks is None or targets.years):
        return targets
    return tasks


def _as_tasks(titles: list[str]) -> Columns | None:
    at = _matched(titles, _TASK_COLUMNS)
    if "title" not in at or not at.keys() & {"lead", "due", "product", "partners"}:
        return None
    return Columns("tasks", at, titles=tuple(titles))


def _as_targets(titles: list[str]) -> Columns | None:
    years: dict[int, int] = {}
    baseline_year: int | None = None
    for at, title in enumerate(titles):
        found = _YEAR.findall(title)
        folded = fold(title)
        if any(word in folded for word in ("goc", "hien trang", "thuc hien", "thuc trang")):
            baseline_year = int(found[0]) if found else baseline_year
        elif len(found) == 1 and int(found[0]) not in years:
            years[int(found[0])] = at
    matched = _matched(
        ["" if at in years.values() else title for at, title in enumerate(titles)], _TARGET_COLUMNS
    )
    names_indicators = any("chi tieu" in fold(title) for title in titles)
    if "name" not in matched or not (names_indicators or "unit" in matched):
        return None
    if not (years or "baseline" in matched):
        return None
    return Columns("targets", matched, years, baseline_year, titles=tuple(titles))


def _matched(
    titles: list[str], known: tuple[tuple[str, tuple[str, ...]], ...]
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, title in enumerate(titles):
        words = " ".join(_WORD.findall(fold(title)))
        for name, phrases in known:
            if any(_says(words, phrase) for phrase in phrases):
                if name in found and name in ("title", "name"):
                    break
                found.setdefault(name, []).append(at)
                break
    return found


def _says(words: str, phrase: str) -> bool:
    """Whole words only: "tt" is no part of "ttcp". Short signs must be the whole title."""
    if len(phrase) <= 3 and phrase not in ("viec", "goc"):
        return words == phrase
    return f" {phrase} " in f" {words} "
