"""The list of units' plans: who sees which rows, what a row says, filters, query counts."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign, Phase, Plan, PlanVersion
from campaigns.plans.listing import ROW_COLUMNS, PlanStatus, listed_units, plan_row
from campaigns.programme.models import PlanFlow
from tests.campaigns.plans.crowd import crowd
from tests.factories.campaigns import (
    HANOI,
    ParticipantFactory,
    PlanFactory,
    PlanIssueFactory,
    PlanVersionFactory,
    accept,
    give_back,
    make_campaign,
    make_draft,
    send,
)
from tests.factories.units import (
    BlockFactory,
    BlockMembershipFactory,
    MandateFactory,
    UnitFactory,
)
from units.models import Mandate, Role, Unit, UnitKind

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


@pytest.fixture
def host() -> Unit:
    return UnitFactory(name_vi="Vụ Tổ chức cán bộ", kind=UnitKind.DEPARTMENT)


@pytest.fixture
def unit() -> Unit:
    return UnitFactory(name_vi="Cục Di sản văn hóa")


@pytest.fixture
def campaign(host: Unit, unit: Unit) -> Campaign:
    return make_campaign(areas=1, units=[unit, host], host_unit=host)


@pytest.fixture
def phase(campaign: Campaign) -> Phase:
    return campaign.phases.get(number=1)


@pytest.fixture
def reviewer(host: Unit) -> Mandate:
    return MandateFactory(unit=host, role=Role.DEPARTMENT_REVIEWER)


def issued(unit: Unit, phase: Phase, **issue: Any) -> PlanVersion:
    version = PlanVersionFactory(plan=PlanFactory(unit=unit, phase=phase))
    PlanIssueFactory(version=version, **issue)
    return version


def rows_for(mandate: Mandate, phase: Phase, **narrowing: Any) -> dict[str, Any]:
    units = listed_units(mandate, phase, on=TODAY, **narrowing).values(*ROW_COLUMNS)
    rows = [plan_row(values, phase=phase, on=TODAY, mandate=mandate) for values in units]
    return {row.unit: row for row in rows}


@pytest.fixture
def page(client, sign_in, campaign):
    def fetch(mandate: Mandate, **query: Any) -> Any:
        sign_in(client, mandate)
        return client.get(reverse("campaigns:plan-list", args=[campaign.code]), query)

    return fetch


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        "role",
        [
            Role.DEPARTMENT_REVIEWER,
            Role.DEPARTMENT_HEAD,
            Role.ADMINISTRATOR,
            Role.OBSERVER,
        ],
    )
    def test_overseers_see_every_expected_unit(self, role, host, unit, phase):
        assert set(rows_for(MandateFactory(unit=host, role=role), phase)) == {unit.name, host.name}

    @pytest.mark.parametrize("role", [Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY])
    def test_units_see_issued_plans_of_others_only(self, role, host, unit, phase):
        reader = MandateFactory(unit=unit, role=role)
        assert rows_for(reader, phase) == {}
        version = PlanVersionFactory(plan=PlanFactory(unit=host, phase=phase))
        send(version)
        assert rows_for(reader, phase) == {}
        other = UnitFactory()
        ParticipantFactory(campaign=phase.campaign, unit=other)
        send(issued(other, phase))
        assert set(rows_for(reader, phase)) == {other.name}

    def test_a_unit_sees_its_own_plan_before_it_is_issued(self, unit, phase):
        send(PlanVersionFactory(plan=PlanFactory(unit=unit, phase=phase)))
        assert set(rows_for(MandateFactory(unit=unit), phase)) == {unit.name}

    def test_council_sees_issued_plans(self, host, unit, phase):
        council = UnitFactory(kind=UnitKind.COUNCIL, owes_plan=False)
        ParticipantFactory(campaign=phase.campaign, unit=council)
        member = MandateFactory(unit=council, role=Role.COUNCIL_MEMBER)
        send(issued(unit, phase))
        send(PlanVersionFactory(plan=PlanFactory(unit=host, phase=phase)))
        assert set(rows_for(member, phase)) == {unit.name}

    def test_readers_are_led_to_the_version_in_force_while_the_next_is_not_issued(
        self, host, unit, phase
    ):
        first = accept(send(issued(unit, phase, number_symbol="01/KH")))
        send(PlanVersionFactory(plan=first.plan, number=2, based_on=first))
        row = rows_for(MandateFactory(unit=host), phase)[unit.name]
        assert (row.version_number, row.state.state, row.number_symbol) == (1, "accepted", "01/KH")
        assert row.url.endswith("/versions/1/")

    def test_an_observer_opens_issued_plans_only(self, host, unit, phase):
        send(PlanVersionFactory(plan=PlanFactory(unit=unit, phase=phase)))
        assert rows_for(MandateFactory(unit=host, role=Role.OBSERVER), phase)[unit.name].url == ""


class TestWhatARowSays:
    def test_nothing_in_the_portal_is_not_late_before_go_live(self, reviewer, unit, phase):
        row = rows_for(reviewer, phase)[unit.name]
        assert row.is_missing
        assert (row.punctuality, row.state.tone, row.url) == (None, "neutral", "")

    def test_a_draft_is_nobody_elses_business(self, reviewer, unit, phase):
        make_draft(phase=phase, unit=unit)
        assert rows_for(reviewer, phase)[unit.name].is_missing

    def test_a_plan_due_after_go_live_is_overdue(self, reviewer, unit, phase):
        Phase.objects.filter(pk=phase.pk).update(plan_deadline=date(2026, 11, 15))
        row = rows_for(reviewer, Phase.objects.get(pk=phase.pk))[unit.name]
        assert row.punctuality.state == "late"

    @pytest.mark.parametrize(("late", "state"), [(True, "late"), (False, "on_time")])
    def test_the_date_of_issue_decides_and_the_day_of_entry_stands_beside(
        self, late, state, reviewer, unit, phase
    ):
        at = datetime(2026, 11, 10, 23, 30, tzinfo=HANOI)
        send(issued(unit, phase, issue_date=date(2025, 9, 25)), at=at, late=late)
        row = rows_for(reviewer, phase)[unit.name]
        assert row.punctuality.state == state
        assert row.issue_date == date(2025, 9, 25)
        assert row.entered_on == date(2026, 11, 10)
        assert row.entry

    def test_registered_from_paper_is_said(self, reviewer, unit, phase):
        version = issued(unit, phase)
        PlanVersion.objects.filter(pk=version.pk).update(registered_from_paper=True)
        send(version)
        afterwards = UnitFactory()
        ParticipantFactory(campaign=phase.campaign, unit=afterwards)
        send(issued(afterwards, phase))
        rows = rows_for(reviewer, phase)
        assert rows[unit.name].entry != rows[afterwards.name].entry

    def test_an_amendment_on_its_way_leaves_the_accepted_version_in_force(
        self, reviewer, unit, phase
    ):
        first = accept(send(issued(unit, phase)))
        second = PlanVersionFactory(plan=first.plan, number=2, based_on=first)
        send(second)
        row = rows_for(reviewer, phase)[unit.name]
        assert (row.version_number, row.state.state) == (2, "sent")
        assert row.in_force
        assert unit.name in rows_for(reviewer, phase, status=PlanStatus.ACCEPTED)
        assert unit.name in rows_for(reviewer, phase, status=PlanStatus.SENT)


class TestFilters:
    @pytest.fixture
    def plans(self, campaign, phase) -> dict[str, Unit]:
        names = ("on_time", "late", "returned", "accepted", "missing")
        made = {name: UnitFactory(name_vi=f"Nhà hát {name}") for name in names}
        for made_unit in made.values():
            ParticipantFactory(campaign=campaign, unit=made_unit)
        send(issued(made["on_time"], phase))
        send(issued(made["late"], phase), late=True)
        give_back(send(issued(made["returned"], phase)))
        accept(send(issued(made["accepted"], phase)))
        return made

    @pytest.mark.parametrize(
        ("status", "names"),
        [
            (PlanStatus.RECEIVED, {"on_time", "late", "returned", "accepted"}),
            (PlanStatus.ON_TIME, {"on_time", "returned", "accepted"}),
            (PlanStatus.LATE, {"late"}),
            (PlanStatus.SENT, {"on_time", "late"}),
            (PlanStatus.RETURNED, {"returned"}),
            (PlanStatus.ACCEPTED, {"accepted"}),
            (PlanStatus.MISSING, {"missing"}),
        ],
    )
    def test_by_state(self, status, names, plans, reviewer, phase):
        found = rows_for(reviewer, phase, status=status, search="nha hat")
        assert set(found) == {plans[name].name for name in names}

    def test_waiting_to_be_issued_where_review_comes_first(self, reviewer, unit, phase, page):
        Campaign.objects.filter(pk=phase.campaign_id).update(plan_flow=PlanFlow.REVIEW_FIRST)
        accept(send(PlanVersionFactory(plan=PlanFactory(unit=unit, phase=phase))))
        assert set(rows_for(reviewer, phase, status=PlanStatus.TO_ISSUE)) == {unit.name}
        assert "to_issue" in page(reviewer).content.decode()

    def test_by_name_without_accents_block_and_kind(self, reviewer, unit, host, phase, page):
        block = BlockFactory()
        BlockMembershipFactory(unit=unit, block=block, year=2026)
        BlockMembershipFactory(unit=host, block=block, year=2025)
        assert set(rows_for(reviewer, phase, search="di san VAN hoa")) == {unit.name}
        assert set(rows_for(reviewer, phase, block_id=block.pk)) == {unit.name}
        assert set(rows_for(reviewer, phase, kind=UnitKind.DEPARTMENT)) == {host.name}
        query = {"q": "DI SAN", "block": block.pk, "kind": UnitKind.AUTHORITY, "phase": phase.pk}
        content = page(reviewer, **query).content.decode()
        assert unit.name in content
        assert 'class="chip"' in content

    def test_by_name_and_by_day_of_sending(self, reviewer, plans, phase):
        by_name = list(rows_for(reviewer, phase, search="nha hat"))
        assert by_name == sorted(by_name)
        second = issued(UnitFactory(name_vi="Nhà hát A"), phase)
        ParticipantFactory(campaign=phase.campaign, unit=second.plan.unit)
        send(second, at=datetime(2026, 11, 21, 9, 0, tzinfo=HANOI))
        by_day = list(rows_for(reviewer, phase, search="nha hat", order="sent"))
        assert by_day[0] == "Nhà hát A"
        assert by_day[-1] == plans["missing"].name

    @pytest.mark.parametrize(
        "query",
        [
            {"phase": "999999999999999999999"},
            {"phase": "x", "block": "-1", "kind": "ministry", "status": "?", "sort": "'"},
            {"q": "a" * 5000},
            {"page": "999"},
            {"page": "x"},
        ],
    )
    def test_nonsense_in_the_address_narrows_nothing(self, query, reviewer, unit, page):
        response = page(reviewer, **query)
        assert response.status_code == 200
        assert unit.name in response.content.decode()

    def test_nothing_found_offers_the_way_back(self, reviewer, page):
        content = page(reviewer, q="khong co don vi nay").content.decode()
        assert 'class="empty"' in content

    def test_readers_are_not_offered_what_they_cannot_see(self, unit, page):
        content = page(MandateFactory(unit=unit)).content.decode()
        assert 'value="missing"' not in content
        assert 'value="to_issue"' not in content


class TestPage:
    def test_the_index_leads_to_the_campaign(self, client, sign_in, reviewer, campaign):
        sign_in(client, reviewer)
        response = client.get(reverse("campaigns:plans"))
        assert response.url == reverse("campaigns:plan-list", args=[campaign.code])

    def test_a_campaign_of_others_is_not_found(self, client, sign_in, reviewer):
        sign_in(client, reviewer)
        elsewhere = make_campaign(areas=1)
        address = reverse("campaigns:plan-list", args=[elsewhere.code])
        assert client.get(address).status_code == 404

    def test_a_campaign_without_phases_says_so(self, reviewer, campaign, page):
        Plan.objects.all().delete()
        campaign.phases.all().delete()
        assert page(reviewer).status_code == 200

    def test_the_department_registers_paper_for_other_units_only(self, reviewer, unit, host, page):
        content = page(reviewer).content.decode()
        assert f"?unit={unit.pk}" in content
        assert f"?unit={host.pk}" not in content

    def test_fifty_rows_a_page(self, reviewer, phase, page):
        crowd(phase, 60)
        assert len(page(reviewer).context["rows"]) == 50
        assert len(page(reviewer, page=2).context["rows"]) == 12

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, client, sign_in, reviewer, phase):
        crowd(phase, count)
        sign_in(client, reviewer)
        address = reverse("campaigns:plan-list", args=[phase.campaign.code])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) == 7
