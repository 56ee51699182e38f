"""Random requests to every form as every role: never a 500, and nothing foreign is changed.

The forms are those the pages really show, filled in partly right and partly wrong, and sent to
their own address or to that of somebody else's object. `make test` sends a few dozen requests per
role, `make faults` two thousand. FUZZ_SEED sets other dice; a failure names seed and request.
"""

import os
import random
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import DatabaseError, models, transaction

from campaigns.models import (
    Campaign,
    ContentArea,
    Deliverable,
    Indicator,
    Phase,
    Plan,
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    Remark,
    ReminderRule,
)
from emulation_portal.core.models import Job, Message
from tests.architecture.addresses import addresses, objects_of, path_of
from tests.architecture.matrix import read_table
from tests.architecture.world import ANONYMOUS, PERSONAS, Browser, World, standing_world
from tests.fuzz.forms import NARRATIVE, VALUES, Fields, Form, Sending, forms_of, mangled
from units.models import Block, Mandate, Role, Unit, UnitName, User

pytestmark = pytest.mark.django_db

# By address and object.
Paths = dict[str, dict[str, str]]

SEED = os.environ.get("FUZZ_SEED", "2026")
SHORT, LONG = 40, 2000
BATCH = 10  # requests that build on one another before everything is undone

UNIT_SIDE = {Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY}
DEPARTMENT = {Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD}
# Between them they are shown every form there is.
SHOWN_TO = (ANONYMOUS, Role.UNIT_HEAD, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR)

# Files, which carry no form.
DOWNLOADS = {
    "core:attachment-download", "units:unit-export",
    "campaigns:plan-print-pdf", "campaigns:plan-print-docx",
    "campaigns:plan-final-pdf", "campaigns:plan-final-docx", "campaigns:plan-receipt-pdf",
    "campaigns:plan-export-csv", "campaigns:plan-export-xlsx",
    "campaigns:task-export-csv", "campaigns:task-export-xlsx",
    "campaigns:deliverable-export-csv", "campaigns:deliverable-export-xlsx",
}  # fmt: skip
# Forms that a page shows only after another one was sent, or that a script sends by itself.
SHOWN_LATER: dict[str, Fields] = {
    "campaigns:extension-ask": [("form_key", b""), ("reason", "Chờ ký".encode())],
    "campaigns:plan-bring-in-model": [("form_key", b""), ("mode-area-1", b"append")],
    "campaigns:plan-bring-in-confirm": [("form_key", b""), ("mode-area-1", b"replace")],
    "campaigns:plan-fixes": [("tick", b"1"), ("from", b"section")],
    "campaigns:plan-papers-describe": [("file", b""), ("kind", b"annex")],
    "campaigns:review-many": [
        ("form_key", b""), ("seen", b""), ("v", b"1"), ("v", b"2"),
        ("decision", b"accept"), ("reason", b""), ("do", b"confirm"),
    ],
    "campaigns:upload": [],
    "campaigns:plan-paper-upload": [],
    "units:set-password": [("password", b"mat khau dai 2026"), ("password_again", b"")],
    "units:unit-import-confirm": [("payload", b"abc:def:ghi")],
    "campaigns:review-release": [],
    "units:person-reactivate": [],
}  # fmt: skip
UPLOADING = {"campaigns:upload", "campaigns:plan-paper-upload"}
# Other places that the form of a section is sent to, with what its buttons and scripts add.
ALSO_SENT_TO: dict[str, Fields] = {
    "campaigns:plan-section-autosave": [("writer", b""), ("base", b"{}")],
    "campaigns:plan-section-paste": [
        ("what", b"tasks"), ("pasted", "Việc\tVăn phòng\t\t31/12/2026".encode()), ("do", b"apply"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    with standing_world(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def paths(world: World) -> Paths:
    """By address, its paths: one's own object and everybody else's."""
    return {
        address.name: {
            name: path_of(address.name, arguments, world=world, persona=str(Role.UNIT_OFFICER))
            for name, arguments in objects_of(address, world).items()
        }
        for address in addresses()
    }


@pytest.fixture(scope="module")
def forms(world: World, paths: Paths) -> list[tuple[str, Form]]:
    """Every form that a page shows to somebody, with the name of the address it goes to."""
    names = {path: name for name, known in paths.items() for path in known.values()}
    found: dict[tuple[str, tuple[str, ...]], tuple[str, Form]] = {}
    table = read_table()
    for persona in SHOWN_TO:
        browser = world.client(persona)
        for row, cells in table.items():
            if row.method != "GET" or cells[persona] != "200" or row.url in DOWNLOADS:
                continue
            path = paths[row.url][row.object]
            for form in forms_of(path, browser.get(path).content.decode()):
                target = names.get(form.action.partition("?")[0], row.url)
                inputs = (*sorted({field for field, _ in form.fields}), *form.files)
                found.setdefault((target, inputs), (target, form))
    later = [
        (name, Form(first_of(paths[name]), fields, ["file"] if name in UPLOADING else []))
        for name, fields in SHOWN_LATER.items()
    ]
    [section, *_others] = [
        form for name, form in found.values() if name == "campaigns:plan-section"
    ]
    also = [
        (name, replace(section, action=first_of(paths[name]), fields=[*section.fields, *more]))
        for name, more in ALSO_SENT_TO.items()
    ]
    return [*found.values(), *later, *also]


def first_of(known: dict[str, str]) -> str:
    return next(iter(known.values()))


# --- What must not change -----------------------------------------------------------------


def foreign_rows(world: World, persona: str) -> dict[str, Any]:
    """The rows that `persona` must leave as they are, whatever is sent."""
    other = world.other_campaign
    watched: dict[str, models.QuerySet[Any]] = {
        "the other ministry's campaign": Campaign.objects.filter(pk=other.pk)
    }
    for model in (Phase, ContentArea, Indicator, Deliverable, ReminderRule):
        name = f"the other ministry's {model.__name__}"
        watched[name] = model._base_manager.filter(campaign=other)
    watched |= _plan_rows(world, persona)
    if persona != Role.ADMINISTRATOR:
        for kept in (Mandate, Unit, UnitName, Block):
            watched[kept.__name__] = kept._base_manager.all()
        own = [person.pk for person in (world.person, world.people.get(persona)) if person]
        watched["other people"] = User.objects.exclude(pk__in=own)
        watched["other people's jobs"] = Job.objects.filter(pk=world.jobs["foreign"])
        if persona not in DEPARTMENT:
            watched["the mail"] = Message.objects.filter(pk=world.message_id)
    return {name: list(rows.order_by("pk").values_list()) for name, rows in watched.items()}


def _plan_rows(world: World, persona: str) -> dict[str, models.QuerySet[Any]]:
    """Plans of other units; for the department, which decides on versions, what stands in them."""
    rows: dict[str, models.QuerySet[Any]] = {
        model.__name__: model._base_manager.all()
        for model in (PlanSection, PlanTask, PlanTarget, PlanTargetYear, PlanPaper, PlanIssue)
    }
    if persona in DEPARTMENT:
        # It may begin or amend a plan on a unit's behalf, in a version of its own making.
        return {name: found.filter(version__in=world.versions) for name, found in rows.items()}
    rows["Remark"] = Remark.objects.all()
    if persona in UNIT_SIDE:
        rows = {
            name: found.exclude(version__plan__unit=world.own_unit) for name, found in rows.items()
        }
        rows["Plan"] = Plan.objects.exclude(unit=world.own_unit)
        rows["PlanVersion"] = PlanVersion.objects.exclude(plan__unit=world.own_unit)
        return rows
    return {**rows, "Plan": Plan.objects.all(), "PlanVersion": PlanVersion.objects.all()}


# --- Requests -----------------------------------------------------------------------------

QUERIES = ("page", "q", "phase", "block", "kind", "status", "sort", "view", "after", "unit", "next",
           "state", "area", "lead", "format", "role", "year")  # fmt: skip
HEADERS: list[dict[str, str]] = [
    {"HTTP_HX_REQUEST": "true"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[::1"},
    {"HTTP_REFERER": "http://[not an address"},
    {"HTTP_ACCEPT_LANGUAGE": "xx-" + "y" * 500},
    {"HTTP_COOKIE": "sessionid=../../x; csrftoken=1; language=\xff; messages=a$b"},
    {"HTTP_X_FORWARDED_FOR": "not, an, address"},
]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    sending: Sending
    headers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path[:200]} {self.sending.told} {self.headers or ''}"


def choose(dice: random.Random, forms: list[tuple[str, Form]], paths: Paths) -> Request:
    """Choose a request as the dice fall: mostly a form, to its own address or a foreign object's."""
    headers = dice.choice(HEADERS) if dice.random() < 0.1 else {}
    fall = dice.random()
    if fall < 0.8:
        name, form = dice.choice(forms)
        targets = [form.action, *paths[name].values()]
        if fall < 0.08:  # to an address that expects something else
            targets = list(paths[dice.choice(sorted(paths))].values())
        method = "POST" if fall > 0.03 else dice.choice(["PUT", "DELETE", "PATCH", "OPTIONS"])
        return Request(method, dice.choice(targets), mangled(form, dice), headers)
    path = dice.choice(list(paths[dice.choice(sorted(paths))].values()))
    if fall < 0.9:
        chosen = dice.sample(QUERIES, dice.randrange(1, 4))
        path += "?" + "&".join(f"{name}={quote(dice.choice(VALUES)[:4000])}" for name in chosen)
    elif fall < 0.96:
        path = _bent(path, dice)
    return Request("GET", path, Sending(b"", "", ""), headers)


def answer_to(browser: Browser, request: Request) -> int:
    """Send it; return the status, 500 for what not even the error page survives."""
    browser.forget()
    sending = request.sending
    try:
        response = browser.generic(
            request.method, request.path, sending.body, sending.content_type, **request.headers
        )
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001 - that nothing gets here is what is tested
        return 500
    return int(response.status_code)


def _bent(path: str, dice: random.Random) -> str:
    """Put something else in the place of one part of the path."""
    parts = path.strip("/").split("/")
    bent = [
        "0",
        "99999999999999999999",
        "-1",
        "%00",
        "%F0%9F%8E%89",
        "a" * 300,
        "..",
        "1",
        "%ED%A0%80",
    ]
    parts[dice.randrange(len(parts))] = dice.choice(bent)
    return f"/{'/'.join(parts)}/"


@contextmanager
def crashes() -> Iterator[list[str]]:
    """Collects the ends of the tracebacks of requests that fail."""
    found: list[str] = []

    def note(**kwargs: Any) -> None:
        kind, fault, trace = sys.exc_info()
        frames = traceback.format_tb(trace)[-3:]
        found.append(f"{kind and kind.__name__}: {str(fault)[:300]}\n{''.join(frames)}")

    got_request_exception.connect(note)
    try:
        yield found
    finally:
        got_request_exception.disconnect(note)


def run(
    world: World, persona: str, forms: list[tuple[str, Form]], paths: Paths, count: int
) -> list[str]:
    """Send `count` requests as `persona`; return what went wrong."""
    dice = random.Random(f"{SEED}:{persona}")
    browser = world.client(persona)
    faults: list[str] = []
    before = foreign_rows(world, persona)
    with crashes() as tracebacks:
        for start in range(0, count, BATCH):
            told = []
            with transaction.atomic():
                for number in range(start, start + BATCH):
                    # A request that leaves its transaction broken is undone like a lost one.
                    with suppress(DatabaseError), transaction.atomic():
                        request = choose(dice, forms, paths)
                        status = answer_to(browser, request)
                        told.append(f"{status} {request}")
                        if status >= 500 and not request.path.startswith("/readyz"):
                            where = tracebacks[-1] if tracebacks else "(no traceback)"
                            faults.append(f"request {number}: {status} {request}\n{where}")
                            transaction.set_rollback(True)
                after = foreign_rows(world, persona)
                transaction.set_rollback(True)
            cache.clear()
            changed = [name for name, rows in before.items() if after[name] != rows]
            if changed:
                faults.append(f"{', '.join(changed)} changed by one of:\n" + "\n".join(told))
    return faults


def explain(persona: str, faults: list[str]) -> str:
    head = f"\n{len(faults)} faults as {persona}, FUZZ_SEED={SEED}"
    return "\n\n".join([head, *faults[:12]])


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_few_random_requests(
    world: World, forms: list[tuple[str, Form]], paths: Paths, persona: str
) -> None:
    faults = run(world, persona, forms, paths, SHORT)
    assert not faults, explain(persona, faults)


@pytest.mark.faults
@pytest.mark.parametrize("persona", PERSONAS)
def test_two_thousand_random_requests(
    world: World, forms: list[tuple[str, Form]], paths: Paths, persona: str
) -> None:
    faults = run(world, persona, forms, paths, LONG)
    assert not faults, explain(persona, faults)


def test_every_form_of_the_portal_is_among_them(forms: list[tuple[str, Form]]) -> None:
    """Every address that answers a POST with anything but a refusal has a form on some page."""
    acting = {
        row.url
        for row, cells in read_table().items()
        if row.method == "POST" and any(cell not in REFUSED for cell in cells.values())
    }
    assert sorted(acting - {name for name, _form in forms}) == []


REFUSED = {"403", "404", "405", "302>password-change", "302>sign-in", "302>mandate-choose"}


@pytest.mark.parametrize("field", ["narrative", "tasks-0-title"])
def test_ten_megabytes_come_back_with_a_sentence(world: World, field: str) -> None:
    """Nothing typed is lost, and nothing is stored half."""
    browser = world.client(Role.UNIT_OFFICER)
    plan = world.plans["own_draft"]
    path = f"/plans/{plan.pk}/sections/area-1/"
    [form] = [
        found
        for found in forms_of(path, browser.get(path).content.decode())
        if any(name.endswith("narrative") for name, _ in found.fields)
    ]
    name = next(name for name, _ in form.fields if name.endswith(field))
    filled = {**dict(form.fields), name: NARRATIVE}
    before = contents_of(plan)
    response = browser.post(path, {key: value.decode() for key, value in filled.items()})
    assert response.status_code in (302, 413, 422)
    if response.status_code != 302:
        assert contents_of(plan) == before


def contents_of(plan: Plan) -> list[Any]:
    sections = PlanSection.objects.filter(version__plan=plan).order_by("pk").values_list()
    tasks = PlanTask.objects.filter(version__plan=plan).order_by("pk").values_list()
    return [*sections, *tasks]


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_whatever_was_typed_can_be_printed(world: World, form: str) -> None:
    browser = world.client(Role.UNIT_HEAD)
    plan = world.plans["own_draft"]
    path = f"/plans/{plan.pk}/sections/area-1/"
    [shown] = [
        found
        for found in forms_of(path, browser.get(path).content.decode())
        if any(name.endswith("narrative") for name, _ in found.fields)
    ]
    typed = [value.decode("utf-8", "replace") for value in VALUES if b"\0" not in value]
    narrative = "\n\n".join(text[:3000] for text in typed)
    filled = {name: value.decode() for name, value in shown.fields}
    for name in filled:
        if name.endswith("narrative"):
            filled[name] = narrative
        elif name.endswith(("title", "lead", "product")) and "__prefix__" not in name:
            filled[name] = " ".join(text[:8] for text in typed)[:250]
    filled["completed"] = shown.choices["completed"][0].decode()
    assert browser.post(path, filled).status_code == 302
    response = browser.get(f"/plans/{plan.pk}/versions/1/print.{form}")
    assert response.status_code == 200
    assert len(response.content) > 5000
