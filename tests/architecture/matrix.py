"""The reviewed table of who gets which answer where: permission_matrix.csv."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import Resolver404, resolve

from tests.architecture.addresses import ANY_OBJECT, addresses
from tests.architecture.world import PERSONAS, Browser

TABLE = Path(__file__).with_name("permission_matrix.csv")
METHODS = ("GET", "POST")
KEY = ["url", "method", "object"]
# Answers given before the view has looked for its object.
_BEFORE_THE_OBJECT = {"403", "405", "302>sign-in", "302>mandate-choose", "302>password-change"}


class Row(NamedTuple):
    url: str
    method: str
    object: str


Table = dict[Row, dict[str, str]]


def read_table() -> Table:
    """Return the cells by row and column."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == [*KEY, *PERSONAS], "the columns of the table are the personas"
        rows = [(Row(*(line.pop(name) for name in KEY)), line) for line in reader]
    assert len(dict(rows)) == len(rows), "a row stands in the table twice"
    return dict(rows)


def write_table(cells: Table) -> None:
    """Write the table anew, to be reviewed line by line in the difference."""
    order = {address.name: place for place, address in enumerate(addresses())}
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*KEY, *PERSONAS], lineterminator="\n")
        writer.writeheader()
        rows = folded(cells)
        for row in sorted(rows, key=lambda row: (order[row.url], row.method)):
            writer.writerow({**row._asdict(), **rows[row]})


def folded(cells: Table) -> Table:
    """Put rows that no object can change into one."""
    table: Table = {}
    by_method: dict[tuple[str, str], list[Row]] = {}
    for row in cells:
        by_method.setdefault((row.url, row.method), []).append(row)
    for (url, method), rows in by_method.items():
        answers = [cells[row] for row in rows]
        if len(rows) > 1 and answers[0] == answers[-1] and may_stand_for_any(answers[0]):
            table[Row(url, method, ANY_OBJECT)] = answers[0]
        else:
            table |= {row: cells[row] for row in rows}
    return table


def may_stand_for_any(answers: dict[str, str]) -> bool:
    """Whether every cell was answered before an object was looked for."""
    return set(answers.values()) <= _BEFORE_THE_OBJECT


@dataclass(frozen=True)
class Answer:
    """What the table says of a response: its status and, of a redirect, the page it leads to."""

    cell: str
    response: Any


def ask(browser: Browser, method: str, path: str) -> Answer:
    """Send one request with nothing but the session.

    A POST sends a form nobody has filled in; a browser that checks tokens sends none.
    """
    browser.forget()
    empty = {} if browser.handler.enforce_csrf_checks else {"csrfmiddlewaretoken": ""}
    response: Any = browser.get(path) if method == "GET" else browser.post(path, empty)
    return Answer(_cell(response), response)


def _cell(response: Any) -> str:
    if response.status_code not in (301, 302):
        return str(response.status_code)
    try:
        match = resolve(response["Location"].partition("?")[0].partition("#")[0])
    except Resolver404:
        return f"{response.status_code}>?"
    return f"{response.status_code}>{match.url_name}"


@contextmanager
def undone() -> Iterator[None]:
    """Take back what the request inside has written."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def compared(expected: dict[Row, str], found: dict[Row, str], column: str) -> Iterable[str]:
    """Yield one line per cell that answers otherwise than the table says."""
    for row, cell in found.items():
        wanted = expected.get(row, "no such row")
        if cell != wanted:
            yield f"{row.method} {row.url} [{row.object}] as {column}: {cell}, the table says {wanted}"
