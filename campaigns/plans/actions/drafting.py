"""Saving a section of a draft. The second of two editors is shown both texts; none is lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator
from campaigns.plans.actions.locking import lock_draft
from campaigns.plans.models import PlanSection, PlanTarget, PlanTargetYear, PlanTask, PlanVersion
from campaigns.plans.queries import SectionContent, indicators_answered_by, section_content
from campaigns.plans.rows import TargetRow, TaskRow
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import Conflict, DomainError
from emulation_portal.core.text import fold


class SectionConflict(Conflict):
    """Somebody else saved the section since it was opened. Carries both contents."""

    message = _(
        "%(who)s saved this section while you were writing. Nothing has been lost: "
        "both texts are below. Choose what stays."
    )

    def __init__(self, *, mine: SectionContent, theirs: SectionContent) -> None:
        super().__init__(who=theirs.saved_by or _("Somebody else"))
        self.mine = mine
        self.theirs = theirs


class NotApplicableRefused(DomainError):
    """Only indicators that allow it may be marked as not applicable."""

    message = _("The indicator “%(indicator)s” applies to every unit.")


@transaction.atomic
def save_section(
    *,
    section: PlanSection,
    narrative: str,
    tasks: Sequence[TaskRow],
    targets: Sequence[TargetRow],
    expected_lock_version: int,
    completed: bool,
    by: Actor,
    at: datetime,
) -> PlanSection:
    """Save a section of a draft whole: text, tasks in this order, targets; return it as saved.

    `expected_lock_version` is the one the writer's page was made from. A repeat of a save that
    went through (a double click) changes nothing and is no conflict.

    Side effects, in order: the version is locked; the section is updated where its lock version
    is still the expected one, counters included; tasks and targets are replaced, keeping their
    identities; "plan.section_saved" is audited.

    Raises SectionConflict with both contents, VersionFrozen, NotApplicableRefused.
    """
    version = lock_draft(section.version_id)
    answered = _answered(section, version)
    kept = [row for row in targets if row.indicator_id in answered and not row.is_empty]
    for row in kept:
        if row.not_applicable and not answered[row.indicator_id].not_applicable_allowed:
            raise NotApplicableRefused(indicator=answered[row.indicator_id].name)
    updated = _as_opened(section, expected_lock_version).update(
        narrative=narrative,
        completed=completed,
        lock_version=models.F("lock_version") + 1,
        updated_at=at,
        updated_by_id=by.mandate_id,
        task_count=len(tasks),
        applicable_count=len(answered) - sum(row.not_applicable for row in kept),
        target_count=sum(row.has_target for row in kept),
    )
    if not updated:
        mine = SectionContent(
            narrative, tuple(tasks), tuple(kept), completed, expected_lock_version
        )
        theirs = section_content(section)
        if not _same(mine, theirs):
            raise SectionConflict(mine=mine, theirs=theirs)
        return PlanSection.objects.get(pk=section.pk)
    _replace_tasks(section, version, tasks)
    _replace_targets(section, version, kept)
    audit.record(
        "plan.section_saved",
        root=version.plan,
        by=by,
        at=at,
        data={
            "version": version.number,
            "section": section.key,
            "save": expected_lock_version + 1,
            "tasks": len(tasks),
            "completed": completed,
        },
    )
    return PlanSection.objects.select_related("area").get(pk=section.pk)


def _as_opened(section: PlanSection, lock_version: int) -> models.QuerySet[PlanSection]:
    """The section, if nobody has saved it since it was opened."""
    return PlanSection.objects.filter(pk=section.pk, lock_version=lock_version)


def _answered(section: PlanSection, version: PlanVersion) -> dict[int, Indicator]:
    """The indicators of the section's area that the plan's unit sets targets for, by id."""
    if section.area_id is None:
        return {}
    plan = version.plan
    rows = indicators_answered_by(plan.unit, plan.phase.campaign_id).filter(area=section.area_id)
    return {indicator.pk: indicator for indicator in rows}


def _same(mine: SectionContent, theirs: SectionContent) -> bool:
    """Whether both say the same; a new task has no identity yet where it was typed."""
    if (mine.narrative, mine.completed) != (theirs.narrative, theirs.completed):
        return False
    if len(mine.tasks) != len(theirs.tasks):
        return False
    for typed, stored in zip(mine.tasks, theirs.tasks, strict=True):
        if typed.identity not in (None, stored.identity) or _facts(typed) != _facts(stored):
            return False
    return _by_indicator(mine.targets) == _by_indicator(theirs.targets)


def _facts(task: TaskRow) -> tuple[object, ...]:
    return (task.title, task.lead, task.partners, task.due_date, task.product)


def _by_indicator(targets: Iterable[TargetRow]) -> dict[int, TargetRow]:
    return {row.indicator_id: row for row in targets}


def _replace_tasks(section: PlanSection, version: PlanVersion, rows: Sequence[TaskRow]) -> None:
    identities = _own_identities(section, version, rows)
    section.tasks.all().delete()
    PlanTask.objects.bulk_create(
        [
            PlanTask(
                version=version,
                section=section,
                identity=identity,
                position=position,
                title=row.title,
                lead=row.lead,
                partners=row.partners,
                due_date=row.due_date,
                product=row.product,
                search_key=fold(f"{row.title} {row.lead} {row.partners} {row.product}"),
            )
            for position, (row, identity) in enumerate(zip(rows, identities, strict=True), start=1)
        ],
        batch_size=200,
    )


def _own_identities(
    section: PlanSection, version: PlanVersion, rows: Sequence[TaskRow]
) -> list[UUID]:
    """One identity per row: the row's own where it is a task of this plan, otherwise a new one.

    A form is only text: it cannot take over the identity of a task of another section or plan.
    """
    claimed = [row.identity for row in rows if row.identity is not None]
    known: set[UUID] = set()
    if claimed:
        stored = PlanTask.objects.filter(version__plan_id=version.plan_id, identity__in=claimed)
        elsewhere = set()
        for identity, version_id, section_id in stored.values_list(
            "identity", "version_id", "section_id"
        ):
            known.add(identity)
            if version_id == version.pk and section_id != section.pk:
                elsewhere.add(identity)
        known -= elsewhere
    identities = []
    for row in rows:
        if row.identity in known:
            known.discard(row.identity)
            identities.append(row.identity)
        else:
            identities.append(uuid4())
    return identities


def _replace_targets(section: PlanSection, version: PlanVersion, rows: Sequence[TargetRow]) -> None:
    stored = PlanTarget.objects.filter(version__plan_id=version.plan_id)
    identities = dict(
        stored.filter(indicator__in=[row.indicator_id for row in rows])
        .order_by("version__number")
        .values_list("indicator_id", "identity")
    )
    section.targets.all().delete()
    targets = [
        PlanTarget(
            version=version,
            section=section,
            identity=identities.get(row.indicator_id) or uuid4(),
            indicator_id=row.indicator_id,
            not_applicable=row.not_applicable,
            baseline_year=row.baseline_year,
            value=row.baseline.value,
            numerator=row.baseline.numerator,
            denominator=row.baseline.denominator,
            note=row.note,
        )
        for row in rows
    ]
    PlanTarget.objects.bulk_create(targets)
    PlanTargetYear.objects.bulk_create(
        PlanTargetYear(
            version=version,
            target=target,
            year=year,
            value=measure.value,
            numerator=measure.numerator,
            denominator=measure.denominator,
        )
        for target, row in zip(targets, rows, strict=True)
        for year, measure in sorted(row.years.items())
        if measure and not row.not_applicable
    )
