"""The list of tasks: which version of which plan is read, filters, query counts."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Plan, PlanTask, PlanVersion
from campaigns.plans import rules
from campaigns.plans.states import PlanState
from campaigns.plans.task_listing import (
    TaskFilter,
    TaskVersions,
    listed_tasks,
    may_write,
    readable_versions,
    versions_shown,
)
from tests.campaigns.plans.scenes import Scene, make_scene
from tests.factories.campaigns import (
    ParticipantFactory,
    PlanIssueFactory,
    PlanTaskFactory,
    accept,
    give_back,
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
def scene() -> Scene:
    return make_scene()


def with_tasks(version: PlanVersion, *titles: str, area: int = 1, **fields) -> PlanVersion:
    section = version.sections.get(area__number=area)
    for title in titles:
        PlanTaskFactory(section=section, title=title, **fields)
    return version


def draft(scene: Scene, unit: Unit | None = None, **fields) -> PlanVersion:
    unit = unit or scene.unit
    if not unit.participations.exists():
        ParticipantFactory(campaign=scene.campaign, unit=unit)
    return make_draft(phase=scene.phase, unit=unit, **fields)


def titles(mandate: Mandate, scene: Scene, **wanted) -> list[str]:
    rows = listed_tasks(mandate, scene.campaign, TaskFilter(**wanted), on=TODAY)
    return [row.title for row in rows]


@pytest.fixture
def page(client, sign_in, scene):
    def fetch(mandate: Mandate, **query):
        sign_in(client, mandate)
        return client.get(reverse("campaigns:task-list", args=[scene.campaign.code]), query)

    return fetch


def everybody(scene: Scene) -> list[Mandate]:
    host = scene.campaign.host_unit
    stranger = UnitFactory()
    ParticipantFactory(campaign=scene.campaign, unit=stranger)
    return [
        scene.officer, scene.head, scene.reviewer,
        MandateFactory(unit=host, role=Role.ADMINISTRATOR),
        MandateFactory(unit=host, role=Role.OBSERVER),
        MandateFactory(unit=host, role=Role.UNIT_OFFICER),
        MandateFactory(unit=stranger), MandateFactory(unit=stranger, role=Role.UNIT_HEAD),
    ]  # fmt: skip


class TestWhichVersions:
    @pytest.fixture
    def many(self, scene) -> list[PlanVersion]:
        """Plans in every state, issued and not, own, on behalf, and the department's."""
        made = [draft(scene), draft(scene, UnitFactory(), entered_on_behalf=True),
                draft(scene, scene.campaign.host_unit)]  # fmt: skip
        for issued in (True, False):
            for moves in ([send], [send, give_back], [send, accept]):
                version = draft(scene, UnitFactory())
                if issued:
                    PlanIssueFactory(version=version)
                for move in moves:
                    version = move(version)
                made.append(version)
                if accept in moves:
                    second = make_draft(
                        phase=scene.phase, unit=version.plan.unit, number=2, based_on=version
                    )
                    made.append(second)
                    made.append(send(second))
        return made

    def test_readable_is_what_the_rule_says_of_each_version_alone(self, scene, many):
        for mandate in everybody(scene):
            readable = set(readable_versions(mandate, scene.campaign).values_list("pk", flat=True))
            for version in PlanVersion.objects.select_related("plan"):
                assert (version.pk in readable) == bool(rules.may_read(mandate, version))

    def test_what_is_shown_may_be_read_and_is_one_version_of_a_plan(self, scene, many):
        seen = 0
        for mandate in everybody(scene):
            readable = set(readable_versions(mandate, scene.campaign).values_list("pk", flat=True))
            visible = set(Plan.objects.visible_to(mandate).values_list("pk", flat=True))
            for which in TaskVersions.values:
                rows = versions_shown(mandate, scene.campaign, which=which)
                pks = list(rows.values_list("pk", flat=True))
                plans = list(rows.values_list("plan", flat=True))
                assert set(pks) <= readable
                assert set(plans) <= visible
                assert len(plans) == len(set(plans))
                seen += len(pks)
        assert seen > 20

    def test_drafts_shown_are_those_the_rule_lets_one_edit(self, scene, many):
        for mandate in everybody(scene):
            rows = versions_shown(mandate, scene.campaign, which=TaskVersions.DRAFT)
            shown = set(rows.values_list("pk", flat=True))
            for version in PlanVersion.objects.select_related("plan"):
                assert (version.pk in shown) == bool(rules.may_edit(mandate, version))

    def test_a_unit_works_with_its_open_draft(self, scene):
        first = accept(send(with_tasks(draft(scene), "Cũ")))
        with_tasks(make_draft(phase=scene.phase, unit=scene.unit, number=2, based_on=first), "Mới")
        assert titles(scene.officer, scene) == ["Mới"]
        assert titles(scene.officer, scene, version="in_force") == ["Cũ"]
        assert titles(scene.officer, scene, version="draft") == ["Mới"]
        assert titles(scene.reviewer, scene) == ["Cũ"]
        assert titles(scene.reviewer, scene, version="draft") == []

    def test_a_draft_is_nobody_elses_business(self, scene):
        with_tasks(draft(scene), "Bí mật")
        stranger = MandateFactory(unit=scene.campaign.host_unit, role=Role.UNIT_OFFICER)
        for mandate in (scene.reviewer, stranger):
            assert titles(mandate, scene) == []

    def test_readers_from_outside_get_the_version_in_force_while_the_next_is_not_issued(
        self, scene
    ):
        first = with_tasks(draft(scene), "Đã ban hành")
        PlanIssueFactory(version=first)
        accept(send(first))
        second = make_draft(phase=scene.phase, unit=scene.unit, number=2, based_on=first)
        send(with_tasks(second, "Chưa ban hành"))
        stranger = MandateFactory(unit=scene.campaign.host_unit, role=Role.UNIT_OFFICER)
        assert titles(stranger, scene) == ["Đã ban hành"]
        assert titles(scene.reviewer, scene) == ["Chưa ban hành"]

    def test_writing_is_told_from_the_row_as_the_rule_tells_it(self, scene, many):
        for version in many:
            section = version.sections.filter(area__isnull=False).first()
            if PlanVersion.objects.get(pk=version.pk).state == PlanState.DRAFT:
                PlanTaskFactory(section=section)
        names = ("version__state", "version__plan__unit_id", "version__entered_on_behalf")
        for mandate in everybody(scene):
            for task in PlanTask.objects.select_related("version__plan"):
                [values] = PlanTask.objects.filter(pk=task.pk).values(*names)
                assert may_write(mandate, values) == bool(rules.may_edit(mandate, task.version))


class TestFilters:
    @pytest.fixture
    def units(self, scene) -> tuple[Unit, Unit]:
        theatre = UnitFactory(name_vi="Nhà hát Múa rối", kind=UnitKind.SERVICE_UNIT)
        version = draft(scene)
        with_tasks(version, "Số hóa hồ sơ", due_date=date(2026, 11, 1), lead="Phòng Đào tạo")
        with_tasks(version, "Đào tạo", area=2, due_date=date(2026, 12, 1), lead="")
        send(version)
        send(with_tasks(draft(scene, theatre), "Biểu diễn", due_date=None, product="Vở diễn số"))
        return scene.unit, theatre

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"text": "so hoa"}, {"Số hóa hồ sơ"}),
            ({"text": "HỒ sơ HÓA"}, {"Số hóa hồ sơ"}),
            ({"text": "dao tao"}, {"Số hóa hồ sơ", "Đào tạo"}),
            ({"text": "vo dien"}, {"Biểu diễn"}),
            ({"unit": "roi mua"}, {"Biểu diễn"}),
            ({"area": 2}, {"Đào tạo"}),
            ({"due": "passed"}, {"Số hóa hồ sơ"}),
            ({"due": "soon"}, {"Đào tạo"}),
            ({"due": "none"}, {"Biểu diễn"}),
            ({"due_from": date(2026, 12, 1)}, {"Đào tạo"}),
            ({"due_to": date(2026, 11, 1)}, {"Số hóa hồ sơ"}),
            ({"due_from": date(2026, 11, 1), "due_to": date(2026, 12, 1)},
             {"Số hóa hồ sơ", "Đào tạo"}),
            ({"kind": UnitKind.SERVICE_UNIT}, {"Biểu diễn"}),
            ({"text": "khong co"}, set()),
        ],
    )  # fmt: skip
    def test_each_narrows(self, wanted, found, units, scene):
        assert set(titles(scene.reviewer, scene, **wanted)) == found

    def test_by_block_of_the_year_and_by_phase(self, units, scene):
        block = BlockFactory()
        BlockMembershipFactory(unit=units[1], block=block, year=2026)
        BlockMembershipFactory(unit=units[0], block=block, year=2025)
        assert titles(scene.reviewer, scene, block_id=block.pk) == ["Biểu diễn"]
        other = scene.campaign.phases.get(number=2)
        assert titles(scene.reviewer, scene, phase_id=other.pk) == []

    def test_by_deadline_those_without_one_come_last(self, units, scene):
        found = titles(scene.reviewer, scene, order="due")
        assert found == ["Số hóa hồ sơ", "Đào tạo", "Biểu diễn"]

    def test_all_of_them_stand_in_the_address_and_in_the_links(self, units, scene, page):
        query = {"q": "so hoa", "area": "1", "due_to": "01/11/2026", "sort": "due"}
        response = page(scene.reviewer, **query)
        content = response.content.decode()
        assert [row.title for row in response.context["rows"]] == [
            "<mark>Số</mark> <mark>hóa</mark> hồ <mark>sơ</mark>"
        ]
        assert response.context["page"].paginator.count == 1
        assert response.context["total"] == 3
        export = reverse("campaigns:task-export-xlsx", args=[scene.campaign.code])
        assert f"{export}?q=so+hoa&amp;area=1&amp;due_to=01%2F11%2F2026&amp;sort=due" in content
        assert content.count('class="chip"') == 4

    @pytest.mark.parametrize(
        "query",
        [
            {"area": "x", "phase": "9" * 30, "block": "-1", "kind": "?", "due": "?", "sort": "'"},
            {"due_from": "31/02/2026", "due_to": "nhiều"},
            {"version": "draft2"},
            {"page": "999"},
            {"page": "x"},
        ],
    )
    def test_nonsense_in_the_address_narrows_nothing(self, query, units, scene, page):
        response = page(scene.reviewer, **query)
        assert response.status_code == 200
        assert response.context["page"].paginator.count == 3

    def test_a_search_too_long_says_so_and_narrows_nothing(self, units, scene, page):
        response = page(scene.reviewer, q="a" * 5000)
        assert response.status_code == 200
        assert response.context["form"].errors["q"]

    def test_nothing_found_offers_the_way_back(self, units, scene, page):
        content = page(scene.reviewer, q="khong co viec nay").content.decode()
        assert 'class="empty"' in content

    def test_drafts_are_offered_to_those_who_write(self, scene, page):
        assert 'value="draft"' in page(scene.officer).content.decode()
        observer = MandateFactory(unit=scene.campaign.host_unit, role=Role.OBSERVER)
        assert 'value="draft"' not in page(observer).content.decode()


class TestPage:
    def test_a_task_leads_to_where_it_is_written_or_read(self, scene, page):
        own = draft(scene)
        with_tasks(own, "Việc")
        [row] = page(scene.officer).context["rows"]
        assert row.url == reverse("campaigns:plan-section", args=[own.plan_id, "area-1"])
        send(own)
        [row] = page(scene.reviewer).context["rows"]
        address = reverse("campaigns:plan-version", args=[own.plan_id, 1])
        assert row.url == f"{address}#part-area-1"

    def test_a_campaign_of_others_is_not_found(self, client, sign_in, scene):
        sign_in(client, scene.officer)
        elsewhere = make_scene()
        for name in ("task-list", "task-export-csv", "task-export-xlsx"):
            address = reverse(f"campaigns:{name}", args=[elsewhere.campaign.code])
            assert client.get(address).status_code == 404

    @pytest.mark.parametrize("count", [1, 3, 200])
    @pytest.mark.parametrize("words", ["", "so hoa"])
    def test_query_count(self, count, words, client, sign_in, scene):
        area = scene.campaign.areas.get(number=1)
        drafts = [
            make_draft(phase=scene.phase, unit=UnitFactory(), entered_on_behalf=True)
            for _ in range(min(count, 3))
        ]
        for number in range(count):
            section = drafts[number % 3].sections.get(area=area)
            PlanTaskFactory(section=section, title=f"Số hóa {number}")
        sign_in(client, scene.reviewer)
        address = reverse("campaigns:task-list", args=[scene.campaign.code])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, {"q": words}).status_code == 200
        assert len(queries) == (9 if words else 8)
