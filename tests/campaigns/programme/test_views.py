"""The programme's pages: who sees what, what each says, and how many queries it takes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, ContentArea, Deliverable, Phase
from emulation_portal.core.audit import entries_of
from tests.factories.campaigns import (
    CampaignDocumentFactory,
    DeliverableFactory,
    HolidayFactory,
    IndicatorFactory,
    MinistryTargetFactory,
    ParticipantFactory,
    ReportingPeriodFactory,
    make_campaign,
)
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-22T02:00:00Z")]

SignIn = Callable[[Client, Mandate], Client]


@pytest.fixture
def ministry() -> Unit:
    return UnitFactory(code="bo", kind="ministry", owes_plan=False)


@pytest.fixture
def campaign(ministry: Unit) -> Campaign:
    host = UnitFactory(code="vu-tccb", kind="department", parent=ministry)
    unit = UnitFactory(code="cuc-dsvh", parent=ministry, name_vi="Cục Di sản văn hóa")
    return make_campaign(code="small", host_unit=host, units=[host, unit], areas=2)


@pytest.fixture
def enter(client: Client, sign_in: SignIn, campaign: Campaign) -> Callable[..., Client]:
    """`enter(role, unit="vu-tccb")`: the client acts under such a mandate."""

    def act(role: Role, unit: str = "vu-tccb") -> Client:
        return sign_in(client, MandateFactory(role=role, unit=Unit.objects.get(code=unit)))

    return act


Enter = Callable[..., Client]


def text(response: Any) -> str:
    return response.content.decode()


# --- Who sees a campaign ------------------------------------------------------------------


def test_a_participant_sees_the_campaign_and_a_stranger_finds_nothing(
    enter: Enter, campaign: Campaign, sign_in: SignIn
) -> None:
    url = reverse("campaigns:campaign-detail", args=["small"])
    assert enter(Role.UNIT_OFFICER, "cuc-dsvh").get(url).status_code == 200
    stranger = sign_in(Client(), MandateFactory(role=Role.UNIT_OFFICER))
    for name in ("campaign-detail", "deliverable-list", "indicator-list"):
        assert stranger.get(reverse(f"campaigns:{name}", args=["small"])).status_code == 404


@pytest.mark.parametrize(
    ("role", "at_council", "sees"),
    [
        (Role.COUNCIL_MEMBER, True, True),
        (Role.OBSERVER, True, True),
        (Role.ADMINISTRATOR, False, True),
        (Role.UNIT_OFFICER, True, False),
    ],
)
def test_overseers_see_campaigns_hosted_beside_or_below_them(
    client: Client,
    sign_in: SignIn,
    campaign: Campaign,
    ministry: Unit,
    role: Role,
    at_council: bool,
    sees: bool,
) -> None:
    council = UnitFactory(code="hd", kind="council", parent=ministry, owes_plan=False)
    body = council if at_council else ministry
    make_campaign(code="elsewhere", host_unit=UnitFactory(parent=UnitFactory()))
    sign_in(client, MandateFactory(role=role, unit=body))
    own = client.get(reverse("campaigns:campaign-detail", args=["small"]))
    other = client.get(reverse("campaigns:campaign-detail", args=["elsewhere"]))
    assert (own.status_code, other.status_code) == (200 if sees else 404, 404)


def test_the_only_campaign_opens_at_once_and_several_are_listed(
    enter: Enter, campaign: Campaign
) -> None:
    client = enter(Role.UNIT_OFFICER, "cuc-dsvh")
    url = reverse("campaigns:campaign-list")
    assert client.get(url).headers["Location"] == campaign.get_absolute_url()
    other = make_campaign(code="second", units=[Unit.objects.get(code="cuc-dsvh")])
    page = text(client.get(url))
    assert campaign.name_vi in page
    assert other.name_vi in page


def test_without_a_campaign_the_list_says_so(client: Client, sign_in: SignIn) -> None:
    sign_in(client, MandateFactory())
    response = client.get(reverse("campaigns:campaign-list"), headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert 'class="empty"' in text(response)


# --- What the pages say -------------------------------------------------------------------


def test_the_campaign_page_marks_what_is_unconfirmed_or_undetermined(
    enter: Enter, campaign: Campaign
) -> None:
    ContentArea.objects.filter(number=1).update(confirmed=False)
    CampaignDocumentFactory(campaign=campaign, number_symbol="", issue_date=None)
    client = enter(Role.UNIT_OFFICER, "cuc-dsvh")
    client.cookies["language"] = "en"
    page = text(client.get(campaign.get_absolute_url()))
    # Area 1; phase 2 and its deadline.
    assert page.count('class="badge-state tone-warning"') == 3
    # Deadline of phase 2; number and date of the document.
    assert page.count("undetermined") == 3
    assert "01/07/2025 – 30/06/2027" in page


def test_deadlines_before_the_portal_are_marked_so_and_not_late(
    enter: Enter, campaign: Campaign
) -> None:
    phase = campaign.phases.get(number=1)
    ReportingPeriodFactory(
        phase=phase,
        year=2025,
        number=3,
        starts_on=date(2025, 7, 1),
        ends_on=date(2025, 10, 1),
        deadline=date(2025, 10, 15),
    )
    ReportingPeriodFactory(phase=phase)
    client = enter(Role.UNIT_OFFICER, "cuc-dsvh")
    client.cookies["language"] = "en"
    page = text(client.get(campaign.get_absolute_url()))
    assert page.count("(before the portal)") == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"a", "b", "c"}),
        ("area=2", {"c"}),
        ("state=done", {"b"}),
        ("lead=cuc-dsvh", {"b"}),
        ("lead=none", {"a", "c"}),
        ("q=chien+luoc", {"a"}),
        ("q=CHIẾN+LƯỢC", {"a"}),
        ("area=1&state=undetermined", {"a"}),
        ("q=nothing+like+it", set()),
        ("area=99", {"a", "b", "c"}),
        ("state=%3Cscript%3E&page=zzz", {"a", "b", "c"}),
    ],
)
def test_deliverables_are_narrowed_by_the_address(
    enter: Enter, campaign: Campaign, query: str, found: set[str]
) -> None:
    first, second = campaign.areas.all()
    unit = Unit.objects.get(code="cuc-dsvh")
    DeliverableFactory(area=first, code="a", name_vi="Chiến lược dữ liệu")
    DeliverableFactory(area=first, code="b", name_vi="Bộ quy tắc", state="done", lead_unit=unit)
    DeliverableFactory(area=second, code="c", name_vi="Bản đồ số")
    client = enter(Role.UNIT_OFFICER, "cuc-dsvh")
    response = client.get(reverse("campaigns:deliverable-list", args=["small"]) + f"?{query}")
    assert {row.code for row in response.context["page"]} == found


def test_indicators_are_explained_in_words_with_targets_and_sources(
    enter: Enter, campaign: Campaign
) -> None:
    indicator = IndicatorFactory(area=campaign.areas.get(number=1), ratio=True, confirmed=False)
    MinistryTargetFactory(
        indicator=indicator,
        year=2027,
        value="62.5",
        numerator=5,
        denominator=8,
        source="QĐ 4220/QĐ-BVHTTDL",
        confirmed=False,
    )
    client = enter(Role.UNIT_OFFICER, "cuc-dsvh")
    client.cookies["language"] = "en"
    page = text(client.get(reverse("campaigns:indicator-list", args=["small"])))
    assert "Numerators and denominators of all units are added up separately" in page
    assert "62,5% (5 ÷ 8)" in page
    assert "QĐ 4220/QĐ-BVHTTDL" in page
    assert page.count('class="badge-state tone-warning"') == 2


# --- Deliverables -------------------------------------------------------------------------


@pytest.fixture
def deliverable(campaign: Campaign) -> Deliverable:
    return DeliverableFactory(area=campaign.areas.get(number=1), code="sp-1")


UPDATE = "campaigns:deliverable-update"


def form_of(client: Client, url: str) -> dict[str, Any]:
    """The fields of the page as a browser would send them back untouched."""
    form = client.get(url).context["form"]
    return {field.html_name: field.field.prepare_value(field.value()) or "" for field in form}


def test_the_department_updates_a_deliverable(
    enter: Enter, campaign: Campaign, deliverable: Deliverable
) -> None:
    client = enter(Role.DEPARTMENT_REVIEWER)
    url = reverse(UPDATE, args=["small", "sp-1"])
    unit = Unit.objects.get(code="cuc-dsvh")
    typed = {
        "state": "done",
        "lead_unit": unit.pk,
        "due_date": "31/12/2026",
        "done_date": "5-11-2026",
        "evidence": "QĐ 4221/QĐ-BVHTTDL",
    }
    response = client.post(url, form_of(client, url) | typed)
    assert response.headers["Location"] == reverse("campaigns:deliverable-list", args=["small"])
    deliverable.refresh_from_db()
    assert (deliverable.state, deliverable.lead_unit, deliverable.done_date) == (
        "done",
        unit,
        date(2026, 11, 5),
    )
    entry = entries_of(campaign).get(action="deliverable.updated")
    assert entry.data["before"]["state"] == "undetermined"
    assert entry.data["after"]["lead_unit"] == "cuc-dsvh"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"state": "done", "evidence": "QĐ 1"}, "done_date"),
        ({"state": "done", "done_date": "01/01/2027", "evidence": "QĐ 1"}, "done_date"),
        ({"state": "done", "done_date": "01/01/2026"}, "evidence"),
        ({"state": "in_progress", "done_date": "01/01/2026"}, "done_date"),
        ({"due_date": "31/02/2026"}, "due_date"),
        ({"state": "no such"}, "state"),
        ({"lead_unit": "10" * 30}, "lead_unit"),
        ({"evidence": "x" * 501}, "evidence"),
    ],
)
def test_a_refused_update_names_its_field_and_changes_nothing(
    enter: Enter, deliverable: Deliverable, typed: dict[str, str], field: str
) -> None:
    client = enter(Role.DEPARTMENT_HEAD)
    url = reverse(UPDATE, args=["small", "sp-1"])
    response = client.post(url, form_of(client, url) | typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Deliverable.objects.get().state == "undetermined"


def test_the_second_of_two_editors_sees_both_and_may_then_save(
    enter: Enter, deliverable: Deliverable
) -> None:
    client = enter(Role.DEPARTMENT_HEAD)
    url = reverse(UPDATE, args=["small", "sp-1"])
    opened = form_of(client, url)
    Deliverable.objects.update(evidence="Của người khác")
    response = client.post(url, opened | {"evidence": "Của tôi"})
    assert response.status_code == 409
    page = text(response)
    assert "Của người khác" in page
    assert "Của tôi" in page
    assert Deliverable.objects.get().evidence == "Của người khác"
    again = {f.html_name: f.value() or "" for f in response.context["form"]}
    assert client.post(url, again).status_code == 302
    assert Deliverable.objects.get().evidence == "Của tôi"


@pytest.mark.parametrize("seen", ["", "[" * 10000, "{}", '{"state": 1}'])
def test_an_unreadable_note_of_what_was_seen_is_a_conflict(
    enter: Enter, deliverable: Deliverable, seen: str
) -> None:
    client = enter(Role.DEPARTMENT_HEAD)
    url = reverse(UPDATE, args=["small", "sp-1"])
    response = client.post(url, form_of(client, url) | {"state": "in_progress", "seen": seen})
    assert response.status_code == 409


def test_a_double_click_saves_once(
    enter: Enter, campaign: Campaign, deliverable: Deliverable
) -> None:
    client = enter(Role.DEPARTMENT_HEAD)
    url = reverse(UPDATE, args=["small", "sp-1"])
    typed = form_of(client, url) | {"state": "in_progress"}
    assert [client.post(url, typed).status_code for _ in range(2)] == [302, 302]
    assert entries_of(campaign).filter(action="deliverable.updated").count() == 1


def test_nobody_else_updates_a_deliverable(
    enter: Enter, deliverable: Deliverable, ministry: Unit
) -> None:
    url = reverse(UPDATE, args=["small", "sp-1"])
    assert enter(Role.UNIT_OFFICER, "cuc-dsvh").get(url).status_code == 403
    assert enter(Role.ADMINISTRATOR).post(url, {"state": "done"}).status_code == 403
    # A department that takes part in the campaign of another does not lead it.
    assert enter(Role.DEPARTMENT_REVIEWER, "cuc-dsvh").get(url).status_code == 403
    assert Deliverable.objects.get().state == "undetermined"


# --- Unconfirmed facts --------------------------------------------------------------------

KINDS = [
    "campaign",
    "document",
    "area",
    "deliverable",
    "phase",
    "plan-deadline",
    "holiday",
    "reminder-rule",
    "indicator",
    "ministry-target",
]


@pytest.fixture
def unconfirmed(campaign: Campaign) -> Campaign:
    """One unconfirmed fact of every kind at least."""
    area = campaign.areas.get(number=1)
    CampaignDocumentFactory(campaign=campaign, confirmed=False)
    DeliverableFactory(area=area, confirmed=False)
    HolidayFactory(campaign=campaign, confirmed=False)
    MinistryTargetFactory(indicator=IndicatorFactory(area=area, confirmed=False), confirmed=False)
    Campaign.objects.filter(pk=campaign.pk).update(confirmed=False)
    campaign.areas.update(confirmed=False)
    campaign.reminder_rule.confirmed = False
    campaign.reminder_rule.save()
    return campaign


def test_every_kind_of_unconfirmed_fact_is_listed(enter: Enter, unconfirmed: Campaign) -> None:
    other = make_campaign(code="other")
    other.areas.update(confirmed=False, name_vi="Của phong trào khác")
    response = enter(Role.ADMINISTRATOR).get(reverse("campaigns:unconfirmed-list", args=["small"]))
    assert [kind.slug for kind, _facts in response.context["groups"]] == KINDS
    assert "Của phong trào khác" not in text(response)


@pytest.mark.parametrize("slug", KINDS)
def test_the_administrator_confirms_a_fact_by_a_document(
    enter: Enter, unconfirmed: Campaign, slug: str
) -> None:
    client = enter(Role.ADMINISTRATOR)
    listed = reverse("campaigns:unconfirmed-list", args=["small"])
    facts = {k.slug: f for k, f in client.get(listed).context["groups"]}
    fact = facts[slug][0]
    url = reverse("campaigns:fact-confirm", args=["small", slug, fact.row.pk])
    assert fact.title in text(client.get(url)).replace("&quot;", '"')
    assert client.post(url, {"reference": "  "}).status_code == 422
    assert client.post(url, {"reference": "QĐ 1/QĐ-BVHTTDL"}).headers["Location"] == listed
    fact.row.refresh_from_db()
    assert getattr(fact.row, fact.kind.flag) is True
    assert fact.row.source == "QĐ 1/QĐ-BVHTTDL"
    # A second click confirms nothing twice.
    assert client.post(url, {"reference": "QĐ 2"}).status_code == 302
    entry = entries_of(unconfirmed).get(action="fact.confirmed")
    assert (entry.data["kind"], entry.data["reference"]) == (slug, "QĐ 1/QĐ-BVHTTDL")


def test_a_fact_of_another_campaign_or_kind_is_not_found(
    enter: Enter, unconfirmed: Campaign
) -> None:
    other = make_campaign(code="other")
    client = enter(Role.ADMINISTRATOR)
    for kind, pk in (("area", other.areas.first().pk), ("area", 10**30), ("no-kind", 1)):
        url = reverse("campaigns:fact-confirm", args=["small", kind, pk])
        assert client.post(url, {"reference": "QĐ 1"}).status_code == 404
    assert not other.areas.filter(source="QĐ 1").exists()


@pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.DEPARTMENT_HEAD, Role.OBSERVER])
def test_only_an_administrator_confirms(enter: Enter, unconfirmed: Campaign, role: Role) -> None:
    client = enter(role)
    area = unconfirmed.areas.first()
    assert client.get(reverse("campaigns:unconfirmed-list", args=["small"])).status_code == 403
    url = reverse("campaigns:fact-confirm", args=["small", "area", area.pk])
    assert client.post(url, {"reference": "QĐ 1"}).status_code == 403


def test_when_all_is_confirmed_the_list_says_so(enter: Enter, campaign: Campaign) -> None:
    campaign.phases.update(confirmed=True, plan_deadline_confirmed=True)
    response = enter(Role.ADMINISTRATOR).get(reverse("campaigns:unconfirmed-list", args=["small"]))
    assert response.context["total"] == 0
    assert 'class="empty"' in text(response)


# --- Plan windows -------------------------------------------------------------------------


def test_a_department_head_closes_and_reopens_a_phase(enter: Enter, campaign: Campaign) -> None:
    phase = campaign.phases.get(number=1)
    client = enter(Role.DEPARTMENT_HEAD)
    url = reverse("campaigns:phase-window", args=[phase.pk])
    assert client.post(url, {"act": "close", "reason": ""}).status_code == 422
    assert client.post(url, {"act": "close", "reason": "Đang sơ kết"}).headers["Location"] == url
    phase.refresh_from_db()
    assert phase.plans_closed_reason == "Đang sơ kết"
    assert phase.plans_closed_by.role == Role.DEPARTMENT_HEAD
    page = text(client.get(url))
    assert "Đang sơ kết" in page
    assert phase.plans_closed_by.person.full_name in page
    assert client.post(url, {"act": "reopen", "reason": "Đã xong"}).status_code == 302
    phase.refresh_from_db()
    assert (phase.plans_closed_at, phase.plans_closed_by, phase.plans_closed_reason) == (
        None,
        None,
        "",
    )
    assert [e.action for e in entries_of(campaign)] == [
        "phase.plans_closed",
        "phase.plans_reopened",
    ]
    assert "Đã xong" in text(client.get(url))


def test_a_stale_page_never_does_the_opposite(enter: Enter, campaign: Campaign) -> None:
    phase = campaign.phases.get(number=1)
    client = enter(Role.DEPARTMENT_HEAD)
    url = reverse("campaigns:phase-window", args=[phase.pk])
    for _ in range(2):  # a double click
        client.post(url, {"act": "close", "reason": "Đang sơ kết"})
    assert Phase.objects.get(pk=phase.pk).plans_closed_at is not None
    assert entries_of(campaign).count() == 1


def test_a_reviewer_reads_and_does_not_close(enter: Enter, campaign: Campaign) -> None:
    url = reverse("campaigns:phase-window", args=[campaign.phases.get(number=1).pk])
    client = enter(Role.DEPARTMENT_REVIEWER)
    assert client.get(url).status_code == 200
    assert '<form method="post" class="panel"' not in text(client.get(url))
    assert client.post(url, {"act": "close", "reason": "x"}).status_code == 403
    assert enter(Role.UNIT_HEAD, "cuc-dsvh").get(url).status_code == 403
    assert Phase.objects.get(campaign=campaign, number=1).plans_closed_at is None


def test_a_phase_of_an_unseen_campaign_is_not_found(enter: Enter, campaign: Campaign) -> None:
    other = make_campaign(code="other")
    client = enter(Role.DEPARTMENT_HEAD)
    url = reverse("campaigns:phase-window", args=[other.phases.get(number=1).pk])
    assert client.post(url, {"act": "close", "reason": "x"}).status_code == 404


def test_a_head_of_another_department_closes_nothing(enter: Enter, campaign: Campaign) -> None:
    client = enter(Role.DEPARTMENT_HEAD, "cuc-dsvh")
    url = reverse("campaigns:phase-window", args=[campaign.phases.get(number=1).pk])
    assert client.post(url, {"act": "close", "reason": "x"}).status_code == 403


# --- Query counts -------------------------------------------------------------------------


def fill(campaign: Campaign, count: int) -> None:
    """`count` rows of everything the pages list."""
    first = campaign.areas.get(number=1)
    unit = Unit.objects.get(code="cuc-dsvh")
    for n in range(count):
        DeliverableFactory(area=first, lead_unit=unit, confirmed=False)
        MinistryTargetFactory(
            indicator=IndicatorFactory(area=first, supplier=unit, confirmed=False), confirmed=False
        )
        CampaignDocumentFactory(campaign=campaign, confirmed=False)
        HolidayFactory(campaign=campaign, day=date(2027, 1, 1) + timedelta(n), confirmed=False)
        ParticipantFactory(campaign=campaign)


@pytest.mark.parametrize("count", [1, 3, 200])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("campaign-detail", 11),
        ("deliverable-list", 7),
        ("indicator-list", 6),
        ("unconfirmed-list", 12),
    ],
)
def test_the_number_of_queries_does_not_grow(
    enter: Enter,
    campaign: Campaign,
    django_assert_num_queries: Any,
    name: str,
    queries: int,
    count: int,
) -> None:
    fill(campaign, count)
    role = Role.ADMINISTRATOR if name == "unconfirmed-list" else Role.DEPARTMENT_HEAD
    client = enter(role)
    url = reverse(f"campaigns:{name}", args=["small"])
    client.get(url)
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 3, 200])
def test_the_list_of_campaigns_takes_one_query_for_all(
    enter: Enter, campaign: Campaign, django_assert_num_queries: Any, count: int
) -> None:
    for n in range(count):
        make_campaign(
            code=f"c-{n}",
            areas=0,
            units=[Unit.objects.get(code="cuc-dsvh")],
            host_unit=campaign.host_unit,
        )
    client = enter(Role.UNIT_OFFICER, "cuc-dsvh")
    url = reverse("campaigns:campaign-list")
    client.get(url)
    with django_assert_num_queries(3):
        assert client.get(url).status_code == 200


def test_dates_are_read_the_same_in_english(
    enter: Enter, deliverable: Deliverable, at: datetime
) -> None:
    client = enter(Role.DEPARTMENT_HEAD)
    client.cookies["language"] = "en"
    url = reverse(UPDATE, args=["small", "sp-1"])
    client.post(url, form_of(client, url) | {"due_date": "05/03/2027"})
    assert Deliverable.objects.get().due_date == date(2027, 3, 5)
