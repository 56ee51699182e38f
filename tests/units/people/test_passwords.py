"""Passwords: what is refused, the one-time link, changing and resetting."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.outbox.models import Message
from tests.factories.units import UserFactory
from units.people import actions
from units.people.models import User
from units.people.passwords import one_time_password

GOOD = "mưa nguồn chớp bể xa"
NOW = "2026-11-22 02:00:00Z"


@pytest.mark.parametrize(
    "password",
    [
        "ngắn quá",
        "123456789012",
        "passwordpassword",
        "bovhttdl2026!!",
        "ThiDua-KhenThuong-2026",
        "thi đua khen thưởng 1",
        "vanhoathethaodulich",
        "VănHóaThểThao2030",
        "nguyenvananh",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    person = User(username="nguyenvananh", full_name="Nguyễn Vân Anh", email="a@example.gov.vn")
    with pytest.raises(ValidationError):
        validate_password(password, person)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery",
        "x" * 8 + "QuYt73!",
        "con mèo ở nhà văn hóa ngủ",
        "a1" * 40 + "k",
    ],
)
def test_long_ordinary_passwords_are_taken(password: str) -> None:
    person = User(username="binh", full_name="Trần Bình", email="binh@example.gov.vn")
    validate_password(password, person)


def test_one_time_passwords_are_readable_and_differ() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-z0-9]{4}-){3}[a-z0-9]{4}", password) for password in made)
    assert not set("".join(made)) & set("il1o0s5uvz2")


def link_in_mail() -> str:
    found = re.search(r"http://testserver(/set-password/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


@pytest.mark.django_db
class TestOneTimeLink:
    @pytest.fixture
    def person(self, at: datetime) -> User:
        return actions.register_person(
            username="an",
            full_name="Nguyễn An",
            email="an@example.gov.vn",
            by=Actor.system(),
            at=at,
        )

    def invite(self, person: User, at: datetime) -> str:
        actions.invite_by_email(person, by=Actor.system(), at=at)
        outbox.deliver_due(at=at)
        return link_in_mail()

    def test_invited_person_chooses_a_password_once(
        self, client: Client, person: User, at: datetime
    ) -> None:
        with time_machine.travel(at, tick=False):
            link = self.invite(person, at)
            form = client.get(link, follow=True)
            assert form.status_code == 200
            shown = form.redirect_chain[-1][0]
            assert link.split("/")[3] not in shown  # the token has left the address
            answer = client.post(shown, {"password": GOOD, "password_again": GOOD})
            assert answer.url == "/sign-in/"
            assert client.get(link).status_code == 410
        person.refresh_from_db()
        assert person.check_password(GOOD)

    def test_link_is_stored_nowhere(self, person: User, at: datetime) -> None:
        token = self.invite(person, at).split("/")[3]
        row = Message.objects.values().get()
        assert token not in str(row)

    def test_link_runs_out_after_three_days(
        self, client: Client, person: User, at: datetime
    ) -> None:
        with time_machine.travel(at, tick=False) as clock:
            link = self.invite(person, at)
            clock.shift(timedelta(days=3, seconds=1))
            answer = client.get(link)
        assert answer.status_code == 410
        assert "/password-reset/" in answer.content.decode()

    def test_link_of_somebody_deactivated_is_dead(
        self, client: Client, person: User, at: datetime
    ) -> None:
        link = self.invite(person, at)
        User.objects.update(is_active=False)
        assert client.get(link).status_code == 410

    @pytest.mark.parametrize("uid", ["x", "MQ", "!!", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
    def test_made_up_links_are_answered(self, client: Client, person: User, uid: str) -> None:
        assert client.get(f"/set-password/{uid}/abc-def/").status_code == 410
        assert client.get(f"/set-password/{uid}/choose/").status_code == 410

    def test_bad_choice_stays_on_the_page(self, client: Client, person: User, at: datetime) -> None:
        with time_machine.travel(at, tick=False):
            shown = client.get(self.invite(person, at)).url
            answer = client.post(shown, {"password": GOOD, "password_again": "other words here"})
            assert answer.status_code == 422
            assert (
                client.post(shown, {"password": "short", "password_again": "short"}).status_code
                == 422
            )

    def test_no_mail_without_an_address(self, at: datetime) -> None:
        person = UserFactory(email=None)
        with pytest.raises(actions.NoEmail):
            actions.invite_by_email(person, by=Actor.system(), at=at)
        assert not Message.objects.exists()

    def test_nothing_is_sent_to_somebody_deactivated_since(
        self, person: User, at: datetime
    ) -> None:
        actions.invite_by_email(person, by=Actor.system(), at=at)
        User.objects.update(is_active=False)
        outbox.deliver_due(at=at)
        assert mail.outbox == []

    def test_the_mail_is_in_the_language_of_the_person(self, person: User, at: datetime) -> None:
        User.objects.update(language="en")
        self.invite(person, at)
        assert "Your user name: an" in mail.outbox[-1].body


@pytest.mark.django_db
class TestReset:
    def test_same_answer_for_known_and_unknown(self, client: Client) -> None:
        UserFactory(username="an")
        answers = [client.post("/password-reset/", {"identifier": who}) for who in ("an", "nobody")]
        assert {(answer.status_code, answer.url) for answer in answers} == {
            (302, "/password-reset/done/")
        }
        assert Message.objects.count() == 1

    def test_a_second_request_soon_after_sends_no_second_mail(self, client: Client) -> None:
        UserFactory(username="an", email="an@example.gov.vn")
        with time_machine.travel(NOW, tick=False) as clock:
            for identifier in ("an", "an@example.gov.vn", "AN"):
                client.post("/password-reset/", {"identifier": identifier})
            assert Message.objects.count() == 1
            clock.shift(timedelta(minutes=10))
            client.post("/password-reset/", {"identifier": "an"})
        assert Message.objects.count() == 2

    def test_nobody_without_address_or_account_gets_mail(self, client: Client) -> None:
        UserFactory(username="paper", email=None)
        UserFactory(username="gone", is_active=False)
        for identifier in ("paper", "gone"):
            client.post("/password-reset/", {"identifier": identifier})
        assert not Message.objects.exists()

    @pytest.mark.parametrize("identifier", ["", "a\0", "x" * 400])
    def test_malformed_requests_are_answered(self, client: Client, identifier: str) -> None:
        assert client.post("/password-reset/", {"identifier": identifier}).status_code == 422


@pytest.mark.django_db
class TestChange:
    def test_wrong_present_password_is_refused(self, client: Client) -> None:
        person = UserFactory()
        client.force_login(person, "units.people.backends.UsernameOrEmailBackend")
        data = {"current_password": "x", "password": GOOD, "password_again": GOOD}
        assert client.post("/password-change/", data).status_code == 422
        assert not audit.entries_of(person).exists()

    def test_change_is_recorded_without_the_password(self, client: Client) -> None:
        person = UserFactory()
        person.set_password(GOOD)
        person.save()
        client.force_login(person, "units.people.backends.UsernameOrEmailBackend")
        data = {"current_password": GOOD, "password": GOOD + "!", "password_again": GOOD + "!"}
        assert client.post("/password-change/", data).status_code == 302
        entry = audit.entries_of(person).get()
        assert (entry.action, entry.actor_id, entry.data) == (
            "person.password_chosen",
            person.pk,
            {},
        )


@pytest.mark.django_db
def test_profile_keeps_the_language(client: Client) -> None:
    person = UserFactory()
    client.force_login(person, "units.people.backends.UsernameOrEmailBackend")
    assert client.get("/profile/").status_code == 200
    assert client.post("/profile/", {"language": "en"}).status_code == 302
    assert client.post("/profile/", {"language": "fr"}).status_code == 422
    person.refresh_from_db()
    assert person.language == "en"
    assert audit.entries_of(person).get().action == "person.language_chosen"
