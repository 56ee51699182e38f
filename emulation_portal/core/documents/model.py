"""What a paper says, and in which parts: knows nothing of plans, Typst or Word."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from emulation_portal.core.documents.codes import RecordCode
from emulation_portal.core.documents.kinds import DocumentType
from emulation_portal.core.documents.lines import roman
from emulation_portal.core.documents.measures import LANDSCAPE_WIDTH, TEXT_WIDTH

# --- Text --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Division:
    """A part, chapter or section: "Chương I", and below it the title in capitals."""

    line: str
    title: str
    kind: Literal["division"] = "division"


@dataclass(frozen=True)
class Part:
    """A heading: level 1 is "I. MỤC ĐÍCH, YÊU CẦU", level 2 a titled clause "1. …"."""

    level: Literal[1, 2]
    text: str
    kind: Literal["part"] = "part"


@dataclass(frozen=True)
class Article:
    """Điều: its number, then either a title (in bold, clauses follow) or its whole text."""

    number: int
    title: str = ""
    text: str = ""
    kind: Literal["article"] = "article"

    @property
    def bold(self) -> str:
        """What stands in bold: "Điều 1." and the title."""
        return f"Điều {self.number}. {self.title}".rstrip()


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text, its first line indented: also a clause "1. …", a point "a) …"."""

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

    def rest(self, room: float = TEXT_WIDTH) -> float:
        """Return how wide the open column becomes in `room` millimetres."""
        return room - sum(column.width for column in self.columns)

    def fitted(self, room: float = TEXT_WIDTH) -> tuple[Column, ...]:
        """Return the columns, the open one as wide as `room` leaves it."""
        rest = self.rest(room)
        return tuple(replace(column, width=column.width or rest) for column in self.columns)


Block = Division | Part | Article | Paragraph | Table


@dataclass(frozen=True)
class Annex:
    """What is attached and printed with the paper, its pages counted from 1.

    `title` are lines of capitals; `reference` says to which paper it belongs. `label` is the
    name of a text that a decision issues ("QUY CHẾ"), which has the head of the decision above
    it; empty for an annex, which is counted.
    """

    title: tuple[str, ...]
    reference: tuple[str, ...]
    blocks: tuple[Block, ...]
    landscape: bool = False
    label: str = ""

    @property
    def room(self) -> float:
        """The width of its text in millimetres."""
        return LANDSCAPE_WIDTH if self.landscape else TEXT_WIDTH


# --- Paper -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Addressees:
    """Element 9a; `names` of several end with ";" and "." (`lines.listed`)."""

    names: tuple[str, ...]
    label: str = "Kính gửi:"


@dataclass(frozen=True)
class Signature:
    """`authority` are lines of capitals: "KT. CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG". `office` stands above the
    name: what somebody who signs for a council is in the administration.
    """

    authority: tuple[str, ...]
    name: str
    office: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """One official document.

    `superior` is empty where the issuing body is the highest itself, `place_date` on minutes.
    `authority` is who resolves ("BỘ TRƯỞNG BỘ …"), on decisions and resolutions. On minutes the
    `secretary` signs on the left. `watermark` and `record` are empty on paper that is fit to sign.
    """

    type: DocumentType
    superior: tuple[str, ...]
    issuer: tuple[str, ...]
    symbol: str
    place_date: str
    abstract: tuple[str, ...]
    bases: tuple[str, ...]
    blocks: tuple[Block, ...]
    signature: Signature | None
    recipients: tuple[str, ...]
    authority: tuple[str, ...] = ()
    addressees: Addressees | None = None
    secretary: Signature | None = None
    annexes: tuple[Annex, ...] = ()
    urgency: Literal["", "KHẨN", "THƯỢNG KHẨN", "HỎA TỐC"] = ""
    contact: str = ""
    watermark: str = ""
    record: RecordCode | None = None

    def __post_init__(self) -> None:
        if self.signature is not None and not isinstance(self.blocks[-1], Paragraph | Article):
            raise ValueError("A signed paper ends with a sentence, which stays with the signature")

    @property
    def title(self) -> str:
        """The title in the file's properties."""
        return f"{self.type.name.capitalize()} {' '.join(self.abstract)}".strip() or self.symbol

    def labelled_annexes(self) -> tuple[Annex, ...]:
        """Return the annexes with their labels: "Phụ lục" when there is one, else with a number."""
        counted = [annex for annex in self.annexes if not annex.label]
        labels = {
            id(annex): f"Phụ lục {roman(number)}" if len(counted) > 1 else "Phụ lục"
            for number, annex in enumerate(counted, start=1)
        }
        return tuple(
            replace(annex, label=labels.get(id(annex), annex.label)) for annex in self.annexes
        )

    def as_data(self) -> dict[str, Any]:
        return asdict(self)
