"""System checks of the core."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from emulation_portal.core import immutability


@register(Tags.database)
def protective_triggers_stand(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Every trigger of the immutability registry is in the database as written.

    Runs with `check --database default`. `migrate` leaves it out (see management/commands/
    migrate.py): it is what puts missing triggers back.
    """
    return [
        Error(
            f"Trigger {name} of table {table} is missing or not as written.",
            hint="Run manage.py migrate: it makes the triggers again. Find out who dropped it.",
            id="core.E001",
        )
        for alias in databases or ()
        for name, table in immutability.faults(connections[alias])
    ]
