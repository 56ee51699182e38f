"""Check, send, receipt, withdraw and amend, as the pages do them."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from campaigns.models import PlanVersion
from campaigns.plans import actions
from campaigns.plans.models import PaperKind
from campaigns.plans.queries import draft_of, section_by_key
from campaigns.plans.receipts import receipt_number
from campaigns.plans.rows import TaskRow
from campaigns.plans.sending_facts import punctuality_of, sender_of
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from tests.campaigns.plans.scenes import AT, fill, issue_facts, make_scene, save
from tests.factories.campaigns import HolidayFactory, PlanFactory, accept, give_back
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=1)


@pytest.fixture
def as_(client, sign_in):
    return lambda mandate: sign_in(client, mandate)


def url(page, plan, *args):
    return reverse(f"campaigns:plan-{page}", args=[plan.pk, *args])


def text_of(response):
    return response.content.decode()


def form_of(client, plan):
    """What the button on the check page sends."""
    form = client.get(url("check", plan)).context["form"]
    return {"form_key": form["form_key"].value(), "checked_hash": form["checked_hash"].value()}


def test_what_is_missing_is_listed_with_links_to_the_fields(scene, as_):
    plan = scene.start().plan
    response = as_(scene.officer).get(url("check", plan))
    page = text_of(response)
    assert not response.context["can_send"]
    for address in (
        url("section", plan, "purpose") + "#id_narrative",
        url("section", plan, "area-1") + "#id_tasks-0-title",
        url("issue", plan) + "#id_number_symbol",
    ):
        assert f'href="{address}"' in page
    linked = reverse("campaigns:plan-section", args=[plan.pk, "area-1"])
    section_page = text_of(as_(scene.officer).get(linked))
    indicator = section_by_key(draft_of(plan), "area-1").area.indicators.get()
    for anchor in (
        "id_narrative",
        "id_tasks-0-title",
        f"id_target-{indicator.pk}-y2025",
        "id_completed_0",
    ):
        assert f'id="{anchor}"' in section_page


def test_the_whole_plan_is_checked_on_one_page_and_sent_once(scene, as_):
    version = scene.complete_draft()
    client = as_(scene.officer)
    page = text_of(client.get(url("check", scene.plan)))
    for shown in ("Số hóa hồ sơ", "Văn phòng", "Cơ sở dữ liệu", "12/KH-DSVH", "thay thủ trưởng"):
        assert shown in page
    data = form_of(client, scene.plan)
    first = client.post(url("send", scene.plan), data)
    assert first.url == url("receipt", scene.plan, 1)
    assert client.post(url("send", scene.plan), data).url == first.url
    other_click = data | {"form_key": "another-click"}
    assert client.post(url("send", scene.plan), other_click).url == first.url
    version.refresh_from_db()
    receipt = text_of(client.get(first.url))
    assert version.content_hash[:8] in receipt
    assert f"GD1-{scene.unit.code.upper()}-01" in receipt
    assert "09:00 22/11/2026" in receipt
    assert "Đúng hạn" in receipt


@pytest.mark.parametrize("tasks", [1, 3, 200])
def test_the_check_page_costs_the_same_for_any_number_of_tasks(
    scene, as_, tasks, django_assert_num_queries
):
    version = scene.complete_draft()
    rows = [TaskRow(f"Việc {n}", lead="A", product="B") for n in range(tasks)]
    save(section_by_key(version, "area-1"), by=scene.officer, tasks=rows)
    client = as_(scene.officer)
    page = url("check", scene.plan)
    with django_assert_num_queries(29):
        client.get(page)


def test_the_head_sends_in_their_own_name(scene, as_):
    scene.complete_draft()
    page = text_of(as_(scene.head).get(url("check", scene.plan)))
    assert "thay thủ trưởng" not in page
    assert scene.head.person.full_name in page


def test_a_late_plan_is_taken_and_marked(scene, as_):
    scene.complete_draft(issue_date=AT.date())
    client = as_(scene.officer)
    receipt = client.post(url("send", scene.plan), form_of(client, scene.plan)).url
    page = text_of(client.get(receipt))
    assert "Muộn" in page
    assert "30/09/2025" in page


def test_an_incomplete_plan_is_not_sent(scene, as_):
    version = scene.start()
    client = as_(scene.head)
    response = client.post(url("send", scene.plan), {"checked_hash": "0" * 64})
    assert response.status_code == 422
    assert "số, ký hiệu" in text_of(response)
    version.refresh_from_db()
    assert version.is_draft


def test_a_plan_changed_since_the_check_is_shown_again(scene, as_):
    version = scene.complete_draft()
    client = as_(scene.officer)
    data = form_of(client, scene.plan)
    save(section_by_key(version, "purpose"), by=scene.head, narrative="Đổi")
    response = client.post(url("send", scene.plan), data)
    assert response.status_code == 409
    assert "đã được sửa sau khi" in text_of(response)
    assert client.post(url("send", scene.plan), form_of(client, scene.plan)).status_code == 302


def test_a_closed_window_refuses_with_who_can_reopen_it(scene, as_):
    version = scene.complete_draft()
    client = as_(scene.officer)
    data = form_of(client, scene.plan)
    head = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
    scene.phase.plans_closed_at, scene.phase.plans_closed_by = AT, head
    scene.phase.save()
    response = client.post(url("send", scene.plan), data)
    assert response.status_code == 409
    assert head.person.full_name in text_of(response)
    assert response.context["lock_panel"].can_ask
    version.refresh_from_db()
    assert version.is_draft


def test_an_officer_without_the_heads_document_is_refused(as_):
    scene = make_scene(areas=1, plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    fill(version, by=scene.officer)
    client = as_(scene.officer)
    data = form_of(client, scene.plan)
    page = client.get(url("check", scene.plan))
    assert not page.context["can_send"]
    assert f"{url('papers', scene.plan)}#id_file" in text_of(page)
    response = client.post(url("send", scene.plan), data)
    assert response.status_code == 403
    assert "văn bản có chữ ký của thủ trưởng" in text_of(response)
    actions.attach_paper(
        version=version, attachment=AttachmentFactory(), kind=PaperKind.HEAD_SIGNED,
        by=scene.officer.actor, at=AT,
    )  # fmt: skip
    assert client.post(url("send", scene.plan), form_of(client, scene.plan)).status_code == 302


@pytest.mark.parametrize("data", [{}, {"checked_hash": "x"}, {"checked_hash": "0" * 63}])
def test_a_mangled_form_leads_back_to_the_check_page(scene, as_, data):
    scene.complete_draft()
    response = as_(scene.officer).post(url("send", scene.plan), data)
    assert response.url == url("check", scene.plan)


def test_a_stale_form_leads_to_the_receipt_or_to_the_plan(scene, as_):
    scene.sent()
    client = as_(scene.officer)
    data = {"checked_hash": "0" * 64}
    assert client.post(url("send", scene.plan), data).url == url("receipt", scene.plan, 1)
    bare = PlanFactory(unit=scene.unit, phase=scene.campaign.phases.get(number=2))
    assert client.post(url("send", bare), data).url == bare.get_absolute_url()


def test_nothing_is_sent_by_a_get(scene, as_):
    scene.complete_draft()
    client = as_(scene.officer)
    for page in ("send", "amend"):
        assert client.get(url(page, scene.plan)).status_code == 405


def test_the_department_sends_what_it_entered(scene, as_):
    actions.register_paper_plan(
        unit=scene.unit, phase=scene.phase, issue=issue_facts(), by=scene.reviewer.actor, at=AT
    )
    client = as_(scene.reviewer)
    page = text_of(client.get(url("check", scene.plan)))
    assert "thay " + scene.unit.name in page
    receipt = client.post(url("send", scene.plan), form_of(client, scene.plan)).url
    page = text_of(client.get(receipt))
    assert scene.reviewer.person.full_name in page
    assert "gửi thay đơn vị" in page


# --- Receipt -----------------------------------------------------------------------------


def test_there_is_no_receipt_for_a_draft_or_a_version_that_is_not_there(scene, as_):
    scene.start()
    client = as_(scene.officer)
    assert client.get(url("receipt", scene.plan, 1)).status_code == 404
    assert client.get(url("receipt", scene.plan, 99)).status_code == 404


def test_a_withdrawn_versions_receipt_says_so_and_is_for_the_unit(scene, as_):
    sent = scene.sent()
    actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
    receipt = url("receipt", scene.plan, 1)
    assert "sau đó đã rút" in text_of(as_(scene.officer).get(receipt))
    assert as_(MandateFactory(unit=scene.campaign.host_unit)).get(receipt).status_code == 404


def test_a_receipt_is_for_the_unit_and_the_department_and_not_for_other_readers(scene, as_):
    sent = scene.sent()
    draft = actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
    actions.send_plan(version=draft, by=scene.officer.actor, at=AT)
    stranger = MandateFactory(unit=scene.campaign.host_unit)
    for mandate, withdrawn, received in ((scene.reviewer, 404, 200), (stranger, 404, 404)):
        client = as_(mandate)
        assert client.get(url("receipt", scene.plan, 1)).status_code == withdrawn
        assert client.get(url("receipt", scene.plan, 2)).status_code == received


# --- Withdraw and amend ------------------------------------------------------------------


def test_withdrawing_asks_first_and_opens_a_draft(scene, as_):
    sent = scene.sent()
    client = as_(scene.officer)
    assert url("withdraw", scene.plan) in text_of(client.get(url("receipt", scene.plan, 1)))
    page = client.get(url("withdraw", scene.plan))
    assert page.status_code == 200
    sent.refresh_from_db()
    assert sent.state == PlanState.SENT
    response = client.post(url("withdraw", scene.plan), {"form_key": "x"}, follow=True)
    assert "Đã rút phiên bản 1" in text_of(response)
    sent.refresh_from_db()
    assert sent.state == PlanState.WITHDRAWN
    again = client.post(url("withdraw", scene.plan), {"form_key": "x"}, follow=True)
    assert "không có gì để rút" in text_of(again)
    assert "không có gì để rút" in text_of(client.get(url("withdraw", scene.plan), follow=True))


def test_a_double_click_withdraws_once_and_is_not_told_off(scene, as_):
    scene.sent()
    client = as_(scene.officer)
    data = {"form_key": "one-and-the-same", "reason": "Sai <số> liệu"}
    for _ in range(2):
        response = client.post(url("withdraw", scene.plan), data, follow=True)
        assert "không có gì để rút" not in text_of(response)
    assert scene.plan.versions.count() == 2
    receipt = text_of(client.get(url("receipt", scene.plan, 1)))
    assert "Sai &lt;số&gt; liệu" in receipt


def test_a_reason_that_is_too_long_withdraws_nothing_and_is_kept(scene, as_):
    sent = scene.sent()
    response = as_(scene.officer).post(url("withdraw", scene.plan), {"reason": "d" * 501})
    assert response.status_code == 422
    assert "d" * 501 in text_of(response)
    sent.refresh_from_db()
    assert sent.state == PlanState.SENT


def test_the_check_page_says_who_sends_what_freezes_and_by_when_the_answer_comes(scene, as_):
    HolidayFactory(campaign=scene.campaign, day=date(2026, 11, 24))
    scene.complete_draft()
    context = as_(scene.officer).get(url("check", scene.plan)).context
    assert context["sender"].person == scene.officer.person.full_name
    assert context["sender"].mandate == str(scene.officer)
    assert context["sender"].unit == str(scene.unit)
    frozen = context["frozen"]
    assert (frozen.parts, frozen.tasks, frozen.targets, frozen.has_issue) == (4, 1, 1, True)
    assert context["punctuality"].is_late is False
    # Ten working days after Sunday 22/11/2026, one of them a holiday.
    assert context["answer_due"] == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("deadline", "issued", "flow", "late", "shown"),
    [
        (date(2025, 9, 30), date(2025, 9, 25), "issue_first", False, ("25/09/2025", "30/09/2025")),
        (date(2025, 9, 30), date(2025, 10, 1), "issue_first", True, ("01/10/2025", "30/09/2025")),
        (None, date(2025, 9, 25), "issue_first", None, ("no plan is late",)),
        (date(2025, 9, 30), None, "review_first", None, ("30/09/2025", "older than the portal")),
        (date(2026, 11, 21), None, "review_first", True, ("21/11/2026",)),
        (date(2026, 11, 22), None, "review_first", False, ("22/11/2026",)),
    ],
)
def test_on_time_or_late_is_said_with_its_dates(scene, deadline, issued, flow, late, shown):
    version = scene.complete_draft(issue_date=issued or AT.date())
    version.plan.phase.plan_deadline = deadline
    version.plan.phase.campaign.plan_flow = flow
    issue = version.issue if issued else None
    with translation.override("en"):
        found = punctuality_of(version, issue, at=AT)
    assert found.is_late is late
    for words in shown:
        assert words in found.sentence


@pytest.mark.parametrize(
    ("role", "fields", "words"),
    [
        (Role.UNIT_HEAD, {}, "as head"),
        (Role.UNIT_DEPUTY, {"signing_capacity": "KT."}, "KT."),
        (Role.UNIT_OFFICER, {}, "signed document"),
        (Role.DEPARTMENT_REVIEWER, {}, "behalf"),
    ],
)
def test_who_sends_in_which_capacity(scene, role, fields, words):
    version = scene.start()
    with translation.override("en"):
        sender = sender_of(MandateFactory(unit=scene.unit, role=role, **fields), version)
    assert words in sender.capacity
    assert sender.person in sender.statement


def test_whoever_is_delegated_sends_by_delegation(scene):
    delegate = MandateFactory(
        unit=scene.unit, delegated_by=scene.head, signing_capacity="TUQ.", valid_to=date(2027, 1, 1)
    )
    assert "TUQ." in sender_of(delegate, scene.start()).capacity


def test_receipts_of_two_campaigns_have_different_numbers(scene):
    other = make_scene(areas=1)
    other.unit.code = scene.unit.code
    first, second = scene.start(), other.start()
    second.plan.unit.code = first.plan.unit.code
    assert receipt_number(first) != receipt_number(second)


def test_the_hash_is_copied_without_spaces(scene, as_):
    sent = scene.sent()
    page = text_of(as_(scene.officer).get(url("receipt", scene.plan, 1)))
    spans = re.findall(r"<span>([0-9a-f]{8})</span>", page)
    assert "".join(spans) == sent.content_hash
    assert "07/12/2026" not in page
    assert "04/12/2026" in page


def test_what_was_taken_for_review_is_not_withdrawn(scene, as_):
    sent = scene.sent()
    PlanVersion.objects.filter(pk=sent.pk).update(reviewer=scene.reviewer, taken_at=AT)
    response = as_(scene.officer).get(url("withdraw", scene.plan))
    assert response.status_code == 403
    assert scene.reviewer.person.full_name in text_of(response)


def test_an_officer_does_not_withdraw_what_the_head_sent(scene, as_):
    actions.send_plan(version=scene.complete_draft(), by=scene.head.actor, at=AT)
    assert as_(scene.officer).post(url("withdraw", scene.plan)).status_code == 403


def test_taken_between_the_question_and_the_answer(scene, as_, monkeypatch):
    sent = scene.sent()
    client = as_(scene.officer)

    def taken(**_):
        raise actions.WithdrawalTooLate

    monkeypatch.setattr(actions, "withdraw_plan", taken)
    response = client.post(url("withdraw", scene.plan), {"form_key": "x"})
    assert response.status_code == 302
    sent.refresh_from_db()
    assert sent.state == PlanState.SENT


def test_an_amendment_is_opened_once_and_refused_under_review(scene, as_):
    sent = scene.sent()
    client = as_(scene.officer)
    client.post(url("amend", scene.plan))
    assert draft_of(scene.plan) is None
    accept(sent)
    for _ in range(2):
        response = client.post(url("amend", scene.plan))
        assert response.url == scene.plan.get_absolute_url()
    assert draft_of(scene.plan).number == 2
    assert "vẫn có hiệu lực" in text_of(client.get(scene.plan.get_absolute_url()))


def test_a_returned_plan_is_amended_and_sent_again(scene, as_):
    give_back(scene.sent())
    client = as_(scene.head)
    client.post(url("amend", scene.plan))
    response = client.post(url("send", scene.plan), form_of(client, scene.plan))
    assert response.url == url("receipt", scene.plan, 2)


def test_where_review_comes_first_the_accepted_plan_is_then_issued(as_):
    scene = make_scene(areas=1, plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    fill(version, by=scene.officer)
    accept(actions.send_plan(version=version, by=scene.head.actor, at=AT))
    client = as_(scene.officer)
    scan = AttachmentFactory(uploaded_by=scene.officer.person)
    data = {
        "number_symbol": "20/KH", "issue_date": "20/11/2026", "signer_name": "A",
        "signer_title": "Cục trưởng", "kept_file": str(scan.pk),
    }  # fmt: skip
    assert client.get(url("issue", scene.plan)).status_code == 200
    assert client.post(url("issue", scene.plan), data).status_code == 302
    version.refresh_from_db()
    assert version.issue.number_symbol == "20/KH"
    stranger = as_(MandateFactory(unit=scene.campaign.host_unit))
    assert stranger.get(scene.plan.get_absolute_url()).status_code == 302


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.COUNCIL_MEMBER, Role.ADMINISTRATOR])
def test_others_do_not_reach_the_writing_pages(scene, as_, role):
    scene.complete_draft()
    client = as_(MandateFactory(unit=scene.unit, role=role))
    for page in ("issue", "papers", "check", "withdraw"):
        assert client.get(url(page, scene.plan)).status_code == 403
    assert client.post(url("send", scene.plan)).status_code == 403
