"""Who may read a file: whoever sees at least one thing that links to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from emulation_portal.core.actors import Actor


@dataclass(frozen=True)
class Viewer:
    """Who asks: the person, the mandate acted under (None before one is chosen), and both as ids."""

    person: Any
    mandate: Any
    actor: Actor


Visible = Callable[[Viewer, UUID], bool]
_links: dict[str, Visible] = {}


def register_link(name: str, visible: Visible) -> None:
    """Register a kind of link. `visible(viewer, attachment_id)` grants or does not grant.

    Called in `AppConfig.ready()`; registering a name again replaces its predicate.
    """
    _links[name] = visible


def may_download(viewer: Viewer, attachment_id: UUID) -> bool:
    """Return whether any registered link to the file is visible to `viewer`. None links: no."""
    return any(visible(viewer, attachment_id) for visible in _links.values())
