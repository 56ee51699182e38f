"""One search over plans, tasks and deliverables: what may be read, and the lists it leads to."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.plans.finding import SHOWN
from tests.campaigns.plans.crowd import crowd
from tests.campaigns.plans.scenes import Scene, make_scene
from tests.factories.campaigns import (
    DeliverableFactory,
    ParticipantFactory,
    PlanFactory,
    PlanIssueFactory,
    PlanTaskFactory,
    PlanVersionFactory,
    make_campaign,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def page(client, sign_in):
    def fetch(mandate, **query):
        sign_in(client, mandate)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client.get(reverse("campaigns:search"), query)

    return fetch


def plan_of(scene, name, *, issued=False, symbol="15/KH-ĐHVH"):
    unit = UnitFactory(name_vi=name, name_en="")
    ParticipantFactory(campaign=scene.campaign, unit=unit)
    version = make_draft(phase=scene.phase, unit=unit)
    if issued:
        PlanIssueFactory(version=version, number_symbol=symbol)
    return version


def task(version, title):
    return PlanTaskFactory(section=version.sections.get(area__number=1), title=title)


@pytest.fixture
def things(scene):
    issued = plan_of(scene, "Trường Đại học Văn hóa", issued=True)
    task(issued, "Số hóa giáo trình")
    send(issued)
    received = plan_of(scene, "Viện Văn hóa")
    task(received, "Số hóa tư liệu")
    send(received)
    draft = plan_of(scene, "Nhà hát Văn hóa")
    task(draft, "Số hóa vở diễn")
    area = scene.campaign.areas.get(number=1)
    DeliverableFactory(area=area, name_vi="Đề án số hóa", search_key="de an so hoa")
    return issued, received, draft


class TestWhatIsFound:
    @pytest.mark.parametrize("typed", ["so hoa", "SỐ HÓA", "hóa số", "so\u0302\u0301 hoa"])
    def test_by_words_in_any_order_with_or_without_accents(self, typed, scene, things, page):
        found = page(scene.reviewer, q=typed).context["found"]
        assert found.tasks.total == 2
        assert found.deliverables.total == 1

    def test_plans_by_name_and_by_number_and_symbol(self, scene, things, page):
        found = page(scene.reviewer, q="van hoa truong").context["found"]
        assert [row.unit for group in found.plans for row in group.rows] == [
            "Trường Đại học Văn hóa"
        ]
        response = page(scene.reviewer, q="15/kh-dhvh")
        assert response.context["found"].plan_total == 1
        assert "<mark>15/KH-ĐHVH</mark>" in response.content.decode()

    def test_the_place_is_marked_and_what_was_typed_is_only_text(self, scene, things, page):
        content = page(scene.reviewer, q="<b>số").content.decode()
        assert "<b>" not in content
        content = page(scene.reviewer, q="giao trinh").content.decode()
        assert "Số hóa <mark>giáo</mark> <mark>trình</mark>" in content

    def test_nothing_found_says_what_to_do(self, scene, things, page):
        content = page(scene.reviewer, q="zzzz").content.decode()
        assert 'class="empty"' in content

    @pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": " \t "}, {"q": "\u0301"}])
    def test_without_words_nothing_is_looked_for(self, query, scene, things, page):
        response = page(scene.reviewer, **query)
        assert response.status_code == 200
        assert 'class="found"' not in response.content.decode()

    @pytest.mark.parametrize(
        "typed", ["%", "_", "\\", "' OR 1=1 --", "a" * 10_000, "а̀ " * 500, "\ud800".encode(
            "utf-8", "surrogatepass").decode("latin-1"), "🙂", "=HYPERLINK(1)"]
    )  # fmt: skip
    def test_nonsense_is_safe(self, typed, scene, things, page):
        assert page(scene.reviewer, q=typed).status_code == 200

    def test_signs_of_patterns_find_nothing_by_themselves(self, scene, things, page):
        assert page(scene.reviewer, q="%%").context["found"].total == 0


class TestWhoFindsWhat:
    def titles(self, response) -> set[str]:
        return {str(row.title) for row in response.context["found"].tasks.rows}

    def test_a_draft_is_found_by_those_who_write_it_only(self, scene, things, page):
        draft = things[2]
        writer = MandateFactory(unit=draft.plan.unit)
        found = page(writer, q="dien vo")
        assert found.context["found"].tasks.total == 1
        [row] = found.context["found"].tasks.rows
        assert row.url == reverse("campaigns:plan-section", args=[draft.plan_id, "area-1"])
        for mandate in (scene.reviewer, scene.officer):
            assert page(mandate, q="dien vo").context["found"].total == 0

    def test_what_was_received_is_found_by_the_department_what_was_issued_by_everybody(
        self, scene, things, page
    ):
        host = scene.campaign.host_unit
        for role, tasks, plans in [
            (Role.DEPARTMENT_REVIEWER, 2, 2), (Role.ADMINISTRATOR, 2, 2), (Role.OBSERVER, 1, 2),
            (Role.UNIT_OFFICER, 1, 1),
        ]:  # fmt: skip
            mandate = MandateFactory(unit=host, role=role)
            assert page(mandate, q="so hoa").context["found"].tasks.total == tasks
            assert page(mandate, q="van hoa").context["found"].plan_total == plans

    def test_another_campaign_is_searched_only_by_those_who_see_it(self, scene, things, page):
        elsewhere = make_campaign(areas=1)
        response = page(scene.reviewer, q="so hoa", campaign=elsewhere.code)
        assert response.context["campaign"] == scene.campaign
        ParticipantFactory(campaign=elsewhere, unit=scene.reviewer.unit)
        response = page(scene.reviewer, q="so hoa", campaign=elsewhere.code)
        assert response.context["campaign"] == elsewhere
        assert response.context["found"].total == 0

    def test_who_sees_no_campaign_finds_no_page(self, scene, page):
        assert page(MandateFactory()).status_code == 404


class TestTheListsItLeadsTo:
    @pytest.mark.parametrize(
        "role", [Role.DEPARTMENT_REVIEWER, Role.OBSERVER, Role.ADMINISTRATOR, Role.UNIT_OFFICER]
    )
    def test_have_as_many_as_the_search_says(self, role, scene, things, page, client):
        crowd(scene.phase, 8)
        second = scene.campaign.phases.get(number=2)
        version = PlanVersionFactory(plan=PlanFactory(unit=things[0].plan.unit, phase=second))
        PlanIssueFactory(version=version)
        send(version)
        mandate = MandateFactory(unit=scene.campaign.host_unit, role=role)
        for typed in ("hoa", "van hoa", "so hoa"):
            found = page(mandate, q=typed).context["found"]
            groups = [*found.plans, found.tasks, found.deliverables]
            for group in groups:
                if group.total:
                    assert client.get(group.url).context["page"].paginator.count == group.total
                assert len(group.rows) == min(group.total, SHOWN)
            assert found.plan_total == sum(group.total for group in found.plans)


class TestPage:
    def test_the_box_stands_in_the_frame_of_every_page(self, scene, page, client):
        page(scene.reviewer)
        content = client.get(
            reverse("campaigns:plan-list", args=[scene.campaign.code])
        ).content.decode()
        assert 'role="search"' in content
        assert f'action="{reverse("campaigns:search")}"' in content

    def test_not_in_the_frame_of_those_who_are_signed_out(self, client):
        assert 'role="search"' not in client.get(reverse("units:sign-in")).content.decode()

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, scene, page, client):
        crowd(scene.phase, count)
        draft = plan_of(scene, "Cục Số hóa")
        section = draft.sections.get(area__number=1)
        for number in range(count):
            PlanTaskFactory(section=section, title=f"Số hóa di sản {number}")
        area = scene.campaign.areas.get(number=1)
        DeliverableFactory.create_batch(count, area=area, name_vi="Di sản", search_key="di san")
        writer = MandateFactory(unit=draft.plan.unit)
        page(writer)
        with CaptureQueriesContext(connection) as queries:
            found = client.get(reverse("campaigns:search"), {"q": "di san"}).context["found"]
        assert found.tasks.total == found.deliverables.total == count
        # Person, mandates, campaigns, phases; plans of two phases, tasks and their number,
        # deliverables.
        assert len(queries) == 9
