"""send_reminders: the same as the daily job, by hand, or only shown."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.tasks import send_due_reminders
from emulation_portal.core.models import Message
from tests.campaigns.reminders.scenes import OLD, QUARTER, make_owing
from tests.factories.campaigns import give_back, make_draft, send

pytestmark = pytest.mark.django_db


def run(*args):
    out = StringIO()
    call_command("send_reminders", *args, stdout=out)
    return out.getvalue()


def test_a_dry_run_shows_who_would_be_told_what_and_queues_nothing():
    scene = make_owing()
    shown = run("--on", "2027-01-05", "--dry-run")
    assert f"{scene.officer.person.full_name} <{scene.officer.person.email}>" in shown
    assert "21/12/2026" in shown
    assert scene.unit.name_vi in shown
    assert "05/01/2027: 1 letters, nothing queued" in shown
    assert Message.objects.count() == 0


def test_a_dry_run_says_what_is_held_and_what_is_queued_already():
    make_owing(deadline=OLD)
    assert "(held until the department releases it)" in run("--on", "2027-01-05", "--dry-run")
    run("--on", "2027-01-05")
    shown = run("--on", "2027-01-05", "--dry-run")
    assert "(held until the department releases it; in the outgoing mail already)" in shown


def test_a_dry_run_names_what_is_owed():
    scene = make_owing()
    give_back(send(make_draft(phase=scene.phase, unit=scene.unit)))
    shown = run("--on", "2027-01-05", "--dry-run")
    assert f"Bổ sung kế hoạch của {scene.unit.name_vi}" in shown


def test_it_queues_the_letters_of_the_day_once():
    make_owing()
    assert "1 due, 1 queued now" in run("--on", "2027-01-05")
    assert "1 due, 0 queued now" in run("--on", "2027-01-05")
    assert Message.objects.count() == 1


def test_without_a_day_it_is_today(time_machine):
    make_owing()
    time_machine.move_to(QUARTER)
    assert run().startswith("05/01/2027: 1 due")


@pytest.mark.parametrize("day", ["05/01/2027", "2027-02-30", "tomorrow", "", "9999-12-31"])
def test_a_bad_day_is_refused_with_a_sentence(day):
    make_owing()
    with pytest.raises(CommandError, match="--on takes a"):
        run("--on", day)
    assert Message.objects.count() == 0


def test_the_daily_job_does_the_same(time_machine):
    make_owing()
    time_machine.move_to(QUARTER)
    assert send_due_reminders() == "1 due, 1 queued"
    assert send_due_reminders(sent_by="a newer version") == "1 due, 0 queued"
