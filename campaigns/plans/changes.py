"""What changed from one version to the next, told part by part."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.plans.content import content_of
from campaigns.plans.models import PlanSection, PlanVersion
from campaigns.plans.states import PlanState

ISSUE_ANCHOR = "issue"
PAPERS_ANCHOR = "papers"


@dataclass(frozen=True)
class PartChange:
    """A part that differs, with a sentence for each kind of difference."""

    anchor: str
    title: str
    notes: tuple[str, ...]


def answered_before(version: PlanVersion) -> PlanVersion | None:
    """Return the last version before this one that the department has decided, or None."""
    return (
        version.plan.versions.filter(
            number__lt=version.number, state__in=(PlanState.RETURNED, PlanState.ACCEPTED)
        )
        .order_by("-number")
        .first()
    )


def changes_since(
    before: PlanVersion, version: PlanVersion, sections: list[PlanSection]
) -> list[PartChange]:
    """Return the parts of `version` that differ from `before`, in the order of the plan.

    `sections` are those of `version`. Tasks and targets are recognised by their identity.
    """
    old, new = content_of(before), content_of(version)
    old_parts = {part["key"]: part for part in old["sections"]}
    new_parts = {part["key"]: part for part in new["sections"]}
    found = []
    for section in sections:
        notes = _part_notes(old_parts.get(section.key, _NOTHING), new_parts[section.key])
        if notes:
            found.append(PartChange(f"part-{section.key}", section.title, tuple(notes)))
    if old["issue"] != new["issue"]:
        found.append(
            PartChange(
                ISSUE_ANCHOR, _("Issue of the plan"), (_("The details of the issue have changed."),)
            )
        )
    if notes := _paper_notes(old["papers"], new["papers"]):
        found.append(PartChange(PAPERS_ANCHOR, _("Papers"), tuple(notes)))
    return found


_NOTHING: dict[str, Any] = {"narrative": "", "tasks": [], "targets": []}


def _part_notes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    notes = [_("The text has changed.")] if old["narrative"] != new["narrative"] else []
    added, changed, gone = _compare(old["tasks"], new["tasks"])
    if added:
        notes.append(
            ngettext("%(count)s new task.", "%(count)s new tasks.", added) % {"count": added}
        )
    if changed:
        notes.append(
            ngettext("%(count)s task has changed.", "%(count)s tasks have changed.", changed)
            % {"count": changed}
        )
    if gone:
        notes.append(
            ngettext("%(count)s task was removed.", "%(count)s tasks were removed.", gone)
            % {"count": gone}
        )
    if not (added or changed or gone) and old["tasks"] != new["tasks"]:
        notes.append(_("The tasks stand in another order."))
    added, changed, gone = _compare(old["targets"], new["targets"])
    if added:
        notes.append(
            ngettext("%(count)s new target.", "%(count)s new targets.", added) % {"count": added}
        )
    if changed:
        notes.append(
            ngettext("%(count)s target has changed.", "%(count)s targets have changed.", changed)
            % {"count": changed}
        )
    if gone:
        notes.append(
            ngettext("%(count)s target was removed.", "%(count)s targets were removed.", gone)
            % {"count": gone}
        )
    return notes


def _compare(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> tuple[int, int, int]:
    """How many rows are new, differ, and are gone."""
    before = {row["identity"]: row for row in old}
    after = {row["identity"]: row for row in new}
    kept = before.keys() & after.keys()
    changed = sum(before[identity] != after[identity] for identity in kept)
    return len(after) - len(kept), changed, len(before) - len(kept)


def _paper_notes(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[str]:
    before = {(paper["kind"], paper["sha256"]) for paper in old}
    after = {(paper["kind"], paper["sha256"]) for paper in new}
    notes = []
    if added := len(after - before):
        notes.append(
            ngettext("%(count)s new file.", "%(count)s new files.", added) % {"count": added}
        )
    if gone := len(before - after):
        notes.append(
            ngettext("%(count)s file was taken off.", "%(count)s files were taken off.", gone)
            % {"count": gone}
        )
    return notes
