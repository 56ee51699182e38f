"""The kinds of jobs. Features register theirs in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulation_portal.core.jobs.models import Job
    from emulation_portal.core.jobs.runner import Progress

    JobFunction = Callable[[Job, Progress], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    name: str
    function: JobFunction
    label: Any


_kinds: dict[str, Kind] = {}


def register_job(kind: str, function: JobFunction, label: Any) -> None:
    """Make `kind` known.

    `function(job, progress)` does the work and returns the result, which may hold "message" (a
    sentence) and "url" (a path of the portal) for the progress page. It runs outside any
    transaction, in the language of the person who asked, and calls `progress.step` at least
    every five minutes. It may be run again after a worker died, so it must not mind work done
    already. `label` is a lazy text for people.
    """
    known = _kinds.setdefault(kind, Kind(kind, function, label))
    if known.function is not function:
        raise ValueError(f"Jobs of kind {kind} are registered already")


def unregister_job(kind: str) -> None:
    """Forget `kind`: its waiting jobs will fail. For tests."""
    _kinds.pop(kind, None)


def find(kind: str) -> Kind | None:
    return _kinds.get(kind)


def label_of(kind: str) -> str:
    """The name of `kind` for people; the identifier where a newer version wrote the row."""
    return str(_kinds[kind].label) if kind in _kinds else kind
