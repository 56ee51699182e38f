"""The two databases: one consistent copy into a file, and back, all of it or nothing."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from emulation_portal.core.backups.errors import BackupFault
from emulation_portal.core.backups.facts import LEFT_EMPTY

Look = Callable[[BaseDatabaseWrapper], Any]
FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}

# Everything of ours goes and comes in one transaction; what an extension brought stays.
_PG_EMPTY = """
DO $empty$ DECLARE item record; BEGIN
  FOR item IN SELECT c.oid::regclass AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  LOOP EXECUTE 'DROP TABLE IF EXISTS ' || item.name || ' CASCADE'; END LOOP;
  FOR item IN SELECT p.oid::regprocedure AS name FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE 'DROP FUNCTION IF EXISTS ' || item.name || ' CASCADE'; END LOOP;
END $empty$;
"""


def dump(connection: BaseDatabaseWrapper, target: Path, look: Look) -> Any:
    """Write the database as it is at one moment into `target`; return what `look` sees of it.

    `look` is given a connection on which exactly that moment is visible. Others go on writing.
    Raises: BackupFault.
    """
    engine = {"sqlite": _dump_sqlite, "postgresql": _dump_postgresql}[connection.vendor]
    return engine(connection, target, look)


def load(connection: BaseDatabaseWrapper, source: Path) -> None:
    """Put what `dump` wrote in the place of all that the database holds.

    Raises: BackupFault; then the database is as it was.
    """
    connection.close()
    {"sqlite": _load_sqlite, "postgresql": _load_postgresql}[connection.vendor](connection, source)


def version_of(connection: BaseDatabaseWrapper) -> str:
    """The engine's version, as people write it."""
    with connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        cursor.execute("SELECT sqlite_version()" if is_sqlite else "SHOW server_version")
        return str(cursor.fetchone()[0])


def other_sessions(connection: BaseDatabaseWrapper) -> int:
    """How many other connections the portal's own account has to this PostgreSQL database."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = current_user AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


# --- SQLite ------------------------------------------------------------------------------


def _dump_sqlite(connection: BaseDatabaseWrapper, target: Path, look: Look) -> Any:
    with _sqlite(connection.settings_dict["NAME"]) as live, _sqlite(target) as copy:
        live.backup(copy)
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [LEFT_EMPTY]).fetchone():
            copy.execute(f"DELETE FROM {LEFT_EMPTY}")  # noqa: S608 - our own name
            copy.commit()
            copy.execute("VACUUM")  # what was deleted would still stand in the free pages
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        if (state := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupFault(f"The database itself is damaged, and no backup was made: {state}")
    wrapper = type(connection)(
        {**connection.settings_dict, "NAME": target, "OPTIONS": {}}, "backup"
    )
    try:
        return look(wrapper)
    finally:
        wrapper.close()


def _load_sqlite(connection: BaseDatabaseWrapper, source: Path) -> None:
    name = Path(connection.settings_dict["NAME"])
    name.parent.mkdir(parents=True, exist_ok=True)
    with _sqlite(source) as copy, _sqlite(name) as live:
        copy.backup(live)


@contextmanager
def _sqlite(path: object) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(str(path), timeout=20)) as opened:
        try:
            yield opened
        except sqlite3.Error as fault:
            raise BackupFault(f"SQLite says of {path}: {fault}") from fault


# --- PostgreSQL --------------------------------------------------------------------------


def _dump_postgresql(connection: BaseDatabaseWrapper, target: Path, look: Look) -> Any:
    connection.ensure_connection()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # While pg_dump writes, this transaction waits and keeps the moment for it.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        arguments = [
            *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
            *(f"--exclude-table-data={LEFT_EMPTY}", f"--file={target}"),
        ]
        _run(connection, "pg_dump", arguments)
        return look(connection)


def _load_postgresql(connection: BaseDatabaseWrapper, source: Path) -> None:
    unpack = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)]
    fill, environment = _command(connection, "psql")
    fill += ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    fill += [f"--command={_PG_EMPTY}", "--file=-"]
    with tempfile.TemporaryFile("w+") as complaints:
        reader = subprocess.Popen(  # noqa: S603 - our own command
            unpack, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        )
        writer = subprocess.Popen(  # noqa: S603 - our own command
            fill,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        assert reader.stdout is not None  # noqa: S101 - both are pipes
        assert writer.stdin is not None  # noqa: S101
        with reader.stdout, suppress(BrokenPipeError):  # psql says itself why it went
            shutil.copyfileobj(reader.stdout, writer.stdin)
        if was_cut_short := bool(reader.wait()):
            writer.kill()  # or it would take the end of its input for the end of the backup
        with suppress(BrokenPipeError):
            writer.stdin.close()
        if writer.wait() or was_cut_short:
            complaints.seek(0)
            raise BackupFault(
                f"The database could not be restored, and is as it was: {complaints.read().strip()}"
            )


def _run(connection: BaseDatabaseWrapper, name: str, arguments: list[str]) -> None:
    """Run one of PostgreSQL's programs on the connection's database. Raises: BackupFault."""
    command, environment = _command(connection, name)
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupFault(f"{name} failed: {done.stderr.strip()}")


def _command(connection: BaseDatabaseWrapper, name: str) -> tuple[list[str], dict[str, str]]:
    """How `name` reaches the connection's database, and its environment, with the password."""
    # Django's own words for psql: host, port and user, then the database.
    words, secret = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    environment = {**os.environ, **(secret or {}), "LC_ALL": "C"}
    return [_program(name), *words[1:-1], f"--dbname={words[-1]}"], environment


def _program(name: str) -> str:
    if found := shutil.which(name):
        return found
    raise BackupFault(
        f"{name} was not found. Install PostgreSQL's client programs, of the server's version or a "
        "newer one (Debian: postgresql-client)."
    )
