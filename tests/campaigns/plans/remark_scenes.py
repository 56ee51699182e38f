"""A plan with words, a task and a target to remark on, and the rounds it goes through."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from campaigns.models import PlanVersion, Remark
from campaigns.plans import actions
from campaigns.plans.actions.reviewing import add_remark, return_plan
from campaigns.plans.models import PinKind
from campaigns.plans.pins import WHOLE_SECTION, Pin
from campaigns.plans.queries import section_by_key
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from tests.campaigns.plans.scenes import AT, Scene, fill, record_issue, save

PARAGRAPHS = ["Mở đầu của nội dung này.", "Số hóa hồ sơ di sản theo từng năm.", "Kết luận."]
TASKS = ["Số hóa hồ sơ", "Kết nối dữ liệu"]


def sent_with_words(scene: Scene) -> PlanVersion:
    """Version 1, sent: area 1 has three paragraphs, two tasks and a target."""
    version = scene.start()
    fill(version, by=scene.officer)
    area = section_by_key(version, "area-1")
    assert area is not None
    assert area.area is not None
    save(
        area,
        by=scene.officer,
        narrative="\n".join(PARAGRAPHS),
        tasks=[TaskRow(title, lead="Văn phòng", product="Cơ sở dữ liệu") for title in TASKS],
        targets=[
            TargetRow(indicator.pk, years={2026: Measure(value=Decimal(10))})
            for indicator in area.area.indicators.all()
        ],
    )
    record_issue(version, by=scene.officer)
    return actions.send_plan(version=version, by=scene.officer.actor, at=AT)


def task_identity(version: PlanVersion, title: str) -> UUID:
    identity: UUID = version.tasks.get(title=title).identity
    return identity


def three_pins(version: PlanVersion) -> list[Pin]:
    """A paragraph, a task and a target of area 1."""
    target = version.targets.filter(section__area__number=1).first()
    assert target is not None
    return [
        Pin(PinKind.PARAGRAPH, paragraph=2),
        Pin(PinKind.TASK, row=task_identity(version, TASKS[1])),
        Pin(PinKind.TARGET, row=target.identity),
    ]


def remark(
    scene: Scene, version: PlanVersion, pin: Pin = WHOLE_SECTION, *, key: str = "area-1"
) -> Remark:
    beside = pin.kind in (PinKind.ISSUE, PinKind.PAPERS)
    return add_remark(
        version=version, section=None if beside else section_by_key(version, key), pin=pin,
        body=f"Đề nghị bổ sung: {pin.kind.value}", by=scene.reviewer.actor, at=AT,
    )  # fmt: skip


def returned_with_pins(scene: Scene) -> tuple[PlanVersion, list[Remark]]:
    """Version 1 returned with three pinned remarks."""
    version = sent_with_words(scene)
    remarks = [remark(scene, version, pin) for pin in three_pins(version)]
    returned = return_plan(
        version=version, reason="Bổ sung", by=scene.reviewer.actor, at=AT + timedelta(days=1)
    )
    return returned, remarks


def amended(scene: Scene) -> PlanVersion:
    """The draft that answers what was returned."""
    return actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT + timedelta(days=2))


def sent_again(scene: Scene, draft: PlanVersion) -> PlanVersion:
    record_issue(draft, by=scene.officer)
    return actions.send_plan(version=draft, by=scene.officer.actor, at=AT + timedelta(days=3))
