"""The kinds of file taken in, and how the content of each is told from a name that lies."""

import re
import struct
import zlib
from typing import IO

from django.db import models

from emulation_portal.core.archives import (
    ArchiveTooLarge,
    ArchiveWithMacro,
    ArchiveWithPayload,
    DeceptiveArchive,
    EncryptedArchive,
    NotAnArchive,
    Package,
    ends_like_archive,
    inspect_package,
)
from emulation_portal.core.attachments.errors import (
    ActivePdf,
    Bomb,
    Damaged,
    HasMacro,
    HasPayload,
    LiesAboutType,
    PasswordProtected,
    TwoFilesInOne,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PNG = b"\x89PNG\r\n\x1a\n"
_TAIL = 65535 + 22  # how far from its end a ZIP archive can begin its last record
_CHUNK = 1024 * 1024
_OVERLAP = 256

_PDF_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:[0-9]+\s+[0-9]+\s+R|<<)")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch)\b")
_WORD = "wordprocessingml.document.main+xml"
_EXCEL = "spreadsheetml.sheet.main+xml"
_LOADED_FROM_ELSEWHERE = {"oleobject", "frame", "subdocument"}


class Kind(models.TextChoices):
    """What is taken in. The value is the extension a download gets."""

    PDF = "pdf", "PDF"
    DOCX = "docx", "Word (.docx)"
    XLSX = "xlsx", "Excel (.xlsx)"
    JPG = "jpg", "JPEG"
    PNG = "png", "PNG"


KIND_OF_EXTENSION = {**{kind.value: kind for kind in Kind}, "jpeg": Kind.JPG}

CONTENT_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.JPG: "image/jpeg",
    Kind.PNG: "image/png",
}


def check_content(stream: IO[bytes], *, kind: Kind, name: str) -> None:
    """Raise a subclass of UploadRefused unless the content is what `kind` promises.

    Signature and structure must agree with the kind; the content is looked at, never run.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(16)
    if kind in (Kind.DOCX, Kind.XLSX):
        _check_office(stream, head, kind, name)
        return
    stream.seek(max(0, size - _TAIL))
    if ends_like_archive(stream.read()):
        raise TwoFilesInOne(name=name)
    {Kind.PDF: _check_pdf, Kind.JPG: _check_jpeg, Kind.PNG: _check_png}[kind](
        stream, head, size, name
    )


def _check_office(stream: IO[bytes], head: bytes, kind: Kind, name: str) -> None:
    if head.startswith(_OLE):
        stream.seek(0)
        if "EncryptedPackage".encode("utf-16-le") in stream.read():
            raise PasswordProtected(name=name)
        raise LiesAboutType(name=name)  # the .doc and .xls of before 2007
    if not head.startswith(b"PK"):
        raise LiesAboutType(name=name)
    package = _package(stream, name)
    main = _WORD if kind is Kind.DOCX else _EXCEL
    if not any(declared.endswith(main) for declared in package.content_types):
        raise LiesAboutType(name=name)
    for link, target in package.external:
        remote = target.lower().startswith(("http:", "https:", "ftp:", "\\\\", "file://///"))
        if link.lower() in _LOADED_FROM_ELSEWHERE or (link == "attachedTemplate" and remote):
            raise HasPayload(name=name)


def _package(stream: IO[bytes], name: str) -> Package:
    try:
        return inspect_package(stream)
    except EncryptedArchive as fault:
        raise PasswordProtected(name=name) from fault
    except ArchiveTooLarge as fault:
        raise Bomb(name=name) from fault
    except ArchiveWithMacro as fault:
        raise HasMacro(name=name) from fault
    except ArchiveWithPayload as fault:
        raise HasPayload(name=name) from fault
    except DeceptiveArchive as fault:
        raise TwoFilesInOne(name=name) from fault
    except NotAnArchive as fault:
        raise Damaged(name=name) from fault


def _check_pdf(stream: IO[bytes], head: bytes, size: int, name: str) -> None:
    if not re.match(rb"%PDF-[12]\.[0-9]", head):
        raise LiesAboutType(name=name)
    stream.seek(max(0, size - 2048))
    tail = stream.read()
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Damaged(name=name)
    stream.seek(0)
    previous = b""
    while chunk := stream.read(_CHUNK):
        seen = previous + chunk
        if _PDF_ENCRYPTED.search(seen):
            raise PasswordProtected(name=name)
        if _PDF_ACTIVE.search(seen):
            raise ActivePdf(name=name)
        previous = chunk[-_OVERLAP:]


def _check_jpeg(stream: IO[bytes], head: bytes, size: int, name: str) -> None:
    """Walk the segments up to the picture data; a frame with a size must come before it."""
    if not head.startswith(b"\xff\xd8\xff"):
        raise LiesAboutType(name=name)
    stream.seek(2)
    has_frame = False
    while True:
        marker = stream.read(2)
        if len(marker) < 2 or marker[0] != 0xFF:
            raise Damaged(name=name)
        code = marker[1]
        if code == 0xFF:  # padding
            stream.seek(-1, 1)
            continue
        length = stream.read(2)
        if len(length) < 2 or (count := struct.unpack(">H", length)[0]) < 2:
            raise Damaged(name=name)
        if code == 0xDA:
            break
        body = stream.read(count - 2)
        if len(body) < count - 2:
            raise Damaged(name=name)
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            has_frame = len(body) >= 6 and body[1:3] != b"\0\0" and body[3:5] != b"\0\0"
    if not has_frame or b"\xff\xd9" not in stream.read():
        raise Damaged(name=name)


def _check_png(stream: IO[bytes], head: bytes, size: int, name: str) -> None:
    """Walk every chunk with its checksum; the last one ends the file."""
    if not head.startswith(_PNG):
        raise LiesAboutType(name=name)
    stream.seek(len(_PNG))
    kinds: list[bytes] = []
    while not kinds or kinds[-1] != b"IEND":
        header = stream.read(8)
        if len(header) < 8:
            raise Damaged(name=name)
        length, kind = struct.unpack(">L4s", header)
        if length > size:
            raise Damaged(name=name)
        body = stream.read(length)
        if stream.read(4) != struct.pack(">L", zlib.crc32(kind + body)):
            raise Damaged(name=name)
        kinds.append(kind)
    if kinds[0] != b"IHDR" or b"IDAT" not in kinds:
        raise Damaged(name=name)
    if stream.read(1):
        raise TwoFilesInOne(name=name)
