"""One factory per model of campaigns, and a few ready-made scenes.

A version is always made as a draft and then moved, as in life: the database freezes what
hangs below a version the moment it is sent.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from campaigns.models import (
    Campaign,
    CampaignDocument,
    ContentArea,
    Deliverable,
    Holiday,
    Indicator,
    MinistryTarget,
    Participant,
    Phase,
    Plan,
    PlanExtension,
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    Remark,
    ReminderRelease,
    ReminderRule,
    ReportingPeriod,
)
from campaigns.plans.models import PaperKind, SectionKind
from campaigns.plans.states import PlanState
from campaigns.programme.models import DeliverableState, DocumentRole, PeriodKind, ReviewKind
from emulation_portal.core.text import fold
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory, UnitFactory

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
# Phase 1 of the ministry's campaign: plans by the third quarter of 2025.
PLAN_DEADLINE = date(2025, 9, 30)
SENT_AT = datetime(2026, 11, 10, 9, 0, tzinfo=HANOI)
DECIDED_AT = datetime(2026, 11, 12, 15, 30, tzinfo=HANOI)


class CampaignFactory(DjangoModelFactory[Campaign]):
    class Meta:
        model = Campaign

    code = factory.Sequence(lambda n: f"campaign-{n}")
    name_vi = factory.Sequence(lambda n: f"Phong trào thi đua {n}")
    name_en = factory.Sequence(lambda n: f"Emulation campaign {n}")
    purpose_vi = "Phát huy truyền thống thi đua yêu nước."
    purpose_en = "To build on the tradition of patriotic emulation."
    host_unit = factory.SubFactory(UnitFactory)
    starts_on = date(2025, 7, 1)
    go_live_date = date(2026, 11, 1)
    source = "Thông báo phát động"
    confirmed = True


class ParticipantFactory(DjangoModelFactory[Participant]):
    class Meta:
        model = Participant

    campaign = factory.SubFactory(CampaignFactory)
    unit = factory.SubFactory(UnitFactory)


class CampaignDocumentFactory(DjangoModelFactory[CampaignDocument]):
    class Meta:
        model = CampaignDocument

    campaign = factory.SubFactory(CampaignFactory)
    code = factory.Sequence(lambda n: f"document-{n}")
    role = DocumentRole.FOUNDING
    number_symbol = "01/KH-BVHTTDL"
    issue_date = date(2025, 8, 1)
    issuer_vi = "Bộ Văn hóa, Thể thao và Du lịch"
    issuer_en = "Ministry of Culture, Sports and Tourism"
    abstract_vi = "Kế hoạch triển khai phong trào thi đua"
    abstract_en = "Plan to carry out the campaign"
    position = factory.Sequence(int)
    confirmed = True


class ContentAreaFactory(DjangoModelFactory[ContentArea]):
    class Meta:
        model = ContentArea

    campaign = factory.SubFactory(CampaignFactory)
    number = factory.Sequence(lambda n: n + 1)
    name_vi = factory.LazyAttribute(lambda area: f"Nội dung thi đua số {area.number}")
    name_en = factory.LazyAttribute(lambda area: f"Content area number {area.number}")
    short_vi = factory.LazyAttribute(lambda area: f"Nội dung {area.number}")
    short_en = factory.LazyAttribute(lambda area: f"Area {area.number}")
    description_vi = "Mô tả nội dung."
    description_en = "Description of the area."
    confirmed = True


class DeliverableFactory(DjangoModelFactory[Deliverable]):
    class Meta:
        model = Deliverable

    area = factory.SubFactory(ContentAreaFactory)
    campaign = factory.SelfAttribute("area.campaign")
    code = factory.Sequence(lambda n: f"deliverable-{n}")
    name_vi = factory.Sequence(lambda n: f"Chiến lược dữ liệu {n}")
    name_en = factory.Sequence(lambda n: f"Data strategy {n}")
    state = DeliverableState.UNDETERMINED
    search_key = factory.LazyAttribute(lambda d: fold(f"{d.name_vi} {d.name_en} {d.code}"))
    position = factory.Sequence(int)
    confirmed = True


class PhaseFactory(DjangoModelFactory[Phase]):
    class Meta:
        model = Phase

    campaign = factory.SubFactory(CampaignFactory)
    number = 1
    name_vi = factory.LazyAttribute(lambda phase: f"Giai đoạn {phase.number}")
    name_en = factory.LazyAttribute(lambda phase: f"Phase {phase.number}")
    starts_on = date(2025, 7, 1)
    ends_on = date(2027, 7, 1)
    plan_deadline = PLAN_DEADLINE
    plan_deadline_confirmed = True
    review_kind = ReviewKind.INTERIM
    review_year = 2027
    confirmed = True


class ReportingPeriodFactory(DjangoModelFactory[ReportingPeriod]):
    class Meta:
        model = ReportingPeriod

    phase = factory.SubFactory(PhaseFactory)
    campaign = factory.SelfAttribute("phase.campaign")
    kind = PeriodKind.QUARTER
    year = 2026
    number = 4
    starts_on = date(2026, 10, 1)
    ends_on = date(2027, 1, 1)
    deadline = date(2027, 1, 15)


class HolidayFactory(DjangoModelFactory[Holiday]):
    class Meta:
        model = Holiday

    campaign = factory.SubFactory(CampaignFactory)
    day = date(2027, 1, 1)
    name_vi = "Tết Dương lịch"
    name_en = "New Year's Day"
    confirmed = True


class ReminderRuleFactory(DjangoModelFactory[ReminderRule]):
    class Meta:
        model = ReminderRule

    campaign = factory.SubFactory(CampaignFactory)
    days_before = factory.LazyFunction(lambda: [14, 7, 1])
    days_after = factory.LazyFunction(lambda: [1, 7])
    quarterly_day = 5
    confirmed = True


class IndicatorFactory(DjangoModelFactory[Indicator]):
    class Meta:
        model = Indicator

    area = factory.SubFactory(ContentAreaFactory)
    campaign = factory.SelfAttribute("area.campaign")
    code = factory.Sequence(lambda n: f"indicator-{n}")
    position = factory.Sequence(int)
    name_vi = factory.Sequence(lambda n: f"Chỉ tiêu {n}")
    name_en = factory.Sequence(lambda n: f"Indicator {n}")
    unit_of_measure_vi = "người"
    unit_of_measure_en = "people"
    value_kind = "count"
    direction = "up"
    over_time = "sum"
    over_units = "sum"
    not_applicable_allowed = True
    confirmed = True

    class Params:
        ratio = factory.Trait(
            unit_of_measure_vi="%",
            unit_of_measure_en="%",
            value_kind="ratio",
            over_time="last",
            over_units="ratio",
            numerator_vi="Số hồ sơ xử lý trực tuyến",
            numerator_en="Files handled online",
            denominator_vi="Tổng số hồ sơ",
            denominator_en="All files",
        )


class MinistryTargetFactory(DjangoModelFactory[MinistryTarget]):
    class Meta:
        model = MinistryTarget

    indicator = factory.SubFactory(IndicatorFactory)
    year = 2027
    value = Decimal(100)
    source = "QĐ 4220/QĐ-BVHTTDL"
    confirmed = True


class PlanFactory(DjangoModelFactory[Plan]):
    class Meta:
        model = Plan

    unit = factory.SubFactory(UnitFactory)
    phase = factory.SubFactory(PhaseFactory)
    created_at = datetime(2026, 11, 5, 8, 0, tzinfo=HANOI)


class PlanVersionFactory(DjangoModelFactory[PlanVersion]):
    """A draft; move it on with `send`, `give_back` and `accept` below."""

    class Meta:
        model = PlanVersion

    plan = factory.SubFactory(PlanFactory)
    number = 1
    created_at = datetime(2026, 11, 5, 8, 0, tzinfo=HANOI)


class PlanIssueFactory(DjangoModelFactory[PlanIssue]):
    class Meta:
        model = PlanIssue

    version = factory.SubFactory(PlanVersionFactory)
    number_symbol = factory.Sequence(lambda n: f"{n + 1:02}/KH-DSVH")
    issue_date = date(2025, 9, 25)
    signer_name = "Nguyễn Văn Ân"
    signer_title = "Cục trưởng"
    scan = factory.SubFactory(AttachmentFactory)


class PlanSectionFactory(DjangoModelFactory[PlanSection]):
    class Meta:
        model = PlanSection

    version = factory.SubFactory(PlanVersionFactory)
    kind = SectionKind.PURPOSE
    position = factory.Sequence(lambda n: n + 1)


class PlanTaskFactory(DjangoModelFactory[PlanTask]):
    class Meta:
        model = PlanTask

    section = factory.SubFactory(PlanSectionFactory)
    version = factory.SelfAttribute("section.version")
    position = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Số hóa di sản đợt {n}")
    lead = "Phòng Quản lý di tích"
    partners = "Văn phòng Cục"
    due_date = date(2027, 6, 30)
    product = "Cơ sở dữ liệu"
    search_key = factory.LazyAttribute(
        lambda task: fold(f"{task.title} {task.lead} {task.product}")
    )


class PlanTargetFactory(DjangoModelFactory[PlanTarget]):
    class Meta:
        model = PlanTarget

    section = factory.SubFactory(PlanSectionFactory)
    version = factory.SelfAttribute("section.version")
    indicator = factory.SubFactory(IndicatorFactory)
    value = Decimal(10)
    baseline_year = 2024


class PlanTargetYearFactory(DjangoModelFactory[PlanTargetYear]):
    class Meta:
        model = PlanTargetYear

    target = factory.SubFactory(PlanTargetFactory)
    version = factory.SelfAttribute("target.version")
    year = 2027
    value = Decimal(100)


class PlanPaperFactory(DjangoModelFactory[PlanPaper]):
    class Meta:
        model = PlanPaper

    version = factory.SubFactory(PlanVersionFactory)
    attachment = factory.SubFactory(AttachmentFactory)
    kind = PaperKind.HEAD_SIGNED


class RemarkFactory(DjangoModelFactory[Remark]):
    class Meta:
        model = Remark

    section = factory.SubFactory(PlanSectionFactory)
    version = factory.SelfAttribute("section.version")
    author = factory.SubFactory(MandateFactory)
    body = "Đề nghị bổ sung thời hạn."
    created_at = datetime(2026, 11, 11, 9, 0, tzinfo=HANOI)


class PlanExtensionFactory(DjangoModelFactory[PlanExtension]):
    """A request that waits for an answer."""

    class Meta:
        model = PlanExtension

    phase = factory.SubFactory(PhaseFactory)
    unit = factory.SubFactory(UnitFactory)
    asked_by = factory.SubFactory(MandateFactory)
    asked_at = datetime(2026, 11, 20, 9, 0, tzinfo=HANOI)

    class Params:
        granted = factory.Trait(
            state="granted",
            decided_by=factory.SubFactory(MandateFactory),
            decided_at=datetime(2026, 11, 21, 9, 0, tzinfo=HANOI),
            valid_until=date(2026, 11, 27),
        )


class ReminderReleaseFactory(DjangoModelFactory[ReminderRelease]):
    class Meta:
        model = ReminderRelease

    campaign = factory.SubFactory(CampaignFactory)
    released_at = datetime(2026, 11, 3, 9, 0, tzinfo=HANOI)
    released_by = factory.SubFactory(MandateFactory)


def make_campaign(
    *, areas: int = 5, indicators: int = 1, units: Sequence[Any] = (), **fields: Any
) -> Campaign:
    """A campaign with its areas, `indicators` in each of them, two phases, a reminder rule
    and `units` as participants. The phases are `campaign.phases.get(number=1)` and 2."""
    campaign = CampaignFactory(**fields)
    for number in range(1, areas + 1):
        area = ContentAreaFactory(campaign=campaign, number=number)
        IndicatorFactory.create_batch(indicators, area=area)
    PhaseFactory(campaign=campaign)
    PhaseFactory(
        campaign=campaign,
        number=2,
        starts_on=date(2027, 7, 1),
        ends_on=date(2031, 1, 1),
        plan_deadline=None,
        plan_deadline_confirmed=False,
        review_kind=ReviewKind.FINAL,
        review_year=2030,
        confirmed=False,
    )
    ReminderRuleFactory(campaign=campaign)
    for unit in units:
        ParticipantFactory(campaign=campaign, unit=unit)
    return campaign


def make_draft(*, phase: Phase, unit: Any, number: int = 1, **fields: Any) -> PlanVersion:
    """A draft with every section of the campaign: bases, purpose, areas, organisation."""
    plan = Plan.objects.filter(phase=phase, unit=unit).first() or PlanFactory(
        phase=phase, unit=unit
    )
    version = PlanVersionFactory(plan=plan, number=number, **fields)
    areas = list(ContentArea.objects.filter(campaign=phase.campaign).order_by("number"))
    parts: list[tuple[str, ContentArea | None]] = [
        (SectionKind.LEGAL_BASES, None),
        (SectionKind.PURPOSE, None),
        *((SectionKind.AREA, area) for area in areas),
        (SectionKind.ORGANISATION, None),
    ]
    for position, (kind, area) in enumerate(parts, start=1):
        PlanSectionFactory(version=version, kind=kind, area=area, position=position)
    return version


def send(
    version: PlanVersion, *, at: datetime = SENT_AT, by: Any = None, late: bool = False
) -> PlanVersion:
    """Move a draft to sent and make it the plan's current version."""
    PlanVersion.objects.filter(pk=version.pk).update(
        state=PlanState.SENT, sent_at=at, sent_by=by, is_late=late, content_hash="0" * 64
    )
    Plan.objects.filter(pk=version.plan_id).update(current=version.pk)
    version.refresh_from_db()
    version.plan.refresh_from_db()
    return version


def give_back(
    version: PlanVersion,
    *,
    at: datetime = DECIDED_AT,
    by: Any = None,
    reason: str = "Bổ sung chỉ tiêu.",
) -> PlanVersion:
    """Move a sent version to returned."""
    PlanVersion.objects.filter(pk=version.pk).update(
        state=PlanState.RETURNED, decided_at=at, decided_by=by, decision_reason=reason
    )
    version.refresh_from_db()
    return version


def accept(version: PlanVersion, *, at: datetime = DECIDED_AT, by: Any = None) -> PlanVersion:
    """Move a sent version to accepted and put it in force."""
    PlanVersion.objects.filter(pk=version.pk).update(
        state=PlanState.ACCEPTED, decided_at=at, decided_by=by
    )
    Plan.objects.filter(pk=version.plan_id).update(in_force=version.pk)
    version.refresh_from_db()
    version.plan.refresh_from_db()
    return version
