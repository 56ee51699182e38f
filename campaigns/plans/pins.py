"""Places in a version to which a remark is pinned: how they are named, quoted and found again."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

from campaigns.plans.document import blocks_of
from campaigns.plans.models import PinKind, PlanSection, PlanVersion
from campaigns.plans.models.remarks import QUOTE_LENGTH

# Below this likeness, the paragraph that was quoted is taken to be gone.
_LIKE = 0.6
_PARAGRAPH = re.compile(r"p([1-9][0-9]{0,3})")
_ROW = re.compile(r"([ti])-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True)
class Pin:
    """A place inside a section, or beside all of them. `token` names it in forms: "p3", "t-…"."""

    kind: PinKind = PinKind.SECTION
    paragraph: int | None = None
    row: UUID | None = None

    @property
    def token(self) -> str:
        if self.kind == PinKind.PARAGRAPH:
            return f"p{self.paragraph}"
        if self.kind in (PinKind.TASK, PinKind.TARGET):
            return f"{'t' if self.kind == PinKind.TASK else 'i'}-{self.row}"
        return ""


WHOLE_SECTION = Pin()


def read_pin(token: str) -> Pin | None:
    """Return the place inside a section that `token` names, the whole section for an empty one;
    None for anything else.
    """
    if not token:
        return WHOLE_SECTION
    if found := _PARAGRAPH.fullmatch(token):
        return Pin(PinKind.PARAGRAPH, paragraph=int(found[1]))
    if found := _ROW.fullmatch(token):
        return Pin(PinKind.TASK if found[1] == "t" else PinKind.TARGET, row=UUID(found[2]))
    return None


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs of typed text as they are counted: its lines and items of lists."""
    return [line for block in blocks_of(text) for line in block.lines]


def quote_of(version: PlanVersion, section: PlanSection | None, pin: Pin) -> str | None:
    """Return the words that stand at `pin` in `version`, shortened; "" where a pin quotes none,
    None where there is no such place.
    """
    if section is None:
        return "" if pin.kind in (PinKind.ISSUE, PinKind.PAPERS) else None
    words: str | None = None
    if pin.kind == PinKind.SECTION:
        words = ""
    elif pin.kind == PinKind.PARAGRAPH and pin.paragraph is not None:
        lines = paragraphs_of(section.narrative)
        words = lines[pin.paragraph - 1] if 0 < pin.paragraph <= len(lines) else None
    elif pin.kind == PinKind.TASK and pin.row is not None:
        rows = version.tasks.filter(section=section, identity=pin.row)
        words = rows.values_list("title", flat=True).first()
    elif pin.kind == PinKind.TARGET and pin.row is not None:
        targets = version.targets.filter(section=section, identity=pin.row)
        # In Vietnamese whatever the reader's language: the plan is a Vietnamese document.
        words = targets.values_list("indicator__name_vi", flat=True).first()
    return None if words is None else shortened(words)


def shortened(words: str) -> str:
    """Return `words` as a remark quotes them."""
    return words if len(words) <= QUOTE_LENGTH else f"{words[: QUOTE_LENGTH - 1]}…"


def find_paragraph(quote: str, lines: list[str]) -> int | None:
    """Return the number of the paragraph that has, or most resembles, the words quoted; None
    where none does. A paragraph that was reworded is still found, one written anew is not.
    """
    quoted = [shortened(line) for line in lines]
    if quote in quoted:
        return quoted.index(quote) + 1
    matcher = SequenceMatcher(b=quote, autojunk=False)
    best, number = _LIKE, None
    for index, line in enumerate(quoted, start=1):
        matcher.set_seq1(line)
        if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best:
            continue
        ratio = matcher.ratio()
        if ratio >= best:
            best, number = ratio, index
    return number
