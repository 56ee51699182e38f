"""The kinds of mail. Features register theirs in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulation_portal.core.outbox.models import Message


@dataclass(frozen=True)
class Rendered:
    """A mail as it goes out. `html` may be empty."""

    subject: str
    text: str
    html: str = ""


Render = Callable[["Message"], Rendered | None]


@dataclass(frozen=True)
class Kind:
    name: str
    render: Render
    label: Any
    secret: bool = False


_kinds: dict[str, Kind] = {}


def register_kind(kind: str, *, render: Render, label: Any, secret: bool = False) -> None:
    """Make `kind` known.

    `render(message)` runs at delivery, in the recipient's language, outside any transaction; it
    returns None when the message is no longer owed. `label` is a lazy text for people. The text
    of a `secret` kind (it holds a personal link) is never stored: `render` makes the secret, and
    neither the context nor the subject may hold it.
    """
    known = _kinds.setdefault(kind, Kind(kind, render, label, secret))
    if known.render is not render:
        raise ValueError(f"Mail of kind {kind} is registered already")


def unregister_kind(kind: str) -> None:
    """Forget `kind`: its waiting messages will fail as of an unknown kind. For tests."""
    _kinds.pop(kind, None)


def find(kind: str) -> Kind | None:
    return _kinds.get(kind)


def label_of(kind: str) -> str:
    """The name of `kind` for people; the identifier where a newer version wrote the row."""
    return str(_kinds[kind].label) if kind in _kinds else kind


def is_secret(kind: str) -> bool:
    """Whether the text of such mail is kept from everybody; an unknown kind is."""
    return _kinds[kind].secret if kind in _kinds else True


def choices() -> list[tuple[str, str]]:
    """(kind, label) of all kinds, for a filter."""
    return sorted(((kind.name, str(kind.label)) for kind in _kinds.values()), key=lambda c: c[1])
