"""The list “fix here”: what the department asked for, each leading to the place in the draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from campaigns.indicators.models import Indicator
from campaigns.plans.completeness import narrative_anchor, target_anchor, task_anchor
from campaigns.plans.models import PinKind, PlanTarget, PlanTask, PlanVersion, Remark
from campaigns.plans.remarks import remarks_to_answer

_ISSUE_FIELD, _PAPERS_FIELD = "id_number_symbol", "id_file"


@dataclass(frozen=True)
class Fix:
    """One remark with the address of the field that answers it. `is_gone`: the row it was
    pinned to no longer stands in the draft.
    """

    remark: Remark
    url: str
    is_gone: bool = False

    @property
    def is_done(self) -> bool:
        return hasattr(self.remark, "tick")

    @property
    def tick(self) -> Any:
        return getattr(self.remark, "tick", None)

    @property
    def replies(self) -> int:
        return self.remark.reply_count  # type: ignore[attr-defined]  # annotated

    @property
    def section_key(self) -> str:
        return self.remark.section.key if self.remark.section else ""


@dataclass(frozen=True)
class FixList:
    """All remarks a draft answers, and how far the unit has come."""

    fixes: list[Fix]

    @property
    def done(self) -> int:
        return sum(fix.is_done for fix in self.fixes)

    @property
    def total(self) -> int:
        return len(self.fixes)

    @property
    def left(self) -> int:
        return self.total - self.done

    def of_section(self, key: str) -> list[Fix]:
        return [fix for fix in self.fixes if fix.section_key == key]

    def by_section(self) -> dict[str, list[Fix]]:
        """The remarks by section key; those on issue and papers stand under ""."""
        found: dict[str, list[Fix]] = {}
        for fix in self.fixes:
            found.setdefault(fix.section_key, []).append(fix)
        return found


def fixes_for(version: PlanVersion) -> FixList:
    """Return what the draft `version` has to answer; empty where nothing was asked for.

    At most three queries, whatever the number of remarks, tasks and targets.
    """
    remarks = list(remarks_to_answer(version))
    rows = [remark.row for remark in remarks if remark.pin_kind == PinKind.TASK]
    positions = _task_positions(version, rows)
    indicators = _indicators(
        version, [remark.row for remark in remarks if remark.pin_kind == PinKind.TARGET]
    )
    return FixList([_fix(version, remark, positions, indicators) for remark in remarks])


def _task_positions(version: PlanVersion, rows: Iterable[Any]) -> dict[Any, tuple[int, int]]:
    """Section id and index in the editor of the draft's tasks, by identity."""
    if not list(rows):
        return {}
    found: dict[Any, tuple[int, int]] = {}
    counted: dict[int, int] = {}
    tasks = PlanTask.objects.filter(version=version).order_by("section", "position")
    for identity, section_id in tasks.values_list("identity", "section_id"):
        index = counted.get(section_id, 0)
        counted[section_id] = index + 1
        found[identity] = (section_id, index)
    return found


def _indicators(version: PlanVersion, rows: Iterable[Any]) -> dict[Any, Indicator]:
    """The indicators of targets of any version of the plan, by the target's identity."""
    identities = list(rows)
    if not identities:
        return {}
    targets = PlanTarget.objects.filter(version__plan=version.plan_id, identity__in=identities)
    return {target.identity: target.indicator for target in targets.select_related("indicator")}


def _fix(
    version: PlanVersion,
    remark: Remark,
    positions: dict[Any, tuple[int, int]],
    indicators: dict[Any, Indicator],
) -> Fix:
    plan = version.plan
    if remark.section is None:
        is_issue = remark.pin_kind == PinKind.ISSUE
        page = reverse(f"campaigns:plan-{'issue' if is_issue else 'papers'}", args=[plan.pk])
        return Fix(remark, f"{page}#{_ISSUE_FIELD if is_issue else _PAPERS_FIELD}")
    page = reverse("campaigns:plan-section", args=[plan.pk, remark.section.key])
    if remark.pin_kind == PinKind.TASK:
        if remark.row not in positions:
            return Fix(remark, f"{page}#tasks", is_gone=True)
        return Fix(remark, f"{page}#{task_anchor(positions[remark.row][1], 'title')}")
    if remark.pin_kind == PinKind.TARGET and remark.row in indicators:
        indicator = indicators[remark.row]
        return Fix(remark, f"{page}#{target_anchor(indicator, plan.phase.years[0])}")
    return Fix(remark, f"{page}#{narrative_anchor()}")
