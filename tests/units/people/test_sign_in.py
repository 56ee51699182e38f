"""Signing in and out: by name or address, never saying what was wrong, and not for ever."""

import re
import unicodedata
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from emulation_portal.core.actors import Actor
from tests.factories.units import MandateFactory, UserFactory
from units.people import actions
from units.people.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "rừng xanh nước biếc 2031"
SIGN_IN = "/sign-in/"


@pytest.fixture
def person() -> User:
    person = UserFactory(username="Nguyen.An", email="An@example.gov.vn")
    person.set_password(PASSWORD)
    person.save()
    MandateFactory(person=person)
    return person


def enter(client: Client, username: str, password: str = PASSWORD, **extra: str) -> object:
    return client.post(SIGN_IN, {"username": username, "password": password, **extra})


@pytest.mark.parametrize(
    "typed", ["Nguyen.An", "nguyen.an", "an@example.gov.vn", " AN@EXAMPLE.GOV.VN "]
)
def test_user_name_and_email_are_taken_in_any_case(
    client: Client, person: User, typed: str
) -> None:
    response = enter(client, typed)
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


def test_password_typed_decomposed_is_the_same_password(client: Client, person: User) -> None:
    assert enter(client, "nguyen.an", unicodedata.normalize("NFD", PASSWORD)).status_code == 302


def test_refusal_is_the_same_for_unknown_name_wrong_password_and_inactive(
    client: Client, person: User
) -> None:
    UserFactory(username="gone", is_active=False, password=person.password)

    def text(username: str, password: str) -> str:
        response = enter(client, username, password)
        assert response.status_code == 422
        body = response.content.decode().replace(username, "")
        return re.sub(r'(csrfmiddlewaretoken" value="|nonce=")[^"]+', "", body)

    answers = {text("nobody", PASSWORD), text("nguyen.an", "wrong"), text("gone", PASSWORD)}
    assert len(answers) == 1


def test_each_refusal_hashes_once(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the timing: an unknown name costs as much as a wrong password."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    UserFactory(username="unset")
    for username in ("nobody", "nguyen.an", "unset"):
        hashed.clear()
        enter(client, username, "wrong password")
        assert len(hashed) == 1, username


def test_session_key_changes_at_sign_in(client: Client, person: User) -> None:
    client.get(reverse("units:set-password", args=["x", "y"]))
    session = client.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    enter(client, "nguyen.an")
    assert client.session.session_key != before


def test_returns_to_the_page_asked_for(client: Client, person: User) -> None:
    assert enter(client, "nguyen.an", next="/units/?q=a").url == "/units/?q=a"


@pytest.mark.parametrize(
    "hostile", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_never_leads_to_another_site(client: Client, person: User, hostile: str) -> None:
    assert enter(client, "nguyen.an", next=hostile).url == reverse("campaigns:home")


@pytest.mark.parametrize("username", ["a\0b", "x" * 300, "", "😀"])
def test_odd_user_names_are_answered(client: Client, person: User, username: str) -> None:
    assert enter(client, username).status_code == 422


def test_language_of_the_person_is_used_unless_chosen_here(client: Client, person: User) -> None:
    User.objects.update(language="en")
    enter(client, "nguyen.an")
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_sign_out_needs_a_post_and_ends_the_session(client: Client, person: User) -> None:
    enter(client, "nguyen.an")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


# --- Lock-out -----------------------------------------------------------------------------


def test_sixth_attempt_is_refused_even_with_the_right_password(
    client: Client, person: User
) -> None:
    with time_machine.travel("2026-11-22 02:00:00Z", tick=False):
        answers = [enter(client, "nguyen.an", "wrong").status_code for _ in range(5)]
        assert answers == [422, 422, 422, 422, 429]
        response = enter(client, "nguyen.an")
    assert response.status_code == 429
    assert "09:15 22/11/2026" in response.content.decode()


def test_other_spellings_of_the_account_count_together(client: Client, person: User) -> None:
    for typed in ("nguyen.an", "NGUYEN.AN", "an@example.gov.vn", "AN@example.gov.vn", "Nguyen.an"):
        enter(client, typed, "wrong")
    assert enter(client, "nguyen.an").status_code == 429


def test_another_address_still_gets_in(client: Client, person: User) -> None:
    for _ in range(6):
        enter(client, "nguyen.an", "wrong")
    other = Client(REMOTE_ADDR="10.0.0.7")
    assert enter(other, "nguyen.an").status_code == 302


def test_a_forged_forwarding_header_opens_nothing(client: Client, person: User) -> None:
    for _ in range(6):
        enter(client, "nguyen.an", "wrong")
    response = client.post(
        SIGN_IN,
        {"username": "nguyen.an", "password": PASSWORD},
        headers={"X-Forwarded-For": "10.0.0.7"},
    )
    assert response.status_code == 429


def test_lock_ends_when_the_page_says_so(client: Client, person: User) -> None:
    with time_machine.travel("2026-11-22 02:00:00Z", tick=False) as clock:
        for _ in range(5):
            enter(client, "nguyen.an", "wrong")
        clock.shift(timedelta(minutes=10))
        assert enter(client, "nguyen.an").status_code == 429  # does not prolong the lock
        clock.shift(timedelta(minutes=6))
        assert enter(client, "nguyen.an").status_code == 302


# --- One-time passwords ---------------------------------------------------------------------


def test_one_time_password_leads_to_choosing_ones_own(
    client: Client, person: User, at: datetime
) -> None:
    password = actions.make_one_time_password(person, by=Actor.system(), at=at)
    with time_machine.travel(at + timedelta(days=13), tick=False):
        assert enter(client, "nguyen.an", password).status_code == 302
        assert client.get("/units/").url == reverse("units:password-change")
        own = {"current_password": password, "password": "mưa nguồn chớp bể xa"}
        answer = client.post("/password-change/", {**own, "password_again": own["password"]})
        assert answer.status_code == 302
        assert client.get("/units/").status_code == 200


def test_one_time_password_runs_out(client: Client, person: User, at: datetime) -> None:
    password = actions.make_one_time_password(person, by=Actor.system(), at=at)
    with time_machine.travel(at + timedelta(days=14), tick=False):
        response = enter(client, "nguyen.an", password)
    assert response.status_code == 422
    assert "_auth_user_id" not in client.session


# --- Sessions end ---------------------------------------------------------------------------


def test_idle_session_ends_after_half_an_hour(client: Client, person: User) -> None:
    with time_machine.travel("2026-11-22 02:00:00Z", tick=False) as clock:
        enter(client, "nguyen.an")
        clock.shift(timedelta(minutes=29))
        assert client.get("/units/").status_code == 200
        clock.shift(timedelta(minutes=29))
        assert client.get("/units/").status_code == 200
        clock.shift(timedelta(minutes=31))
        response = client.get("/units/?q=a")
        assert response.url == "/sign-in/?next=%2Funits%2F%3Fq%3Da&ended=1"


def test_session_ends_after_twelve_hours_of_work(client: Client, person: User) -> None:
    with time_machine.travel("2026-11-22 02:00:00Z", tick=False) as clock:
        enter(client, "nguyen.an")
        for _ in range(12 * 3):
            clock.shift(timedelta(minutes=20))
            assert client.get("/units/").status_code == 200
        clock.shift(timedelta(minutes=1))
        assert client.get("/units/").status_code == 302


def test_session_ends_at_the_request_after_deactivation(client: Client, person: User) -> None:
    enter(client, "nguyen.an")
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/units/").url.startswith(SIGN_IN)


def test_other_sessions_end_when_the_password_changes(client: Client, person: User) -> None:
    other = Client()
    enter(client, "nguyen.an")
    enter(other, "nguyen.an")
    own = {"current_password": PASSWORD, "password": "mưa nguồn chớp bể xa"}
    client.post("/password-change/", {**own, "password_again": own["password"]})
    assert client.get("/units/").status_code == 200
    assert other.get("/units/").status_code == 302
