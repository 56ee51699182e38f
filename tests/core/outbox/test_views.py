"""The outgoing mail page: who reads it, what it shows, and sending again."""

import pytest
from django.urls import reverse

from emulation_portal.core import audit
from emulation_portal.core.navigation import _entries
from emulation_portal.core.outbox import Rendered, kinds
from emulation_portal.core.outbox.models import Message
from emulation_portal.core.outbox.views import PAGE_SIZE
from tests.factories.core import AT, MessageFactory, PersonFactory
from tests.factories.units import MandateFactory

pytestmark = pytest.mark.django_db
LIST = "/outgoing-mail/"


@pytest.fixture
def department(client, sign_in):
    return sign_in(client, MandateFactory(role="department_reviewer"))


def shown(response):
    return [message.pk for message in response.context["page"]]


@pytest.mark.parametrize("role", ["department_reviewer", "department_head", "administrator"])
def test_who_reads_it(client, sign_in, role):
    message = MessageFactory()
    sign_in(client, MandateFactory(role=role))
    assert client.get(LIST).status_code == 200
    assert client.get(message.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("role", ["unit_officer", "unit_head", "council_chair", "observer"])
def test_who_does_not(client, sign_in, role):
    message = MessageFactory(failed=True)
    sign_in(client, MandateFactory(role=role))
    assert client.get(LIST).status_code == 403
    assert client.get(message.get_absolute_url()).status_code == 403
    assert client.post(reverse("core:message-retry", args=[message.pk])).status_code == 403
    message.refresh_from_db()
    assert message.state == "failed"


def test_it_stands_in_the_navigation():
    assert _entries["core:message-list"].roles == {
        "department_reviewer",
        "department_head",
        "administrator",
    }


def test_the_newest_stands_first(department):
    old = MessageFactory(created_at=AT.replace(day=1))
    new = MessageFactory()
    assert shown(department.get(LIST)) == [new.pk, old.pk]


def test_nothing_yet(department):
    page = department.get(LIST)
    assert "Chưa có thư nào" in page.content.decode()


def test_a_row_says_to_whom_what_and_how_it_went(department, mailroom):
    MessageFactory(
        recipient=PersonFactory(full_name="Trần Thị Đào", email="dao@example.vn"), failed=True
    )
    html = department.get(LIST).content.decode()
    for text in ("Trần Thị Đào", "dao@example.vn", "Thư thử", "Không gửi được", "09:00 22/11/2026"):
        assert text in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, ["b"]),
        ({"kind": "test"}, ["b", "a"]),
        ({"q": "thi dao"}, ["a"]),
        ({"q": "  ĐÀO "}, ["a"]),
        ({"q": "nobody"}, []),
        ({"state": "sent", "kind": "test", "q": "tran"}, ["a"]),
        ({"state": "nonsense"}, ["c", "b", "a"]),
        ({"kind": "nonsense"}, ["c", "b", "a"]),
        ({"q": "x" * 201}, ["c", "b", "a"]),
        ({"page": "nonsense"}, ["c", "b", "a"]),
        ({"page": "99"}, ["c", "b", "a"]),
    ],
)
def test_filters_stand_in_the_address(department, mailroom, query, found):
    kinds.register_kind("other", render=lambda m: None, label="Thư khác")
    by_name = {
        "a": MessageFactory(sent=True, recipient=PersonFactory(full_name="Trần Thị Đào")),
        "b": MessageFactory(failed=True, recipient=PersonFactory(full_name="Lê Bình")),
        "c": MessageFactory(kind="other", recipient=PersonFactory(full_name="Phạm Chi")),
    }
    response = department.get(LIST, query)
    assert response.status_code == 200
    assert shown(response) == [by_name[name].pk for name in found]


def test_filters_without_a_match_say_so(department):
    MessageFactory()
    html = department.get(LIST, {"q": "nobody"}).content.decode()
    assert "Không có thư nào khớp với bộ lọc" in html


def test_pages_of_fifty(department):
    assert PAGE_SIZE == 50
    MessageFactory.create_batch(51, recipient=PersonFactory())
    assert len(shown(department.get(LIST))) == 50
    assert len(shown(department.get(LIST, {"page": 2}))) == 1


@pytest.mark.parametrize("count", [1, 3, 200])
def test_the_list_costs_the_same_whatever_its_length(department, count, django_assert_num_queries):
    for _message in range(min(count, 60)):
        MessageFactory(sent=True)
    MessageFactory.create_batch(max(0, count - 60), recipient=PersonFactory())
    department.get(LIST)
    with django_assert_num_queries(4):  # person, mandates; count, page (the session is cached)
        department.get(LIST)


def test_a_message_is_shown_whole(department, mailroom):
    message = MessageFactory(
        sent=True, body="Kính gửi đồng chí\n\nhttps://portal.example.vn/ke-hoach/ <b>"
    )
    html = department.get(message.get_absolute_url()).content.decode()
    assert "Kính gửi đồng chí" in html
    assert "&lt;b&gt;" in html
    assert "Gửi lại" not in html


def test_the_text_of_a_secret_message_is_not_there_to_show(department, mailroom):
    kinds.register_kind("secret", render=lambda m: Rendered("s", "t"), label="Lời mời", secret=True)
    message = MessageFactory(sent=True, kind="secret", body="")
    html = department.get(message.get_absolute_url()).content.decode()
    assert "Nội dung không được lưu" in html


@pytest.mark.parametrize("state", ["queued", "held"])
def test_a_message_that_waits_is_shown_as_it_would_go_out_now(department, mailroom, state):
    message = MessageFactory(state=state)
    html = department.get(message.get_absolute_url()).content.decode()
    assert "Kính gửi đồng chí" in html
    assert mailroom.rendered == [(message.pk, "vi")]
    message.refresh_from_db()
    assert (message.state, message.body) == (state, "")


def test_a_message_that_is_no_longer_owed_has_no_text(department, mailroom):
    mailroom.render = lambda message: None
    html = department.get(MessageFactory().get_absolute_url()).content.decode()
    assert "được soạn khi gửi" in html


def test_the_text_of_a_waiting_secret_message_is_never_written_to_be_shown(department, mailroom):
    kinds.register_kind(
        "secret", render=lambda m: Rendered("s", "liên kết riêng"), label="Lời mời", secret=True
    )
    html = department.get(MessageFactory(kind="secret").get_absolute_url()).content.decode()
    assert "liên kết riêng" not in html


def test_a_message_that_is_not_there(department):
    assert department.get("/outgoing-mail/999/").status_code == 404
    assert department.post("/outgoing-mail/999/retry/").status_code == 404


def test_a_failed_message_is_sent_again_once(department, mailroom):
    message = MessageFactory(failed=True)
    page = department.get(message.get_absolute_url())
    assert "550 no such user" in page.content.decode()
    key = page.context["retry_form"]["form_key"].value()
    url = reverse("core:message-retry", args=[message.pk])

    first = department.post(url, {"form_key": key}, follow=True)
    second = department.post(url, {"form_key": key}, follow=True)

    message.refresh_from_db()
    assert message.state == "queued"
    assert audit.entries_of(message).get().actor == first.wsgi_request.user
    assert "Thư đang chờ gửi lại" in first.content.decode()
    assert second.redirect_chain == [(message.get_absolute_url(), 302)]


def test_what_has_been_sent_is_not_sent_again(department, mailroom):
    message = MessageFactory(sent=True)
    page = department.post(reverse("core:message-retry", args=[message.pk]), follow=True)
    assert "Đã gửi" in page.content.decode()
    assert Message.objects.get().state == "sent"


def test_reading_changes_nothing(department):
    message = MessageFactory(failed=True)
    assert department.get(reverse("core:message-retry", args=[message.pk])).status_code == 405
    assert department.post(LIST).status_code == 405
