"""The department's questions about a version, with the answers of its reviewer."""

from dataclasses import dataclass

from campaigns.plans.document import SectionView
from campaigns.plans.models import Answer, ChecklistAnswer, PlanVersion
from campaigns.programme.review_aids import ChecklistItem

WHOLE_PLAN = "plan"


@dataclass(frozen=True)
class Question:
    """One item; `part` names the section it is about, or WHOLE_PLAN.

    `earlier` is the answer about the version before; `part_unconfirmed` says that none of the
    part's questions rests on a text of the ministry, so that the part says it once.
    """

    item: ChecklistItem
    answer: str
    part: str
    earlier: str = ""
    part_unconfirmed: bool = False

    @property
    def name(self) -> str:
        return f"item-{self.item.pk}"

    @property
    def answer_label(self) -> str:
        return str(Answer(self.answer).label) if self.answer else ""

    @property
    def earlier_label(self) -> str:
        return str(Answer(self.earlier).label) if self.earlier else ""


@dataclass(frozen=True)
class ChecklistState:
    """How far the reviewer has come."""

    questions: list[Question]

    @property
    def total(self) -> int:
        return len(self.questions)

    @property
    def open(self) -> int:
        return sum(not question.answer for question in self.questions)

    @property
    def refused(self) -> list[Question]:
        return [question for question in self.questions if question.answer == Answer.NO]

    def of_part(self, part: str) -> list[Question]:
        return [question for question in self.questions if question.part == part]

    @property
    def about_plan(self) -> list[Question]:
        return self.of_part(WHOLE_PLAN)


def checklist_of(version: PlanVersion, *, before: PlanVersion | None = None) -> ChecklistState:
    """Return the campaign's checklist with what was answered about `version`, and about the
    version decided `before` it. Two queries.

    Of a version that was decided only what was answered: the checklist may have grown since.
    """
    answers: dict[tuple[int, int], str] = {
        (version_id, item_id): answer
        for version_id, item_id, answer in ChecklistAnswer.objects.filter(
            version__in=[one.pk for one in (version, before) if one is not None]
        ).values_list("version_id", "item_id", "answer")
    }
    rows = ChecklistItem.objects.filter(campaign=version.plan.phase.campaign_id)
    if version.decided_at is not None:
        rows = rows.filter(pk__in=[item for owner, item in answers if owner == version.pk])
    items = list(rows.select_related("area").order_by("position", "pk"))
    resting = {_part(item) for item in items if item.confirmed}
    return ChecklistState(
        [
            Question(
                item,
                answers.get((version.pk, item.pk), ""),
                _part(item),
                earlier=answers.get((before.pk, item.pk), "") if before else "",
                part_unconfirmed=_part(item) not in resting,
            )
            for item in items
        ]
    )


def _part(item: ChecklistItem) -> str:
    return f"area-{item.area.number}" if item.area else WHOLE_PLAN


def put_checklist(sections: list[SectionView], checklist: ChecklistState) -> None:
    """Put each area's questions beside its section."""
    for part in sections:
        part.checklist = checklist.of_part(part.section.key)
