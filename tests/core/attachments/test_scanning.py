"""The virus scanner: only its own word opens a file, and its silence never does."""

import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.utils import timezone, translation

from emulation_portal.core import audit, health, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import (
    ScanState,
    accept_upload,
    audience,
    not_served,
    register_audience,
    scan_waiting,
    scanner,
)
from emulation_portal.core.attachments.errors import Infected
from emulation_portal.core.attachments.scanner import ScannerUnavailable, ping, scan
from emulation_portal.core.models import Attachment, AttachmentScan, AuditEntry, Message
from emulation_portal.core.views import readyz
from tests.factories.clamd import FakeClamd
from tests.factories.core import AttachmentFactory, PersonFactory
from tests.factories.files import pdf, upload

pytestmark = pytest.mark.django_db
EICAR = pdf(b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
SILENT = ["limit", "hang", "close", "garbage", "babble"]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "attachments"
    settings.CLAMD_UPLOAD_SECONDS = 0.5
    monkeypatch.setattr(scanner, "SWEEP_SECONDS", 0.5)
    monkeypatch.setattr(scanner.scan, "__kwdefaults__", {"seconds": 0.5})
    monkeypatch.setattr(audience, "_audiences", {})


@pytest.fixture(params=["unix", "tcp"])
def clamd(request, settings, tmp_path):
    fake = FakeClamd(str(tmp_path / "clamd.ctl") if request.param == "unix" else None)
    settings.CLAMD_SOCKET = fake.address
    yield fake
    fake.stop()


@pytest.fixture
def by():
    return Actor(person_id=PersonFactory().pk, mandate_id=7)


@pytest.fixture
def take(by, at):
    return lambda content=None, name="a.pdf": accept_upload(
        upload(name, pdf() if content is None else content), by=by, at=at
    )


def state_of(attachment):
    return Attachment.objects.get(pk=attachment.pk).scan_state


def served(attachment):
    return Attachment.objects.get(pk=attachment.pk).is_served


def sweep(at):
    return scan_waiting(clock=lambda: at)


# --- The protocol ------------------------------------------------------------------------


def test_the_scanner_gets_the_file_byte_for_byte(clamd):
    content = pdf(bytes(300_000))
    assert ping()
    sent = upload("a.pdf", content)
    assert not scan(sent.file).is_infected
    assert clamd.scanned == [content]
    assert sent.read() == content  # from its beginning


def test_malware_is_named(clamd):
    verdict = scan(upload("a.pdf", EICAR).file)
    assert (verdict.is_infected, verdict.signature) == (True, "Eicar-Test-Signature")


@pytest.mark.parametrize("mode", SILENT)
def test_anything_but_an_answer_is_no_answer(clamd, mode):
    clamd.mode = mode
    started = time.monotonic()
    with pytest.raises(ScannerUnavailable):
        scan(upload("a.pdf", pdf(bytes(200_000))).file)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("answer", ["", "stream: ", "OK", "stream:  FOUND", "stream: x ERROR"])
def test_only_two_answers_count(answer):
    with pytest.raises(ScannerUnavailable):
        scanner._verdict(answer)


@pytest.mark.parametrize(
    "place", ["/no/such/socket", "127.0.0.1:9", "nonsense", "host:port", ":3310", "[::1]:9"]
)
def test_a_scanner_that_is_not_there_does_not_answer(settings, place):
    settings.CLAMD_SOCKET = place
    assert not ping()
    with pytest.raises(ScannerUnavailable):
        scan(upload("a.pdf", pdf()).file)


# --- While somebody uploads --------------------------------------------------------------


def test_without_a_scanner_a_file_is_served_and_said_to_be_unchecked(take):
    attachment = take()
    assert (state_of(attachment), served(attachment)) == (ScanState.NOT_SCANNED, True)
    assert not_served([attachment.pk]) == []
    assert sweep(timezone.now()) == 0


def test_a_clean_file_is_served_at_once(clamd, take, at):
    attachment = take()
    line = AttachmentScan.objects.get()
    assert (line.state, line.scanned_at, line.attempts) == ("clean", at, 1)
    assert served(attachment)
    actions = list(audit.entries_of(attachment).values_list("action", flat=True))
    assert sorted(actions) == ["attachment.accepted", "attachment.scanned"]


def test_an_infected_file_is_refused_and_nothing_is_kept(clamd, take, by, tmp_path):
    with pytest.raises(Infected) as caught, translation.override("en"):
        take(EICAR)
    assert "Eicar-Test-Signature" in str(caught.value)
    assert Attachment.objects.count() == 0
    assert not (tmp_path / "attachments").exists()
    assert AuditEntry.objects.get().action == "attachment.infected_refused"


def test_what_was_condemned_once_is_refused_while_the_scanner_is_silent(clamd, take, at, settings):
    place, settings.CLAMD_SOCKET = settings.CLAMD_SOCKET, ""
    take(EICAR)
    settings.CLAMD_SOCKET = place
    assert sweep(at) == 1
    clamd.mode = "hang"
    with pytest.raises(Infected):
        take(EICAR)


@pytest.mark.parametrize("mode", SILENT)
def test_a_scanner_that_does_not_answer_never_means_clean(clamd, take, mode, at):
    clamd.mode = mode
    attachment = take()
    assert (state_of(attachment), served(attachment)) == (ScanState.PENDING, False)
    assert not_served([attachment.pk]) == [attachment]
    sweep(at + timedelta(hours=1))
    assert state_of(attachment) == ScanState.PENDING
    clamd.mode = "well"
    assert sweep(at + timedelta(hours=30)) == 1
    assert (state_of(attachment), served(attachment)) == (ScanState.CLEAN, True)


def test_taking_the_scanner_away_opens_no_file_that_waits(clamd, take, settings):
    clamd.mode = "garbage"
    waiting = take()
    settings.CLAMD_SOCKET = ""
    assert not served(waiting)


# --- The sweep ---------------------------------------------------------------------------


def test_files_older_than_the_scanner_are_checked(clamd, take, at, settings):
    place, settings.CLAMD_SOCKET = settings.CLAMD_SOCKET, ""
    before = take()
    without_line = take(name="b.pdf")
    AttachmentScan.objects.filter(attachment=without_line).delete()
    settings.CLAMD_SOCKET = place
    assert [served(before), served(without_line)] == [False, False]
    assert sweep(at) == 2
    assert [served(before), served(without_line)] == [True, True]
    assert sweep(at) == 0


def test_malware_found_later_is_closed_moved_and_told(clamd, take, by, at, settings):
    boss = PersonFactory()
    register_audience("trial", lambda attachment_id, on: [boss.pk])
    place, settings.CLAMD_SOCKET = settings.CLAMD_SOCKET, ""
    attachment = take(EICAR, name="độc.pdf")
    settings.CLAMD_SOCKET = place
    assert sweep(at) == 1
    assert (state_of(attachment), served(attachment)) == (ScanState.INFECTED, False)
    line = AttachmentScan.objects.get()
    assert (line.signature, line.quarantined_at) == ("Eicar-Test-Signature", at)
    name = attachment.file.name
    assert not default_storage.exists(name)
    with default_storage.open(f"quarantine/{name.rpartition('/')[2]}") as kept:
        assert kept.read() == EICAR
    messages = Message.objects.order_by("recipient")
    assert [message.recipient_id for message in messages] == sorted([by.person_id, boss.pk])
    for message in messages:
        mail = outbox.rendering.preview(message)
        assert "độc.pdf" in mail.subject
        assert "Eicar-Test-Signature" in mail.text
        assert ("gỡ tệp khỏi kế hoạch" in mail.text) == (message.recipient_id == by.person_id)
    assert sweep(at) == 0
    assert Message.objects.count() == 2


def test_a_move_to_quarantine_cut_short_is_finished(clamd, take, at, settings):
    place, settings.CLAMD_SOCKET = settings.CLAMD_SOCKET, ""
    attachment = take(EICAR)
    settings.CLAMD_SOCKET = place
    sweep(at)
    AttachmentScan.objects.update(quarantined_at=None)
    sweep(at)
    assert AttachmentScan.objects.get().quarantined_at == at
    assert default_storage.exists(f"quarantine/{attachment.file.name.rpartition('/')[2]}")


def test_a_file_missing_on_disk_is_not_clean(clamd, at):
    attachment = AttachmentFactory()
    assert sweep(at) == 0
    line = AttachmentScan.objects.get()
    assert (line.state, line.attempts) == ("not_scanned", 1)
    assert "missing" in line.problem
    assert not served(attachment)


def test_a_file_without_an_answer_is_asked_about_ever_less_often(clamd, take, at):
    clamd.mode = "limit"
    take()
    asked = []
    moment = at
    while moment < at + timedelta(days=3):
        before = AttachmentScan.objects.get().attempts
        sweep(moment)
        if AttachmentScan.objects.get().attempts > before:
            asked.append(moment)
        moment += timedelta(minutes=30)
    assert 8 < len(asked) < 14
    assert "limit" in AttachmentScan.objects.get().problem


def test_a_sweep_ends_at_a_scanner_that_is_away(clamd, take, at):
    clamd.mode = "garbage"
    for _ in range(3):
        take()
    AttachmentScan.objects.update(tried_at=None)
    started = time.monotonic()
    assert sweep(at) == 0
    assert time.monotonic() - started < 2
    assert set(AttachmentScan.objects.values_list("attempts", flat=True)) == {1}


def test_two_sweeps_at_once_give_one_answer(clamd, take, at, monkeypatch):
    clamd.mode = "garbage"
    take()
    clamd.mode = "well"
    real = scanner.scan

    def meanwhile(stream):
        monkeypatch.setattr(scanner, "scan", real)
        assert sweep(at + timedelta(hours=1)) == 1
        return real(stream)

    monkeypatch.setattr(scanner, "scan", meanwhile)
    assert sweep(at + timedelta(hours=1)) == 0
    assert AuditEntry.objects.filter(action="attachment.scanned").count() == 1


# --- What stands, stands -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"state": "clean"}, {"signature": "other"}, {"state": "pending"}, {"scanned_at": None}],
)
def test_a_condemned_file_cannot_be_made_clean(clamd, take, at, settings, change):
    place, settings.CLAMD_SOCKET = settings.CLAMD_SOCKET, ""
    take(EICAR)
    settings.CLAMD_SOCKET = place
    sweep(at)
    with pytest.raises(IntegrityError), transaction.atomic():
        AttachmentScan.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        AttachmentScan.objects.all().delete()


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "odd"},
        {"state": "clean"},
        {"state": "infected"},
        {"state": "pending", "signature": "x"},
    ],
)
def test_the_database_refuses_a_line_that_makes_no_sense(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        AttachmentScan.objects.create(attachment=AttachmentFactory(), **fields)


# --- Told --------------------------------------------------------------------------------


def test_readyz_tells_of_a_silent_scanner_and_stays_in_service(clamd, monkeypatch):
    monkeypatch.setattr(health, "readiness", lambda at: {"database": True})

    def answer():
        response = readyz(RequestFactory().get("/readyz"))
        return response.status_code, response.content.decode()

    assert answer() == (200, '{"status": "ok", "database": "ok", "scanner": "ok"}')
    clamd.mode = "garbage"
    assert answer() == (200, '{"status": "degraded", "database": "ok", "scanner": "unavailable"}')


def test_readyz_says_nothing_of_a_scanner_that_is_not_set_up():
    assert health.hindrances() == {}
