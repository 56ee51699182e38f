"""Bringing tables to what a campaign file says, and telling every difference.

What people decided in the portal is kept: `Table.kept` names the fields of a row that the file
may no longer change, and the difference is told as "kept".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation_portal.formats.writing import show_date, show_number

Values = dict[str, Any]


class Kind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    KEPT = "kept"


SIGNS = {Kind.ADDED: "+", Kind.CHANGED: "~", Kind.REMOVED: "-", Kind.KEPT: "="}


@dataclass(frozen=True)
class Change:
    """One row's difference. `used_by` says in words who already uses the row, if anybody."""

    kind: Kind
    table: str
    key: str
    fields: tuple[tuple[str, str, str], ...] = ()
    used_by: str = ""

    def lines(self) -> list[str]:
        """The difference for people: one line for the row, one for each field."""
        head = f"{SIGNS[self.kind]} {self.table} {self.key}"
        if self.used_by:
            head += "  " + _("[in use: %(users)s]") % {"users": self.used_by}
        if self.kind is Kind.KEPT:
            head += "  " + _("[decided in the portal: kept]")
        return [head, *(f"    {name}: {old} → {new}" for name, old, new in self.fields)]

    def as_data(self) -> dict[str, Any]:
        """The difference for the audit trail; an added row by its name only."""
        return {
            "kind": self.kind.value,
            "table": self.table,
            "key": self.key,
            "fields": [list(one) for one in self.fields],
        }


@dataclass
class Diff:
    """All that loading a file changes, and why it may not be loaded at all."""

    is_new: bool
    changes: list[Change] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def effective(self) -> list[Change]:
        return [change for change in self.changes if change.kind is not Kind.KEPT]

    @property
    def is_empty(self) -> bool:
        return not self.effective

    def lines(self) -> list[str]:
        return [line for change in self.changes for line in change.lines()]


@dataclass(frozen=True)
class Table:
    """How rows of a model are told apart and compared.

    `key` names the fields that identify a row within the campaign; `fields` those the file
    sets. `users` says in words who uses a row; of the fields about to change, `fixed` names
    those that may not once the row is in use, `kept` those the portal has the last word on;
    `derived` computes what is stored beside them.
    """

    label: str | Promise
    model: type[models.Model]
    key: tuple[str, ...]
    fields: tuple[str, ...]
    users: Callable[[Any], str]
    fixed: Callable[[Values], frozenset[str]] = lambda changed: frozenset()
    kept: Callable[[Any, Values], frozenset[str]] = lambda row, changed: frozenset()
    derived: Callable[[Any], None] = lambda row: None


def show(value: Any) -> str:
    """A value as people read it in a difference."""
    if value is None or value == "":
        return str(_("nothing"))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, Decimal):
        return show_number(value)
    return str(value)


def sync(
    table: Table, existing: Iterable[Any], wanted: Iterable[Values], diff: Diff
) -> tuple[dict[tuple[Any, ...], Any], list[Any]]:
    """Bring the rows of one table to `wanted`, adding each difference to `diff`.

    Returns the rows by key, and the rows the file no longer names, which `remove` deletes once
    nothing of the file refers to them any more. Writes only what differs.
    """
    old = {_key_of(row, table): row for row in existing}
    rows: dict[tuple[Any, ...], Any] = {}
    for values in wanted:
        key = tuple(values[name] for name in table.key)
        row = old.pop(key, None)
        if row is None:
            row = table.model(**values)
            table.derived(row)
            row.save(force_insert=True)
            diff.changes.append(Change(Kind.ADDED, str(table.label), _name(key)))
        else:
            _update(table, row, key, values, diff)
        rows[key] = row
    return rows, list(old.values())


def remove(table: Table, stale: Iterable[Any], diff: Diff) -> None:
    """Delete rows the file no longer names; one in use stays, with a refusal."""
    for row in stale:
        name = _name(_key_of(row, table))
        if users := table.users(row):
            diff.refusals.append(
                _("%(table)s %(key)s may not be removed: it is in use (%(users)s).")
                % {"table": table.label, "key": name, "users": users}
            )
            continue
        diff.changes.append(Change(Kind.REMOVED, str(table.label), name))
        row.delete()


def _update(table: Table, row: Any, key: tuple[Any, ...], values: Values, diff: Diff) -> None:
    changed = {
        name: values[name]
        for name in table.fields
        if name in values and getattr(row, name) != values[name]
    }
    if not changed:
        return
    kept = table.kept(row, changed)
    if kept:
        diff.changes.append(
            Change(Kind.KEPT, str(table.label), _name(key), _told(table, row, changed, kept))
        )
    update = {name: value for name, value in changed.items() if name not in kept}
    if not update:
        return
    users = table.users(row)
    for name in sorted(table.fixed(update) & update.keys() if users else ()):
        diff.refusals.append(
            _("%(table)s %(key)s: %(field)s may not change: it is in use (%(users)s).")
            % {
                "table": table.label,
                "key": _name(key),
                "field": _label(table, name),
                "users": users,
            }
        )
    told = _told(table, row, update, frozenset(update))
    diff.changes.append(Change(Kind.CHANGED, str(table.label), _name(key), told, users))
    for name, value in update.items():
        setattr(row, name, value)
    table.derived(row)
    row.save()


def _told(
    table: Table, row: Any, changed: Values, names: frozenset[str]
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_label(table, name), show(getattr(row, name)), show(changed[name]))
        for name in table.fields
        if name in names
    )


def _key_of(row: Any, table: Table) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in table.key)


def _name(key: tuple[Any, ...]) -> str:
    return " ".join(show(part) for part in key)


def _label(table: Table, name: str) -> str:
    return str(table.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def used_from_outside(row: models.Model, inside: frozenset[type[models.Model]]) -> str:
    """Who refers to `row` apart from the models in `inside`, in words, with counts.

    Asks the database's own references, so that a feature that comes to use a row later is
    seen without telling anybody.
    """
    users = []
    for relation in row._meta.related_objects:
        model = relation.related_model
        if isinstance(model, str) or model in inside:
            continue
        count = model._base_manager.filter(**{relation.field.name: row}).count()
        if count:
            users.append(f"{count} × {model._meta.verbose_name}")
    return ", ".join(users)
