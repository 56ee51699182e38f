"""The page after sign-in, as each role finds it."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from campaigns.models import ContentArea
from emulation_portal.core.outbox import MessageState
from tests.campaigns.reminders.scenes import HANOI, MONDAY, OLD, make_owing
from tests.factories.campaigns import (
    CampaignFactory,
    ParticipantFactory,
    PhaseFactory,
    PlanIssueFactory,
    RemarkFactory,
    ReportingPeriodFactory,
    accept,
    give_back,
    make_draft,
    send,
)
from tests.factories.core import MessageFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db

HOME = "/"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def scene():
    """One unit that owes its plan since before the portal; its officer and a reviewer."""
    return make_owing(deadline=OLD)


@pytest.fixture
def officer(client, sign_in, scene):
    return sign_in(client, scene.officer)


@pytest.fixture
def department(client, sign_in, scene):
    return sign_in(client, scene.reviewer)


def as_role(role, client, sign_in, scene):
    return sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))


# --- A unit -------------------------------------------------------------------------------


def card(response, part="todo"):
    (found,) = response.context[part]
    return found


def test_a_plan_missing_from_before_the_portal_reads_as_not_there_yet(officer, scene):
    response = officer.get(HOME)
    shown = response.content.decode()
    assert card(response).url == reverse("campaigns:plan-start", args=[scene.phase.pk])
    assert "Chưa có trên cổng" in shown
    assert "chậm nhất ngày 30/09/2025, trước ngày cổng vận hành (01/11/2026)" in shown
    assert "ngày ban hành trên văn bản mới là căn cứ" in shown
    assert "quá hạn" not in shown
    assert "đã qua" not in shown


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        (None, "Chưa xác định thời hạn."),
        (date(2026, 11, 22), "Thời hạn ban hành là ngày 22/11/2026, đã qua."),
        (date(2026, 11, 23), "Ban hành chậm nhất ngày 23/11/2026: còn 0 ngày."),
        (date(2026, 11, 29), "Ban hành chậm nhất ngày 29/11/2026: còn 6 ngày."),
    ],
)
def test_a_deadline_is_said_in_days(deadline, said, officer, scene):
    scene.phase.plan_deadline = deadline
    scene.phase.save()
    assert said in officer.get(HOME).content.decode()


def test_a_plan_given_back_comes_first_with_its_reason_and_leads_to_its_hub(officer, scene):
    PhaseFactory(campaign=scene.campaign, number=3, plan_deadline=date(2025, 1, 1))
    version = send(make_draft(phase=scene.phase, unit=scene.unit))
    section = version.sections.get(area=ContentArea.objects.get(campaign=scene.campaign))
    RemarkFactory.create_batch(2, version=version, section=section)
    give_back(version, reason="Bổ sung mục tiêu năm 2027.")
    response = officer.get(HOME)
    first = response.context["todo"][0]
    assert first.url == reverse("campaigns:plan-detail", args=[version.plan_id])
    shown = response.content.decode()
    assert "Bổ sung mục tiêu năm 2027." in shown
    assert "có 2 nhận xét" in shown
    assert shown.count("btn-primary") == 1


def test_a_returned_plan_whose_draft_is_open_is_still_returned(officer, scene):
    version = give_back(send(make_draft(phase=scene.phase, unit=scene.unit)))
    make_draft(phase=scene.phase, unit=scene.unit, number=2, based_on=version)
    assert card(officer.get(HOME)).state == "returned"


def test_a_draft_leads_to_its_hub(officer, scene):
    version = make_draft(phase=scene.phase, unit=scene.unit)
    response = officer.get(HOME)
    assert card(response).url == reverse("campaigns:plan-detail", args=[version.plan_id])
    assert "Đang soạn phiên bản 1." in card(response).text


def test_an_amendment_says_that_the_accepted_version_stays_in_force(officer, scene):
    accept(send(make_draft(phase=scene.phase, unit=scene.unit)))
    make_draft(phase=scene.phase, unit=scene.unit, number=2)
    assert card(officer.get(HOME)).text == (
        "Đang soạn phiên bản 2. Trong khi đó, phiên bản 1 vẫn có hiệu lực."
    )


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda version, reviewer: None, "đang chờ Vụ Tổ chức cán bộ"),
        (lambda version, reviewer: version.plan.versions.update(reviewer=reviewer, taken_at=MONDAY),
         "đang được xem xét"),
        (lambda version, reviewer: accept(version), "đang có hiệu lực"),
    ],
)  # fmt: skip
def test_what_the_department_has_stands_below(step, said, officer, scene):
    step(send(make_draft(phase=scene.phase, unit=scene.unit)), scene.reviewer)
    response = officer.get(HOME)
    assert response.context["todo"] == []
    assert said in card(response, "with_department").text
    assert "Không có việc đến hạn" in response.content.decode()


def test_a_later_phase_is_not_asked_for_yet(officer, scene):
    assert [c.url for c in officer.get(HOME).context["todo"]] == [
        reverse("campaigns:plan-start", args=[scene.phase.pk])
    ]
    scene.campaign.phases.filter(number=2).update(plan_deadline=date(2026, 12, 20))
    assert len(officer.get(HOME).context["todo"]) == 2


def test_a_unit_founded_after_the_deadline_is_asked_for_nothing(officer, scene):
    scene.unit.valid_from = date(2026, 1, 1)
    scene.unit.save()
    assert officer.get(HOME).context["todo"] == []


def test_the_next_reports_are_announced(officer, scene):
    ReportingPeriodFactory(phase=scene.phase, campaign=scene.campaign)
    ReportingPeriodFactory(
        phase=scene.phase, campaign=scene.campaign, number=3,
        starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1), deadline=date(2026, 10, 15),
    )  # fmt: skip
    response = officer.get(HOME)
    assert [period.number for period in response.context["periods"]] == [4]
    assert "hạn ngày 15/01/2027" in response.content.decode()


@pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.UNIT_DEPUTY])
def test_head_and_deputy_find_the_same(role, client, sign_in, scene):
    head = sign_in(client, MandateFactory(unit=scene.unit, role=role))
    assert card(head.get(HOME)).action == "Bắt đầu lập kế hoạch"


# --- The department -----------------------------------------------------------------------


def numbers(line):
    return {str(figure["label"]): figure["number"] for figure in line["figures"]}


def test_the_department_finds_its_queue(department, scene):
    old = send(make_draft(phase=scene.phase, unit=scene.unit), at=MONDAY - timedelta(days=20))
    other = scene.another_unit().unit
    mine = send(make_draft(phase=scene.phase, unit=other), at=MONDAY - timedelta(days=1))
    mine.plan.versions.update(reviewer=scene.reviewer, taken_at=MONDAY)
    response = department.get(HOME)
    (line,) = response.context["lines"]
    assert numbers(line) == {
        "Kế hoạch chờ xem xét": "2", "Chờ quá hạn": "1", "Đồng chí đang xử lý": "1",
    }  # fmt: skip
    for figure in line["figures"]:
        behind = department.get(figure["url"]).context["page"].paginator.count
        assert str(behind) == figure["number"], figure["label"]
    assert response.context["longest_waiting"] == [old, mine]
    assert "Chờ lâu nhất từ ngày 03/11/2026" in response.content.decode()


def test_a_plan_somebody_else_reviews_is_not_offered(department, scene):
    send(make_draft(phase=scene.phase, unit=scene.unit))
    MandateFactory(person=scene.reviewer.person, unit=scene.unit)
    assert department.get(HOME).context["longest_waiting"] == []


def test_the_department_is_told_of_held_letters(department, scene):
    MessageFactory(
        kind="reminder", state=MessageState.HELD, context={"campaign": scene.campaign.pk}
    )
    shown = department.get(HOME).content.decode()
    assert "1 thư đôn đốc đang chờ Vụ cho gửi" in shown
    assert reverse("campaigns:held-reminders", args=[scene.campaign.code]) in shown


# --- Administrators, observers, the council -----------------------------------------------


def test_an_administrator_finds_people_units_facts_and_mail(client, sign_in, scene):
    MessageFactory(state=MessageState.FAILED, reason="refused")
    response = as_role(Role.ADMINISTRATOR, client, sign_in, scene).get(HOME)
    shown = response.content.decode()
    for name, arguments in (
        ("units:people-list", ()),
        ("units:unit-list", ()),
        ("campaigns:unconfirmed-list", (scene.campaign.code,)),
        ("core:message-list", ()),
        ("core:style", ()),
    ):
        assert f'href="{reverse(name, args=arguments)}"' in shown
    assert "1 thư gửi không thành công" in shown


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.ADMINISTRATOR])
def test_observers_and_administrators_see_the_latest_campaign_in_figures(
    role, client, sign_in, scene
):
    version = make_draft(phase=scene.phase, unit=scene.unit)
    PlanIssueFactory(version=version)
    send(version)
    reader = as_role(role, client, sign_in, scene)
    response = reader.get(HOME)
    assert numbers(response.context)["Kế hoạch đã nhận"] == "1"
    for figure in response.context["figures"]:
        behind = reader.get(figure["url"]).context["page"].paginator.count
        assert str(behind) == figure["number"], figure["label"]


@pytest.mark.parametrize("role", [Role.COUNCIL_MEMBER, Role.COUNCIL_CHAIR, Role.COUNCIL_SECRETARY])
def test_the_council_finds_the_campaigns_and_no_figures_it_could_not_open(
    role, client, sign_in, scene
):
    response = as_role(role, client, sign_in, scene).get(HOME)
    shown = response.content.decode()
    assert scene.campaign.name_vi in shown
    assert reverse("campaigns:plan-list", args=[scene.campaign.code]) in shown
    assert "figures" not in response.context


@pytest.mark.parametrize("role", [role for role in Role if not role.startswith("unit_")])
def test_where_there_is_no_campaign_the_page_says_so(role, client, sign_in):
    shown = sign_in(client, MandateFactory(role=role)).get(HOME).content.decode()
    assert "Chưa có phong trào thi đua" in shown


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.ADMINISTRATOR])
def test_a_campaign_without_a_phase_has_no_figures(role, client, sign_in):
    campaign = CampaignFactory()
    reader = sign_in(client, MandateFactory(unit=campaign.host_unit, role=role))
    assert reader.get(HOME).status_code == 200


# --- Cost ---------------------------------------------------------------------------------


@pytest.mark.parametrize("campaigns", [1, 3, 200])
def test_a_units_home_costs_the_same_for_any_number_of_plans(
    campaigns, officer, scene, django_assert_num_queries
):
    give_back(send(make_draft(phase=scene.phase, unit=scene.unit)))
    for _more in range(campaigns - 1):
        campaign = CampaignFactory()
        ParticipantFactory(campaign=campaign, unit=scene.unit)
        phase = PhaseFactory(campaign=campaign)
        ReportingPeriodFactory(phase=phase)
        give_back(send(make_draft(phase=phase, unit=scene.unit)))
    with django_assert_num_queries(7):
        response = officer.get(HOME)
    assert len(response.context["todo"]) == campaigns


@pytest.mark.parametrize("campaigns", [1, 3, 200])
def test_the_departments_home_costs_the_same_for_any_number_of_campaigns(
    campaigns, department, scene, django_assert_num_queries
):
    for _more in range(campaigns - 1):
        campaign = CampaignFactory(host_unit=scene.campaign.host_unit)
        send(make_draft(phase=PhaseFactory(campaign=campaign), unit=UnitFactory()))
    with django_assert_num_queries(8):
        response = department.get(HOME)
    assert len(response.context["lines"]) == campaigns


@pytest.mark.parametrize("campaigns", [1, 3, 200])
@pytest.mark.parametrize(
    ("role", "queries"),
    [(Role.ADMINISTRATOR, 6), (Role.OBSERVER, 5), (Role.COUNCIL_MEMBER, 3)],
)
def test_everybody_elses_home_costs_the_same_for_any_number_of_campaigns(
    campaigns, role, queries, client, sign_in, scene, django_assert_num_queries
):
    reader = as_role(role, client, sign_in, scene)
    CampaignFactory.create_batch(
        campaigns - 1, host_unit=scene.campaign.host_unit, starts_on=date(2020, 1, 1)
    )
    with django_assert_num_queries(queries):
        response = reader.get(HOME)
    assert len(response.context["campaigns"]) == campaigns


def test_it_is_only_read(officer):
    assert officer.post(HOME).status_code == 405


def test_a_day_ends_at_midnight_in_vietnam(client, sign_in, scene, time_machine):
    scene.phase.plan_deadline = date(2026, 11, 30)
    scene.phase.save()
    time_machine.move_to(datetime(2026, 11, 29, 23, 59, tzinfo=HANOI), tick=False)
    officer = sign_in(client, scene.officer)
    assert "còn 1 ngày" in officer.get(HOME).content.decode()
    time_machine.move_to(datetime(2026, 11, 30, 0, 1, tzinfo=HANOI), tick=False)
    assert "còn 0 ngày" in officer.get(HOME).content.decode()
