"""What a draft still lacks before it can be sent, each line leading to the field that fills it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator
from campaigns.plans.models import (
    PaperKind,
    PlanIssue,
    PlanSection,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    SectionKind,
)
from campaigns.plans.queries import indicators_answered_by, issue_of, sections_of
from campaigns.programme.models import PlanFlow
from emulation_portal.core.attachments import not_served

ISSUE = "issue"
PAPERS = "papers"


@dataclass(frozen=True)
class Missing:
    """One thing missing: the section's key (or ISSUE, PAPERS), the field's id, the sentence."""

    section_key: str
    anchor: str
    sentence: Any

    def __str__(self) -> str:
        return str(self.sentence)


def narrative_anchor() -> str:
    return "id_narrative"


def task_anchor(index: int, field: str) -> str:
    return f"id_tasks-{index}-{field}"


def target_anchor(indicator: Indicator, year: int) -> str:
    suffix = "_numerator" if indicator.is_ratio else ""
    return f"id_target-{indicator.pk}-y{year}{suffix}"


def what_is_missing(version: PlanVersion) -> list[Missing]:
    """Return what `version` lacks, in the order of the plan; empty when it can be sent.

    A plan registered from paper needs its issue and scan only. Targets are demanded for
    confirmed indicators: an unconfirmed one scores nobody. At most nine queries.
    """
    missing: list[Missing] = []
    if not version.registered_from_paper:
        missing += _missing_in_sections(version)
    flow = version.plan.phase.campaign.plan_flow
    if (flow == PlanFlow.ISSUE_FIRST or version.registered_from_paper) and issue_of(
        version
    ) is None:
        missing.append(
            Missing(
                ISSUE, "id_number_symbol",
                _("Enter how the plan was issued: number and symbol, date, signer, scan."),
            )
        )  # fmt: skip
    if version.entered_on_behalf and not version.papers.filter(kind=PaperKind.SOURCE).exists():
        missing.append(
            Missing(
                PAPERS, "id_file",
                _("Attach the source from which the plan is entered on the unit's behalf."),
            )
        )  # fmt: skip
    return missing + _closed_files(version)


def _closed_files(version: PlanVersion) -> list[Missing]:
    """A line for each file the virus scanner has not found clean, where one is set up."""
    papers = {paper.attachment_id: paper for paper in version.papers.all()}
    scans = PlanIssue.objects.filter(version=version).values_list("scan_id", flat=True)
    lines = []
    for attachment in not_served([*papers, *scans]):
        facts = {"name": attachment.original_name}
        if attachment.is_infected:
            sentence = _("Malware was found in “%(name)s”. Take the file off.") % facts
        else:
            sentence = (
                _(
                    "“%(name)s” is still being checked for viruses. Send the plan once it is clean; "
                    "this usually takes less than a minute."
                )
                % facts
            )
        paper = papers.get(attachment.pk)
        lines.append(
            Missing(PAPERS, f"paper-{paper.pk}", sentence)
            if paper is not None
            else Missing(ISSUE, "id_scan", sentence)
        )
    return lines


def _name(section: PlanSection) -> str:
    """A name short enough to stand in a list: areas go by number and short name."""
    if section.area is None:
        return section.title
    facts = {"number": section.area.number, "name": section.area.short_name}
    return _("Content %(number)s: %(name)s") % facts


def _missing_in_sections(version: PlanVersion) -> list[Missing]:
    plan = version.plan
    years = plan.phase.years
    tasks: dict[int, list[PlanTask]] = defaultdict(list)
    for task in version.tasks.order_by("section", "position"):
        tasks[task.section_id].append(task)
    answered: dict[int, list[Indicator]] = defaultdict(list)
    for indicator in indicators_answered_by(plan.unit, plan.phase.campaign_id):
        if indicator.confirmed:
            answered[indicator.area_id].append(indicator)
    promised = PlanTargetYear.objects.filter(version=version).values("target")
    settled = set(
        version.targets.filter(models.Q(not_applicable=True) | models.Q(pk__in=promised))
        .order_by()
        .values_list("indicator_id", flat=True)
    )
    missing: list[Missing] = []
    for section in sections_of(version):
        found = _missing_text(section)
        if section.kind == SectionKind.AREA:
            found += _missing_tasks(section, tasks[section.pk])
            found += [
                _missing_target(section, indicator, years)
                for indicator in answered[section.area_id or 0]
                if indicator.pk not in settled
            ]
        if not found and not section.completed:
            found = [
                Missing(
                    section.key, "id_completed_0",
                    _("“%(section)s”: say that this part is finished.")
                    % {"section": _name(section)},
                )
            ]  # fmt: skip
        missing += found
    return missing


def _missing_text(section: PlanSection) -> list[Missing]:
    if section.narrative.strip():
        return []
    sentence = _("“%(section)s”: write the text.") % {"section": _name(section)}
    return [Missing(section.key, narrative_anchor(), sentence)]


def _missing_tasks(section: PlanSection, tasks: list[PlanTask]) -> list[Missing]:
    if not tasks:
        sentence = _("“%(section)s”: enter at least one task.") % {"section": _name(section)}
        return [Missing(section.key, task_anchor(0, "title"), sentence)]
    missing = []
    for index, task in enumerate(tasks):
        facts = {"section": _name(section), "number": index + 1}
        if not task.lead:
            sentence = _("“%(section)s”, task %(number)s: say who leads it.") % facts
            missing.append(Missing(section.key, task_anchor(index, "lead"), sentence))
        if not task.product:
            sentence = _("“%(section)s”, task %(number)s: say what it produces.") % facts
            missing.append(Missing(section.key, task_anchor(index, "product"), sentence))
    return missing


def _missing_target(section: PlanSection, indicator: Indicator, years: list[int]) -> Missing:
    facts = {"section": _name(section), "indicator": indicator.name}
    if indicator.not_applicable_allowed:
        sentence = _(
            "“%(section)s”: set a target for “%(indicator)s”, or say that it does not apply."
        )
    else:
        sentence = _("“%(section)s”: set a target for “%(indicator)s”.")
    return Missing(section.key, target_anchor(indicator, years[0]), sentence % facts)
