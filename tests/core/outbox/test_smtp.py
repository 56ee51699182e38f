"""Against a mail server that speaks SMTP: answers by address, one session, Vietnamese intact."""

import email
import email.policy
import socket

import pytest
from aiosmtpd.controller import Controller

from emulation_portal.core.outbox import Rendered, deliver_due
from tests.factories.core import AT, MessageFactory, PersonFactory

pytestmark = pytest.mark.django_db


class Postman:
    """Takes mail, except for addresses that name the answer they want: "450@…"."""

    def __init__(self):
        self.taken, self.sessions = [], set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        self.sessions.add(session.peer)
        code = address.partition("@")[0]
        if code.isdigit():
            return f"{code} said by {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def postman(settings):
    postman = Postman()
    controller = Controller(postman, hostname="127.0.0.1", port=free_port())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Cổng thi đua <portal@example.gov.vn>"
    controller.start()
    yield postman
    controller.stop()


def test_mail_arrives_as_it_was_written(postman, mailroom):
    mailroom.render = lambda m: Rendered(
        "Nhắc nộp kế hoạch", "Kính gửi đồng chí\n", "<p>Kính gửi</p>"
    )
    message = MessageFactory()
    assert deliver_due(at=AT).sent == 1
    (taken,) = postman.taken
    message.refresh_from_db()
    assert (taken["Subject"], taken["To"], taken["Message-ID"]) == (
        "Nhắc nộp kế hoạch",
        message.address,
        message.message_id,
    )
    assert taken["Message-ID"].endswith("@example.gov.vn>")
    assert taken.get_body(("plain",)).get_content().strip() == "Kính gửi đồng chí"
    assert taken.get_body(("html",)).get_content().strip() == "<p>Kính gửi</p>"


def test_each_address_gets_its_own_outcome_in_one_session(postman, mailroom):
    names = ["450@example.vn", "an@example.vn", "550@example.vn", "binh@example.vn"]
    messages = [MessageFactory(recipient=PersonFactory(email=name)) for name in names]

    count = deliver_due(at=AT)

    assert (count.sent, count.postponed, count.failed) == (2, 1, 1)
    assert [taken["To"] for taken in postman.taken] == ["an@example.vn", "binh@example.vn"]
    assert len(postman.sessions) == 1
    for message in messages:
        message.refresh_from_db()
    assert [m.state for m in messages] == ["queued", "sent", "failed", "sent"]
    assert messages[2].reason_detail == "550 said by 550@example.vn"


def test_no_server_at_all(postman, mailroom, settings):
    settings.EMAIL_PORT = free_port()
    message = MessageFactory()
    assert deliver_due(at=AT).postponed == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("queued", 0, "postponed")
    assert message.reason_detail.startswith("ConnectionRefusedError")


def test_without_a_server_mails_are_kept_as_files(mailroom, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    message = MessageFactory()
    assert deliver_due(at=AT).sent == 1
    (file,) = (tmp_path / "mail").iterdir()
    assert message.address in file.read_text()
