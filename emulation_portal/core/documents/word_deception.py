"""Saying exactly what a .docx hides, once it has been refused for hiding something."""

import zipfile
import zlib
from typing import IO

from django.utils.translation import gettext_lazy as _

from emulation_portal.core.errors import DomainError

_HEAD = 64 * 1024
_MOST_ENTRIES = 3000
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_ENTITIES = tuple("<!ENTITY".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


class HasEntities(DomainError):
    """Its XML defines entities: the means of billion-laughs and file-reading attacks."""

    message = _(
        "This document contains definitions that make it grow or fetch other files when it is "
        "read. Word writes none. Copy its text into a new document and choose that one."
    )


class HasEscapingNames(DomainError):
    """Its parts have names that lead out of the archive."""

    message = _(
        "Parts of this document have names that lead out of it. Word writes none. Copy its text "
        "into a new document and choose that one."
    )


class HasDoubledNames(DomainError):
    """Two parts have the same name, so that two readers see two documents."""

    message = _(
        "This document contains the same part twice, so that not everybody sees the same text. "
        "Copy its text into a new document and choose that one."
    )


def deception_of(stream: IO[bytes]) -> DomainError | None:
    """Return what hides in a refused archive, as a sentence, or None where it cannot be told.

    Looks at names and at the beginning of each part; nothing is unpacked beyond that.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()[:_MOST_ENTRIES]
            names = [info.filename for info in infos]
            if any(
                ".." in name.split("/") or name.startswith("/") or "\\" in name for name in names
            ):
                return HasEscapingNames()
            if len({name.casefold() for name in names}) != len(names):
                return HasDoubledNames()
            for info in infos:
                with archive.open(info) as part:
                    head = part.read(_HEAD)
                if any(mark in head for mark in (*_DOCTYPES, *_ENTITIES)):
                    return HasEntities()
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        return None
    return None
