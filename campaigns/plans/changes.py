"""What changed from one version to the next, told part by part in sentences."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.plans.comparing import ISSUE_ANCHOR, PAPERS_ANCHOR, compare_versions
from campaigns.plans.models import PlanSection, PlanVersion
from campaigns.plans.states import PlanState


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

    `sections` are those of `version`. Six queries; words are not compared.
    """
    comparison = compare_versions(before, version, words=False)
    parts = {part.key: part for part in comparison.changed_parts}
    found = [
        PartChange(parts[section.key].anchor, section.title, tuple(parts[section.key].notes))
        for section in sections
        if section.key in parts
    ]
    if comparison.issue_is_changed:
        sentence = _("The details of the issue have changed.")
        found.append(PartChange(ISSUE_ANCHOR, _("Issue of the plan"), (sentence,)))
    if notes := comparison.paper_notes:
        found.append(PartChange(PAPERS_ANCHOR, _("Papers"), tuple(notes)))
    return found
