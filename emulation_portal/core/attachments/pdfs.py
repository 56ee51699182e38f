"""Whether a PDF is one document, whole, that runs nothing and carries nothing when opened.

The file is searched, not interpreted. Names may be written with escapes (/J#61vaScript), and
modern writers pack their objects into streams: both are looked through.
"""

import re
import zlib
from typing import IO

from emulation_portal.core.attachments.errors import (
    ActivePdf,
    Bomb,
    Damaged,
    HasPayload,
    LiesAboutType,
    PasswordProtected,
    TwoFilesInOne,
)

_HEAD = re.compile(rb"%PDF-[12]\.[0-9]")
_START = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
_TABLE = re.compile(rb"(?<!start)xref\b|\d+\s+\d+\s+obj\b")
_MARKUP = re.compile(rb"<(?:script|html|svg|iframe|\?php|!doctype html)", re.IGNORECASE)
_TAIL = 4096
_DRIFT = 1024  # some writers count the table's place from elsewhere, by a few bytes
_NAME_END = rb"(?![A-Za-z0-9#_.-])"
_DICTIONARY = 2048  # as far back a stream's own dictionary is looked for
_MOST_OBJECTS = 32 * 1024 * 1024
_MOST_UNPACKED = 256 * 1024 * 1024
_RATIO, _RATIO_FROM = 200, 20 * 1024 * 1024
_PIECE = 256 * 1024

_STREAM = re.compile(rb"\bstream\r?\n")


def _name(*names: str) -> "re.Pattern[bytes]":
    """A pattern for any of the names, each letter as itself or escaped as #hh."""
    spelled = [
        b"".join(b"(?:%c|#%02x)" % (ord(c), ord(c)) if c.isalnum() else c.encode() for c in name)
        for name in names
    ]
    # The hexadecimal digits of an escape may be capitals; the names themselves may not.
    spelled = [
        re.sub(rb"#([0-9a-f]{2})", lambda found: _either_case(found[1]), text) for text in spelled
    ]
    return re.compile(b"/(?:" + b"|".join(spelled) + b")" + _NAME_END)


def _either_case(digits: bytes) -> bytes:
    return b"#" + b"".join(
        b"[%c%c]" % (digit, ord(chr(digit).upper())) if chr(digit).isalpha() else b"%c" % digit
        for digit in digits
    )


_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:[0-9]+\s+[0-9]+\s+R|<<)")
_ACTIVE = _name(
    "JavaScript", "Launch", "RichMedia", "XFA", "SubmitForm", "ImportData", "Rendition", "Movie"
)
_SHORT_ACTIVE = _name("JS")  # two letters occur by chance inside pictures
_PAYLOAD = _name("EmbeddedFile", "EmbeddedFiles", "GoToE")
_OBJECT_STREAM = _name("ObjStm")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[A-Za-z0-9#]+)")
_FILTER_NAME = re.compile(rb"/([A-Za-z0-9#]+)")
_FLATE = (b"FlateDecode", b"Fl")


def check_pdf(stream: IO[bytes], *, size: int, name: str) -> None:
    """Raise a subclass of UploadRefused unless the file is a PDF that only shows pages."""
    stream.seek(0)
    data = stream.read()
    if not _HEAD.match(data):
        raise LiesAboutType(name=name)
    _check_frame(data, name)
    if _ENCRYPTED.search(data):
        raise PasswordProtected(name=name)
    _search(data, name)
    plain, place = [], 0
    unpacking = _Unpacking(name)
    for found in _STREAM.finditer(data):
        if found.start() < place:
            continue  # inside the stream before
        dictionary = data[max(place, found.start() - _DICTIONARY) : found.start()]
        plain.append(data[place : found.start()])
        end = data.find(b"endstream", found.end())
        place = len(data) if end < 0 else end
        unpacking.look_into(dictionary[dictionary.rfind(b" obj") :], data, found.end(), place)
    plain.append(data[place:])
    if any(_SHORT_ACTIVE.search(part) for part in plain):
        raise ActivePdf(name=name)


def _check_frame(data: bytes, name: str) -> None:
    """The file begins, ends and finds its objects as a PDF does, and nothing comes after it."""
    tail = data[-_TAIL:].rstrip(b"\0\r\n\t ")
    starts = _START.findall(tail)
    if not starts:
        raise Damaged(name=name) if not _MARKUP.search(data[-_TAIL:]) else TwoFilesInOne(name=name)
    if not tail.endswith(b"%%EOF") or _MARKUP.search(data[:1024]):
        raise TwoFilesInOne(name=name)
    place = int(starts[-1])
    if place >= len(data) or not _TABLE.search(data[max(0, place - _DRIFT) : place + _DRIFT]):
        raise Damaged(name=name)


def _search(part: bytes, name: str) -> None:
    if _ACTIVE.search(part):
        raise ActivePdf(name=name)
    if _PAYLOAD.search(part):
        raise HasPayload(name=name)


class _Unpacking:
    """Looks into packed streams, counting all that comes out of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.unpacked = self.packed = 0

    def look_into(self, dictionary: bytes, data: bytes, start: int, end: int) -> None:
        """Refuse objects that hide in the stream, and a stream that is a bomb."""
        filters = [kind for text in _FILTER.findall(dictionary) for kind in _filters(text)]
        holds_objects = bool(_OBJECT_STREAM.search(dictionary))
        if not filters:
            return  # it stands in plain sight and has been searched
        if filters[0] not in _FLATE:
            if holds_objects:
                raise TwoFilesInOne(name=self.name)  # nobody packs objects in another way
            return
        if sum(kind in _FLATE for kind in filters) > 1:
            raise Bomb(name=self.name)
        if b"/Image" in dictionary and not holds_objects:
            return  # pictures unpack far; their readers know how far
        self.packed += end - start
        objects = self._unpack(memoryview(data)[start:end], keep=holds_objects)
        if holds_objects:
            _search(objects, self.name)
            if _SHORT_ACTIVE.search(objects):
                raise ActivePdf(name=self.name)

    def _unpack(self, packed: memoryview, *, keep: bool) -> bytes:
        kept = bytearray()
        unpacker = zlib.decompressobj()
        waiting: bytes | memoryview = packed
        try:
            while waiting and not unpacker.eof:
                piece = unpacker.decompress(waiting, _PIECE)
                waiting = unpacker.unconsumed_tail
                self.unpacked += len(piece)
                self._check_growth()
                if keep:
                    kept += piece
                    if len(kept) > _MOST_OBJECTS:
                        raise Bomb(name=self.name)
        except zlib.error as fault:
            if keep:
                raise Damaged(name=self.name) from fault
        return bytes(kept)

    def _check_growth(self) -> None:
        dense = self.unpacked > _RATIO_FROM and self.unpacked > self.packed * _RATIO
        if dense or self.unpacked > _MOST_UNPACKED:
            raise Bomb(name=self.name)


def _filters(text: bytes) -> list[bytes]:
    return [
        re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), kind)
        for kind in _FILTER_NAME.findall(text)
    ]
