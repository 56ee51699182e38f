"""Moving an object from one state to another: locked, checked against a table, audited."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError

TransitionTable = Mapping[str, AbstractSet[str]]
"""For each state, the states it may move to. A state with no way out has an empty set."""

M = TypeVar("M", bound=models.Model)


class IllegalTransition(DomainError):
    """The table knows no way from the present state to the wanted one."""

    message = _("This step is not possible: the state is now “%(state)s”.")


def pairs_of(table: TransitionTable) -> set[tuple[str, str]]:
    """The table as (from, to) pairs, the shape `immutability.register_transitions` takes."""
    return {(str(old), str(new)) for old, targets in table.items() for new in targets}


@transaction.atomic
def advance(
    instance: M,
    *,
    to: str,
    table: TransitionTable,
    by: Actor,
    at: datetime,
    action: str,
    root: models.Model | None = None,
    data: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
    state_field: str = "state",
) -> M:
    """Move `instance` to state `to` and write `changes` with it; return `instance`, up to date.

    Side effects, in order: the row is locked, its state in the database (not the one in memory)
    is checked against `table`, state and `changes` are written, `action` is audited under `root`
    (the instance itself by default) with the two states in `data`.

    Raises IllegalTransition when the table does not allow the move, also when somebody else made
    a move first.
    """
    rows = type(instance)._base_manager.filter(pk=instance.pk)
    locked = rows.select_for_update().get()
    old = str(getattr(locked, state_field))
    if str(to) not in {str(state) for state in table.get(old, ())}:
        raise IllegalTransition(state=_label(locked, state_field))
    written = {**(changes or {}), state_field: str(to)}
    # The state stands in the WHERE as well: SQLite knows no row locks.
    if not rows.filter(**{state_field: old}).update(**written):
        raise IllegalTransition(state=_label(rows.get(), state_field))
    for name, value in written.items():
        setattr(instance, name, value)
    facts: dict[str, Any] = {"from": old, "to": str(to), **(data or {})}
    if root is not None and root != instance:
        facts = {"object": f"{instance._meta.label_lower}:{instance.pk}", **facts}
    audit.record(action, root=root or instance, by=by, at=at, data=facts)
    return instance


def _label(instance: models.Model, state_field: str) -> object:
    display = getattr(instance, f"get_{state_field}_display", None)
    return display() if display else getattr(instance, state_field)
