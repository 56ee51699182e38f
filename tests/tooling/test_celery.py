"""Beat's static schedule and the heartbeat that beat itself writes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.db import OperationalError

from emulation_portal.celery import HeartbeatScheduler, app
from emulation_portal.core import health

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[HeartbeatScheduler]:
    made = HeartbeatScheduler(app, schedule_filename=str(tmp_path / "new" / "schedule"))
    yield made
    made.close()


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled <= app.tasks.keys()


def test_a_tick_does_not_wait_longer_than_its_interval() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        if not isinstance(entry["schedule"], crontab):
            assert entry["options"]["expires"] <= entry["schedule"]


def test_the_mornings_work_is_done_in_the_portals_own_zone(scheduler: HeartbeatScheduler) -> None:
    reminders = scheduler.schedule["send reminders"]

    assert str(app.timezone) == "Asia/Ho_Chi_Minh"
    assert (reminders.schedule.hour, reminders.schedule.minute) == ({8}, {0})


def test_the_heartbeat_is_written_now_and_then(
    scheduler: HeartbeatScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[datetime] = []
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)
    monkeypatch.setattr(health, "beat", lambda name, at: written.append(at))

    for seconds in (0, 5, 14, 15, 16, 40):
        scheduler.show_life(NOON + timedelta(seconds=seconds))

    assert written == [NOON + timedelta(seconds=seconds) for seconds in (0, 15, 40)]


@pytest.mark.django_db(transaction=True)  # beat closes connections that have aged
def test_a_tick_shows_that_beat_lives(scheduler: HeartbeatScheduler) -> None:
    scheduler.tick()

    assert list(health.Heartbeat.objects.values_list("name", flat=True)) == ["beat"]


def test_beat_outlives_its_database(
    scheduler: HeartbeatScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(name: str, at: datetime) -> None:
        raise OperationalError

    monkeypatch.setattr(health, "beat", away)
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)

    assert scheduler.show_life(NOON) is False

    monkeypatch.setattr(health, "beat", lambda name, at: None)
    assert scheduler.show_life(NOON + timedelta(seconds=1)) is True
