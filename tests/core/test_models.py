"""How core's rows read where only their name stands."""

from datetime import date

import pytest

from emulation_portal.core.audit.models import AuditChain, AuditDailyHead, AuditEntry, ErasableText
from emulation_portal.core.health import Heartbeat
from emulation_portal.core.models import Job, Message
from tests.factories.core import AT


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (AuditChain(root_type="core.job", root_id="5"), "core.job:5"),
        (AuditEntry(root_type="core.job", root_id="5", sequence=2, action="x"), "core.job:5#2 x"),
        (AuditDailyHead(day=date(2026, 11, 22), hash="ab"), "2026-11-22: ab"),
        (ErasableText(pk=3, text="Ân"), "#3"),
        (ErasableText(pk=3, erased_at=AT), "đã xóa"),
        (Heartbeat(name="beat", at=AT), f"beat: {AT}"),
        (Message(kind="reminder", address="an@example.vn"), "reminder → an@example.vn"),
        (Job(pk=7, kind="export"), "export #7"),
    ],
)
def test_names(row, name):
    assert str(row) == name


def test_their_pages():
    assert Job(pk=7).get_absolute_url() == "/jobs/7/"
    assert Message(pk=7).get_absolute_url() == "/outgoing-mail/7/"
