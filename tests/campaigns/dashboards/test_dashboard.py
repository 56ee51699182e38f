"""The dashboard: the figures, the lists behind them, the heat map, the filters."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from campaigns.models import ContentArea, PlanSection
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import MessageState
from tests.campaigns.reminders.scenes import MONDAY
from tests.factories.campaigns import (
    CampaignFactory,
    ContentAreaFactory,
    DeliverableFactory,
    ParticipantFactory,
    PlanIssueFactory,
    accept,
    give_back,
    make_campaign,
    make_draft,
    send,
)
from tests.factories.core import MessageFactory
from tests.factories.units import BlockFactory, BlockMembershipFactory, MandateFactory, UnitFactory
from units.models import Role, UnitKind

pytestmark = pytest.mark.django_db

READERS = (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR, Role.OBSERVER)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def campaign():
    return make_campaign(areas=5, host_unit=UnitFactory(owes_plan=False))


@pytest.fixture
def phase(campaign):
    return campaign.phases.get(number=1)


@pytest.fixture
def department(client, sign_in, campaign):
    return sign_in(client, MandateFactory(unit=campaign.host_unit, role=Role.DEPARTMENT_REVIEWER))


@pytest.fixture
def url(campaign):
    return reverse("campaigns:dashboard", args=[campaign.code])


def expect(campaign, **fields):
    """A unit that owes a plan in the campaign."""
    unit = UnitFactory(**fields)
    ParticipantFactory(campaign=campaign, unit=unit)
    return unit


def received(phase, unit, *, late=False, **fields):
    version = make_draft(phase=phase, unit=unit, **fields)
    PlanIssueFactory(version=version)
    return send(version, late=late)


@pytest.fixture
def plans(campaign, phase):
    """Seven expected units, one for each thing that can become of a plan."""
    units = {
        name: expect(campaign)
        for name in ("missing", "draft", "sent", "late", "returned", "accepted", "amended")
    }
    make_draft(phase=phase, unit=units["draft"])
    received(phase, units["sent"])
    received(phase, units["late"], late=True)
    give_back(received(phase, units["returned"]))
    accept(received(phase, units["accepted"]))
    accept(received(phase, units["amended"]))
    give_back(received(phase, units["amended"], number=2))
    return units


def numbers(response):
    return {str(figure["label"]): figure["number"] for figure in response.context["figures"]}


# --- The five figures ---------------------------------------------------------------------


def test_the_five_figures(department, url, plans):
    assert numbers(department.get(url)) == {
        "Đơn vị phải lập kế hoạch": "7",
        "Kế hoạch đã nhận": "5",
        "Ban hành đúng hạn": "4",
        "Cần bổ sung": "2",
        # What is in force stays accepted while its amendment is on its way.
        "Kế hoạch đã tiếp nhận": "2",
    }


@pytest.mark.parametrize("role", READERS)
def test_each_figure_is_the_number_of_rows_behind_it(role, client, sign_in, campaign, url, plans):
    reader = sign_in(client, MandateFactory(unit=campaign.host_unit, role=role))
    for figure in reader.get(url).context["figures"]:
        behind = reader.get(figure["url"]).context["page"].paginator.count
        assert str(behind) == figure["number"], figure["label"]


def test_the_lists_behind_filtered_figures_are_filtered_too(department, url, plans, campaign):
    block = BlockFactory()
    for name in ("sent", "late", "missing"):
        BlockMembershipFactory(unit=plans[name], block=block)
    filters = {"block": block.pk, "kind": UnitKind.AUTHORITY, "q": "di san & van hoa"}
    plans["sent"].name_vi = "Viện Di sản & văn hóa"
    plans["sent"].save()
    response = department.get(url, filters)
    assert numbers(response)["Kế hoạch đã nhận"] == "1"
    for figure in response.context["figures"]:
        behind = department.get(figure["url"]).context["page"].paginator.count
        assert str(behind) == figure["number"], figure["label"]


def test_the_figures_of_another_phase(department, url, plans, campaign):
    second = campaign.phases.get(number=2)
    response = department.get(url, {"phase": second.pk})
    assert response.context["phase"] == second
    assert numbers(response)["Kế hoạch đã nhận"] == "0"
    assert "chưa xác định, nên chưa kế hoạch nào được tính là đúng hạn" in response.content.decode()


def test_an_observer_sees_the_figures_but_opens_issued_plans_only(
    client, sign_in, campaign, phase, url
):
    unit = expect(campaign)
    send(make_draft(phase=phase, unit=unit))  # review comes first: not issued yet
    observer = sign_in(client, MandateFactory(unit=campaign.host_unit, role=Role.OBSERVER))
    response = observer.get(url)
    assert numbers(response)["Kế hoạch đã nhận"] == "1"
    assert "/versions/" not in response.context["heat"]


# --- Before go-live -----------------------------------------------------------------------


def test_what_is_missing_from_before_the_portal_reads_as_not_on_the_portal_yet(
    department, url, plans
):
    shown = department.get(url).content.decode()
    assert "2 đơn vị chưa có kế hoạch trên cổng" in shown
    assert "chậm nhất ngày 30/09/2025; cổng vận hành từ ngày 01/11/2026" in shown
    assert "quá hạn" not in shown


def test_the_note_on_go_live_stands_only_where_the_deadline_is_older(department, url, phase):
    phase.plan_deadline = date(2026, 12, 31)
    phase.save()
    assert "cổng vận hành từ ngày" not in department.get(url).content.decode()


# --- The heat map -------------------------------------------------------------------------


def cells(response):
    """By unit and area: what a cell says to a screen reader."""
    said = re.findall(
        r'</span><span class="visually-hidden">([^<]+)</span></', response.context["heat"]
    )
    pairs = [unescape(sentence).rsplit(": ", 1) for sentence in said]
    return {name: value for name, value in pairs if "," in name}  # the heads have no unit


def test_a_cell_tells_targets_set_of_indicators_that_apply(department, url, campaign, phase):
    unit = expect(campaign, name_vi="Cục Điện ảnh")
    version = make_draft(phase=phase, unit=unit)
    areas = list(ContentArea.objects.filter(campaign=campaign).order_by("number"))
    for area, (targets, applicable) in zip(
        areas, [(0, 4), (2, 4), (4, 4), (0, 0), (1, 3)], strict=True
    ):
        PlanSection.objects.filter(version=version, area=area).update(
            target_count=targets, applicable_count=applicable
        )
    send(version)
    said = cells(department.get(url))
    assert [said[f"Cục Điện ảnh, Nội dung {area.number}: {area.name}"] for area in areas] == [
        "0 trên 4", "2 trên 4", "4 trên 4", "không áp dụng", "1 trên 3",
    ]  # fmt: skip


def test_a_cell_leads_to_the_section_it_is_about(department, url, campaign, phase):
    unit = expect(campaign)
    version = make_draft(phase=phase, unit=unit)
    PlanSection.objects.filter(version=version).update(target_count=0, applicable_count=2)
    send(version)
    links = re.findall(r'<td><a class="[^"]+" href="([^"]+)"', department.get(url).context["heat"])
    assert links == [
        f"/plans/{version.plan_id}/versions/1/#part-area-{number}" for number in range(1, 6)
    ]
    page = department.get(links[2]).content.decode()
    assert 'id="part-area-3"' in page


def test_a_unit_that_sent_nothing_is_missing_and_not_zero(department, url, campaign):
    expect(campaign)
    response = department.get(url)
    assert set(cells(response).values()) == {"chưa có"}
    assert response.context["heat"].count("heat-missing") == 5


def test_a_plan_registered_from_paper_says_nothing_about_targets_yet(
    department, url, campaign, phase
):
    version = make_draft(phase=phase, unit=expect(campaign), registered_from_paper=True)
    first = ContentArea.objects.get(campaign=campaign, number=1)
    PlanSection.objects.filter(version=version).update(applicable_count=2)
    PlanSection.objects.filter(version=version, area=first).update(target_count=1)
    send(version)
    assert list(cells(department.get(url)).values()) == ["1 trên 2", *["chưa có"] * 4]


def test_names_are_escaped(department, url, campaign):
    expect(campaign, name_vi="<b>Cục</b> & Vụ")
    assert "<b>Cục" not in department.get(url).content.decode()


def test_a_hundred_units_stand_on_a_page(department, url, campaign):
    for _unit in range(103):
        expect(campaign)
    assert department.get(url).context["heat"].count("<tr>") == 101  # with the head
    assert department.get(url, {"page": 2}).context["heat"].count("<tr>") == 4
    assert department.get(url, {"page": "99"}).context["page"].number == 2


# --- Deliverables -------------------------------------------------------------------------


def test_deliverables_by_state_lead_to_their_lists(department, url, campaign):
    areas = list(ContentArea.objects.filter(campaign=campaign).order_by("number"))
    DeliverableFactory.create_batch(3, area=areas[0], state="done")
    DeliverableFactory(area=areas[3], state="in_progress")
    DeliverableFactory(area=areas[3])
    DeliverableFactory()  # another campaign's
    figures = department.get(url).context["deliverables"]
    assert {str(f["label"]): f["number"] for f in figures} == {
        "Chưa xác định": "1", "Chưa bắt đầu": "0", "Đang thực hiện": "1", "Đã hoàn thành": "3",
    }  # fmt: skip
    for narrowed in ({}, {"area": "4"}):
        for figure in department.get(url, narrowed).context["deliverables"]:
            behind = department.get(figure["url"]).context["page"].paginator.count
            assert str(behind) == figure["number"], figure["label"]


def test_the_filter_for_an_area_leaves_one_column(department, url, campaign):
    expect(campaign)
    response = department.get(url, {"area": "4"})
    assert len(cells(response)) == 1
    assert "Nội dung thi đua số 4" in response.context["heat"]


# --- Filters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"phase": "x"}, {"phase": "0"}, {"block": "999999"}, {"block": "' OR 1=1"}, {"kind": "palace"},
        {"area": "9"}, {"area": "4; --"}, {"q": "x" * 5000}, {"page": "-1"}, {"status": "sent"},
    ],
)  # fmt: skip
def test_a_filter_that_is_not_understood_filters_nothing(query, department, url, plans):
    response = department.get(url, query)
    assert response.status_code == 200
    assert numbers(response)["Đơn vị phải lập kế hoạch"] == "7"


def test_one_refused_filter_leaves_the_others_in_force(department, url, plans):
    response = department.get(url, {"block": "999999", "kind": UnitKind.BOARD})
    assert numbers(response)["Đơn vị phải lập kế hoạch"] == "0"


def test_units_are_found_without_accents(department, url, campaign):
    expect(campaign, name_vi="Cục Điện ảnh")
    expect(campaign, name_vi="Cục Báo chí")
    assert numbers(department.get(url, {"q": "dien ANH"}))["Đơn vị phải lập kế hoạch"] == "1"


# --- Nothing to show ----------------------------------------------------------------------


def test_filters_that_match_nothing_say_so_and_can_be_cleared(department, url, plans):
    shown = department.get(url, {"q": "không có"}).content.decode()
    assert "Không có đơn vị nào khớp bộ lọc" in shown
    assert f'href="{url}"' in shown


def test_a_campaign_without_units_says_so(department, url):
    assert "chưa có đơn vị nào phải lập kế hoạch" in department.get(url).content.decode()


def test_a_campaign_without_a_phase_says_so(client, sign_in):
    campaign = CampaignFactory()
    ContentAreaFactory(campaign=campaign, number=1)
    mandate = MandateFactory(unit=campaign.host_unit, role=Role.DEPARTMENT_HEAD)
    response = sign_in(client, mandate).get(reverse("campaigns:dashboard", args=[campaign.code]))
    assert response.status_code == 200
    assert "chưa có giai đoạn nào" in response.content.decode()


# --- Held letters -------------------------------------------------------------------------


def test_the_department_is_told_of_letters_that_wait_for_it(department, url, campaign):
    MessageFactory.create_batch(
        2, kind="reminder", state=MessageState.HELD, context={"campaign": campaign.pk}
    )
    MessageFactory(kind="reminder", state=MessageState.HELD, context={"campaign": campaign.pk + 1})
    shown = department.get(url).content.decode()
    assert "2 thư đôn đốc đang chờ Vụ cho gửi" in shown
    assert reverse("campaigns:held-reminders", args=[campaign.code]) in shown
    Message.objects.update(state=MessageState.QUEUED)
    assert "đang chờ Vụ cho gửi" not in department.get(url).content.decode()


def test_others_are_not_told_of_a_page_they_may_not_open(client, sign_in, url, campaign):
    MessageFactory(kind="reminder", state=MessageState.HELD, context={"campaign": campaign.pk})
    reader = sign_in(client, MandateFactory(unit=campaign.host_unit, role=Role.OBSERVER))
    assert "đang chờ Vụ cho gửi" not in reader.get(url).content.decode()


# --- Who, and at what cost ----------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in READERS])
def test_units_and_councils_have_no_dashboard(role, client, sign_in, campaign, url):
    other = sign_in(client, MandateFactory(unit=campaign.host_unit, role=role))
    assert other.get(url).status_code == 403
    assert other.get(reverse("campaigns:dashboard-index")).status_code == 403


def test_the_index_leads_to_the_latest_campaign(department, campaign):
    CampaignFactory(host_unit=campaign.host_unit, starts_on=date(2020, 1, 1))
    response = department.get(reverse("campaigns:dashboard-index"))
    assert response.url == reverse("campaigns:dashboard", args=[campaign.code])


def test_without_a_campaign_there_is_no_dashboard(client, sign_in):
    reader = sign_in(client, MandateFactory(role=Role.OBSERVER))
    assert reader.get(reverse("campaigns:dashboard-index")).status_code == 404


def test_another_bodys_campaign_is_not_there(department):
    other = make_campaign()
    assert department.get(reverse("campaigns:dashboard", args=[other.code])).status_code == 404


def test_it_is_only_read(department, url):
    assert department.post(url).status_code == 405


def test_it_stands_in_the_navigation_and_is_marked_there(department, url):
    shown = department.get(url).content.decode()
    assert re.search(r'<a href="/dashboard/" aria-current="true">\s*Bảng điều hành', shown)


@pytest.mark.parametrize("units", [1, 3, 200])
def test_it_costs_the_same_for_any_number_of_units(
    units, department, url, campaign, phase, django_assert_num_queries
):
    for number in range(units):
        unit = expect(campaign)
        if number % 2 == 0:
            received(phase, unit)
        DeliverableFactory(area=campaign.areas.get(number=1))
    with django_assert_num_queries(10):
        response = department.get(url, {"q": "cuc"})
    assert numbers(response)["Đơn vị phải lập kế hoạch"] == str(units)
