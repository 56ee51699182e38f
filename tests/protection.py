"""Emptying the test database between transactional tests, past the triggers that forbid it."""

from typing import Any

from django.db import transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from emulation_portal.core import immutability

_flush = BaseDatabaseOperations.execute_sql_flush


def _flush_protected(self: Any, sql_list: list[str]) -> None:
    if self.connection.vendor == "sqlite":
        immutability.uninstall(self.connection)
        _flush(self, sql_list)
        immutability.install(self.connection)
        return
    with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
        # Switches triggers off for this transaction; needs the superuser tests run as.
        cursor.execute("SET LOCAL session_replication_role = replica")
        _flush(self, sql_list)


def let_flush_pass() -> None:
    """Make Django's flush work on protected tables for the rest of the process."""
    BaseDatabaseOperations.execute_sql_flush = _flush_protected  # type: ignore[method-assign]
