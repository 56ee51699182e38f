"""What a paper says, and in which parts: knows nothing of plans, Typst or Word."""

from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any, Literal

from emulation_portal.core.documents.measures import TEXT_WIDTH

# At 12 points a line of capitals longer than this does not fit the left half of the head.
ISSUER_LINE = 27
ABSTRACT_LINE = 62


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

    A line rather ends with a comma and begins with "và" than the other way round.
    """
    words = text.split()
    for count in range(1, len(words) + 1):
        broken = [
            tuple(" ".join(words[a:b]) for a, b in zip((0, *cut), (*cut, len(words)), strict=True))
            for cut in combinations(range(1, len(words)), count - 1)
        ]
        fitting = [lines for lines in broken if max(map(len, lines)) <= longest]
        if fitting:
            return min(fitting, key=_raggedness)
        if count > 5:
            break
    return (text,)


def printable(value: Any) -> Any:
    """Return a paper, or a part of one, without the control characters no file may hold."""
    if isinstance(value, str):
        return "".join(letter for letter in value if letter >= " " or letter in "\t\n")
    if isinstance(value, tuple):
        return tuple(printable(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: printable(getattr(value, f.name)) for f in fields(value)})
    return value


def _raggedness(lines: tuple[str, ...]) -> int:
    before_and = sum(line.upper().startswith("VÀ ") for line in lines[1:])
    after_comma = sum(line.endswith(",") for line in lines[:-1])
    return max(map(len, lines)) - min(map(len, lines)) - 12 * before_and - 3 * after_comma


def listed(lines: list[str]) -> tuple[str, ...]:
    """Return lines that end with ";", the last with "."."""
    bare = [line.strip().rstrip(";.,").rstrip() for line in lines if line.strip().rstrip(";.,")]
    return tuple(f"{line}{'.' if line is bare[-1] else ';'}" for line in bare)
