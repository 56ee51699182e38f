"""How single lines of official paper read: dates, numbers, lists, names broken over lines."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations
from math import comb

# At 12 points a line of capitals longer than this does not fit the left half of the head.
ISSUER_LINE = 27
ABSTRACT_LINE = 62
# What a letter is about stands in the left half of the head, in small letters.
LETTER_ABSTRACT_LINE = 34
REFERENCE_LINE = 72
# Up to so many every way to break a text is weighed; longer ones are only filled evenly.
WAYS_WEIGHED = 5000

NATIONAL_TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
RECIPIENTS_TITLE = "Nơi nhận:"
_ROMAN = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def day_in_words(day: date | None) -> str:
    """Return "ngày 05 tháng 02 năm 2026", with blanks without a day.

    A zero stands before days under 10 and months 1 and 2 (element 4).
    """
    if day is None:
        return "ngày … tháng … năm …"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def dated(place: str, day: date | None) -> str:
    """Return element 4: "Hà Nội, ngày 05 tháng 02 năm 2026"."""
    return f"{place}, {day_in_words(day)}"


def numbered(number: str, symbol: str) -> str:
    """Return element 3: "Số: 05/KH-DSVH"; without a number the place for it stays open."""
    if not number:
        return f"Số: …/{symbol}"
    return f"Số: {number.zfill(2) if number.isdigit() else number}/{symbol}"


def roman(number: int) -> str:
    """Return `number`, of 1 to 89, in Roman numerals, as annexes are counted."""
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def attached_to(type_name: str, symbol: str, day: date | None, issuer: str) -> tuple[str, ...]:
    """Return the lines that say which paper an annex belongs to."""
    number = symbol.removeprefix("Số:").strip()
    paper, whose = f"(Kèm theo {type_name} số {number} {day_in_words(day)}", f"của {issuer})"
    if len(f"{paper} {whose}") <= REFERENCE_LINE:
        return (f"{paper} {whose}",)
    return (*balanced(paper, REFERENCE_LINE), *balanced(whose, REFERENCE_LINE))


def archived(office: str = "", drafter: str = "", copies: int = 0) -> str:
    """Return the last recipient: "- Lưu: VT, TCCB, NVA (15)" (elements 9b and 12)."""
    printed = f"{drafter} ({copies})" if drafter and copies else drafter
    return f"- Lưu: {', '.join(part for part in ('VT', office, printed) if part)}"


def closed(text: str) -> str:
    """Return the last sentence of a paper with "./." behind it, as the model forms end."""
    return f"{text.rstrip().rstrip('/.;,').rstrip()}./."


def listed(lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines that end with ";", the last with "."."""
    bare = [line.strip().rstrip(";.,").rstrip() for line in lines if line.strip().rstrip(";.,")]
    return (*(f"{line};" for line in bare[:-1]), *(f"{line}." for line in bare[-1:]))


def balanced(text: str, longest: int) -> tuple[str, ...]:
    """Break `text` into as few lines of at most `longest` letters as can be, of like length.

    A line rather ends with a comma and begins with "và" than the other way
    round: BỘ VĂN HÓA, THỂ THAO | VÀ DU LỊCH; it does not begin with a dash.
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
    at_dash = sum(line.startswith("- ") for line in lines[1:])
    spread = max(map(len, lines)) - min(map(len, lines))
    return spread - 12 * before_and - 3 * after_comma + 20 * at_dash
