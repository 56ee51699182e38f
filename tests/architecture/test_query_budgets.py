"""No page asks the database more than its budget, and no list asks more when it grows.

That a list of 200 costs what a list of 1 costs is asserted, with one literal number, where the
page is tested (tests/units, tests/core/outbox, tests/campaigns); here stand the pages that hold
a list beside something else, and one ceiling for every page there is.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.architecture.addresses import addresses, objects_of, path_of
from tests.architecture.matrix import Row, read_table
from tests.architecture.world import World, standing_world
from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Queries of a page in a session that is already cached; person and mandates are two of them.
LISTS = 12
BUDGETS = {
    "campaigns:home": 10,
    "campaigns:dashboard": 10,
    "campaigns:plan-section": 15,
    # Whole documents on one page, on paper in one piece too.
    "campaigns:plan-version": 18,
    "campaigns:plan-print-pdf": 23,
    "campaigns:plan-print-docx": 23,
    "campaigns:plan-final-pdf": 30,
    "campaigns:plan-final-docx": 30,
    "campaigns:plan-receipt-pdf": 21,
    "campaigns:plan-check": 29,
    "campaigns:review": 23,
}


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    with standing_world(django_db_blocker) as made:
        yield made


@pytest.mark.parametrize(
    "persona", [Role.UNIT_HEAD, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR, Role.OBSERVER]
)
def test_every_page_keeps_to_its_budget(world: World, persona: str) -> None:
    table = read_table()
    browser = world.client(persona)
    browser.get(reverse("units:profile"))  # from now on the session is in the cache
    over, seen = [], 0
    for address in addresses():
        for name, arguments in objects_of(address, world).items():
            if table.get(Row(address.name, "GET", name), {}).get(persona) != "200":
                continue
            path = path_of(address.name, arguments, world=world, persona=persona)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(path).status_code == 200, path
            seen += 1
            if len(queries) > BUDGETS.get(address.name, LISTS):
                over.append(f"{address.name} [{name}]: {len(queries)}")
    assert over == []
    assert seen > 15


@pytest.mark.parametrize("count", [1, 3, 200])
def test_choosing_among_mandates_costs_the_same_whatever_their_number(
    client: Client, sign_in: Any, django_assert_num_queries: Any, count: int
) -> None:
    person = UserFactory()
    mandates = [MandateFactory(person=person) for _ in range(count)]
    sign_in(client, mandates[0])
    client.get(reverse("units:mandate-choose"))
    with django_assert_num_queries(2):  # person, mandates
        assert client.get(reverse("units:mandate-choose")).status_code == 200


@pytest.mark.parametrize("count", [1, 3, 200])
def test_a_persons_page_costs_the_same_whatever_their_mandates(
    client: Client, sign_in: Any, django_assert_num_queries: Any, count: int
) -> None:
    sign_in(client, MandateFactory(role=Role.ADMINISTRATOR))
    person, unit = UserFactory(), UnitFactory()
    giver = MandateFactory(unit=unit, role=Role.UNIT_HEAD)
    for day in range(count):
        first = date(2026, 1, 1) + timedelta(day)
        MandateFactory(person=person, unit=unit, valid_from=first, delegated_by=giver)
    address = reverse("units:person-detail", args=[person.pk])
    client.get(address)
    with django_assert_num_queries(
        5
    ):  # signed-in person and mandates; the person, mandates, history
        assert client.get(address).status_code == 200
