"""Who hears of a file that turned out to be infected, besides the person who uploaded it."""

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

Audience = Callable[[UUID, date], Iterable[int]]
_audiences: dict[str, Audience] = {}


def register_audience(name: str, people: Audience) -> None:
    """Register who answers for a kind of link. `people(attachment_id, on)` gives their ids.

    Called in `AppConfig.ready()`; registering a name again replaces it.
    """
    _audiences[name] = people


def people_told(attachment_id: UUID, on: date) -> set[int]:
    """Return the ids of everybody who hears of the file on the day `on`."""
    return {person for people in _audiences.values() for person in people(attachment_id, on)}
