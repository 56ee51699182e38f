"""Looking at an upload before anything of it is kept."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.translation import gettext as _

from emulation_portal.core.attachments.errors import (
    DoubleExtension,
    NameNotTaken,
    NameTooLong,
    NothingUploaded,
    TooBig,
    TypeNotTaken,
)
from emulation_portal.core.attachments.kinds import KIND_OF_EXTENSION, Kind, check_content
from emulation_portal.core.text import nfc
from emulation_portal.formats.writing import show_number

ACCEPT = ",".join(f".{extension}" for extension in KIND_OF_EXTENSION)
_MEGABYTE = 1024 * 1024
# Django cuts a longer name to 255 without a word; a name kept here is kept whole.
_LONGEST_NAME = 250
# fmt: off
_PROGRAM_EXTENSIONS = frozenset((
    "apk", "app", "bat", "cgi", "chm", "cmd", "cpl", "dll", "docm", "dotm", "exe",
    "hta", "htm", "html", "iso", "jar", "js", "jse", "jsp", "lnk", "msc", "msi",
    "msp", "php", "phtml", "pif", "ppam", "pptm", "ps1", "psm1", "py", "reg", "scf",
    "scr", "sh", "svg", "svgz", "swf", "url", "vb", "vbe", "vbs", "wsc", "wsf",
    "wsh", "xhtml", "xlam", "xlsm", "xltm", "xml", "zip", "rar", "7z", "gz", "tar",
))
# fmt: on


@dataclass(frozen=True)
class Inspection:
    """What is known about an upload that may be kept."""

    name: str
    kind: Kind
    size: int
    sha256: str


def shown_limit(size: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{show_number(size // _MEGABYTE)} MB"


def upload_hint() -> str:
    """Return what stands beside every file field: which files, how large, and no State secrets."""
    taken = _("pdf, docx, xlsx, jpg or png, at most %(limit)s.") % {
        "limit": shown_limit(settings.ATTACHMENT_MAX_BYTES)
    }
    secrets = _("No State secrets here: do not upload documents that contain State secrets.")
    return format_html("{} <strong>{}</strong>", taken, secrets)


def inspect_upload(upload: UploadedFile) -> Inspection:
    """Return what `upload` is. Name, signature and structure must agree.

    Raises a subclass of UploadRefused whose sentence says what is wrong and what to do. Leaves
    the upload at its beginning.
    """
    name = nfc(PurePosixPath(str(upload.name or "").replace("\\", "/")).name).strip()
    kind = _kind_of(name)
    size = int(upload.size or 0)
    if size == 0:
        raise NothingUploaded(name=name)
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise TooBig(name=name, limit=shown_limit(settings.ATTACHMENT_MAX_BYTES))
    stream = upload.file
    if stream is None:
        raise NothingUploaded(name=name)
    try:
        check_content(stream, kind=kind, name=name)
        stream.seek(0)
        digest = hashlib.sha256()
        while chunk := stream.read(_MEGABYTE):
            digest.update(chunk)
    finally:
        stream.seek(0)
    return Inspection(name=name, kind=kind, size=size, sha256=digest.hexdigest())


def _kind_of(name: str) -> Kind:
    if not name or not name.isprintable():
        raise NameNotTaken
    if len(name) > _LONGEST_NAME:
        raise NameTooLong(limit=show_number(_LONGEST_NAME))
    *inner, last = [suffix[1:].lower() for suffix in PurePosixPath(name).suffixes] or [""]
    if last not in KIND_OF_EXTENSION:
        raise TypeNotTaken(name=name)
    if any(suffix.strip() in _PROGRAM_EXTENSIONS for suffix in inner):
        raise DoubleExtension(name=name)
    return KIND_OF_EXTENSION[last]
