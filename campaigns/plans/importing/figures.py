"""Taking the figures out of a text that another unit has written about itself.

Another unit's plan lends its wording. What it promises and by when is its own affair, and would
be copied unseen; so figures and dates in sentences become "…", which the writer must fill.
Numbers of documents, of paragraphs and of phases are part of the wording and stay.
"""

import re

BLANK = "…"

_KEPT = re.compile(
    r"[0-9]{1,5}(?:/[0-9]{4})?\s?[/-]\s?[A-ZĐ][\w&-]*(?:/[A-ZĐ][\w-]*)?"  # 57-NQ/TW, 30/2020/NĐ-CP
    r"(?:\s+ngày\s+[0-9]{1,2}(?:/[0-9]{1,2}/| tháng [0-9]{1,2} năm )[0-9]{4})?"
    r"|(?:19|20)[0-9]{2}\s*[-–]\s*(?:19|20)[0-9]{2}"  # 2025 - 2030
    r"|(?i:giai đoạn|nội dung|phần|mục|điều|khoản|điểm|phụ lục|mức độ|cấp độ|tt|thứ|nhiệm kỳ|công nghiệp|web)"
    r"\s+(?:số\s+)?[0-9]{1,2}(?:\.[0-9]{1,2})*(?![0-9%])"
    r"|(?<=[^\W\d])[0-9]+|(?<![\d.,/])[0-9]+(?=[^\W\d])"  # H2O, 5G
)
_FIGURE = re.compile(
    r"(?i:ngày\s+[0-9]{1,2}\s+tháng\s+[0-9]{1,2}(?:\s+năm\s+[0-9]{4})?)"
    r"|(?i:quý\s+(?:I{1,3}|IV|[1-4])(?:\s*/\s*|\s+năm\s+)[0-9]{4})"
    r"|(?i:tháng\s+[0-9]{1,2}(?:\s*/\s*|\s+năm\s+)[0-9]{4})"
    r"|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"
    r"|[0-9][0-9.,]*[0-9](?:\s*/\s*[0-9][0-9.,]*)?|[0-9]"
)
_LINE_NUMBER = re.compile(r"^\s*(?:[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}[.):]|\(?[0-9]{1,2}\))\s")


def without_figures(text: str) -> tuple[str, int]:
    """Return `text` with its figures and dates blanked, and how many there were."""
    lines, count = [], 0
    for line in text.split("\n"):
        number = _LINE_NUMBER.match(line)
        start = number.end() if number else 0
        blanked, found = _blanked(line[start:])
        lines.append(line[:start] + blanked)
        count += found
    return "\n".join(lines), count


def _blanked(line: str) -> tuple[str, int]:
    kept = [found.span() for found in _KEPT.finditer(line)]
    parts: list[str] = []
    at = count = 0
    for found in _FIGURE.finditer(line):
        if any(first < found.end() and found.start() < last for first, last in kept):
            continue
        parts += [line[at : found.start()], BLANK]
        at = found.end()
        count += 1
    return "".join([*parts, line[at:]]), count
