"""The Celery tasks: each reads the clock and calls one function."""

from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings

from emulation_portal.core import tasks
from emulation_portal.core.audit.models import AuditDailyHead
from emulation_portal.core.health import Heartbeat
from tests.factories.core import AT, JobFactory, MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(AT, tick=False):
        yield


def test_mail_is_delivered():
    message = MessageFactory(recipient=None, address="", kind="test")
    assert tasks.deliver_messages(newer="argument") == (
        "sent 0, postponed 0, failed 0, suppressed 1, retaken 0"
    )
    message.refresh_from_db()
    assert message.state == "suppressed"


def test_lost_jobs_are_given_to_the_workers(monkeypatch):
    given = []
    monkeypatch.setattr(tasks.run_job, "delay", given.append)
    job = JobFactory()
    assert tasks.sweep_jobs() == 1
    assert given == [job.pk]


def test_a_job_is_run():
    job = JobFactory(kind="nobody knows")
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.started_at) == ("failed", AT)


def test_the_worker_shows_that_it_lives():
    tasks.heartbeat()
    assert [(h.name, h.at) for h in Heartbeat.objects.all()] == [("worker", AT)]


def test_yesterday_is_sealed_and_the_head_leaves_the_machine(caplog):
    with caplog.at_level("INFO"):
        groups = tasks.seal_audit_day()
    head = AuditDailyHead.objects.get()
    assert head.day == date(2026, 11, 21)
    assert groups.replace(" ", "") == head.hash
    assert groups in caplog.text


def test_yesterday_is_a_day_in_vietnam():
    with time_machine.travel(AT.replace(hour=0, minute=30), tick=False):
        tasks.seal_audit_day()
    assert AuditDailyHead.objects.get().day == (AT - timedelta(days=1)).date()


def test_every_scheduled_task_exists():
    from emulation_portal.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
