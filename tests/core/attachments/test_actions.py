"""Files are kept byte for byte; there is never a row without a file or a file without a row."""

import errno
import hashlib
import os
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import accept_upload, actions, sweep_orphans
from emulation_portal.core.attachments.errors import LiesAboutType, NoRoom, QuotaReached
from emulation_portal.core.attachments.fields import AttachmentField
from emulation_portal.core.forms import BaseForm
from emulation_portal.core.models import Attachment, AuditEntry
from tests.factories.core import PersonFactory
from tests.factories.files import docx, pdf, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def by():
    return Actor(person_id=PersonFactory().pk, mandate_id=7)


@pytest.fixture
def on_disk(tmp_path):
    return lambda: [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_upload_is_kept_byte_for_byte(at, by, on_disk):
    content = docx()
    attachment = accept_upload(upload("Kế hoạch Cục Di sản.docx", content), by=by, at=at)
    attachment.refresh_from_db()
    [path] = on_disk()
    assert path.read_bytes() == content
    with attachment.file.open() as kept:
        assert kept.read() == content
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()
    assert (attachment.kind, attachment.size) == ("docx", len(content))
    assert attachment.original_name == "Kế hoạch Cục Di sản.docx"
    assert (attachment.uploaded_by_id, attachment.mandate_id) == (by.person_id, 7)


def test_the_stored_name_says_nothing(at, by, on_disk):
    first = accept_upload(upload("mật.pdf", pdf()), by=by, at=at)
    second = accept_upload(upload("mật.pdf", pdf()), by=by, at=at)
    names = {path.name for path in on_disk()}
    assert len(names) == 2
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in names)
    assert first.pk.hex not in names
    assert second.pk.hex not in names


def test_an_upload_that_lies_on_disk_already_is_kept_too(at, by, on_disk):
    sent = TemporaryUploadedFile("a.pdf", "application/pdf", len(pdf()), None)
    sent.write(pdf())
    sent.seek(0)
    accept_upload(sent, by=by, at=at)
    sent.close()
    assert [path.read_bytes() for path in on_disk()] == [pdf()]


def test_taking_a_file_in_is_audited(at, by):
    attachment = accept_upload(upload("a.pdf", pdf()), by=by, at=at)
    [entry] = audit.entries_of(attachment)
    assert entry.action == "attachment.accepted"
    assert entry.data["sha256"] == attachment.sha256


def test_a_refused_file_leaves_nothing(at, by, on_disk):
    with pytest.raises(LiesAboutType):
        accept_upload(upload("a.pdf", b"MZ"), by=by, at=at)
    assert (on_disk(), Attachment.objects.count(), AuditEntry.objects.count()) == ([], 0, 0)


def test_a_full_disk_leaves_nothing_and_says_so(at, by, on_disk, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(actions.os, "fsync", full)
    with pytest.raises(NoRoom) as caught:
        accept_upload(upload("a.pdf", pdf()), by=by, at=at)
    assert "a.pdf" in str(caught.value)
    assert (on_disk(), Attachment.objects.count()) == ([], 0)


def test_a_shortened_file_is_not_taken_for_the_whole(at, by, on_disk, monkeypatch):
    monkeypatch.setattr(default_storage, "size", lambda name: 3, raising=False)
    with pytest.raises(NoRoom):
        accept_upload(upload("a.pdf", pdf()), by=by, at=at)
    assert on_disk() == []


def test_a_row_that_cannot_be_written_takes_its_file_along(at, by, on_disk, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("no audit")

    monkeypatch.setattr(actions.audit, "record", broken)
    with pytest.raises(RuntimeError):
        accept_upload(upload("a.pdf", pdf()), by=by, at=at)
    assert (on_disk(), Attachment.objects.count()) == ([], 0)


def test_a_rolled_back_upload_is_swept_after_a_day(at, by, on_disk):
    kept = accept_upload(upload("a.pdf", pdf()), by=by, at=at)

    def fail_after_upload():
        with transaction.atomic():
            accept_upload(upload("b.pdf", pdf()), by=by, at=at)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_upload()
    now = timezone.now()
    assert sweep_orphans(at=now) == 0
    assert sweep_orphans(at=now + timedelta(days=2)) == 1
    assert [path.name for path in on_disk()] == [kept.file.name.split("/")[1]]


def test_sweeping_leaves_other_files_alone(tmp_path):
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "README").write_text("not ours")
    assert sweep_orphans(at=timezone.now() + timedelta(days=2)) == 0


def test_sweeping_before_the_first_upload_finds_nothing(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "not made yet"
    assert sweep_orphans(at=timezone.now()) == 0


def test_a_person_cannot_fill_the_disk_in_a_day(at, by, settings):
    settings.ATTACHMENT_DAILY_BYTES = 2 * len(pdf())
    for _ in range(2):
        accept_upload(upload("a.pdf", pdf()), by=by, at=at)
    with pytest.raises(QuotaReached):
        accept_upload(upload("a.pdf", pdf()), by=by, at=at)
    accept_upload(upload("a.pdf", pdf()), by=by, at=at + timedelta(days=1, seconds=1))
    accept_upload(upload("a.pdf", pdf()), by=Actor.system(), at=at)


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"original_name": "other.pdf"}])
def test_the_register_cannot_be_changed(at, by, change):
    attachment = accept_upload(upload("a.pdf", pdf()), by=by, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).delete()


class ScanForm(BaseForm):
    scan = AttachmentField(label="Bản scan")


def test_the_field_takes_a_good_file():
    form = ScanForm({}, {"scan": upload("a.pdf", pdf())})
    assert form.is_valid()
    assert form.cleaned_data["scan"].name == "a.pdf"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, ""),
        ({"scan": upload("a.pdf", b"")}, "a.pdf"),
        ({"scan": upload("a.exe", b"MZ")}, "a.exe"),
        ({"scan": upload("a.pdf", b"MZ")}, "a.pdf"),
        ({"scan": "text"}, ""),
    ],
)
def test_the_field_says_what_is_wrong(files, told):
    form = ScanForm({}, files)
    assert not form.is_valid()
    [message] = form.errors["scan"]
    assert told in message


def test_the_field_offers_only_what_is_taken():
    assert 'accept=".pdf,.docx,.xlsx,.jpg,.png,.jpeg"' in str(ScanForm()["scan"])
