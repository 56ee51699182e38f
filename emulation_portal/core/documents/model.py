"""What a paper says, and in which parts: knows nothing of plans, Typst or Word."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from itertools import combinations
from math import comb
from typing import Any, Literal

from emulation_portal.core.documents.measures import TEXT_WIDTH

# At 12 points a line of capitals longer than this does not fit the left half of the head.
ISSUER_LINE = 27
ABSTRACT_LINE = 62
# Up to so many every way to break a text is weighed; longer ones are only filled evenly.
WAYS_WEIGHED = 5000


@dataclass(frozen=True)
class Part:
    """A heading: level 1 is "I. MỤC ĐÍCH, YÊU CẦU", level 2 a titled clause "1. …"."""

    level: Literal[1, 2]
    text: str
    kind: Literal["part"] = "part"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text: justified, its first line indented."""

    text: str
    # Stays on one page with what follows: "a) Nhiệm vụ" above its table.
    with_next: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Column:
    """`width` in millimetres; of exactly one column of a table it is 0: it takes the rest."""

    title: str
    width: float
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True)
class Table:
    """A table with a header row that repeats on every page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    label: str  # says what the table is to somebody who does not see it
    kind: Literal["table"] = "table"

    def fitted(self) -> tuple[Column, ...]:
        """Return the columns, the open one as wide as the text leaves it."""
        rest = TEXT_WIDTH - sum(column.width for column in self.columns)
        return tuple(replace(column, width=column.width or rest) for column in self.columns)


Block = Part | Paragraph | Table


@dataclass(frozen=True)
class Signature:
    """`authority` are lines of capitals: "KT. CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"."""

    authority: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Paper:
    """One official document with a type of its own (Annex III, model 1.4: named documents).

    `superior` is empty where the issuing body is the highest itself. `watermark` is empty on
    paper that is fit to sign.
    """

    superior: tuple[str, ...]
    issuer: tuple[str, ...]
    symbol: str
    place_date: str
    type_name: str
    abstract: tuple[str, ...]
    bases: tuple[str, ...]
    blocks: tuple[Block, ...]
    signature: Signature
    recipients: tuple[str, ...]
    watermark: str = ""

    @property
    def title(self) -> str:
        """The title in the file's properties."""
        return f"{self.type_name.capitalize()} {' '.join(self.abstract)}"

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


NATIONAL_TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
RECIPIENTS_TITLE = "Nơi nhận:"


def dated(place: str, day: date | None) -> str:
    """Return element 4: a zero before days under 10 and months 1 and 2, blanks without a day."""
    if day is None:
        return f"{place}, ngày … tháng … năm …"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def numbered(number: str, symbol: str) -> str:
    """Return element 3: "Số: 05/KH-DSVH"; without a number the place for it stays open."""
    if not number:
        return f"Số: …/{symbol}"
    return f"Số: {number.zfill(2) if number.isdigit() else number}/{symbol}"


def balanced(text: str, longest: int) -> tuple[str, ...]:
    """Break `text` into as few lines of at most `longest` letters as can be, of like length.

    A line rather ends with a comma and begins with "và" than the other way
    round: BỘ VĂN HÓA, THỂ THAO | VÀ DU LỊCH.
    """
    words = text.split() or [""]
    filled = _filled(words, longest)
    if comb(len(words) - 1, len(filled) - 1) <= WAYS_WEIGHED:
        cuts = combinations(range(1, len(words)), len(filled) - 1)
        broken = [
            tuple(" ".join(words[a:b]) for a, b in zip((0, *cut), (*cut, len(words)), strict=True))
            for cut in cuts
        ]
        fitting = [lines for lines in broken if max(map(len, lines)) <= longest]
        return min(fitting, key=_raggedness, default=filled)
    narrowed = (_filled(words, width) for width in range(longest // 2, longest + 1))
    return next(lines for lines in narrowed if len(lines) == len(filled))


def _filled(words: list[str], width: int) -> tuple[str, ...]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines)


def _raggedness(lines: tuple[str, ...]) -> int:
    before_and = sum(line.upper().startswith("VÀ ") for line in lines[1:])
    after_comma = sum(line.endswith(",") for line in lines[:-1])
    return max(map(len, lines)) - min(map(len, lines)) - 12 * before_and - 3 * after_comma


def printable(paper: Paper) -> Paper:
    """Return `paper` without the characters no file may hold."""
    return changed(paper, _without_controls)


def changed(paper: Paper, by: Callable[[str], str]) -> Paper:
    """Return `paper` with every text in it changed `by` a function."""
    result: Paper = _changed(paper, by)
    return result


def _changed(value: Any, by: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return by(value)
    if isinstance(value, tuple):
        return tuple(_changed(part, by) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: _changed(getattr(value, field.name), by) for field in fields(value)}
        return replace(value, **parts)
    return value


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter for letter in text if letter in "\t\n" or _fits_xml(ord(letter)))


def _fits_xml(code: int) -> bool:
    """No control, no half of a pair, nothing that is no character at all."""
    return code >= 32 and not 0xD800 <= code <= 0xDFFF and code & 0xFFFE != 0xFFFE


def listed(lines: list[str]) -> tuple[str, ...]:
    """Return lines that end with ";", the last with "."."""
    bare = [line.strip().rstrip(";.,").rstrip() for line in lines if line.strip().rstrip(";.,")]
    return (*(f"{line};" for line in bare[:-1]), *(f"{line}." for line in bare[-1:]))
