"""Bringing text of another source into a draft: whole, in one transaction, and never unseen."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.drafting import save_section
from campaigns.plans.actions.locking import lock_draft
from campaigns.plans.models import PlanImport, PlanSection, PlanVersion, SectionKind
from campaigns.plans.queries import SectionContent, section_content, sections_of
from campaigns.plans.rows import TargetRow, TaskRow
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import Conflict, DomainError
from emulation_portal.core.models import Attachment
from emulation_portal.core.text import fold
from emulation_portal.formats.writing import show_number

# The same limits as for what is typed into a section.
LONGEST_TEXT = 30_000
MOST_TASKS = 300


class SeedMode(models.TextChoices):
    """What happens to a section that says something already."""

    KEEP = "keep", _("Keep it as it is; bring nothing into this part")
    APPEND = "append", _("Add below what stands there")
    REPLACE = "replace", _("Replace what stands there")


class NothingToBringIn(DomainError):
    """Everything was left out or kept as it is."""

    message = _("Nothing has been chosen, so nothing has been brought in.")


class SectionMoved(Conflict):
    """Somebody saved a section after the page that shows it was made."""

    message = _(
        "“%(section)s” has been saved since you opened this page. Nothing has been brought in. "
        "What stands there now is shown below; choose again."
    )


class SectionTooLong(DomainError):
    """Old and new text together exceed what a section may hold."""

    message = _(
        "“%(section)s” would have %(length)s characters; at most %(limit)s fit. "
        "Leave out a piece or replace the old text."
    )


class TooManyTasks(DomainError):
    """Old and new tasks together exceed what a section may hold."""

    message = _(
        "“%(section)s” would have %(count)s tasks; at most %(limit)s fit. "
        "Untick some or replace the old ones."
    )


@dataclass(frozen=True)
class Seed:
    """What is to be brought into one section, and which save of it the chooser has seen."""

    section: str
    seen: int
    mode: str = SeedMode.APPEND
    text: str = ""
    tasks: tuple[TaskRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.tasks or self.targets) or self.mode == SeedMode.KEEP


@dataclass(frozen=True)
class SeedSource:
    """Where the text comes from, for the audit trail: "model", "plan", "document" and which."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    document: Attachment | None = None


@transaction.atomic
def keep_document(
    *, version: PlanVersion, attachment: Attachment, by: Actor, at: datetime
) -> PlanImport:
    """Remember a document that is to be read into the draft; return the link to it.

    Side effects, in order: the version is locked, the link is written,
    "plan.import_uploaded" is audited. Raises VersionFrozen.
    """
    version = lock_draft(version.pk)
    kept, created = PlanImport.objects.get_or_create(version=version, attachment=attachment)
    if created:
        audit.record(
            "plan.import_uploaded",
            root=version.plan,
            by=by,
            at=at,
            data={"version": version.number, "sha256": attachment.sha256},
        )
    return kept


@transaction.atomic
def bring_in(
    *, version: PlanVersion, seeds: Sequence[Seed], source: SeedSource, by: Actor, at: datetime
) -> list[PlanSection]:
    """Bring text, tasks and targets into sections of a draft; return the sections changed.

    An empty section takes what is brought; of one that says something `Seed.mode` decides:
    KEEP leaves it, APPEND adds below (a target only where none stands, a line of the legal
    bases only once), REPLACE puts the new text, tasks and targets in the place of the old ones
    of the same sort. Tasks are new ones: nothing brought in continues a task of another plan.
    Every section changed counts as unfinished until somebody has read it.

    Side effects, in order: the version is locked; each section is saved as `save_section` does;
    the document is marked as brought in; "plan.brought_in" names the source, and for each
    section what was done with it.

    Raises NothingToBringIn, SectionMoved, SectionTooLong, TooManyTasks, VersionFrozen.
    """
    version = lock_draft(version.pk)
    wanted = {seed.section: seed for seed in seeds if not seed.is_empty}
    if not wanted:
        raise NothingToBringIn
    changed: list[PlanSection] = []
    done: list[dict[str, Any]] = []
    for section in sections_of(version):
        seed = wanted.get(section.key)
        if seed is None:
            continue
        stored = section_content(section)
        if stored.lock_version != seed.seen:
            raise SectionMoved(section=section.title)
        merged = _merged(section, stored, seed)
        changed.append(
            save_section(
                section=section,
                narrative=merged.narrative,
                tasks=merged.tasks,
                targets=merged.targets,
                expected_lock_version=stored.lock_version,
                completed=False,
                by=by,
                at=at,
            )
        )
        done.append(
            {
                "section": section.key,
                "mode": str(seed.mode) if _says_something(stored) else "fill",
                "letters": len(seed.text),
                "tasks": len(seed.tasks),
                "targets": len(seed.targets),
            }
        )
    if source.document is not None:
        PlanImport.objects.filter(version=version, attachment=source.document).update(
            brought_in_at=at
        )
    audit.record(
        "plan.brought_in",
        root=version.plan,
        by=by,
        at=at,
        data={
            "version": version.number,
            "source": source.kind,
            **source.facts,
            "sections": done,
        },
    )
    return changed


def _says_something(content: SectionContent) -> bool:
    return bool(content.narrative or content.tasks or content.targets)


def _merged(section: PlanSection, stored: SectionContent, seed: Seed) -> SectionContent:
    """What the section says afterwards. Raises SectionTooLong, TooManyTasks."""
    new_tasks = tuple(replace(task, identity=None) for task in seed.tasks)
    if seed.mode == SeedMode.REPLACE:
        text = seed.text or stored.narrative
        tasks = new_tasks or stored.tasks
    else:
        bases = section.kind == SectionKind.LEGAL_BASES
        text = _below(stored.narrative, seed.text, once=bases)
        tasks = (*stored.tasks, *new_tasks)
    if len(text) > LONGEST_TEXT:
        raise SectionTooLong(
            section=section.title, length=show_number(len(text)), limit=show_number(LONGEST_TEXT)
        )
    if len(tasks) > MOST_TASKS:
        raise TooManyTasks(
            section=section.title, count=show_number(len(tasks)), limit=show_number(MOST_TASKS)
        )
    targets = _targets(stored.targets, seed)
    return replace(stored, narrative=text, tasks=tasks, targets=targets)


def _below(old: str, new: str, *, once: bool) -> str:
    """The new text below the old; with `once` only the lines that do not stand there yet."""
    if once:
        known = {_line_key(line) for line in old.splitlines()}
        new = "\n".join(line for line in new.splitlines() if _line_key(line) not in known)
    return "\n".join(part for part in (old, new) if part.strip())


def _line_key(line: str) -> str:
    return fold(line).strip(" ;.,-")


def _targets(old: Sequence[TargetRow], seed: Seed) -> tuple[TargetRow, ...]:
    by_indicator = {row.indicator_id: row for row in old}
    for row in seed.targets:
        stands = by_indicator.get(row.indicator_id)
        if seed.mode == SeedMode.REPLACE or stands is None or stands.is_empty:
            by_indicator[row.indicator_id] = row
    return tuple(by_indicator.values())
