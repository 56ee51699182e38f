"""Who may reach a view. A view without one of these marks is refused: deny by default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AccessPolicy:
    """`needs_sign_in`; and, where `roles` is not empty, a mandate in one of them."""

    needs_sign_in: bool
    needs_mandate: bool = False
    roles: frozenset[str] = frozenset()


View = Callable[..., Any]

# The one role core has pages for; the apps above know all the others.
ADMINISTRATOR = "administrator"


def _mark(view: View, policy: AccessPolicy) -> View:
    view.access_policy = policy  # type: ignore[attr-defined]
    return view


def anyone(view: View) -> View:
    """Mark a view that needs no sign-in."""
    return _mark(view, AccessPolicy(needs_sign_in=False))


def signed_in(view: View) -> View:
    """Mark a view for every signed-in person, also before a mandate is chosen."""
    return _mark(view, AccessPolicy(needs_sign_in=True))


def mandated(view: View) -> View:
    """Mark a view for every person who acts under a mandate, whatever its role."""
    return _mark(view, AccessPolicy(needs_sign_in=True, needs_mandate=True))


def roles(*names: str) -> Callable[[View], View]:
    """Mark a view for people who act under a mandate in one of the roles `names`."""

    def mark(view: View) -> View:
        return _mark(
            view, AccessPolicy(needs_sign_in=True, needs_mandate=True, roles=frozenset(names))
        )

    return mark
