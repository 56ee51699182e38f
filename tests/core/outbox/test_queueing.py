"""Queueing: each dedupe key once, whoever asks and however often; holding back and releasing."""

import pytest
from django.db import IntegrityError, transaction

from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.outbox import MessageDraft, kinds
from emulation_portal.core.outbox.models import Message
from emulation_portal.core.transitions import IllegalTransition
from tests.factories.core import AT, MessageFactory, PersonFactory

pytestmark = pytest.mark.django_db


def queue(key="k", **options):
    options = {"recipient": PersonFactory(), "context": {"plan": 1}, **options}
    return outbox.queue_message(kind="test", dedupe_key=key, at=AT, **options)


def test_a_queued_message_waits_for_delivery():
    person = PersonFactory(full_name="Trần Thị Đào", email="dao@example.gov.vn")
    message = queue(recipient=person)
    assert (message.state, message.recipient, message.address) == (
        "queued",
        person,
        "dao@example.gov.vn",
    )
    assert (message.not_before, message.created_at, message.context) == (AT, AT, {"plan": 1})
    assert message.body == ""


def test_the_same_again_is_nothing_new():
    first = queue()
    assert queue() is None
    assert Message.objects.get() == first


@pytest.mark.parametrize("traits", [{"sent": True}, {"failed": True}])
def test_whatever_became_of_the_first(traits):
    MessageFactory(dedupe_key="k", **traits)
    assert queue() is None


def test_a_person_without_an_address_is_queued_all_the_same():
    """They may have one by the time it is sent."""
    assert queue(recipient=PersonFactory(email="")).address == ""


def drafts(count, start=0, **options):
    person = PersonFactory()
    return [
        MessageDraft(kind="test", recipient_id=person.pk, dedupe_key=f"r:{n}", **options)
        for n in range(start, start + count)
    ]


def test_many_messages_are_counted_when_new():
    assert outbox.queue_messages(drafts(3), at=AT) == 3
    assert outbox.queue_messages(drafts(3, start=2), at=AT) == 2
    assert outbox.queue_messages(drafts(3), at=AT) == 0
    assert Message.objects.count() == 5


def test_one_call_may_name_a_key_twice():
    assert outbox.queue_messages(drafts(2) + drafts(2), at=AT) == 2


def test_nobody_to_tell():
    assert outbox.queue_messages([], at=AT) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_few_messages_take_one_insert(count, django_assert_num_queries):
    all_drafts = drafts(count)
    with django_assert_num_queries(5):  # savepoint, people, insert, count, release
        outbox.queue_messages(all_drafts, at=AT)


def test_many_messages_take_few_statements(django_assert_max_num_queries):
    all_drafts = drafts(200)
    with django_assert_max_num_queries(10):  # SQLite takes about fifty rows in one INSERT
        outbox.queue_messages(all_drafts, at=AT)


def test_a_draft_may_wait_and_may_be_held():
    later = AT.replace(day=25)
    outbox.queue_messages(drafts(1, not_before=later) + drafts(1, start=1, held=True), at=AT)
    assert list(Message.objects.order_by("dedupe_key").values_list("state", "not_before")) == [
        ("queued", later),
        ("held", AT),
    ]


def test_releasing_lets_the_held_of_a_kind_go():
    outbox.queue_messages(drafts(3, held=True), at=AT)
    MessageFactory(kind="other", state="held")
    later = AT.replace(day=25)
    one = Message.objects.filter(state="held", kind="test").first()

    assert outbox.release_held(kind="test", at=later, only=[one.pk]) == 1
    assert outbox.release_held(kind="test", at=later) == 2
    assert outbox.release_held(kind="test", at=later) == 0
    assert set(Message.objects.filter(kind="test").values_list("state", "not_before")) == {
        ("queued", later)
    }
    assert Message.objects.get(kind="other").state == "held"


def test_discarding_says_why():
    outbox.queue_messages(drafts(2, held=True), at=AT)
    assert outbox.discard_held(kind="test") == 2
    assert set(Message.objects.values_list("state", "reason")) == {("suppressed", "discarded")}


def test_a_failed_message_can_be_tried_again():
    person, message = PersonFactory(), MessageFactory(failed=True, attempts=12)
    by = Actor(person_id=person.pk, mandate_id=1)

    outbox.retry(message, by=by, at=AT)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason, message.reason_detail) == (
        "queued",
        0,
        "",
        "",
    )
    assert audit.entries_of(message).get().action == "message.retried"


def test_only_a_failed_message_can_be_tried_again():
    message = MessageFactory(sent=True)
    with pytest.raises(IllegalTransition):
        outbox.retry(message, by=Actor.system(), at=AT)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "lost"},
        {"reason": "because"},
        {"state": "sent"},
        {"sent_at": AT},
        {"state": "sending"},
        {"state": "failed"},
        {"state": "suppressed"},
    ],
)
def test_the_database_refuses_contradictions(columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFactory(**columns)


def test_a_kind_is_registered_once(mailroom):
    kinds.register_kind("test", render=mailroom, label="Thư thử")
    with pytest.raises(ValueError, match="test"):
        kinds.register_kind("test", render=lambda message: None, label="Thư thử")


def test_a_forgotten_kind_shows_its_identifier_and_keeps_its_text_to_itself(mailroom):
    assert MessageFactory.build(recipient=None).kind_label == "Thư thử"
    kinds.unregister_kind("test")
    message = MessageFactory.build(recipient=None)
    assert (message.kind_label, message.is_secret) == ("test", True)


def test_people_are_found_without_accents():
    dao = MessageFactory(recipient=PersonFactory(full_name="Trần Thị Đào"))
    MessageFactory(recipient=PersonFactory(full_name="Lê Bình"))
    assert list(Message.objects.matching("thi dao")) == [dao]
    assert list(Message.objects.matching("ĐÀO")) == [dao]
    assert list(Message.objects.matching(dao.address)) == [dao]
