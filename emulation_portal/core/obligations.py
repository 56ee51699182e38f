"""Who owes what, and by when. The features that know register a provider each; the rest ask here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


@dataclass(frozen=True)
class Obligation:
    """Something a unit owes.

    `key` names it within its kind ("plan:12:1"); `label` is a lazy sentence; `person_ids` are the
    people who are told; `url` is the path of the page where it is met; `state` is "due", "late"
    or a word of the provider's own ("recorded_afterwards": fell due before the portal existed).
    """

    kind: str
    key: str
    unit_id: int
    label: Any
    due_date: date
    person_ids: tuple[int, ...]
    url: str
    campaign_id: int
    state: str = "due"


class Provider(Protocol):
    """Yields what is owed on the day `on`. The two filters are hints that save work: what a
    provider yields beyond them is left out here.
    """

    def __call__(
        self, *, on: date, campaign_id: int | None = None, key: str | None = None
    ) -> Iterable[Obligation]: ...


_providers: dict[str, Provider] = {}


def register_provider(kind: str, provider: Provider) -> None:
    """Let `provider` answer for `kind`. Called from `AppConfig.ready()`; one provider per kind."""
    if _providers.setdefault(kind, provider) is not provider:
        raise ValueError(f"Obligations of kind {kind} have a provider already")


def due(*, on: date, campaign_id: int | None = None) -> list[Obligation]:
    """Everything owed on the day `on`, the earliest deadline first."""
    owed = [
        obligation
        for provider in _providers.values()
        for obligation in provider(on=on, campaign_id=campaign_id)
        if campaign_id is None or obligation.campaign_id == campaign_id
    ]
    return sorted(owed, key=lambda o: (o.due_date, o.kind, o.key))


def still_owed(kind: str, key: str, *, on: date) -> Obligation | None:
    """The obligation `key` of `kind` if it is (still) owed on the day `on`, otherwise None."""
    provider = _providers.get(kind)
    if provider is None:
        return None
    return next((o for o in provider(on=on, key=key) if o.key == key), None)
