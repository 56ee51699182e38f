"""Saving a section of a draft. The second of two editors is shown both texts; none is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator
from campaigns.plans.actions.locking import lock_draft
from campaigns.plans.actions.section_rows import as_stored, write_targets, write_tasks
from campaigns.plans.models import PlanSection, PlanVersion
from campaigns.plans.queries import SectionContent, indicators_answered_by, section_content
from campaigns.plans.rows import TargetRow, TaskRow
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import Conflict, DomainError


class SectionConflict(Conflict):
    """The section has been saved since it was opened. Carries both contents."""

    message = _(
        "%(who)s saved this section while you were writing. Nothing has been lost: "
        "both texts are below. Choose what stays."
    )
    own_message = _(
        "You saved this section in another tab or on another device while you were writing here. "
        "Nothing has been lost: both texts are below. Choose what stays."
    )

    def __init__(
        self, *, mine: SectionContent, theirs: SectionContent, by: Actor | None = None
    ) -> None:
        self.is_own = by is not None and theirs.saved_by_id == by.person_id
        if self.is_own:
            self.message = self.own_message
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
    is still the expected one, counters included; tasks and targets that differ are written,
    keeping their identities; "plan.section_saved" is audited.

    Raises SectionConflict with both contents, VersionFrozen, NotApplicableRefused.
    """
    version = lock_draft(section.version_id)
    answered = _answered(section, version)
    mine = SectionContent(
        narrative, tuple(tasks), _kept(targets, answered), completed, expected_lock_version
    )
    stored = section_content(section)
    if not _put_text(section, mine, answered, by=by, at=at):
        if not same_content(mine, stored):
            raise SectionConflict(mine=mine, theirs=stored, by=by)
        return PlanSection.objects.get(pk=section.pk)
    write_tasks(section, version, mine.tasks, stored.tasks)
    write_targets(section, version, mine.targets, stored.targets)
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


@transaction.atomic
def autosave_section(
    *,
    section: PlanSection,
    content: SectionContent,
    stored: SectionContent,
    indicators: Mapping[int, Indicator],
    by: Actor,
    at: datetime,
) -> SectionContent:
    """Save what somebody is still writing; return the content as stored, with identities.

    `stored` is what was read before `content` was checked, `indicators` those that the unit
    answers in this section. Nothing is written when both say the same.

    Side effects, in order: the version is locked; the section is updated where its lock version
    is still the one of `content`; tasks and targets that differ are written. Not audited one by
    one: the save that the writer asks for is, and the sending.

    Raises SectionConflict with both contents, VersionFrozen, NotApplicableRefused.
    """
    mine = replace(content, targets=_kept(content.targets, indicators))
    is_current = stored.lock_version == mine.lock_version
    if is_current and same_content(mine, stored):
        return stored
    version = lock_draft(section.version_id)
    if not (is_current and _put_text(section, mine, indicators, by=by, at=at)):
        theirs = section_content(section)
        if not same_content(mine, theirs):
            raise SectionConflict(mine=mine, theirs=theirs, by=by)
        return theirs
    return replace(
        mine,
        tasks=write_tasks(section, version, mine.tasks, stored.tasks),
        targets=write_targets(section, version, mine.targets, stored.targets),
        lock_version=mine.lock_version + 1,
        saved_at=at,
        saved_by_id=by.person_id,
    )


def _put_text(
    section: PlanSection,
    content: SectionContent,
    answered: Mapping[int, Indicator],
    *,
    by: Actor,
    at: datetime,
) -> bool:
    """Write text and counters, if nobody has saved since the section was opened; say whether."""
    waived = sum(row.not_applicable for row in content.targets)
    changed = _as_opened(section, content.lock_version).update(
        narrative=content.narrative,
        completed=content.completed,
        lock_version=models.F("lock_version") + 1,
        updated_at=at,
        updated_by_id=by.mandate_id,
        task_count=len(content.tasks),
        applicable_count=len(answered) - waived,
        target_count=sum(row.has_target for row in content.targets),
    )
    return bool(changed)


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


def _kept(targets: Iterable[TargetRow], answered: Mapping[int, Indicator]) -> tuple[TargetRow, ...]:
    """The rows that say something about an indicator asked here. Raises NotApplicableRefused."""
    kept = tuple(
        as_stored(row) for row in targets if row.indicator_id in answered and not row.is_empty
    )
    for row in kept:
        if row.not_applicable and not answered[row.indicator_id].not_applicable_allowed:
            raise NotApplicableRefused(indicator=answered[row.indicator_id].name)
    return kept


def same_content(mine: SectionContent, theirs: SectionContent) -> bool:
    """Whether both say the same; a new task has no identity yet where it was typed."""
    if (mine.narrative, mine.completed) != (theirs.narrative, theirs.completed):
        return False
    if len(mine.tasks) != len(theirs.tasks):
        return False
    for typed, stored in zip(mine.tasks, theirs.tasks, strict=True):
        if typed.identity not in (None, stored.identity) or typed.facts != stored.facts:
            return False
    return _by_indicator(mine.targets) == _by_indicator(theirs.targets)


def _by_indicator(targets: Iterable[TargetRow]) -> dict[int, TargetRow]:
    return {row.indicator_id: row for row in targets}
