"""The kinds of file taken in, and how the content of each is told from a name that lies."""

import re
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
    Bomb,
    Damaged,
    HasMacro,
    HasPayload,
    LiesAboutType,
    PasswordProtected,
    TwoFilesInOne,
)
from emulation_portal.core.attachments.pdfs import check_pdf
from emulation_portal.core.attachments.pictures import check_jpeg, check_png

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAIL = 65535 + 22  # how far from its end a ZIP archive can begin its last record
_WORD = "wordprocessingml.document.main+xml"
_EXCEL = "spreadsheetml.sheet.main+xml"
_LOADED_FROM_ELSEWHERE = {"oleobject", "frame", "subdocument"}
# Harmless on the writer's own computer (the usual template, a neighbouring workbook).
_LOADED_WHEN_OPENED = {"attachedtemplate", "externallinkpath", "mailmergesource"}
_REMOTE = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:(?!/*[a-z]:)|[\\/]{2})", re.IGNORECASE
)  # an address or \\server\share; not file:///C:/


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
    {Kind.PDF: check_pdf, Kind.JPG: check_jpeg, Kind.PNG: check_png}[kind](
        stream, size=size, name=name
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
    main, folder = (_WORD, "word/") if kind is Kind.DOCX else (_EXCEL, "xl/")
    if not any(declared.endswith(main) for declared in package.content_types):
        raise LiesAboutType(name=name)
    if not any(part.startswith(folder) for part in package.names):
        raise Damaged(name=name)
    for link, target in package.external:
        kind_of_link = link.casefold()
        if kind_of_link in _LOADED_FROM_ELSEWHERE:
            raise HasPayload(name=name)
        if kind_of_link in _LOADED_WHEN_OPENED and _REMOTE.match(target.strip()):
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
