"""A clock the caller sets. The domain never reads the wall clock; long work still takes time."""

import time
from datetime import datetime, timedelta


class RunningClock:
    """Shows `at` when made, and from then on as much later as has really passed."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._started = time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._started)
