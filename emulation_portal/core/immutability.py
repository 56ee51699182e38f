"""Rows that may not change: one registry of rules, enforced by triggers on both databases.

Apps register their tables in `AppConfig.ready()`. The triggers are made after every `migrate`
(`install`), and `check --database default` says which are missing or not as written here.

An UPDATE, DELETE or INSERT that a rule refuses raises `django.db.IntegrityError` with a message
that begins "immutable: <table>". On PostgreSQL, TRUNCATE of a protected table is refused too.
A data migration that must touch protected rows calls `uninstall` first; the following
post_migrate puts everything back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "immutable_"
_MAX_NAME = 63  # PostgreSQL cuts longer identifiers silently
# pg_trigger.tgtype, from PostgreSQL's catalog/pg_trigger.h: ROW | BEFORE | event.
_PG_EVENT_BITS = {
    "INSERT": 1 | 2 | 4,
    "DELETE": 1 | 2 | 8,
    "UPDATE": 1 | 2 | 16,
    "TRUNCATE": 2 | 32,
}


@dataclass(frozen=True)
class Trigger:
    """Before `event` on `table`, refuse when `condition` holds (always, when it is empty).

    In `condition`, `<>` between row values is written `DIFFERS`, and a lock on a row that was
    looked up is written `LOCKED`: the two databases spell both differently.
    """

    table: str
    event: str
    rule: str
    condition: str = ""
    vendor: str = ""  # where only one of the databases needs it

    @property
    def name(self) -> str:
        name = f"{PREFIX}{self.table}_{self.rule}_{self.event.lower()}"
        if len(name) <= _MAX_NAME:
            return name
        return name[: _MAX_NAME - 9] + "_" + hashlib.sha256(name.encode()).hexdigest()[:8]

    @property
    def message(self) -> str:
        return f"immutable: {self.table} refuses this {self.event} ({self.rule})"

    def sqlite_sql(self) -> str:
        when = self.condition.replace("DIFFERS", "IS NOT").replace(" LOCKED", "")
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" FOR EACH ROW'
            + (f" WHEN {when}" if when else "")
            + f" BEGIN SELECT RAISE(ABORT, {_literal(self.message)}); END"
        )

    def postgresql_body(self) -> str:
        # FOR SHARE makes a writer of children wait for whoever is closing their parent.
        when = self.condition.replace("DIFFERS", "IS DISTINCT FROM").replace("LOCKED", "FOR SHARE")
        returned = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        refuse = (
            f"RAISE EXCEPTION USING MESSAGE = {_literal(self.message)}, "
            "ERRCODE = 'integrity_constraint_violation';"
        )
        if not when:
            return f"BEGIN {refuse} END"
        return f"BEGIN IF {when} THEN {refuse} END IF; RETURN {returned}; END"

    def postgresql_sql(self) -> list[str]:
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        function = (
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql '
            f"AS $immutable${self.postgresql_body()}$immutable$"
        )
        trigger = (
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
            f'FOR EACH {each} EXECUTE FUNCTION "{self.name}"()'
        )
        return [function, f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"', trigger]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _among(values: Iterable[str]) -> str:
    return "(" + ", ".join(_literal(str(value)) for value in sorted(values)) + ")"


def _column(model: type[models.Model], field: str) -> str:
    column: str | None = getattr(model._meta.get_field(field), "column", None)
    if column is None:
        raise ValueError(f"{model._meta.label}.{field} has no column")
    return column


_registry: dict[str, Trigger] = {}


def _add(*triggers: Trigger) -> None:
    for trigger in triggers:
        known = _registry.setdefault(trigger.name, trigger)
        if known != trigger:
            raise ValueError(f"{trigger.table}: a different rule {trigger.rule} is registered")
        no_truncate = Trigger(trigger.table, "TRUNCATE", "kept", vendor="postgresql")
        _registry[no_truncate.name] = no_truncate


def register_append_only(model: type[models.Model]) -> None:
    """Rows of `model` are inserted and then neither changed nor deleted."""
    table = model._meta.db_table
    _add(
        *(Trigger(table, event, "append_only") for event in ("UPDATE", "DELETE")),
        # INSERT OR REPLACE deletes the row in its way without firing the delete trigger.
        Trigger(table, "INSERT", "append_only", _in_the_way(model), vendor="sqlite"),
    )


def _in_the_way(model: type[models.Model]) -> str:
    """SQL: a row stands already under one of the unique keys of the row to come."""
    options = model._meta
    keys: list[Sequence[str]] = [(f.name,) for f in options.concrete_fields if f.unique]
    keys += [c.fields for c in options.total_unique_constraints]
    same = " OR ".join(
        "("
        + " AND ".join(f'other."{c}" = NEW."{c}"' for c in (_column(model, n) for n in key))
        + ")"
        for key in keys
    )
    return f'EXISTS (SELECT 1 FROM "{options.db_table}" AS other WHERE {same})'  # noqa: S608 - our names


def register_erasable(model: type[models.Model], *, text: str, erased_at: str) -> None:
    """Rows of `model` stay for ever; the one change allowed empties `text` and dates `erased_at`."""
    table = model._meta.db_table
    text, erased_at = _column(model, text), _column(model, erased_at)
    others = [f.column for f in model._meta.concrete_fields if f.column not in (text, erased_at)]
    kept = " OR ".join(f'OLD."{column}" DIFFERS NEW."{column}"' for column in others)
    _add(
        Trigger(table, "DELETE", "erasable"),
        Trigger(
            table,
            "UPDATE",
            "erasable",
            f'(NEW."{text}" <> \'\' OR NEW."{erased_at}" IS NULL OR {kept})',
        ),
    )


def register_frozen_with_parent(
    model: type[models.Model],
    *,
    parent: type[models.Model],
    fk: str,
    state_field: str,
    open_states: Iterable[str],
    insert_states: Iterable[str] | None = None,
) -> None:
    """Rows of `model` come, change and go only while the parent named by `fk` is open.

    With `insert_states`, rows may come in those states instead; they still change and go only
    in `open_states`.

    On PostgreSQL each such write shares a lock on the parent's row, so that it cannot slip in
    while another transaction closes the parent. An action that writes children and then the
    parent locks the parent first (`select_for_update`), or two of them could wait for each other.
    """
    table, column = model._meta.db_table, _column(model, fk)
    pk = _column(parent, parent._meta.pk.name)
    state = _column(parent, state_field)

    changing = _among(open_states)
    coming = changing if insert_states is None else _among(insert_states)

    def closed(row: str, states: str) -> str:
        return (
            f'NOT EXISTS (SELECT 1 FROM "{parent._meta.db_table}" AS parent '  # noqa: S608 - our names
            f'WHERE parent."{pk}" = {row}."{column}" AND parent."{state}" IN {states} LOCKED)'
        )

    rule = f"frozen_with_{fk}"
    _add(
        Trigger(table, "INSERT", rule, closed("NEW", coming)),
        Trigger(table, "UPDATE", rule, f"({closed('OLD', changing)} OR {closed('NEW', changing)})"),
        Trigger(table, "DELETE", rule, closed("OLD", changing)),
    )


def register_frozen_columns(
    model: type[models.Model],
    *,
    state_field: str,
    open_states: Iterable[str],
    columns: Iterable[str],
) -> None:
    """Once a row's state is not open, its `columns` (and its key) stand and it cannot be deleted."""
    table, state = model._meta.db_table, _column(model, state_field)
    closed = f'OLD."{state}" NOT IN {_among(open_states)}'
    frozen = [_column(model, name) for name in (model._meta.pk.name, *columns)]
    changed = " OR ".join(f'OLD."{column}" DIFFERS NEW."{column}"' for column in frozen)
    _add(
        Trigger(table, "UPDATE", "frozen_columns", f"{closed} AND ({changed})"),
        Trigger(table, "DELETE", "frozen_columns", closed),
    )


def register_transitions(
    model: type[models.Model], *, state_field: str, pairs: Iterable[tuple[str, str]]
) -> None:
    """The state of a row moves only along `pairs` of (from, to)."""
    state = _column(model, state_field)
    allowed = " OR ".join(
        f'(OLD."{state}" = {_literal(str(old))} AND NEW."{state}" = {_literal(str(new))})'
        for old, new in sorted((str(old), str(new)) for old, new in pairs)
    )
    moved = f'OLD."{state}" DIFFERS NEW."{state}"'
    condition = f"{moved} AND NOT ({allowed})" if allowed else moved
    _add(Trigger(model._meta.db_table, "UPDATE", "transitions", condition))


def registered(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers that belong on the tables `connection` has."""
    tables = set(connection.introspection.table_names())
    return [
        trigger
        for trigger in _registry.values()
        if trigger.table in tables and trigger.vendor in ("", connection.vendor)
    ]


def _installed(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, object]]:
    """Our triggers on `connection`: name → (table, what it does), comparable with `_wanted`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, tbl_name, sql FROM sqlite_master "
                "WHERE type = 'trigger' AND substr(name, 1, %s) = %s",
                [len(PREFIX), PREFIX],
            )
            return {name: (table, sql) for name, table, sql in cursor.fetchall()}
        cursor.execute(
            "SELECT t.tgname, c.relname, p.prosrc, t.tgtype, t.tgenabled, t.tgqual IS NULL "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND n.nspname = current_schema() "
            "AND left(t.tgname, %s) = %s",
            [len(PREFIX), PREFIX],
        )
        return {row[0]: (row[1], tuple(row[2:])) for row in cursor.fetchall()}


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, object]]:
    def definition(trigger: Trigger) -> object:
        if connection.vendor == "sqlite":
            return trigger.sqlite_sql()
        # "O": fires in ordinary sessions, that is, was not switched off.
        return (trigger.postgresql_body(), _PG_EVENT_BITS[trigger.event], "O", True)

    return {t.name: (t.table, definition(t)) for t in registered(connection)}


def faults(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """(trigger, table) for each trigger that is missing or not as written in the registry."""
    installed = _installed(connection)
    return [
        (name, table)
        for name, (table, definition) in _wanted(connection).items()
        if installed.get(name) != (table, definition)
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers as registered: adds, replaces and drops only what differs."""
    wanted, installed = _wanted(connection), _installed(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name, (table, definition) in installed.items():
            if wanted.get(name) != (table, definition):
                _drop(connection, cursor, name, table)
        for trigger in registered(connection):
            if installed.get(trigger.name) == wanted[trigger.name]:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(trigger.sqlite_sql())
            else:
                for statement in trigger.postgresql_sql():
                    cursor.execute(statement)


def uninstall(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger of the registry from `connection`. The next `migrate` makes them again."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name, (table, _) in _installed(connection).items():
            _drop(connection, cursor, name, table)


def _drop(connection: BaseDatabaseWrapper, cursor: object, name: str, table: str) -> None:
    execute = cursor.execute  # type: ignore[attr-defined]
    if connection.vendor == "sqlite":
        execute(f'DROP TRIGGER IF EXISTS "{name}"')
    else:
        execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')
        execute(f'DROP FUNCTION IF EXISTS "{name}"()')


def drop_before_table_rebuilds(*, using: str, plan: list[object], **kwargs: object) -> None:
    """pre_migrate: SQLite rebuilds a table by renaming a copy, and refuses the renaming while a
    trigger of another table names the one just dropped. Nothing is dropped when nothing is due.
    """
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        uninstall(connection)


def install_after_migrate(*, using: str, **kwargs: object) -> None:
    """post_migrate: make the triggers as registered."""
    install(connections[using])
