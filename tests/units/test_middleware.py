"""Deny by default, mandates read anew at each request, and nothing typed lost on the way."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.middleware import AccessMiddleware
from units.models import Mandate, Role

pytestmark = pytest.mark.django_db
SignIn = Callable[[Client, Any], Client]


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def test_view_without_a_mark_is_refused_to_everybody() -> None:
    request = RequestFactory().get("/")
    with pytest.raises(PermissionDenied):
        AccessMiddleware(HttpResponse).process_view(request, lambda request: HttpResponse(), [], {})


def test_anonymous_is_asked_to_sign_in_and_comes_back(client: Client) -> None:
    assert client.get("/units/?q=a&page=2").url == "/sign-in/?next=%2Funits%2F%3Fq%3Da%26page%3D2"


def test_form_of_a_lost_session_comes_back_with_what_was_typed(client: Client) -> None:
    response = client.post(
        "/people/invite/", {"full_name": "Lê Thị Hồng Gấm", "password": "geheim"}
    )
    assert response.status_code == 403
    body = response.content.decode()
    assert "Lê Thị Hồng Gấm" in body
    assert "geheim" not in body


def test_fragment_request_of_a_lost_session_moves_the_whole_page(client: Client) -> None:
    response = client.get(
        "/units/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/units/unit/a/"},
    )
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/sign-in/?next=%2Funits%2Funit%2Fa%2F"


def test_the_only_mandate_is_taken(client: Client) -> None:
    mandate = MandateFactory()
    client.force_login(mandate.person, "units.people.backends.UsernameOrEmailBackend")
    response = client.get("/units/")
    assert response.status_code == 200
    assert response.wsgi_request.mandate == mandate
    assert response.wsgi_request.actor == mandate.actor


def test_one_of_several_must_be_chosen(client: Client) -> None:
    person = UserFactory()
    MandateFactory(person=person)
    second = MandateFactory(person=person, role=Role.OBSERVER)
    client.force_login(person, "units.people.backends.UsernameOrEmailBackend")
    assert client.get("/units/").url == "/mandate/?next=%2Funits%2F"
    answer = client.post("/mandate/", {"mandate": second.pk, "next": "/units/"})
    assert answer.url == "/units/"
    assert client.get("/units/").wsgi_request.mandate == second


def test_ended_mandate_gives_no_access_at_the_next_request(client: Client, sign_in: SignIn) -> None:
    mandate = MandateFactory(role=Role.ADMINISTRATOR)
    sign_in(client, mandate)
    assert client.get("/people/").status_code == 200
    Mandate.objects.filter(pk=mandate.pk).update(valid_to=timezone.localdate())
    assert client.get("/people/").url == "/mandate/?next=%2Fpeople%2F"
    assert client.post("/people/invite/", {"full_name": "A"}).status_code == 403


def test_an_ended_mandate_is_not_silently_replaced(client: Client, sign_in: SignIn) -> None:
    person = UserFactory()
    ended = MandateFactory(person=person, role=Role.UNIT_HEAD)
    MandateFactory(person=person)
    sign_in(client, ended)
    Mandate.objects.filter(pk=ended.pk).update(valid_to=timezone.localdate())
    assert client.get("/units/").status_code == 302
    page = client.get("/mandate/").content.decode()
    assert page.count('name="mandate"') == 1


@pytest.mark.parametrize(
    ("valid_from", "valid_to"),
    [(date(2025, 1, 1), yesterday()), (timezone.localdate() + timedelta(days=1), None)],
)
def test_mandates_of_other_days_open_nothing(
    client: Client, valid_from: date, valid_to: date | None
) -> None:
    mandate = MandateFactory(role=Role.ADMINISTRATOR, valid_from=valid_from, valid_to=valid_to)
    client.force_login(mandate.person, "units.people.backends.UsernameOrEmailBackend")
    assert client.get("/people/").url.startswith("/mandate/")
    page = client.get("/mandate/")
    assert page.status_code == 200
    assert 'name="mandate"' not in page.content.decode()


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 40, "\0"])
def test_made_up_choices_are_answered(client: Client, typed: str) -> None:
    own = MandateFactory()
    client.force_login(own.person, "units.people.backends.UsernameOrEmailBackend")
    assert client.post("/mandate/", {"mandate": typed}).status_code == 422


def test_somebody_elses_mandate_cannot_be_chosen(client: Client) -> None:
    foreign = MandateFactory(role=Role.ADMINISTRATOR)
    own = MandateFactory()
    client.force_login(own.person, "units.people.backends.UsernameOrEmailBackend")
    assert client.post("/mandate/", {"mandate": foreign.pk}).status_code == 422
    assert client.get("/people/").status_code == 403


def test_a_mandate_number_in_the_session_does_not_make_it_ones_own(
    client: Client, sign_in: SignIn
) -> None:
    foreign = MandateFactory(role=Role.ADMINISTRATOR)
    own = MandateFactory()
    client.force_login(own.person, "units.people.backends.UsernameOrEmailBackend")
    session = client.session
    session["mandate_id"] = foreign.pk
    session.save()
    assert client.get("/people/").url.startswith("/mandate/")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_other_roles_may_not_manage_people(client: Client, sign_in: SignIn, role: Role) -> None:
    sign_in(client, MandateFactory(role=role, unit=UnitFactory()))
    for url in ("/people/", "/people/invite/", "/units/import/", "/units/export/"):
        assert client.get(url).status_code == 403, url


def test_mandate_costs_one_query_however_many_are_held(
    client: Client, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    mandate = MandateFactory()
    sign_in(client, mandate)
    client.get("/mandate/")
    for _ in range(2):
        with django_assert_num_queries(2):  # person, mandates; the session is in the cache
            assert client.get("/mandate/").status_code == 200
        for _ in range(20):
            MandateFactory(person=mandate.person)
