"""A stale form and a lost session lose nothing that was typed, and sending again works."""

import re

import pytest
from django.test import Client

from tests.factories.core import PersonFactory

pytestmark = [pytest.mark.urls("tests.core.trial_site"), pytest.mark.django_db]

BACKEND = "units.people.backends.UsernameOrEmailBackend"
TYPED = {"text": "Mục đích của kế hoạch", "form_key": "0123456789abcdef"}
FORM = "/trial/narrative/?section=2"


@pytest.fixture
def strict():
    """A client that checks tokens as a browser's requests are checked."""
    return Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})


def page_of(response):
    return response.content.decode()


def press_send_again(client, response):
    """Send the form on an error page as a browser would."""
    page = page_of(response)
    action = re.search(r'<form method="post" action="([^"]*)">', page)[1].replace("&amp;", "&")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    return client.post(action, {**fields, "csrfmiddlewaretoken": token})


def test_a_stale_form_is_shown_again_and_its_button_works(strict):
    strict.force_login(PersonFactory(), backend=BACKEND)
    response = strict.post(FORM, {**TYPED, "csrfmiddlewaretoken": "x" * 64})
    assert response.status_code == 403
    assert f'action="{FORM}"' in page_of(response)
    assert TYPED["text"] in page_of(response)
    again = press_send_again(strict, response)
    assert (again.status_code, page_of(again)) == (200, "21 0123456789abcdef")


def test_a_form_without_any_token_is_shown_again_too(strict):
    strict.force_login(PersonFactory(), backend=BACKEND)
    again = press_send_again(strict, strict.post(FORM, TYPED))
    assert again.status_code == 200


def test_a_form_another_site_made_is_refused_without_its_text(strict):
    strict.force_login(PersonFactory(), backend=BACKEND)
    response = strict.post(FORM, TYPED, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert TYPED["text"] not in page_of(response)
    assert "csrfmiddlewaretoken" not in page_of(response)


def test_after_a_lost_session_signing_in_beside_it_and_sending_again_works(strict):
    person = PersonFactory()
    strict.force_login(person, backend=BACKEND)
    stale = press_send_again  # the button of every error page
    first = strict.post(FORM, TYPED)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page_of(first))[1]
    del strict.cookies["sessionid"]

    lost = strict.post(
        FORM,
        {**TYPED, "csrfmiddlewaretoken": token},
        headers={"Referer": "http://testserver/trial/narrative/?section=2"},
    )
    assert lost.status_code == 403
    page = page_of(lost)
    assert TYPED["text"] in page
    assert 'href="/sign-in/?next=%2Ftrial%2Fnarrative%2F%3Fsection%3D2" target="_blank"' in page

    strict.force_login(person, backend=BACKEND)  # in the other tab; the token changes
    strict.cookies["csrftoken"] = "n" * 32
    second = stale(strict, lost)
    assert second.status_code == 403
    assert TYPED["text"] in page_of(second)
    done = stale(strict, second)
    assert (done.status_code, page_of(done)) == (200, "21 0123456789abcdef")


def test_the_way_back_never_leads_to_another_site(client):
    response = client.post(FORM, TYPED, headers={"Referer": "http://testserver//evil.example/"})
    assert "evil.example" not in page_of(response)


def test_a_page_in_the_place_of_a_fragment_takes_the_whole_body(client):
    response = client.post(FORM, TYPED, headers={"HX-Request": "true"})
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("body", "innerHTML")


def test_an_empty_form_is_not_offered_for_sending(client):
    page = page_of(client.post(FORM, {}))
    assert "csrfmiddlewaretoken" not in page


def test_ten_megabytes_come_back(client):
    text = "chữ nghĩa " * 900_000
    response = client.post(FORM, {"text": text})
    assert response.status_code == 403
    assert text in page_of(response)
