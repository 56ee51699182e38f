"""What the tests of plans begin with: a campaign, a unit with its people, the department."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import Campaign, Phase, Plan, PlanSection, PlanVersion
from campaigns.plans import actions
from campaigns.plans.actions import IssueFacts
from campaigns.plans.queries import draft_of, sections_of
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from tests.factories.campaigns import make_campaign
from tests.factories.core import AttachmentFactory
from tests.factories.files import pdf
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role, Unit

AT = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@dataclass
class Scene:
    """One unit's phase-1 plan about to be written."""

    campaign: Campaign
    phase: Phase
    unit: Unit
    officer: Mandate
    head: Mandate
    reviewer: Mandate

    def start(self, **kwargs: Any) -> PlanVersion:
        by = kwargs.pop("by", self.officer).actor
        plan = actions.start_plan(unit=self.unit, phase=self.phase, by=by, at=AT, **kwargs)
        draft = draft_of(plan)
        assert draft is not None
        return draft

    def complete_draft(self, **issue: Any) -> PlanVersion:
        version = self.start()
        fill(version, by=self.officer)
        record_issue(version, by=self.officer, **issue)
        return version

    def sent(self, **issue: Any) -> PlanVersion:
        version = self.complete_draft(**issue)
        return actions.send_plan(version=version, by=self.officer.actor, at=AT)

    @property
    def plan(self) -> Plan:
        return Plan.objects.get(unit=self.unit, phase=self.phase)


def make_scene(*, areas: int = 2, indicators: int = 1, **campaign: Any) -> Scene:
    host, unit = UnitFactory(), UnitFactory()
    made = make_campaign(
        areas=areas, indicators=indicators, units=[unit, host], host_unit=host, **campaign
    )
    return Scene(
        campaign=made,
        phase=made.phases.get(number=1),
        unit=unit,
        officer=MandateFactory(unit=unit),
        head=MandateFactory(unit=unit, role=Role.UNIT_HEAD),
        reviewer=MandateFactory(unit=host, role=Role.DEPARTMENT_REVIEWER),
    )


def issue_facts(**fields: Any) -> IssueFacts:
    scan = fields.pop("scan", None) or AttachmentFactory()
    return IssueFacts(
        **{
            "number_symbol": "12/KH-DSVH",
            "issue_date": date(2025, 9, 25),
            "signer_name": "Nguyễn Văn Ân",
            "signer_title": "Cục trưởng",
            "scan": scan,
            **fields,
        }
    )


def record_issue(version: PlanVersion, *, by: Mandate, **fields: Any) -> None:
    actions.record_issue(version=version, issue=issue_facts(**fields), by=by.actor, at=AT)


def save(section: PlanSection, *, by: Mandate, **content: Any) -> PlanSection:
    """Save over what stands there; what is not given is empty."""
    section.refresh_from_db()
    return actions.save_section(
        **{
            "section": section,
            "narrative": "Nội dung",
            "tasks": [],
            "targets": [],
            "expected_lock_version": section.lock_version,
            "completed": True,
            "by": by.actor,
            "at": AT,
            **content,
        }
    )


def fill(version: PlanVersion, *, by: Mandate) -> None:
    """Write every section so that nothing is missing."""
    for section in sections_of(version):
        tasks, targets = [], []
        if section.area:
            tasks = [TaskRow("Số hóa hồ sơ", lead="Văn phòng", product="Cơ sở dữ liệu")]
            targets = [
                TargetRow(indicator.pk, years={2026: Measure(value=10)})
                for indicator in section.area.indicators.all()
            ]
        save(section, by=by, tasks=tasks, targets=targets)


# --- What a browser sends ----------------------------------------------------------------


def scan(name="ke-hoach.pdf", content=None):
    return SimpleUploadedFile(name, pdf() if content is None else content)


def section_url(plan, key="area-1"):
    return reverse("campaigns:plan-section", args=[plan.pk, key])


def typed(section, *, tasks=(), lock_version=None, **fields):
    """What the browser sends for a section whose page shows `tasks` rows."""
    data = {
        "narrative": "Nội dung",
        "completed": "yes",
        "lock_version": section.lock_version if lock_version is None else lock_version,
        "tasks-TOTAL_FORMS": len(tasks),
        "tasks-INITIAL_FORMS": 0,
        "do": "save",
        **fields,
    }
    for row, task in enumerate(tasks):
        data |= {f"tasks-{row}-{name}": value for name, value in task.items()}
    return data


def text_of(response):
    return response.content.decode()


def issue_data(**fields):
    return {
        "number_symbol": "15/KH-DSVH", "issue_date": "20/09/2025", "signer_name": "Lê Thị Hoa",
        "signer_title": "Phó Cục trưởng", "signing_capacity": "KT.", **fields,
    }  # fmt: skip
