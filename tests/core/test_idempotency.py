"""A form sent twice acts once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from emulation_portal.core.errors import DomainError
from emulation_portal.core.idempotency import FormKey, first_time, forget_keys, once
from tests.factories.core import PersonFactory

KEY = "0123456789abcdef"


@pytest.fixture
def person(db):
    return PersonFactory()


def test_a_repeat_is_recognised(person, at):
    assert first_time(user_id=person.pk, key=KEY, at=at)
    assert not first_time(user_id=person.pk, key=KEY, at=at)


def test_keys_of_two_people_do_not_meet(person, at):
    first_time(user_id=person.pk, key=KEY, at=at)
    assert first_time(user_id=PersonFactory().pk, key=KEY, at=at)


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space", "nul\0nul\0"])
def test_a_missing_or_broken_key_recognises_nothing(person, at, key):
    assert first_time(user_id=person.pk, key=key, at=at)
    assert first_time(user_id=person.pk, key=key, at=at)
    assert FormKey.objects.count() == 0


def test_a_repeat_gets_the_first_outcome_and_does_nothing(person, at):
    done = []

    def act():
        done.append(1)
        return f"/plans/{len(done)}/"

    outcomes = [once(user_id=person.pk, key=KEY, at=at, act=act) for _ in range(3)]
    assert outcomes == ["/plans/1/"] * 3
    assert len(done) == 1


def test_without_a_key_each_sending_acts(person, at):
    outcomes = [once(user_id=person.pk, key="", at=at, act=lambda: "/done/") for _ in range(2)]
    assert outcomes == ["/done/", "/done/"]


def test_a_refused_action_frees_the_key(person, at):
    def refuse():
        raise DomainError

    with pytest.raises(DomainError):
        once(user_id=person.pk, key=KEY, at=at, act=refuse)
    assert once(user_id=person.pk, key=KEY, at=at, act=lambda: "/done/") == "/done/"


def test_old_keys_are_forgotten(person, at):
    first_time(user_id=person.pk, key=KEY, at=at)
    assert forget_keys(before=at) == 0
    assert forget_keys(before=at + timedelta(seconds=1)) == 1
    assert first_time(user_id=person.pk, key=KEY, at=at)


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_acts(at):
    person = PersonFactory()
    done, outcomes = [], []
    start = threading.Barrier(8)

    def send():
        start.wait()
        try:
            outcome = once(
                user_id=person.pk, key=KEY, at=at, act=lambda: done.append(1) or "/done/"
            )
            outcomes.append(outcome)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert outcomes == ["/done/"] * 8


def test_the_nightly_task_forgets_only_what_is_a_week_old(person):
    from emulation_portal.core.tasks import tidy_up

    now = timezone.now()
    first_time(user_id=person.pk, key="k" * 16, at=now - timedelta(days=8))
    first_time(user_id=person.pk, key="l" * 16, at=now - timedelta(days=6))
    assert tidy_up() == "0 files, 1 form keys"
    assert FormKey.objects.get().key == "l" * 16
