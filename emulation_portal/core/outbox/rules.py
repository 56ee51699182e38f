"""Who reads the outgoing mail, and whose. Core knows roles by their stored words only."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q

MAIL_READERS = ("department_reviewer", "department_head", "administrator")

# The app that knows mandates says, for one of them, which recipients are its own house's.
Scope = Callable[[Any], Q]
_scopes: list[Scope] = []


def register_scope(scope: Scope) -> None:
    """Let `scope(mandate)` narrow the mail that a mandate reads. Called from `ready()`."""
    if scope not in _scopes:
        _scopes.append(scope)


def readable_by(mandate: Any) -> Q:
    """The condition on messages that `mandate` may read: those of its own ministry's people."""
    condition = Q()
    for scope in _scopes:
        condition &= scope(mandate)
    return condition
