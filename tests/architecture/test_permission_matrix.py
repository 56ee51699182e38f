"""Who gets which answer at every address: permission_matrix.csv, reviewed line by line.

After adding an address, or on purpose changing an answer, write the table anew with

    MATRIX=write .venv/bin/python -m pytest tests/architecture/test_permission_matrix.py -p no:xdist

and review the difference: is each 200 right, and is everything foreign a 404?
"""

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.apps import apps

from emulation_portal.core.models import AuditEntry
from tests.architecture.addresses import ANY_OBJECT, NO_OBJECT, addresses, objects_of, path_of
from tests.architecture.matrix import (
    METHODS,
    Row,
    Table,
    ask,
    compared,
    may_stand_for_any,
    read_table,
    undone,
    write_table,
)
from tests.architecture.world import (
    ANONYMOUS,
    ENDED_MANDATE,
    NO_MANDATE,
    ONE_TIME_PASSWORD,
    PERSONAS,
    World,
    standing_world,
)
from units.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WRITE = os.environ.get("MATRIX") == "write"
# Tables a page may write to while it is only looked at: who is signed in, how often one failed.
NOT_OURS = {"sessions", "axes"}


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    with standing_world(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def table() -> Table:
    """Empty while it is written anew, so that every object is asked for."""
    return {} if WRITE else read_table()


@pytest.fixture(scope="module")
def written() -> Iterator[Table]:
    """Collects the cells of every column when the table is written anew."""
    cells: Table = {}
    yield cells
    if WRITE:
        write_table(cells)


def rows_to_ask(world: World, table: Table) -> dict[Row, dict[str, Any]]:
    """Every row with the arguments of its address; where the table folds rows, the last object."""
    rows = {}
    for address in addresses():
        objects = objects_of(address, world)
        for method in METHODS:
            if (row := Row(address.name, method, ANY_OBJECT)) in table:
                rows[row] = list(objects.values())[-1]
            else:
                rows |= {Row(address.name, method, name): found for name, found in objects.items()}
    return rows


def contents() -> dict[str, list[Any]]:
    """Every row of every table of ours."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in NOT_OURS
    }


# --- The table ----------------------------------------------------------------------------


@pytest.mark.skipif(WRITE, reason="the table is being written")
def test_the_table_names_every_address_and_no_other(world: World, table: Table) -> None:
    needed = set(rows_to_ask(world, table))
    assert sorted(needed - set(table)) == [], "missing from the table: write it anew and review it"
    assert sorted(set(table) - needed) == [], "the table names what does not exist"


def test_rows_are_folded_only_where_no_object_was_looked_for(table: Table) -> None:
    folded = {row: cells for row, cells in table.items() if row.object == ANY_OBJECT}
    assert [row for row, cells in folded.items() if not may_stand_for_any(cells)] == []


# --- What the table may never say, whoever writes it --------------------------------------

REFUSED = {
    "302>sign-in", "302>mandate-choose", "302>password-change", "403", "404", "405",
}  # fmt: skip
# Open to everybody: probes, signing in and out, and the ways back in.
OPEN = {
    "core:healthz", "core:readyz", "core:set-language", "units:sign-in", "units:sign-out",
    "units:password-reset", "units:password-reset-done", "units:set-password",
}  # fmt: skip
# One's own account and one's own jobs: no mandate needed.
PERSONAL = OPEN | {
    "units:password-change", "units:profile", "units:mandate-choose",
    "core:job-detail", "core:job-cancel",
}  # fmt: skip
READERS = (
    Role.COUNCIL_MEMBER, Role.COUNCIL_CHAIR, Role.COUNCIL_SECRETARY, Role.OBSERVER,
)  # fmt: skip


def open_cells(table: Table, personas: Iterable[str]) -> Iterator[tuple[Row, str]]:
    """Every cell of these columns that is not a refusal."""
    for row, cells in table.items():
        for persona in personas:
            if cells[persona] not in REFUSED:
                yield row, persona


def test_nobody_reaches_what_is_not_theirs_to_know(table: Table) -> None:
    """Another unit's draft, another ministry's campaign, a file nothing visible links to."""
    hidden = {"foreign_draft", "foreign_amendment", "other_ministry", "other_ministry_under_own",
              "unlinked"}  # fmt: skip
    assert [cell for cell in open_cells(table, PERSONAS) if cell[0].object in hidden] == []


def test_a_plan_not_issued_is_there_for_its_unit_the_department_and_administrators(
    table: Table,
) -> None:
    seen = {
        persona for row, persona in open_cells(table, PERSONAS) if row.object == "foreign_unissued"
    }
    assert seen == {Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR}


def test_a_units_draft_is_there_for_that_unit_alone(table: Table) -> None:
    seen = {persona for row, persona in open_cells(table, PERSONAS) if row.object == "own_draft"}
    assert seen == {Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY}


def test_nobody_reviews_the_plan_of_a_body_they_act_for(table: Table) -> None:
    reviews = [
        cell
        for cell in open_cells(table, PERSONAS)
        if cell[0].url.startswith("campaigns:review") and cell[0].object == "department_own"
    ]
    assert reviews == []


def test_only_the_open_pages_open_without_signing_in(table: Table) -> None:
    opened = {row.url for row, _ in open_cells(table, [ANONYMOUS])}
    assert opened == OPEN - {"units:sign-out"}  # which leads to the sign-in page


@pytest.mark.parametrize("persona", [NO_MANDATE, ENDED_MANDATE])
def test_without_a_mandate_in_force_there_is_only_ones_own_account(
    table: Table, persona: str
) -> None:
    assert {row.url for row, _ in open_cells(table, [persona])} <= PERSONAL


def test_a_one_time_password_opens_nothing_but_the_page_to_change_it(table: Table) -> None:
    opened = {row.url for row, _ in open_cells(table, [ONE_TIME_PASSWORD])}
    assert opened == OPEN - {"units:sign-out"} | {"units:password-change"}


def test_readers_write_nothing(table: Table) -> None:
    written = {row.url for row, _ in open_cells(table, READERS) if row.method == "POST"}
    assert written <= PERSONAL


def test_no_answer_is_a_failure(table: Table) -> None:
    failures = {row.url for row, cells in table.items() for cell in cells.values() if cell > "499"}
    assert failures == {"core:readyz"}  # no worker and no beat run beside the tests


# --- The table against the portal ---------------------------------------------------------


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_address_answers_as_the_table_says(
    world: World, table: Table, written: Table, persona: str
) -> None:
    client = world.client(persona)
    found: dict[Row, str] = {}
    faults: list[str] = []
    rows = rows_to_ask(world, table)
    before = contents()
    for row, arguments in rows.items():
        if row.method == "GET":
            if early := _refused_before(found, row, persona):
                found[row] = early
                continue
            path = path_of(row.url, arguments, world=world, persona=persona)
            answer = ask(client, "GET", path)
            found[row] = answer.cell
            faults += header_faults(row, persona, answer.response)
    after = contents()
    faults += [
        f"a GET as {persona} has written to {name}"
        for name, kept in before.items()
        if after[name] != kept
    ]
    for row, arguments in rows.items():
        if row.method == "POST":
            if early := _refused_before(found, row, persona):
                found[row] = early
                continue
            with undone():
                entries = AuditEntry.objects.count()
                path = path_of(row.url, arguments, world=world, persona=persona)
                answer = ask(client, "POST", path)
                found[row] = answer.cell
                faults += header_faults(row, persona, answer.response)
                if answer.cell >= "400" and AuditEntry.objects.count() != entries:
                    faults.append(f"refused, yet recorded: POST {row.url} as {persona}")
    for row, cell in found.items():
        written.setdefault(row, {})[persona] = cell
    if not WRITE:
        expected = {row: cells[persona] for row, cells in table.items()}
        faults += compared(expected, found, persona)
    assert not faults, "\n".join(["", *faults])


# Turned away at the door, before an address is given its object: one object speaks for all.
TURNED_AWAY = (ANONYMOUS, NO_MANDATE, ENDED_MANDATE, ONE_TIME_PASSWORD)


def _refused_before(found: dict[Row, str], row: Row, persona: str) -> str | None:
    """What somebody at the door was answered by the same address for another object."""
    if persona not in TURNED_AWAY or row.url in PERSONAL:
        return None
    answers = {
        cell for asked, cell in found.items() if (asked.url, asked.method) == (row.url, row.method)
    }
    return answers.pop() if len(answers) == 1 and answers <= REFUSED else None


# --- What holds for all of them -----------------------------------------------------------


def header_faults(row: Row, persona: str, response: Any) -> Iterator[str]:
    """Yield what the response's headers lack."""
    here = f"{row.method} {row.url} [{row.object}] as {persona}:"
    policy = response.headers.get("Content-Security-Policy", "")
    if "unsafe-inline" in policy or "unsafe-eval" in policy or "*" in policy:
        yield f"{here} the policy lets anything in: {policy}"
    is_download = "attachment;" in response.headers.get("Content-Disposition", "")
    if "sandbox" in policy and is_download:
        pass  # a file of somebody's: stricter than any page
    elif "frame-ancestors 'none'" not in policy or "object-src 'none'" not in policy:
        yield f"{here} no content security policy: {policy!r}"
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if is_page and response.content and re.search(rb"<(script|style)\b", response.content):
        nonces = set(re.findall(rb'<(?:script|style)\b[^>]*\bnonce="([^"]+)"', response.content))
        tags = re.findall(rb"<(?:script|style)\b[^>]*>", response.content)
        loose = [tag for tag in tags if b"nonce=" not in tag and b"src=" not in tag]
        if loose or any(f"'nonce-{nonce.decode()}'" not in policy for nonce in nonces):
            yield f"{here} a script without this page's nonce: {loose}"
    for header, wanted in (
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
    ):
        if response.headers.get(header) != wanted:
            yield f"{here} {header} is {response.headers.get(header)!r}"
    if persona != ANONYMOUS and "no-store" not in response.headers.get("Cache-Control", ""):
        yield f"{here} may be kept in a cache"


def test_every_view_says_who_may_use_it() -> None:
    silent = [address.name for address in addresses() if not hasattr(address.view, "access_policy")]
    assert silent == []


def test_every_address_has_a_name_of_its_own() -> None:
    names = [address.name for address in addresses()]
    assert sorted(names) == sorted(set(names))
    assert not any(name.endswith(":None") for name in names)


@pytest.mark.parametrize(
    "persona", [ANONYMOUS, Role.UNIT_HEAD, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR]
)
def test_no_post_passes_without_its_token(world: World, persona: str) -> None:
    """Also where this persona may act, and where nobody has signed in."""
    client = world.client(persona, enforce_csrf_checks=True)
    passed = []
    before = contents()
    for address in addresses():
        # The first object is the persona's own, where there is such a thing.
        arguments = next(iter(objects_of(address, world).values()))
        answer = ask(client, "POST", path_of(address.name, arguments, world=world, persona=persona))
        if answer.cell != "403":
            passed.append(f"{address.name}: {answer.cell}")
    assert passed == []
    assert contents() == before


def test_own_objects_stand_beside_foreign_ones(world: World) -> None:
    """Every address that takes arguments is also tried with what the unit may not see."""
    for address in addresses():
        objects = objects_of(address, world)
        if any(name.startswith("own") for name in objects):
            assert any(not name.startswith("own") for name in objects), address.name
        else:
            assert set(objects) <= {NO_OBJECT, "foreign", "valid", "expired"}, address.name
