"""Reading a .docx that a stranger has sent: its paragraphs and tables in order, and nothing else.

The file has passed `core.attachments` before, so it holds no entity, macro or foreign archive.
What is read here is bounded once more, because a harmless archive may still hold a document
that no person wrote. The main part is streamed: memory holds one paragraph or one table row of
XML at a time, beside the text itself.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from lxml import etree  # type: ignore[import-untyped]

from emulation_portal.core.archives import inspect_package
from emulation_portal.core.documents.word_faults import (
    ReadingLimits,
    TooManyCells,
    TooManyLetters,
    TooManyParagraphs,
    TooManyRows,
    TooManyTables,
    WordDamaged,
    WordHostile,
    WordStrict,
    WordTooDeep,
    WordTooLong,
    WordUnreadable,
    WordWithoutText,
)
from emulation_portal.core.documents.word_lists import Numbering, Styles
from emulation_portal.core.text import nfc
from emulation_portal.formats.writing import show_number

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_STRICT = "http://purl.oclc.org/ooxml/"
_MAIN_LINK = "/relationships/officeDocument"
_USUAL_MAIN_PART = "word/document.xml"
_P, _TBL, _TR, _TC = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc"
_SPACES = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]+")
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class TextParagraph:
    """A paragraph. `label` is the number Word sets before it ("I.", "a)"), which is not typed."""

    text: str
    label: str = ""
    level: int | None = None  # 1 for a heading of the first order
    bold: bool = False
    italic: bool = False
    centred: bool = False

    @property
    def whole(self) -> str:
        """The paragraph as it reads on paper."""
        return f"{self.label} {self.text}".strip() if self.label else self.text


@dataclass(frozen=True)
class TextCell:
    """A cell as wide as `span` columns. `continued` is the lower part of a merged one."""

    text: str
    span: int = 1
    continued: bool = False


@dataclass(frozen=True)
class TextRow:
    cells: tuple[TextCell, ...]
    is_header: bool = False
    bold: bool = False


@dataclass(frozen=True)
class TextTable:
    rows: tuple[TextRow, ...]


Block = TextParagraph | TextTable


def read_word(stream: IO[bytes], *, limits: ReadingLimits | None = None) -> tuple[Block, ...]:
    """Return the paragraphs and tables of a .docx in order; empty paragraphs are left out.

    Text is composed (NFC), without control characters; items of a bulleted list begin with "- ".
    Deleted text of tracked changes, comments, notes, headers and footers are not read. A table
    inside a cell is read as lines of that cell.

    Raises a subclass of WordUnreadable, or of ArchiveRefused for an archive that must not be
    opened at all.
    """
    limits = limits or ReadingLimits()
    inspect_package(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            main = _main_part(archive, names, limits)
            styles = Styles.read(_side(archive, names, "word/styles.xml", limits))
            numbering = Numbering.read(_side(archive, names, "word/numbering.xml", limits))
            with archive.open(main) as part:
                reader = _Reader(limits, styles, numbering)
                blocks = tuple(reader.read(part))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as fault:
        raise WordDamaged from fault
    except etree.XMLSyntaxError as fault:
        raise _fault_of(fault) from fault
    if not blocks:
        raise WordWithoutText
    return blocks


def _main_part(archive: zipfile.ZipFile, names: set[str], limits: ReadingLimits) -> str:
    """The part the archive itself names: Word on the web calls it document2.xml."""
    links = _side(archive, names, "_rels/.rels", limits)
    for link in () if links is None else links.iterchildren(tag=etree.Element):
        if str(link.get("Type", "")).endswith(_MAIN_LINK):
            target = str(link.get("Target", "")).lstrip("/")
            if target in names:
                return target
    if _USUAL_MAIN_PART in names:
        return _USUAL_MAIN_PART
    raise WordDamaged


def _fault_of(fault: etree.XMLSyntaxError) -> WordUnreadable:
    """libxml2's own bounds (256 levels, 10 MB in one piece) speak of an attack, not of damage."""
    text = str(fault).lower()
    if "depth" in text or "deep" in text:
        return WordTooDeep()
    if "huge" in text or "too long" in text or "entit" in text or "limit" in text:
        return WordHostile()
    return WordDamaged()


def _side(
    archive: zipfile.ZipFile, names: set[str], name: str, limits: ReadingLimits
) -> Any | None:
    """Return a small part of the archive as XML; None where there is none or it is no use."""
    if name not in names:
        return None
    with archive.open(name) as part:
        content = part.read(limits.side_bytes + 1)
    if len(content) > limits.side_bytes:
        raise WordHostile
    try:
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )


class _Counted:
    """A stream that stops at a limit: no declared size is believed."""

    def __init__(self, part: IO[bytes], limit: int) -> None:
        self.part, self.limit, self.read_so_far = part, limit, 0

    def read(self, size: int = _CHUNK) -> bytes:
        content = self.part.read(size)
        self.read_so_far += len(content)
        if self.read_so_far > self.limit:
            raise WordTooLong(limit=show_number(self.limit // 1024 // 1024))
        return content


@dataclass
class _OpenTable:
    rows: list[TextRow] = field(default_factory=list)
    cells: list[TextCell] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    all_bold: bool = True


class _Reader:
    """Walks the main part once. Each paragraph and row is dropped from memory when it ends."""

    def __init__(self, limits: ReadingLimits, styles: Styles, numbering: Numbering) -> None:
        self.limits, self.styles, self.numbering = limits, styles, numbering
        self.tables: list[_OpenTable] = []
        self.paragraphs = self.cell_paragraphs = self.letters = 0
        self.table_count = self.rows = self.cells = self.fallback = 0

    def read(self, part: IO[bytes]) -> Iterator[Block]:
        depth = 0
        events = etree.iterparse(
            _Counted(part, self.limits.main_bytes),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        for event, element in events:
            if event == "start":
                depth += 1
                if depth > self.limits.depth:
                    raise WordTooDeep
                self._open(element)
                continue
            depth -= 1
            block = self._close(element)
            if block is not None:
                yield block

    def _open(self, element: Any) -> None:
        if any(len(value) > self.limits.attribute for value in element.attrib.values()):
            raise WordHostile
        tag = element.tag
        if tag.startswith(f"{{{_STRICT}"):
            raise WordStrict
        if tag == _FALLBACK:
            self.fallback += 1
        elif tag == _TBL and not self.fallback:
            self.table_count += 1
            self._bound(self.table_count, self.limits.tables, TooManyTables)
            self.tables.append(_OpenTable())

    def _close(self, element: Any) -> Block | None:
        tag = element.tag
        block: Block | None = None
        if tag == _FALLBACK:
            self.fallback -= 1
        elif self.fallback:
            pass
        elif tag == _P:
            block = self._paragraph(element)
        elif tag == _TC and self.tables:
            self._cell(element)
        elif tag == _TR and self.tables:
            self._row(element)
        elif tag == _TBL and self.tables:
            block = self._table()
        if tag in (_P, _TC, _TR, _TBL, _FALLBACK):
            _drop(element)
        return block

    def _paragraph(self, element: Any) -> TextParagraph | None:
        if self.tables:
            self.cell_paragraphs += 1
            self._bound(self.cell_paragraphs, self.limits.cells, TooManyCells)
        else:
            self.paragraphs += 1
            self._bound(self.paragraphs, self.limits.paragraphs, TooManyParagraphs)
        facts = self.styles.of(element)
        pieces: list[str] = []
        for piece in _pieces(element):
            self.letters += len(piece)  # counted before anything is made of them
            self._bound(self.letters, self.limits.letters, TooManyLetters)
            pieces.append(piece)
        text = clean("".join(pieces))
        if not text:
            return None
        label, is_bullet = self.numbering.label(facts.list_id, facts.list_level)
        if is_bullet:
            text = f"- {text.lstrip('-–•*+ ')}"
        paragraph = TextParagraph(
            text=text,
            label=label,
            level=facts.level,
            bold=facts.bold,
            italic=facts.italic,
            centred=facts.centred,
        )
        if self.tables:
            self.tables[-1].lines.append(paragraph.whole)
            self.tables[-1].all_bold &= paragraph.bold
            return None
        return paragraph

    def _cell(self, element: Any) -> None:
        table = self.tables[-1]
        self.cells += 1
        self._bound(self.cells, self.limits.cells, TooManyCells)
        span = _number(element.find(f"{_W}tcPr/{_W}gridSpan"), default=1)
        merged = element.find(f"{_W}tcPr/{_W}vMerge")
        continued = merged is not None and merged.get(f"{_W}val", "continue") != "restart"
        table.cells.append(TextCell("\n".join(table.lines), min(max(span, 1), 60), continued))
        table.lines = []

    def _row(self, element: Any) -> None:
        table = self.tables[-1]
        self.rows += 1
        self._bound(self.rows, self.limits.rows, TooManyRows)
        mark = element.find(f"{_W}trPr/{_W}tblHeader")
        is_header = mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false")
        if any(cell.text for cell in table.cells):
            table.rows.append(TextRow(tuple(table.cells), is_header, table.all_bold))
        table.cells, table.all_bold = [], True

    def _table(self) -> TextTable | None:
        table = self.tables.pop()
        if self.tables:
            lines = (_line(row) for row in table.rows)
            self.tables[-1].lines += [line for line in lines if line]
            return None
        return TextTable(tuple(table.rows)) if table.rows else None

    def _bound(self, count: int, limit: int, too_many: type[WordTooLong]) -> None:
        if count > limit:
            raise too_many(limit=show_number(limit))


def _drop(element: Any) -> None:
    """Forget what has been read; earlier siblings too, or the parent keeps empty shells."""
    parent = element.getparent()
    element.clear(keep_tail=False)
    if parent is not None:
        while element.getprevious() is not None and element.getprevious().tag in (_P, _TBL, _TR):
            parent.remove(element.getprevious())


def _line(row: TextRow) -> str:
    return " | ".join(" ".join(cell.text.split()) for cell in row.cells if cell.text)


def _number(element: Any, *, default: int) -> int:
    value = "" if element is None else str(element.get(f"{_W}val", ""))
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else default


def _pieces(element: Any) -> Iterable[str]:
    """The paragraph's own text; what tracked changes have deleted or moved away is left out."""
    for child in element.iterchildren():
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in (f"{_W}tab", f"{_W}ptab"):
            yield " "
        elif tag == f"{_W}noBreakHyphen":
            yield "-"
        elif tag in (f"{_W}br", f"{_W}cr"):
            yield "" if child.get(f"{_W}type") in ("page", "column") else "\n"
        elif isinstance(tag, str) and tag not in _SILENT:
            yield from _pieces(child)


_SILENT = {f"{_W}{name}" for name in ("pPr", "rPr", "del", "moveFrom", "instrText", "delText")} | {
    _FALLBACK
}


def clean(text: str) -> str:
    """Return text composed, without control characters, its lines free of spare spaces."""
    kept = "".join(c for c in nfc(text) if c in "\n\t" or not _is_control(c))
    lines = (_SPACES.sub(" ", line).strip() for line in kept.split("\n"))
    return "\n".join(line for line in lines if line)


def _is_control(letter: str) -> bool:
    code = ord(letter)
    return (
        code < 32
        or 0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xF8FF  # halves of pairs, private use (pictures of symbol fonts)
        or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x2060 <= code <= 0x206F
        or code in (0xAD, 0xFEFF)
        or code & 0xFFFE == 0xFFFE
    )
