"""Malformed requests that chance has found once: each is answered, none is a 500."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.units import MandateFactory

pytestmark = pytest.mark.django_db

NO_ADDRESS = "http://[not an address"


@pytest.fixture
def officer(client: Client) -> Client:
    person = MandateFactory().person
    client.force_login(person, backend="units.people.backends.UsernameOrEmailBackend")
    return client


@pytest.mark.parametrize("charset", ["utf-7", "latin-1"])
def test_a_form_in_another_encoding(officer: Client, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    response = officer.generic("POST", reverse("units:profile"), "language=vi", kind)
    assert response.status_code == 400


@pytest.mark.parametrize("header", ["Referer", "Origin"])
def test_a_form_that_comes_from_no_address(client: Client, header: str) -> None:
    response = client.post(
        reverse("units:profile"), {"language": "vi"}, headers={header: NO_ADDRESS}
    )
    assert response.status_code == 403
    assert "language" not in [name for name, _value in response.context["fields"]]


def test_a_fragment_asked_for_from_no_address(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": NO_ADDRESS}
    response = client.get(reverse("units:profile"), headers=headers)
    assert response["HX-Redirect"] == f"{reverse('units:sign-in')}?next=%2F"


@pytest.mark.parametrize("wanted", ["campaigns:home", "30／09／2025", "a b", "//evil.example/"])
@pytest.mark.parametrize("page", ["units:sign-in", "units:mandate-choose"])
def test_a_page_to_go_on_to_that_is_none(officer: Client, page: str, wanted: str) -> None:
    if page == "units:sign-in":
        response = officer.get(reverse(page), {"next": wanted})
    else:
        response = officer.get(reverse("campaigns:home"))
        mandate = response.wsgi_request.mandate
        response = officer.post(reverse(page), {"mandate": mandate.pk, "next": wanted})
    assert (response.status_code, response["Location"]) == (302, "/")
