"""Looking into Office files, which are ZIP archives, without trusting anything they say.

Nothing is unpacked to disk and no size is believed: bytes are counted while they stream by, and
reading stops at the limit.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_CHUNK = 64 * 1024
_PART_KEPT = 1024 * 1024  # of a part that is read whole: content types, relationships
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LONGEST_COMMENT = 65535
_CONTENT_TYPES = "[Content_Types].xml"

_DOCTYPES = tuple(
    mark.encode(encoding)
    for mark in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
# Streams inside an embedded OLE object that carry another file, or program code.
_OLE_PAYLOADS = tuple(mark.encode("utf-16-le") for mark in ("Ole10Native", "_VBA_PROJECT"))
_MACRO_PARTS = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
_MACRO_FOLDERS = ("macrosheets/", "activex/", "dialogsheets/")
# Programs, archives and formats that run something, whatever the part is called.
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"L\0\0\0\x01\x14\x02\0", b"{\\rtf"),
    *(b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"MSCF", b"\x1f\x8b\x08", b"<?php", b"MIME-Version:"),
)
_PROGRAM_PARTS = re.compile(
    r"\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|msi|py|sh|php"
    r"|html?|mht|mhtml|rtf|chm|swf|iso|rar|7z|gz|cab)$"
)
_FOREIGN_FOLDERS = ("webextensions/",)  # panes that load a page from elsewhere
# Relationships inside the package, by the last word of their type.
_MACRO_LINKS = {
    "vbaproject",
    "wordvbadata",
    "xlmacrosheet",
    "xlintlmacrosheet",
    "activexcontrolbinary",
}
_FOREIGN_LINKS = {"afchunk"}  # a whole page or letter, put in when the document is opened
# Commands in cells and fields, and queries that fetch when the workbook is opened.
_COMMANDS = re.compile(
    rb"<(?:\w+:)?(?:ddeLink|oleLink|webPr|dbPr)\b"
    rb"|<(?:\w+:)?f\b[^>]*>[^<\"]{0,200}\|(?:'|&apos;)"
    rb"|<(?:\w+:)?f\b[^>]*>[^<]{0,500}(?:WEBSERVICE|CALL|REGISTER\.ID|EXEC)\("
    rb"|instr=\"\s*DDE(?:AUTO)?\b",
)
_INSTRUCTIONS = re.compile(rb"<w:instrText\b[^>]*>([^<]{0,2000})</w:instrText>")
_DDE = re.compile(rb"^\s*DDE(?:AUTO)?\b|\bDDEAUTO\b")
_OVERLAP = 4096  # how long a command may be and still be seen across two chunks
_MOST_INSTRUCTIONS = 256 * 1024
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")


class ArchiveRefused(Exception):
    """The archive is not one we take in. The subclass says why; callers word it for people."""


class NotAnArchive(ArchiveRefused):
    """No ZIP archive at all, or a damaged one."""


class EncryptedArchive(ArchiveRefused):
    """An entry is encrypted."""


class ArchiveTooLarge(ArchiveRefused):
    """Too many entries, or too much once unpacked: a bomb, or a file no portal needs."""


class DeceptiveArchive(ArchiveRefused):
    """Hidden data before, between or after the entries, doubled or escaping names, a DOCTYPE."""


class ArchiveWithMacro(ArchiveRefused):
    """It carries program code."""


class ArchiveWithPayload(ArchiveRefused):
    """It carries another file that may be anything, or loads one from elsewhere."""


@dataclass(frozen=True)
class Limits:
    """How much is looked at before an archive is refused."""

    entries: int = 3000
    directory_bytes: int = 512 * 1024
    unpacked_bytes: int = 200 * 1024 * 1024
    # Repetitive tables pack 50 : 1; beyond this, a large archive is a bomb.
    ratio: int = 200
    ratio_counts_from: int = 20 * 1024 * 1024
    nesting: int = 1  # a chart in a .docx keeps its figures as an .xlsx inside


@dataclass
class Package:
    """What an Office archive declares about itself."""

    names: list[str]
    content_types: set[str] = field(default_factory=set)
    external: list[tuple[str, str]] = field(default_factory=list)  # (kind of link, target)


def ends_like_archive(tail: bytes) -> bool:
    """Return whether a file whose last bytes are `tail` can be opened as a ZIP archive.

    Readers are lenient: they look for the last record anywhere near the end, so this does too.
    """
    start = tail.rfind(_END_SIGNATURE)
    if start < 0 or start + _END.size > len(tail):
        return False
    _, disk, first_disk, here, entries, size, _, _ = _END.unpack_from(tail, start)
    return disk == first_disk == 0 and here == entries and (size <= start or b"PK\x01\x02" in tail)


def inspect_package(stream: IO[bytes], *, limits: Limits | None = None) -> Package:
    """Read an Office archive through once and return what it declares.

    Raises a subclass of ArchiveRefused. Leaves `stream` at no particular place.
    """
    limits = limits or Limits()
    return _Inspection(limits).inspect(stream, depth=0)


@dataclass
class _Inspection:
    limits: Limits
    unpacked: int = 0
    entries: int = 0
    packed: int = 0

    def inspect(self, stream: IO[bytes], *, depth: int) -> Package:
        size = stream.seek(0, 2)
        self.packed += size if depth == 0 else 0
        _check_frame(stream, size, self.limits)
        try:
            with zipfile.ZipFile(stream) as archive:
                return self._inspect_entries(archive, depth)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as fault:
            raise NotAnArchive from fault

    def _inspect_entries(self, archive: zipfile.ZipFile, depth: int) -> Package:
        infos = archive.infolist()
        self.entries += len(infos)
        if self.entries > self.limits.entries:
            raise ArchiveTooLarge
        package = Package(names=[info.filename for info in infos])
        if len({name.casefold() for name in package.names}) != len(infos):
            raise DeceptiveArchive
        for info in infos:
            _check_entry(info)
            self._read_entry(archive, info, package, depth)
        return package

    def _read_entry(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, package: Package, depth: int
    ) -> None:
        name = info.filename.casefold()
        is_xml = name.endswith((".xml", ".rels", ".vml"))
        wanted = info.filename == _CONTENT_TYPES or name.endswith(".rels")
        kept, previous, first = bytearray(), b"", True
        commands = _Commands()
        nested: IO[bytes] | None = None
        for chunk in self._chunks(archive, info):
            if first and chunk.startswith(_PROGRAMS):
                raise ArchiveWithPayload
            if first and chunk.startswith(b"PK\x03\x04"):
                if depth >= self.limits.nesting:
                    raise ArchiveWithPayload
                nested = SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 - closed below
            if first and chunk.startswith(_XML_STARTS):
                is_xml = True  # whatever it is called, a reader may be told to read it as XML
            first = False
            if nested is not None:
                nested.write(chunk)
            seen = previous + chunk
            if any(mark in seen for mark in (_DOCTYPES if is_xml else _OLE_PAYLOADS)):
                raise DeceptiveArchive if is_xml else ArchiveWithPayload
            if is_xml:
                commands.look_into(seen)
            previous = chunk[-_OVERLAP:] if is_xml else chunk[-64:]
            if wanted:
                kept += chunk
                if len(kept) > _PART_KEPT:
                    raise ArchiveTooLarge
        commands.end()
        if nested is not None:
            with nested:
                self._check_nested(nested, depth)
        if info.filename == _CONTENT_TYPES:
            package.content_types = _content_types(bytes(kept))
        elif wanted:
            package.external += _external(_links(bytes(kept)))

    def _check_nested(self, nested: IO[bytes], depth: int) -> None:
        inner = self.inspect(nested, depth=depth + 1)
        if _CONTENT_TYPES not in inner.names:
            raise ArchiveWithPayload  # some archive, not the figures behind a chart

    def _chunks(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
        with archive.open(info) as part:
            while chunk := part.read(_CHUNK):
                self.unpacked += len(chunk)
                too_dense = (
                    self.unpacked > self.limits.ratio_counts_from
                    and self.unpacked > self.packed * self.limits.ratio
                )
                if self.unpacked > self.limits.unpacked_bytes or too_dense:
                    raise ArchiveTooLarge
                yield chunk


def _find_end(tail: bytes) -> tuple[int, int, int, int] | None:
    """Return (position in `tail`, entries, directory size, directory offset) of the end record."""
    start = tail.rfind(_END_SIGNATURE)
    while start >= 0:
        if start + _END.size <= len(tail):
            _, _, _, _, entries, size, offset, comment = _END.unpack_from(tail, start)
            if start + _END.size + comment == len(tail):
                return start, entries, size, offset
        start = tail.rfind(_END_SIGNATURE, 0, start)
    return None


def _check_frame(stream: IO[bytes], size: int, limits: Limits) -> None:
    """Refuse what is no plain archive from its first byte to its last, before zipfile reads it.

    zipfile would load a central directory of any size into memory and skip over foreign bytes.
    """
    stream.seek(0)
    if stream.read(4) != b"PK\x03\x04":
        raise NotAnArchive
    tail_start = max(0, size - _END.size - _LONGEST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read()
    end = _find_end(tail)
    if end is None:
        raise NotAnArchive
    position, entries, directory_size, directory_offset = end
    if tail[max(0, position - 20) : position].startswith(b"PK\x06\x07"):
        raise ArchiveTooLarge  # ZIP64: for more than 65,535 entries or 4 GB
    if entries > limits.entries or directory_size > limits.directory_bytes:
        raise ArchiveTooLarge
    if directory_offset + directory_size != tail_start + position:
        raise DeceptiveArchive


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if info.flag_bits & 0x41:
        raise EncryptedArchive
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DeceptiveArchive
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\\" in name or "\0" in info.orig_filename:
        raise DeceptiveArchive
    if ":" in name or not name.isprintable() or stat.S_ISLNK(info.external_attr >> 16):
        raise DeceptiveArchive
    lowered = name.casefold()
    if _PROGRAM_PARTS.search(lowered) or any(part in lowered for part in _FOREIGN_FOLDERS):
        raise ArchiveWithPayload
    if parts[-1].casefold() in _MACRO_PARTS or any(part in lowered for part in _MACRO_FOLDERS):
        raise ArchiveWithMacro


def _content_types(xml: bytes) -> set[str]:
    types = {str(element.get("ContentType", "")) for element in _parse(xml)}
    if any("macroenabled" in kind.casefold() or "vba" in kind.casefold() for kind in types):
        raise ArchiveWithMacro
    return types


def _links(xml: bytes) -> Element:
    """The relationships of a part. Raises for those that lead to program code or to a page."""
    root = _parse(xml)
    kinds = {_kind(element).casefold() for element in root}
    if kinds & _MACRO_LINKS:
        raise ArchiveWithMacro
    if kinds & _FOREIGN_LINKS:
        raise ArchiveWithPayload
    return root


def _kind(link: Element) -> str:
    return str(link.get("Type", "")).rsplit("/", 1)[-1]


def _external(links: Element) -> list[tuple[str, str]]:
    return [
        (_kind(link), str(link.get("Target", "")))
        for link in links
        if str(link.get("TargetMode", "")).casefold() == "external"
    ]


class _Commands:
    """Looks for what would start a program or fetch data when a document is opened.

    Word lets a field be written in pieces; the pieces are put together before they are read.
    """

    def __init__(self) -> None:
        self._pieces: dict[bytes, None] = {}
        self._size = 0

    def look_into(self, xml: bytes) -> None:
        if _COMMANDS.search(xml):
            raise ArchiveWithPayload
        for piece in _INSTRUCTIONS.findall(xml):
            # Chunks overlap: what was seen twice counts once.
            if piece not in self._pieces and self._size < _MOST_INSTRUCTIONS:
                self._pieces[piece] = None
                self._size += len(piece)
                if _DDE.search(piece):
                    raise ArchiveWithPayload

    def end(self) -> None:
        if _DDE.search(b"".join(self._pieces)):
            raise ArchiveWithPayload


def _parse(xml: bytes) -> Element:
    try:
        return fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as fault:
        raise DeceptiveArchive from fault
    except (ParseError, ValueError, LookupError) as fault:
        raise NotAnArchive from fault
