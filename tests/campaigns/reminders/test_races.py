"""Four runs at once, on the real database of the run, with threads; and the same without guard."""

import pytest
from django.core import mail
from django.db import connection
from django.db.models import CharField
from django.utils import timezone

from campaigns.reminders.actions import release_reminders, send_due_reminders
from emulation_portal.core import immutability
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import MessageState, deliver_due
from tests.campaigns.reminders.scenes import MONDAY, OLD, QUARTER, make_owing
from tests.concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    made = make_owing()
    for _unit in range(19):
        made.another_unit()
    return made


def four_runs():
    day = timezone.localdate(QUARTER)
    return at_once(*[lambda: send_due_reminders(today=day, at=QUARTER)] * 4)


def test_four_runs_at_once_queue_each_letter_once(scene):
    counts = four_runs()
    assert sum(count.queued for count in counts) == 20
    assert Message.objects.count() == 20


def test_four_runs_and_four_deliveries_send_each_letter_once(scene, time_machine):
    time_machine.move_to(QUARTER, tick=False)
    four_runs()
    at_once(*[lambda: deliver_due(at=QUARTER)] * 4)
    assert len(mail.outbox) == 20
    assert len({message.to[0] for message in mail.outbox}) == 20


@pytest.fixture
def no_unique_key():
    with_key = Message._meta.get_field("dedupe_key")
    without_key = CharField(max_length=200)
    without_key.set_attributes_from_name("dedupe_key")
    without_key.model = Message
    immutability.uninstall(connection)
    with connection.schema_editor() as editor:
        editor.alter_field(Message, with_key, without_key, strict=False)
    yield
    Message.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.alter_field(Message, without_key, with_key, strict=False)
    immutability.install(connection)


def test_control_four_runs_without_the_unique_key(scene, no_unique_key):
    four_runs()
    assert Message.objects.count() == 80


def test_two_reviewers_release_at_once(time_machine):
    scene = make_owing(deadline=OLD)
    send_due_reminders(today=timezone.localdate(MONDAY), at=MONDAY)
    released = at_once(
        *[lambda: release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY)] * 2
    )
    assert sorted(one.letters for one in released) == [0, 1]


def test_no_letter_stays_in_the_drawer_when_run_and_release_meet():
    scene = make_owing(deadline=OLD)
    day = timezone.localdate(MONDAY)
    at_once(
        lambda: send_due_reminders(today=day, at=MONDAY),
        lambda: release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY),
        lambda: send_due_reminders(today=day, at=MONDAY),
    )
    assert Message.objects.get().state == MessageState.QUEUED
