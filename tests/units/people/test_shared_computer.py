"""A computer that others use too: said at sign-in, remembered on the device."""

import pytest
from django.urls import reverse

from tests.factories.units import MandateFactory

pytestmark = pytest.mark.django_db

PASSWORD = "mot-cau-mat-khau-dai"
COOKIE = "shared_computer"


@pytest.fixture
def person():
    person = MandateFactory().person
    person.set_password(PASSWORD)
    person.must_change_password = False
    person.save()
    return person


def sign_in(client, person, **fields):
    data = {"username": person.username, "password": PASSWORD, **fields}
    return client.post(reverse("units:sign-in"), data, follow=True)


def test_pages_tell_their_scripts_to_keep_nothing(client, person):
    page = sign_in(client, person, shared_computer="on").content.decode()
    assert client.cookies[COOKIE]["httponly"]
    assert " data-shared " in page
    client.post(reverse("units:sign-out"))
    # The next person at this computer finds it ticked already.
    form = client.get(reverse("units:sign-in")).content.decode()
    assert "checked" in form.partition('name="shared_computer"')[2].partition(">")[0]


def test_an_own_computer_is_told_so_again(client, person):
    sign_in(client, person, shared_computer="on")
    client.post(reverse("units:sign-out"))
    page = sign_in(client, person).content.decode()
    assert client.cookies[COOKIE].value == ""
    assert "js/drafts.js" in page
    assert " data-shared " not in page


def test_a_refused_sign_in_changes_nothing_on_the_device(client, person):
    client.post(
        reverse("units:sign-in"),
        {"username": person.username, "password": "sai", "shared_computer": "on"},
    )
    assert COOKIE not in client.cookies
