"""Columns of a table that people take out, work on and bring back.

A header is written in the reader's language. It is recognised in every language of the portal,
and by the column's key, so that a file comes back whoever exported it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.errors import DomainError
from emulation_portal.core.spreadsheets import HeaderRepeats, Row
from emulation_portal.core.text import fold


class ColumnMissing(DomainError):
    """The table lacks a column without which nothing can be matched."""

    message = _(
        "“%(name)s” has no column “%(column)s”. Export the list again and keep all of its columns."
    )


@dataclass(frozen=True)
class Column:
    """One column. `width` is in characters; a `hidden` one is for the portal, not for people."""

    key: str
    label: str | Promise
    width: int = 16
    hidden: bool = False


Columns = tuple[Column, ...]


def header_of(columns: Columns) -> list[str]:
    """Return the header in the present language."""
    return [str(column.label) for column in columns]


def recognised(
    rows: Iterable[Row], columns: Columns, *, required: Sequence[str], filename: str
) -> Iterator[Row]:
    """Yield the rows with their cells by column key; columns the portal does not know are left out.

    Raises ColumnMissing for a `required` key that no column of the file answers to, HeaderRepeats
    where two answer to the same, and whatever `rows` raises.
    """
    names: dict[str, str] | None = None
    for number, cells in rows:
        if names is None:
            names = _names(cells, columns, filename)
            for column in columns:
                if column.key in required and column.key not in names.values():
                    raise ColumnMissing(name=filename, column=column.label)
        yield number, {names[name]: value for name, value in cells.items() if name in names}


def _names(header: Iterable[str], columns: Columns, filename: str) -> dict[str, str]:
    known = _known(columns, tuple(code for code, _name in settings.LANGUAGES))
    names: dict[str, str] = {}
    for name in header:
        key = known.get(fold(name))
        if key is None:
            continue
        if key in names.values():
            raise HeaderRepeats(name=filename, column=name[:60])
        names[name] = key
    return names


@cache
def _known(columns: Columns, languages: tuple[str, ...]) -> dict[str, str]:
    known = {fold(column.key): column.key for column in columns}
    for language in languages:
        with translation.override(language):
            for column in columns:
                known.setdefault(fold(str(column.label)), column.key)
    return known
