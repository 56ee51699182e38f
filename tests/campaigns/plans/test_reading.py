"""Reading a version: who may, what the page shows, the history and the audit trail."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from campaigns.models import (
    Campaign,
    Indicator,
    Plan,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
)
from campaigns.plans import rules
from campaigns.plans.actions.reviewing import add_remark, return_plan
from campaigns.plans.document import blocks_of, document_of, readable_versions, value_of
from campaigns.plans.models import PaperKind, PlanSection
from campaigns.plans.queries import section_by_key
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.factories.campaigns import (
    IndicatorFactory,
    MinistryTargetFactory,
    ParticipantFactory,
    PlanIssueFactory,
    PlanPaperFactory,
    PlanTargetFactory,
    PlanTargetYearFactory,
    PlanTaskFactory,
    accept,
    give_back,
    make_draft,
    send,
)
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role, UnitKind

pytestmark = pytest.mark.django_db

UNIT_SIDE = (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY)
DEPARTMENT = (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD)


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=2)


@pytest.fixture
def version(scene: Scene) -> PlanVersion:
    return make_draft(phase=scene.phase, unit=scene.unit)


@pytest.fixture
def read(client, sign_in):
    def fetch(mandate: Mandate, shown: PlanVersion) -> Any:
        sign_in(client, mandate)
        return client.get(reverse("campaigns:plan-version", args=[shown.plan_id, shown.number]))

    return fetch


def in_state(version: PlanVersion, state: str) -> PlanVersion:
    if state == PlanState.DRAFT:
        return version
    send(version)
    if state == PlanState.RETURNED:
        return give_back(version)
    if state == PlanState.ACCEPTED:
        return accept(version)
    if state == PlanState.WITHDRAWN:
        PlanVersion.objects.filter(pk=version.pk).update(state=state)
        Plan.objects.filter(pk=version.plan_id).update(current=None)
        version.refresh_from_db()
    return version


class TestWhoMayRead:
    @pytest.mark.parametrize("own", [True, False], ids=["own", "foreign"])
    @pytest.mark.parametrize("is_issued", [True, False], ids=["issued", "not-issued"])
    @pytest.mark.parametrize("state", PlanState.values)
    def test_the_page_by_role_and_state(self, state, is_issued, own, scene, version, read):
        if is_issued:
            PlanIssueFactory(version=version)
        in_state(version, state)
        body = scene.unit if own else scene.campaign.host_unit
        council = UnitFactory(kind=UnitKind.COUNCIL, owes_plan=False)
        ParticipantFactory(campaign=scene.campaign, unit=council)
        received = state in rules.RECEIVED_STATES
        for role in Role:
            is_council = role in (
                Role.COUNCIL_MEMBER, Role.COUNCIL_CHAIR, Role.COUNCIL_SECRETARY
            )  # fmt: skip
            mandate = MandateFactory(unit=council if is_council else body, role=role)
            if own and role in (*UNIT_SIDE, *DEPARTMENT):
                expected = True
            elif role in (*DEPARTMENT, Role.ADMINISTRATOR):
                expected = received
            else:
                expected = received and is_issued
            visible = Plan.objects.visible_to(mandate).filter(pk=version.plan_id).exists()
            assert (visible and bool(rules.may_read(mandate, version))) == expected, role
            if role in (Role.UNIT_OFFICER, Role.DEPARTMENT_REVIEWER, Role.COUNCIL_MEMBER):
                assert read(mandate, version).status_code == (200 if expected else 404), role
            standing = {
                "own": mandate.unit_id == scene.unit.pk
                and (mandate.is_unit_side or mandate.is_department),
                "department": mandate.is_department,
                "administrator": mandate.is_administrator,
            }
            listed = readable_versions(PlanVersion.objects.filter(pk=version.pk), **standing)
            assert listed.exists() == bool(rules.may_read(mandate, version)), role

    def test_another_campaigns_department_finds_nothing(self, scene, version, read):
        PlanIssueFactory(version=version)
        send(version)
        assert read(make_scene(areas=1).reviewer, version).status_code == 404

    def test_unknown_versions_are_not_found(self, client, sign_in, scene, version):
        sign_in(client, scene.officer)
        for plan, number in (
            (version.plan_id, 9),
            (99999, 1),
            (10**20, 1),
            (version.plan_id, 10**20),
        ):
            address = reverse("campaigns:plan-version", args=[plan, number])
            assert client.get(address).status_code == 404

    @pytest.mark.parametrize("state", PlanState.values)
    def test_remarks_are_for_the_department_and_once_decided_for_the_unit(
        self, state, scene, version
    ):
        in_state(version, state)
        decided = state in (PlanState.RETURNED, PlanState.ACCEPTED)
        host, unit = scene.campaign.host_unit, scene.unit
        for role in Role:
            foreign = rules.may_see_remarks(MandateFactory(unit=host, role=role), version)
            assert foreign == (role in (*DEPARTMENT, Role.ADMINISTRATOR)), role
            own = rules.may_see_remarks(MandateFactory(unit=unit, role=role), version)
            assert own == (decided and role in (*UNIT_SIDE, *DEPARTMENT)), role


class TestThePage:
    def test_shows_the_whole_document(self, scene, version, read):
        section = section_by_key(version, "area-1")
        PlanSection.objects.filter(pk=section.pk).update(
            narrative="Mở đầu <b>đậm</b>\n- Việc thứ nhất\n- Việc thứ hai"
        )
        PlanTaskFactory(section=section, title="Số hóa hồ sơ", due_date=None)
        ratio = IndicatorFactory(area=section.area, ratio=True, confirmed=False)
        MinistryTargetFactory(indicator=ratio, year=2027, value=Decimal(80))
        target = PlanTargetFactory(
            section=section, indicator=ratio, value=Decimal("12.5"), numerator=Decimal(1),
            denominator=Decimal(8), note="Theo báo cáo năm 2024",
        )  # fmt: skip
        PlanTargetYearFactory(
            target=target, year=2027, value=Decimal("85.0000"), numerator=Decimal(850),
            denominator=Decimal(1000),
        )  # fmt: skip
        PlanTargetFactory(
            section=section, indicator=section.area.indicators.first(), not_applicable=True
        )
        scan = AttachmentFactory(original_name="Bản quét kế hoạch.pdf")
        PlanIssueFactory(
            version=version, number_symbol="12/KH-DSVH", scan=scan, signing_capacity="KT."
        )
        PlanPaperFactory(version=version, kind=PaperKind.ANNEX, abstract="Phụ lục số liệu")
        send(version, by=scene.officer)
        content = read(scene.reviewer, version).content.decode()
        for text in (
            "Mở đầu &lt;b&gt;đậm&lt;/b&gt;", "Việc thứ nhất</span></li>", "Số hóa hồ sơ", "12,5%", "1 ÷ 8",
            "85%", "850 ÷ 1.000", "80%", "Theo báo cáo năm 2024", "12/KH-DSVH", "25/09/2025",
            "KT. Cục trưởng", "Bản quét kế hoạch.pdf", "Phụ lục số liệu", "10/11/2026",
            reverse("core:attachment-download", args=[scan.pk]), "part-area-2",
        ):  # fmt: skip
            assert text in content, text

    def test_says_who_typed_for_whom(self, scene, version, read):
        PlanVersion.objects.filter(pk=version.pk).update(
            entered_on_behalf=True, created_by=scene.reviewer
        )
        send(version)
        content = read(scene.officer, version).content.decode()
        assert content.count(scene.reviewer.person.full_name) == 2

    def test_the_reason_stands_on_top_for_the_unit_and_remarks_beside_the_parts(
        self, scene, version, read
    ):
        section = section_by_key(version, "purpose")
        PlanIssueFactory(version=version)
        send(version)
        by = scene.reviewer.actor
        add_remark(version=version, section=section, body="Nêu rõ thời hạn", by=by, at=AT)
        assert "Nêu rõ thời hạn" not in read(scene.officer, version).content.decode()
        return_plan(version=version, reason="Bổ sung chỉ tiêu", by=by, at=AT)
        content = read(scene.officer, version).content.decode()
        assert content.index("Bổ sung chỉ tiêu") < content.index("part-purpose")
        assert "Nêu rõ thời hạn" in content
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        content = read(stranger, version).content.decode()
        assert "Bổ sung chỉ tiêu" not in content
        assert "Nêu rõ thời hạn" not in content

    def test_history_links_the_versions_that_may_be_read(self, scene, version, read):
        PlanIssueFactory(version=version)
        accept(send(version))
        second = make_draft(phase=scene.phase, unit=scene.unit, number=2)
        links = {
            number: reverse("campaigns:plan-version", args=[version.plan_id, number])
            for number in (1, 2)
        }
        assert links[2] in read(scene.officer, version).content.decode()
        assert links[2] not in read(scene.reviewer, version).content.decode()
        send(second)
        assert links[2] in read(scene.reviewer, version).content.decode()
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        content = read(stranger, version).content.decode()
        assert links[2] not in content
        assert reverse("campaigns:plan-trail", args=[version.plan_id]) not in content

    def test_steps_of_the_unit(self, scene, version, read):
        plan = version.plan
        hub, amend = plan.get_absolute_url(), reverse("campaigns:plan-amend", args=[plan.pk])
        assert f'href="{hub}"' in read(scene.officer, version).content.decode()
        PlanIssueFactory(version=version)
        send(version)
        withdraw = reverse("campaigns:plan-withdraw", args=[plan.pk])
        content = read(scene.officer, version).content.decode()
        assert withdraw in content
        assert amend not in content
        give_back(version)
        assert amend in read(scene.officer, version).content.decode()
        make_draft(phase=scene.phase, unit=scene.unit, number=2)
        content = read(scene.officer, version).content.decode()
        assert amend not in content
        assert f'href="{hub}"' in content

    def test_the_department_is_led_to_its_review(self, scene, version, read):
        send(version)
        address = reverse("campaigns:review", args=[version.pk])
        assert address in read(scene.reviewer, version).content.decode()
        assert address not in read(scene.officer, version).content.decode()

    def test_review_first_accepted_plan_waits_to_be_issued(self, scene, version, read):
        Campaign.objects.filter(pk=scene.campaign.pk).update(plan_flow=PlanFlow.REVIEW_FIRST)
        accept(send(version))
        address = reverse("campaigns:plan-issue", args=[version.plan_id])
        assert address in read(scene.officer, version).content.decode()
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        assert read(stranger, version).status_code == 404
        PlanIssueFactory(version=version)
        assert address not in read(scene.officer, version).content.decode()
        assert read(stranger, version).status_code == 200

    def test_earlier_and_withdrawn_versions_say_so(self, scene, version, read):
        PlanIssueFactory(version=version)
        give_back(send(version))
        second = make_draft(phase=scene.phase, unit=scene.unit, number=2)
        send(second)
        assert read(scene.officer, version).context["newer"] == second
        PlanVersion.objects.filter(pk=second.pk).update(state=PlanState.WITHDRAWN)
        Plan.objects.filter(pk=version.plan_id).update(current=version.pk)
        assert "dash-circle" in read(scene.officer, second).content.decode()
        assert read(scene.reviewer, second).status_code == 404

    def test_readers_from_outside_are_not_told_of_a_version_they_may_not_open(
        self, scene, version, read
    ):
        PlanIssueFactory(version=version)
        accept(send(version))
        second = send(make_draft(phase=scene.phase, unit=scene.unit, number=2))
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        assert read(stranger, version).context["newer"] is None
        assert read(scene.reviewer, version).context["newer"] == second

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, client, sign_in, scene, version):
        section = section_by_key(version, "area-1")
        PlanTask.objects.bulk_create(PlanTaskFactory.build_batch(count, section=section))
        indicators = Indicator.objects.bulk_create(
            IndicatorFactory.build_batch(count, area=section.area)
        )
        targets = PlanTarget.objects.bulk_create(
            PlanTargetFactory.build(section=section, indicator=indicator)
            for indicator in indicators
        )
        PlanTargetYear.objects.bulk_create(
            PlanTargetYearFactory.build(target=target) for target in targets
        )
        PlanPaperFactory.create_batch(min(count, 20), version=version)
        PlanIssueFactory(version=version)
        send(version, by=scene.officer)
        for _ in range(min(count, 20)):
            add_remark(
                version=version, section=section, body="Nhận xét", by=scene.reviewer.actor, at=AT
            )
        sign_in(client, scene.reviewer)
        address = reverse("campaigns:plan-version", args=[version.plan_id, 1])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) == 18


class TestDocument:
    def test_dashes_make_lists_and_blank_lines_paragraphs(self):
        text = "Một\nhai\n\n- ba\n– bốn\nnăm\n\n\n   \n+ sáu"
        found = [(block.is_list, block.lines) for block in blocks_of(text)]
        assert found == [
            (False, ("Một", "hai")),
            (True, ("ba", "bốn")),
            (False, ("năm",)),
            (True, ("sáu",)),
        ]

    @pytest.mark.parametrize("text", ["", "  \n\n ", "\n"])
    def test_nothing_written_is_nothing(self, text):
        assert blocks_of(text) == []

    @pytest.mark.parametrize(
        ("kind", "value", "shown"),
        [
            ("count", "1234", "1.234"),
            ("decimal", "1234.5", "1.234,5"),
            ("yes_no", "1", "Yes"),
            ("yes_no", "0", "No"),
        ],
    )
    def test_values_read_as_the_portal_writes_them(self, kind, value, shown):
        over = "share_yes" if kind == "yes_no" else "sum"
        indicator = IndicatorFactory(value_kind=kind, over_units=over)
        target = PlanTargetFactory(indicator=indicator, value=Decimal(value))
        with translation.override("en"):
            assert value_of(indicator, target).text == shown

    def test_silent_indicators_are_named_until_the_version_is_decided(self, scene, version):
        def silent() -> int:
            return sum(
                len(part.unset) for part in document_of(PlanVersion.objects.get(pk=version.pk))
            )

        assert silent() == 2
        send(version)
        assert silent() == 2
        give_back(version)
        assert silent() == 0

    def test_a_supplier_answers_for_everybody(self, scene, version):
        IndicatorFactory(
            area=section_by_key(version, "area-1").area, supplier=scene.campaign.host_unit
        )
        assert sum(len(part.unset) for part in document_of(version)) == 2
