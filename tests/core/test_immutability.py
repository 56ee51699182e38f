"""The protective triggers: what they refuse, that they come back, and that a check misses none."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from emulation_portal.core import immutability
from emulation_portal.core.actors import Actor
from emulation_portal.core.audit import record
from emulation_portal.core.audit.models import AuditEntry
from emulation_portal.core.immutability import Trigger
from tests.factories.core import AT, AttachmentFactory, JobFactory, MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(monkeypatch):
    """Two tables of our own, a parent with a state and its children, with a registry of theirs."""
    with isolate_apps("emulation_portal.core"):

        class Shelf(models.Model):
            state = models.CharField(max_length=10, default="open")
            label = models.CharField(max_length=10, default="a")
            note = models.CharField(max_length=10, null=True)

            class Meta:
                app_label = "core"

            def __str__(self):
                return self.label

        class Book(models.Model):
            shelf = models.ForeignKey(Shelf, on_delete=models.PROTECT)
            title = models.CharField(max_length=10, default="t")

            class Meta:
                app_label = "core"

            def __str__(self):
                return self.title

        monkeypatch.setattr(immutability, "_registry", {})
        with connection.cursor() as cursor:
            for model in (Shelf, Book):
                table = model._meta.db_table
                key = (
                    "integer PRIMARY KEY AUTOINCREMENT"
                    if connection.vendor == "sqlite"
                    else "bigserial PRIMARY KEY"
                )
                columns = {
                    Shelf: "state varchar(10), label varchar(10), note varchar(10)",
                    Book: "shelf_id bigint, title varchar(10)",
                }[model]
                cursor.execute(f"CREATE TABLE {table} (id {key}, {columns})")
        yield Shelf, Book


def refused(act, table):
    with pytest.raises(IntegrityError, match=f"immutable: {table}"), transaction.atomic():
        act()


def test_children_follow_their_parent(library):
    shelf_model, book_model = library
    immutability.register_frozen_with_parent(
        book_model, parent=shelf_model, fk="shelf", state_field="state", open_states=("open", "new")
    )
    immutability.install(connection)
    shelf, other = shelf_model.objects.create(), shelf_model.objects.create(state="new")
    book = book_model.objects.create(shelf=shelf)
    book_model.objects.filter(pk=book.pk).update(title="u", shelf=other)
    book_model.objects.filter(pk=book.pk).update(shelf=shelf)

    shelf_model.objects.filter(pk=shelf.pk).update(state="closed")

    books = book_model.objects.all()
    refused(lambda: book_model.objects.create(shelf=shelf), "core_book")
    refused(lambda: books.update(title="v"), "core_book")
    refused(lambda: books.update(shelf=other), "core_book")
    refused(lambda: books._raw_delete(books.db), "core_book")
    moved = book_model.objects.create(shelf=other)
    refused(lambda: book_model.objects.filter(pk=moved.pk).update(shelf=shelf), "core_book")
    shelf_model.objects.filter(pk=shelf.pk).update(state="open")
    assert books._raw_delete(books.db) == 2


def test_rows_may_come_later_than_they_may_change(library):
    """What is decided about a closed row may be added to it, once for all."""
    shelf_model, book_model = library
    immutability.register_frozen_with_parent(
        book_model,
        parent=shelf_model,
        fk="shelf",
        state_field="state",
        open_states=("open",),
        insert_states=("open", "closed"),
    )
    immutability.install(connection)
    shelf = shelf_model.objects.create(state="closed")
    book_model.objects.create(shelf=shelf)
    books = book_model.objects.all()
    refused(lambda: books.update(title="v"), "core_book")
    refused(lambda: books._raw_delete(books.db), "core_book")
    shelf_model.objects.update(state="lost")
    refused(lambda: book_model.objects.create(shelf=shelf), "core_book")


def test_a_child_without_a_parent_is_refused(library):
    shelf_model, book_model = library
    immutability.register_frozen_with_parent(
        book_model, parent=shelf_model, fk="shelf", state_field="state", open_states=("open",)
    )
    immutability.install(connection)
    refused(lambda: book_model.objects.create(shelf_id=999), "core_book")


def test_columns_freeze_with_their_rows_state(library):
    shelf_model, _ = library
    immutability.register_frozen_columns(
        shelf_model, state_field="state", open_states=("open",), columns=("label", "note")
    )
    immutability.install(connection)
    shelf = shelf_model.objects.create()
    rows = shelf_model.objects.filter(pk=shelf.pk)
    rows.update(label="b", state="closed")  # the closing move itself may still write

    refused(lambda: rows.update(label="c"), "core_shelf")
    refused(lambda: rows.update(note="from null"), "core_shelf")
    refused(lambda: rows.update(state="open", label="c"), "core_shelf")
    refused(lambda: rows.update(id=99), "core_shelf")
    refused(lambda: rows._raw_delete(rows.db), "core_shelf")
    rows.update(label="b", state="other")  # the same value is no change
    open_one = shelf_model.objects.create()
    assert shelf_model.objects.filter(pk=open_one.pk)._raw_delete(rows.db) == 1


def test_state_moves_only_along_the_table(library):
    shelf_model, _ = library
    immutability.register_transitions(
        shelf_model, state_field="state", pairs={("open", "closed"), ("closed", "lost")}
    )
    immutability.install(connection)
    rows = shelf_model.objects.filter(pk=shelf_model.objects.create().pk)
    refused(lambda: rows.update(state="lost"), "core_shelf")
    rows.update(state="closed")
    rows.update(label="b")  # no move
    refused(lambda: rows.update(state="open"), "core_shelf")
    rows.update(state="lost")


def test_a_table_without_pairs_never_moves(library):
    shelf_model, _ = library
    immutability.register_transitions(shelf_model, state_field="state", pairs=())
    immutability.install(connection)
    shelf = shelf_model.objects.create()
    refused(lambda: shelf_model.objects.filter(pk=shelf.pk).update(state="closed"), "core_shelf")


def test_one_table_has_one_rule_of_a_kind(library):
    shelf_model, _ = library
    immutability.register_transitions(shelf_model, state_field="state", pairs={("a", "b")})
    immutability.register_transitions(shelf_model, state_field="state", pairs={("a", "b")})
    with pytest.raises(ValueError, match="a different rule transitions"):
        immutability.register_transitions(shelf_model, state_field="state", pairs={("a", "c")})


def test_only_columns_can_be_protected(library):
    shelf_model, _ = library
    with pytest.raises(ValueError, match="book has no column"):
        immutability.register_frozen_columns(
            shelf_model, state_field="state", open_states=("open",), columns=("book",)
        )


def test_installing_replaces_what_differs_and_drops_what_is_no_longer_registered(library):
    shelf_model, _ = library
    immutability.register_transitions(shelf_model, state_field="state", pairs={("open", "closed")})
    immutability.install(connection)
    immutability._registry.clear()
    immutability.register_transitions(shelf_model, state_field="state", pairs={("open", "lost")})
    table = "core_shelf"
    assert immutability.faults(connection) == [("immutable_core_shelf_transitions_update", table)]
    immutability.install(connection)
    assert immutability.faults(connection) == []
    rows = shelf_model.objects.filter(pk=shelf_model.objects.create().pk)
    rows.update(state="lost")
    immutability._registry.clear()
    immutability.install(connection)
    rows.update(state="anything")


@pytest.mark.parametrize(
    ("make", "write"),
    [
        (AttachmentFactory, lambda rows: rows.update(original_name="x")),
        (AttachmentFactory, lambda rows: rows._raw_delete(rows.db)),
        (lambda: MessageFactory(sent=True), lambda rows: rows.update(message_id="x")),
        (lambda: MessageFactory(sent=True), lambda rows: rows._raw_delete(rows.db)),
        (lambda: MessageFactory(sent=True), lambda rows: rows.update(state="queued", sent_at=None)),
        (MessageFactory, lambda rows: rows.update(state="sent", sent_at=AT)),
        (JobFactory, lambda rows: rows.update(state="done", finished_at=AT)),
    ],
)
def test_cores_own_tables_are_protected(make, write):
    row = make()
    refused(lambda: write(type(row)._base_manager.filter(pk=row.pk)), type(row)._meta.db_table)


def test_raw_sql_is_refused_too():
    record("x", root=JobFactory(), by=Actor.system(), at=AT)
    for sql in ("UPDATE core_auditentry SET action = 'y'", "DELETE FROM core_auditentry"):
        with (
            pytest.raises(IntegrityError, match="immutable"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    assert AuditEntry.objects.count() == 1


def test_replacing_a_row_is_refused_where_there_is_such_a_thing():
    """SQLite's INSERT OR REPLACE deletes the old row without asking the delete trigger."""
    if connection.vendor != "sqlite":
        assert not [t for t in immutability.registered(connection) if t.vendor == "sqlite"]
        return
    record("x", root=JobFactory(), by=Actor.system(), at=AT)
    columns = [f.column for f in AuditEntry._meta.concrete_fields]
    for kept in (columns, columns[1:]):  # by the primary key, and by the place in the chain
        values = ", ".join("'forged'" if name == "action" else name for name in kept)
        with (
            pytest.raises(IntegrityError, match="immutable: core_auditentry"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"INSERT OR REPLACE INTO core_auditentry ({', '.join(kept)}) "  # noqa: S608
                f"SELECT {values} FROM core_auditentry"
            )
    assert AuditEntry.objects.get().action == "x"


def test_truncate_is_refused_where_there_is_such_a_thing():
    truncating = {t.event for t in immutability.registered(connection)} & {"TRUNCATE"}
    if connection.vendor == "sqlite":
        assert not truncating
        return
    with (
        pytest.raises(DatabaseError, match="immutable: core_auditentry"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE core_auditentry CASCADE")


# --- Standing guard ----------------------------------------------------------------------

ONE = ("immutable_core_auditentry_append_only_delete", "core_auditentry")


def drop_one():
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else f" ON {ONE[1]}"
        cursor.execute(f"DROP TRIGGER {ONE[0]}{on}")


def weaken_one():
    """The trigger is there by name, and lets everything pass."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            drop_one()
            cursor.execute(
                f"CREATE TRIGGER {ONE[0]} BEFORE DELETE ON {ONE[1]} WHEN 0 BEGIN SELECT 1; END"
            )
        else:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {ONE[0]}() RETURNS trigger LANGUAGE plpgsql "
                "AS 'BEGIN RETURN OLD; END'"
            )


def switch_one_off():
    if connection.vendor == "sqlite":
        drop_one()
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {ONE[1]} DISABLE TRIGGER {ONE[0]}")


def our_faults():
    return [m for m in run_checks(tags=["database"], databases=["default"]) if m.id == "core.E001"]


@pytest.mark.parametrize("harm", [drop_one, weaken_one, switch_one_off])
def test_a_harmed_trigger_is_reported_and_migrate_repairs_it(harm):
    assert our_faults() == []
    harm()
    assert [m.msg for m in our_faults()] == [
        f"Trigger {ONE[0]} of table {ONE[1]} is missing or not as written."
    ]
    with pytest.raises(SystemCheckError):
        call_command("check", tags=["database"], databases=["default"])

    immutability.install_after_migrate(using="default")

    assert our_faults() == []


def test_without_a_database_to_look_at_the_check_says_nothing():
    drop_one()
    assert [m for m in run_checks(tags=["database"]) if m.id == "core.E001"] == []


@pytest.mark.django_db(transaction=True)
def test_migrate_repairs_a_harmed_trigger():
    drop_one()
    call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=False)
    assert immutability.faults(connection) == []


def test_tables_can_be_rebuilt_when_migrations_are_due():
    immutability.drop_before_table_rebuilds(using="default", plan=[])
    assert immutability.faults(connection) == []
    immutability.drop_before_table_rebuilds(using="default", plan=["a migration"])
    assert bool(immutability.faults(connection)) == (connection.vendor == "sqlite")


def test_long_names_stay_different_within_what_postgresql_keeps():
    names = {Trigger("t" * 50, event, "frozen_with_parent").name for event in ("UPDATE", "DELETE")}
    assert len(names) == 2
    assert {len(name) for name in names} == {63}
