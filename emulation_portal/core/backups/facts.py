"""What is in a database, in few enough words to compare two of them: counts, row hashes, heads."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# Live sessions stay out of backups: whoever finds one cannot enter with it, and after a restore
# everybody signs in anew.
LEFT_EMPTY = "django_session"
_ROWS_AT_ONCE = 1000
_PG_TEXTS = {25, 1042, 1043}  # text, char, varchar
# A row as text must read the same whatever the server's own preferences are.
_PG_WORDING = (
    ("timezone", "UTC"),
    ("datestyle", "ISO, YMD"),
    ("intervalstyle", "postgres"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
)
_MIGRATION = ("app", "name")
_CHAIN = ("root_type", "root_id", "length", "head")
_HEAD = ("sequence", "day", "hash")
_FILE = ("file", "size", "sha256")

Facts = dict[str, Any]


def facts_of(connection: BaseDatabaseWrapper) -> Facts:
    """Rows and row hash of each table, the migrations applied, the ends of the audit trail.

    Reads in several statements: the caller holds one transaction, or is alone.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name, value in _PG_WORDING:
                cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
    tables = _tables(connection)
    return {
        "tables": {table: _table_facts(connection, table) for table in tables},
        "migrations": [list(row) for row in _rows(connection, "django_migrations", _MIGRATION)],
        "audit": _audit_facts(connection),
    }


def registered_files(connection: BaseDatabaseWrapper) -> dict[str, tuple[int, str]]:
    """Size and checksum of each file the register names, by the name it is stored under."""
    rows = _rows(connection, "core_attachment", _FILE)
    return {str(name): (int(size), str(sha256)) for name, size, sha256 in rows}


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
    return sorted(
        table.name for table in found if table.type in {"t", "p"} and table.name != LEFT_EMPTY
    )


def _table_facts(connection: BaseDatabaseWrapper, table: str) -> Facts:
    """Number of rows and SHA-256 over all of them in the order of the primary key."""
    digest, rows = hashlib.sha256(), 0
    for line in _lines(connection, table):
        digest.update(line + b"\n")
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def _lines(connection: BaseDatabaseWrapper, table: str) -> Iterator[bytes]:
    """Each row in the words of its own engine. Backups never change engines."""
    quote, is_pg = connection.ops.quote_name, connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quote(table)} LIMIT 0")  # noqa: S608 - our own names
        described = [(str(column[0]), column[1]) for column in cursor.description]
        key = connection.introspection.get_primary_key_columns(cursor, table)
    # Byte order, because two servers may sort Vietnamese differently.
    order = ", ".join(
        quote(name) + (' COLLATE "C"' if is_pg and kind in _PG_TEXTS else "")
        for name, kind in described
        if not key or name in key
    )
    columns = ", ".join(quote(name) for name, _ in described)
    row = f"ROW({columns})::text" if is_pg else columns
    with connection.chunked_cursor() as stream:
        stream.execute(f"SELECT {row} FROM {quote(table)} ORDER BY {order}")  # noqa: S608 - our names
        while rows := stream.fetchmany(_ROWS_AT_ONCE):
            for values in rows:
                yield values[0].encode() if is_pg else repr(tuple(values)).encode()


def _audit_facts(connection: BaseDatabaseWrapper) -> Facts:
    digest = hashlib.sha256()
    chains = _rows(connection, "core_auditchain", _CHAIN)
    for row in chains:
        digest.update(repr([str(value) for value in row]).encode() + b"\n")
    heads = _rows(connection, "core_auditdailyhead", _HEAD)
    last = [str(value) for value in heads[-1]] if heads else None
    return {
        "chains": len(chains),
        "ends_sha256": digest.hexdigest(),
        "last_daily_head": last,
    }


def _rows(
    connection: BaseDatabaseWrapper, table: str, columns: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """The sorted rows of one of our own tables; none where there is no such table."""
    if table not in _tables(connection):
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - our own names
        return sorted(cursor.fetchall())
