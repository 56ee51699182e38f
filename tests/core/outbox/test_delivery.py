"""Delivery: once each, in the recipient's language, asked again, and honest about failures."""

import re
import smtplib
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.outbox import Rendered, deliver_due, kinds
from emulation_portal.core.outbox.delivery import MAX_ATTEMPTS
from emulation_portal.core.outbox.models import Message
from tests.factories.core import AT, MessageFactory, PersonFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_due_message_is_sent_and_kept(mailroom):
    person = PersonFactory(email="an@example.gov.vn")
    message = MessageFactory(recipient=person)

    assert str(deliver_due(at=AT)) == "sent 1, postponed 0, failed 0, suppressed 0, retaken 0"

    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (
        ["an@example.gov.vn"],
        "Nhắc việc",
        "Kính gửi đồng chí",
    )
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    message.refresh_from_db()
    assert (message.state, message.subject, message.body) == ("sent", sent.subject, sent.body)
    assert message.message_id == sent.extra_headers["Message-ID"]
    assert (message.attempts, message.language, message.claim) == (1, "vi", None)
    assert AT <= message.sent_at < AT + 60 * SECOND


def test_a_second_run_sends_nothing(mailroom):
    MessageFactory.create_batch(3)
    deliver_due(at=AT)
    assert deliver_due(at=AT).sent == 0
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(
    "columns", [{"state": "held"}, {"not_before": AT + SECOND}, {"sent": True}, {"failed": True}]
)
def test_what_is_not_due_stays(mailroom, columns):
    MessageFactory(**columns)
    deliver_due(at=AT)
    assert mail.outbox == []


def test_a_limit_is_kept(mailroom):
    MessageFactory.create_batch(30)
    assert deliver_due(at=AT, limit=26).sent == 26
    assert Message.objects.filter(state="queued").count() == 4


def test_text_is_written_in_the_language_the_recipient_reads_now(mailroom):
    person = PersonFactory(language="vi")
    message = MessageFactory(recipient=person)
    type(person).objects.update(language="en", email="new@example.gov.vn")
    mailroom.render = lambda message: Rendered(_("State"), "x")

    deliver_due(at=AT)

    assert mailroom.rendered == [(message.pk, "en")]
    message.refresh_from_db()
    assert (message.language, message.address, message.subject) == (
        "en",
        "new@example.gov.vn",
        "State",
    )
    assert list(Message.objects.matching("state")) == [message]


def test_a_mail_may_have_an_html_part(mailroom):
    mailroom.render = lambda message: Rendered("s", "text", html="<p>text</p>")
    MessageFactory()
    deliver_due(at=AT)
    (sent,) = mail.outbox
    assert [(part.content, part.mimetype) for part in sent.alternatives] == [
        ("<p>text</p>", "text/html")
    ]


def test_a_line_break_in_a_subject_adds_no_header(mailroom):
    mailroom.render = lambda message: Rendered("Kế hoạch\nBcc: all@example.com", "x")
    MessageFactory()
    deliver_due(at=AT)
    (sent,) = mail.outbox
    assert sent.subject == "Kế hoạch Bcc: all@example.com"
    assert sent.message()["Bcc"] is None


def test_what_is_no_longer_owed_is_not_sent(mailroom):
    mailroom.render = lambda message: None
    message = MessageFactory()
    assert deliver_due(at=AT).suppressed == 1
    message.refresh_from_db()
    assert (message.state, message.reason, mail.outbox) == ("suppressed", "not_owed", [])


@pytest.mark.parametrize(
    ("person", "reason"),
    [({"is_active": False}, "inactive"), ({"email": ""}, "no_address")],
)
def test_who_cannot_be_told_is_not_asked_about(mailroom, person, reason):
    message = MessageFactory(recipient=PersonFactory(**person))
    assert deliver_due(at=AT).suppressed == 1
    message.refresh_from_db()
    assert (message.state, message.reason, mailroom.rendered) == ("suppressed", reason, [])


def test_a_message_without_a_person_goes_to_its_address(mailroom):
    MessageFactory(recipient=None, address="office@example.gov.vn")
    MessageFactory(recipient=None, address="")
    count = deliver_due(at=AT)
    assert (count.sent, count.suppressed) == (1, 1)
    assert mail.outbox[0].to == ["office@example.gov.vn"]


def test_the_text_of_a_secret_kind_is_sent_and_not_kept(mailroom):
    kinds.register_kind(
        "secret", render=lambda m: Rendered("Lời mời", "https://x/token"), label="", secret=True
    )
    message = MessageFactory(kind="secret")
    deliver_due(at=AT)
    message.refresh_from_db()
    assert mail.outbox[0].body == "https://x/token"
    assert (message.state, message.subject, message.body) == ("sent", "Lời mời", "")
    row = Message.objects.filter(pk=message.pk).values().get()
    assert "token" not in str(row)


def test_an_unknown_kind_fails(mailroom):
    message = MessageFactory(kind="from the future")
    assert deliver_due(at=AT).failed == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "unknown_kind")


def test_one_unwritable_message_does_not_stop_the_others(mailroom, caplog):
    bad = MessageFactory()
    good = MessageFactory()
    mailroom.render = lambda message: Rendered("s", "t") if message.pk == good.pk else {}["missing"]
    count = deliver_due(at=AT)
    assert (count.sent, count.postponed) == (1, 1)
    bad.refresh_from_db()
    assert (bad.state, bad.reason, bad.reason_detail) == ("queued", "unwritable", "KeyError")
    assert bad.not_before >= AT + timedelta(minutes=1)
    assert "could not be written" in caplog.text

    Message.objects.update(attempts=MAX_ATTEMPTS - 1, not_before=AT)
    deliver_due(at=AT)
    bad.refresh_from_db()
    assert (bad.state, bad.reason) == ("failed", "unwritable")


def test_the_message_id_is_the_same_on_every_attempt_and_tells_nothing(mailroom, monkeypatch):
    MessageFactory(dedupe_key="reminder:an:2026")
    attempts = []

    def refuse(self, messages):
        attempts.extend(m.extra_headers["Message-ID"] for m in messages)
        raise refused(450)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    deliver_due(at=AT)
    deliver_due(at=AT + timedelta(hours=1))
    MessageFactory(dedupe_key="reminder:binh:2026")
    deliver_due(at=AT)

    first, again, other = attempts
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{40}@localhost>", first)


# --- A mail server in trouble ------------------------------------------------------------


@pytest.fixture
def server(monkeypatch):
    """The mail server: `answers` are raised in turn (None: taken), `opened` counts connections."""

    class Server:
        answers: list = []
        refuses_connections: Exception | None = None
        opened = 0

    state = Server()

    def open_(self):
        if state.refuses_connections:
            raise state.refuses_connections
        state.opened += 1
        return True

    send = EmailBackend.send_messages

    def send_messages(self, messages):
        answer = state.answers.pop(0) if state.answers else None
        if answer:
            raise answer
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "open", open_)
    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
    return state


def refused(code):
    return smtplib.SMTPRecipientsRefused({"an@example.gov.vn": (code, b"no such user")})


PASSING = [
    refused(450),
    smtplib.SMTPDataError(451, b"try later"),
    smtplib.SMTPResponseException(421, b"closing"),
    smtplib.SMTPServerDisconnected("gone"),
    smtplib.SMTPSenderRefused(550, b"who are you", "portal@example.gov.vn"),
    TimeoutError("timed out"),
]
FINAL = [
    refused(550),
    smtplib.SMTPDataError(554, "rejected"),
    smtplib.SMTPNotSupportedError("SMTPUTF8"),
    ValueError("bad address"),
]


@pytest.mark.parametrize("answer", PASSING, ids=repr)
def test_passing_trouble_means_later(mailroom, server, answer):
    server.answers = [answer]
    message = MessageFactory()

    assert deliver_due(at=AT).postponed == 1

    message.refresh_from_db()
    assert (message.state, message.reason, message.attempts) == ("queued", "postponed", 1)
    assert message.reason_detail
    assert AT + timedelta(minutes=1) <= message.not_before < AT + timedelta(minutes=2)
    assert deliver_due(at=AT + timedelta(minutes=2)).sent == 1
    message.refresh_from_db()
    assert (message.state, message.reason, message.reason_detail) == ("sent", "", "")


@pytest.mark.parametrize("answer", FINAL, ids=repr)
def test_a_refusal_for_good_is_not_repeated(mailroom, server, answer):
    server.answers = [answer]
    message = MessageFactory()
    assert deliver_due(at=AT).failed == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "refused")
    assert message.reason_detail
    assert deliver_due(at=AT + timedelta(days=1)).sent == 0


def test_each_delay_is_twice_the_last_until_it_gives_up(mailroom, server):
    server.answers = [refused(450)] * MAX_ATTEMPTS
    message = MessageFactory()
    delays, now = [], AT
    for _attempt in range(MAX_ATTEMPTS):
        deliver_due(at=now)
        message.refresh_from_db()
        delays.append(round((message.not_before - now) / timedelta(minutes=1)))
        now = message.not_before + SECOND
    assert delays[:11] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert (message.state, message.reason, message.attempts) == ("failed", "gave_up", MAX_ATTEMPTS)
    assert message.reason_detail == "450 no such user"


def test_one_connection_serves_the_whole_run(mailroom, server):
    MessageFactory.create_batch(30)
    assert deliver_due(at=AT).sent == 30
    assert server.opened == 1


def test_a_lost_connection_is_made_again(mailroom, server):
    MessageFactory.create_batch(3)
    server.answers = [None, smtplib.SMTPServerDisconnected("gone")]
    count = deliver_due(at=AT)
    assert (count.sent, count.postponed, server.opened) == (2, 1, 2)


def test_one_refused_address_does_not_stop_the_others(mailroom, server):
    MessageFactory.create_batch(3)
    server.answers = [refused(550)]
    count = deliver_due(at=AT)
    assert (count.sent, count.failed, server.opened) == (2, 1, 1)


@pytest.mark.parametrize(
    "trouble",
    [ConnectionRefusedError("111"), smtplib.SMTPAuthenticationError(535, b"bad password")],
    ids=repr,
)
def test_an_outage_costs_no_attempt_and_stops_the_run(mailroom, server, trouble):
    server.refuses_connections = trouble
    MessageFactory.create_batch(30)

    assert deliver_due(at=AT).postponed == 25  # what was claimed; the rest was not touched

    assert set(Message.objects.values_list("state", "attempts")) == {("queued", 0)}
    server.refuses_connections = None
    assert deliver_due(at=AT + timedelta(minutes=2)).sent == 30


def test_no_transaction_is_open_while_the_server_is_talked_to(mailroom, monkeypatch):
    depth = len(connection.savepoint_ids)
    seen = []
    send = EmailBackend.send_messages

    def watched(self, messages):
        seen.append(len(connection.savepoint_ids))
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", watched)
    MessageFactory()
    deliver_due(at=AT)
    assert seen == [depth]


# --- Workers that die --------------------------------------------------------------------


def sending(**columns):
    return MessageFactory(
        **{"state": "sending", "claim": uuid4(), "lease_until": AT, "attempts": 1, **columns}
    )


def test_the_message_of_a_dead_worker_is_sent_by_the_next(mailroom, caplog):
    message = sending()
    count = deliver_due(at=AT)
    assert (count.retaken, count.sent) == (1, 1)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 2)
    assert "dead worker" in caplog.text


def test_the_message_of_a_living_worker_is_left_alone(mailroom):
    sending(lease_until=AT + SECOND)
    count = deliver_due(at=AT)
    assert (count.retaken, count.sent) == (0, 0)


def test_a_message_that_kills_workers_is_given_up(mailroom):
    message = sending(attempts=MAX_ATTEMPTS)
    assert deliver_due(at=AT).failed == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "gave_up")


def test_a_worker_that_was_given_up_for_dead_sends_nothing_more(mailroom):
    message = MessageFactory()

    def taken_over(message):
        Message.objects.update(claim=uuid4())
        return Rendered("s", "t")

    mailroom.render = taken_over
    assert deliver_due(at=AT).sent == 0
    assert mail.outbox == []
    message.refresh_from_db()
    assert message.state == "sending"


def test_a_database_that_goes_away_leaves_the_rest_to_the_lease(mailroom, monkeypatch):
    MessageFactory.create_batch(2)
    send = EmailBackend.send_messages

    def gone(self, messages):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(EmailBackend, "send_messages", gone)
    with pytest.raises(OperationalError):
        deliver_due(at=AT)
    monkeypatch.setattr(EmailBackend, "send_messages", send)
    count = deliver_due(at=AT + timedelta(minutes=11))
    assert (count.retaken, count.sent) == (2, 2)
