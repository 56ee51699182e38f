"""Taking a backup back: checked first, then the database, then the files, then all proven anew."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.storage import Storage, default_storage
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from emulation_portal.core import audit, immutability
from emulation_portal.core.backups import engines, files, manifest
from emulation_portal.core.backups.errors import BackupFault
from emulation_portal.core.backups.facts import facts_of, registered_files
from emulation_portal.core.supervisor import AlreadyRunning, Lock

WORD = "replace"
"""What somebody types who means to lose what the database holds now."""


@dataclass
class Report:
    """What came back, and what is not as the manifest says: nothing, when all is well."""

    tables: int
    rows: int
    files: int
    files_written: int
    last_daily_head: list[str] | None
    faults: list[str] = field(default_factory=list)
    must_migrate: bool = False


def restore_backup(folder: Path, *, word: str = "", storage: Storage = default_storage) -> Report:
    """Put the backup in `folder` in the place of what the portal holds; return what was proven.

    Side effects, in order: everything in the backup is checked, the database is replaced in one
    transaction, missing files are stored, cached sessions are forgotten. Then row hashes, audit
    trail, triggers and files are compared with the manifest.

    The database comes first because it is the step that can fail, and then nothing at all has
    changed; files are only ever added for it.

    Raises: BackupFault, having changed nothing, when the backup is damaged, of another engine or
    of a newer version; when the portal runs; when there are data and `word` is not WORD.
    """
    made = manifest.read(folder)
    connection = connections[DEFAULT_DB_ALIAS]
    _check_fits(connection, made)
    manifest.check_contents(folder, made)
    lock = _lock_embedded(connection)
    try:
        _check_target(connection, word)
        engines.load(connection, folder / made["database"]["file"])
        written = files.put_back(storage, folder / "files", made["files"] or {})
        _forget_cached()
        return _proven(connection, storage, made, written)
    finally:
        if lock is not None:
            lock.release()


def _check_fits(connection: BaseDatabaseWrapper, made: manifest.Manifest) -> None:
    if made["engine"] != connection.vendor:
        raise BackupFault(
            f"This is a backup of {made['engine']}, and the portal is set up for "
            f"{connection.vendor}. Nothing was changed."
        )
    last: dict[str, str] = {}
    for app, name in MigrationExecutor(connection).loader.disk_migrations:
        last[app] = max(last.get(app, ""), name)
    labels = {config.label for config in apps.get_app_configs()}
    applied = made["facts"]["migrations"]
    newer = [f"{app}.{name}" for app, name in applied if app in labels and name > last.get(app, "")]
    if newer:
        raise BackupFault(
            f"The backup was made by a newer version of the portal (it knows {newer[-1]}). Install "
            f"version {made['versions']['portal']} or newer first. Nothing was changed."
        )


def _check_target(connection: BaseDatabaseWrapper, word: str) -> None:
    if word != WORD and (rows := _rows_in(connection)):
        raise BackupFault(
            f"The database is not empty: it holds {rows} people and entries of the audit trail. "
            f"To replace all of it by the backup, add the word: {WORD}. Nothing was changed."
        )
    if others := engines.other_sessions(connection):
        raise BackupFault(
            f"The portal's account has {others} other connections to the database. Stop web, "
            "worker and beat on every host first. Nothing was changed."
        )


def _rows_in(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        rows = 0
        for table in {get_user_model()._meta.db_table, "core_auditentry"} & tables:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
            rows += int(cursor.fetchone()[0])
    return rows


def _lock_embedded(connection: BaseDatabaseWrapper) -> Lock | None:
    """Keep `make run` from starting meanwhile. Raises: BackupFault when it runs."""
    if connection.vendor != "sqlite":
        return None
    lock = Lock(settings.VAR_DIR / "up.lock")
    try:
        lock.take(patience=0)
    except AlreadyRunning:
        raise BackupFault(
            f"The portal is running from {settings.VAR_DIR}. Stop it first. Nothing was changed."
        ) from None
    return lock


def _forget_cached() -> None:
    """Forget what the cache knows of the former database, its sessions above all.

    On Redis only our own keys go, because others may share the server.
    """
    client: Any = getattr(cache, "_cache", None)
    if hasattr(client, "get_client"):
        redis = client.get_client(None, write=True)
        for key in redis.scan_iter(match=f"{cache.key_prefix}:*", count=1000):
            redis.delete(key)
    else:
        cache.clear()


def _proven(
    connection: BaseDatabaseWrapper, storage: Storage, made: manifest.Manifest, written: int
) -> Report:
    with transaction.atomic(using=connection.alias):
        facts, registered = facts_of(connection), registered_files(connection)
    executor = MigrationExecutor(connection)
    must_migrate = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    faults = [*_differences(made["facts"], facts)]
    stored = files.read_back(storage, registered)
    faults += [
        f"file {name}: missing, or not the bytes that were registered"
        for name in files.missing(stored, registered)
        if name not in made["missing"]
    ]
    if not must_migrate:  # an older database gets its newer triggers and columns by `migrate`
        faults += [f"audit trail: {fault}" for fault in audit.verify_all()]
        faults += [f"trigger {name} of {table}" for name, table in immutability.faults(connection)]
    return Report(
        tables=len(facts["tables"]),
        rows=sum(table["rows"] for table in facts["tables"].values()),
        files=len(registered),
        files_written=written,
        last_daily_head=facts["audit"]["last_daily_head"],
        faults=faults,
        must_migrate=must_migrate,
    )


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for table in sorted(before["tables"].keys() | after["tables"].keys()):
        if before["tables"].get(table) != after["tables"].get(table):
            yield f"table {table}: not the rows that were backed up"
    if before["audit"] != after["audit"]:
        yield "audit trail: its ends are not those that were backed up"
