"""Tasks of a draft that come from a table: merged into what stands there, saved as the editor does."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.plans.actions.drafting import save_section
from campaigns.plans.models import PlanSection
from campaigns.plans.queries import section_content
from campaigns.plans.rows import TaskRow
from emulation_portal.core.actors import Actor


@dataclass
class SectionRows:
    """What a table says about one section, read when it was at `section.lock_version`.

    `replaced` has a task by its identity, None where it is taken away; `added` are new ones.
    """

    section: PlanSection
    replaced: dict[UUID, TaskRow | None] = field(default_factory=dict)
    added: list[TaskRow] = field(default_factory=list)


@transaction.atomic
def save_imported_tasks(*, rows: SectionRows, by: Actor, at: datetime) -> PlanSection:
    """Save the section with the rows in their places, the new ones last; return it as saved.

    Text, targets and tasks that the table does not name stay as they are. Side effects and
    refusals are those of `save_section`: a section saved since it was read is a conflict.
    """
    content = section_content(rows.section)
    tasks = [
        kept
        for task in content.tasks
        if (kept := rows.replaced.get(task.identity, task) if task.identity else task)
    ]
    return save_section(
        section=rows.section,
        narrative=content.narrative,
        tasks=[*tasks, *rows.added],
        targets=content.targets,
        expected_lock_version=rows.section.lock_version,
        completed=content.completed,
        by=by,
        at=at,
    )
