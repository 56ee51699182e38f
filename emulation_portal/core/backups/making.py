"""Making a backup: the database first, then the files.

In this order because files are written before the row that names them and are never changed: what
the copied rows name is there when the files are copied afterwards. The other way round, a file that
came in between would have its row in the backup, and not its bytes.
"""

import os
import platform
import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import django
from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from emulation_portal.core.backups import engines, files, manifest
from emulation_portal.core.backups.errors import BackupFault
from emulation_portal.core.backups.facts import Facts, facts_of, registered_files


def make_backup(
    into: Path, *, at: datetime, with_files: bool = True, storage: Storage = default_storage
) -> tuple[Path, manifest.Manifest]:
    """Make a backup in a new folder below `into`; return the folder and its manifest.

    While it is being made the folder's name begins with a dot, and it has no manifest; a failure
    removes it. Registered files that the storage lacks are named in the manifest ("missing").
    The portal may go on working. Without `with_files` the store's own copies must serve.

    Raises: BackupFault.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    name = f"portal-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target, partial = into / name, into / f".{name}"
    if target.exists() or partial.exists():
        raise BackupFault(f"{target} exists already, or is being made at this moment.")
    try:
        partial.mkdir(mode=0o700, parents=True)  # it holds everything, and is its owner's alone
        made = _fill(partial, connection, at=at, with_files=with_files, storage=storage)
        manifest.write(partial, made)
        _flush(partial)
        partial.rename(target)
    except OSError as fault:
        raise BackupFault(f"The backup could not be written: {fault}") from fault
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target, made


def _fill(
    folder: Path,
    connection: BaseDatabaseWrapper,
    *,
    at: datetime,
    with_files: bool,
    storage: Storage,
) -> manifest.Manifest:
    database = folder / engines.FILES[connection.vendor]

    def look(moment: BaseDatabaseWrapper) -> tuple[Facts, dict[str, tuple[int, str]]]:
        return facts_of(moment), registered_files(moment)

    facts, registered = engines.dump(connection, database, look)
    if not facts["tables"]:
        raise BackupFault(
            f"There is nothing to back up in {connection.settings_dict['NAME']}: is "
            "DJANGO_SETTINGS_MODULE the one of this installation?"
        )
    copied = files.copy_out(storage, folder / "files") if with_files else None
    return {
        "format": manifest.FORMAT,
        "made_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "engine": connection.vendor,
        "versions": {
            "portal": _portal_version(),
            connection.vendor: engines.version_of(connection),
            "python": platform.python_version(),
            "django": django.get_version(),
        },
        "database": {
            "file": database.name,
            "size": database.stat().st_size,
            "sha256": manifest.sha256_of(database),
        },
        "facts": facts,
        "files": copied,
        "missing": [] if copied is None else files.missing(copied, registered),
    }


def _portal_version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _flush(folder: Path) -> None:
    """Force everything to the disk before the folder gets the name of a finished backup."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
