"""The Celery application and the beat that shows it lives."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import PersistentScheduler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation_portal.settings.embedded")

app = Celery("emulation_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class HeartbeatScheduler(PersistentScheduler):
    """Celery's own file-backed scheduler, which also writes beat's heartbeat for /readyz.

    The heartbeat is written here and not by a task: a task proves that a worker lives.
    """

    HEARTBEAT_EVERY = timedelta(seconds=15)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._last_beat = datetime.min.replace(tzinfo=UTC)
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Make the schedule's folder first: on the first start there is none."""
        schedule: str = self.schedule_filename  # type: ignore[attr-defined] # celery-types lacks it
        Path(schedule).parent.mkdir(parents=True, exist_ok=True)
        super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Dispatch what is due; return the seconds to sleep, as the parent class does."""
        self.show_life(datetime.now(tz=UTC))
        return super().tick(*args, **kwargs)

    def show_life(self, now: datetime) -> bool:
        """Write the heartbeat unless one was written a moment ago; return whether one was.

        A database that is away stops the heartbeat, never beat itself.
        """
        from django.db import DatabaseError, close_old_connections  # noqa: PLC0415 - app-registry

        from emulation_portal.core import health  # noqa: PLC0415 - app-registry

        if now - self._last_beat < self.HEARTBEAT_EVERY:
            return False
        close_old_connections()
        try:
            health.beat("beat", at=now)
        except DatabaseError:
            self.logger.warning("the heartbeat could not be written", exc_info=True)
            return False
        self._last_beat = now
        return True
