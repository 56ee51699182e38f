"""What waits for a unit: its plans to write or complete, and those the department has."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.dashboards.queries import next_periods, remark_counts
from campaigns.plans.models import Plan, PlanVersion
from campaigns.plans.obligations import is_asked_for
from campaigns.plans.queries import phases_of_unit, plans_of_unit
from campaigns.plans.states import PlanState
from campaigns.programme.models import Phase
from emulation_portal.formats.writing import show_date, show_number
from units.models import Mandate, Unit


@dataclass(frozen=True)
class Card:
    """One thing on the page: what, by when, how far, and the one step that follows.

    Without an `action` there is nothing to do, only something to look at.
    """

    title: str
    campaign: str
    text: str
    url: str
    state_label: str
    state: str = ""
    tone: str = ""
    action: str = ""
    # A second way, where there is one.
    other_url: str = ""
    other_action: str = ""
    quote: str = ""
    # Those given back come first, then the nearest deadline.
    urgency: tuple[bool, date] = (True, date.max)


def unit_home(mandate: Mandate, *, on: date) -> dict[str, Any]:
    """Return the unit's cards and the next reporting deadlines; five statements."""
    unit = mandate.unit
    plans = plans_of_unit(unit)
    given_back = [
        plan.current.pk for plan in plans.values()
        if plan.current is not None and plan.current.state == PlanState.RETURNED
    ]  # fmt: skip
    remarks = remark_counts(given_back) if given_back else {}
    cards = [
        _card(phase, plans.get(phase.pk), remarks, on)
        for phases in phases_of_unit(unit).values()
        for phase in phases
        if phase.pk in plans or _is_expected(unit, phase, on)
    ]
    return {
        "unit": unit,
        "todo": sorted((card for card in cards if card.action), key=lambda card: card.urgency),
        "with_department": [card for card in cards if not card.action],
        "periods": next_periods(unit, on=on),
    }


def _is_expected(unit: Unit, phase: Phase, on: date) -> bool:
    """Whether the unit is asked to plan for the phase: not one founded after the deadline."""
    founded_in_time = phase.plan_deadline is None or unit.exists_on(phase.plan_deadline)
    return unit.owes_plan and founded_in_time and is_asked_for(phase, on=on)


def _card(phase: Phase, plan: Plan | None, remarks: dict[int, int], on: date) -> Card:
    drafts: list[PlanVersion] = getattr(plan, "open_drafts", [])
    current = plan.current if plan else None
    if plan is not None and current is not None and current.state == PlanState.RETURNED:
        return _returned_card(plan, phase, current, remarks.get(current.pk, 0))
    if plan is not None and drafts:
        return _draft_card(plan, phase, drafts[0], on)
    if plan is not None and current is not None:
        return _received_card(plan, phase, current)
    return Card(
        title=_title(phase),
        campaign=phase.campaign.name,
        text=_deadline_text(phase, on),
        url=reverse("campaigns:plan-start", args=[phase.pk]),
        state_label=_("Not in the portal yet"),
        tone="neutral",
        action=_("Start the plan"),
        other_url=reverse("campaigns:plan-register-paper", args=[phase.pk]),
        other_action=_("Register from paper"),
        urgency=(True, phase.plan_deadline or date.max),
    )


def _title(phase: Phase) -> str:
    return _("Plan for %(phase)s") % {"phase": phase.name}


def _returned_card(plan: Plan, phase: Phase, version: PlanVersion, remarks: int) -> Card:
    text = ngettext(
        "The department asks for additions; there is %(count)s remark beside the parts of the plan.",
        "The department asks for additions; there are %(count)s remarks beside the parts of the plan.",
        remarks,
    ) % {"count": show_number(remarks)}
    return Card(
        title=_title(phase),
        campaign=phase.campaign.name,
        text=text if remarks else _("The department asks for additions."),
        url=plan.get_absolute_url(),
        state=version.state,
        state_label=version.get_state_display(),
        action=_("Make the additions"),
        quote=version.decision_reason,
        urgency=(False, phase.plan_deadline or date.max),
    )


def _draft_card(plan: Plan, phase: Phase, draft: PlanVersion, on: date) -> Card:
    text = _("Version %(number)s is being written.") % {"number": draft.number}
    if plan.in_force is not None:
        text += " " + _("Version %(number)s stays in force meanwhile.") % {
            "number": plan.in_force.number
        }
    else:
        text += " " + _deadline_text(phase, on)
    return Card(
        title=_title(phase),
        campaign=phase.campaign.name,
        text=text,
        url=plan.get_absolute_url(),
        state=draft.state,
        state_label=draft.get_state_display(),
        action=_("Continue"),
        urgency=(True, phase.plan_deadline or date.max),
    )


def _received_card(plan: Plan, phase: Phase, version: PlanVersion) -> Card:
    assert version.sent_at is not None  # noqa: S101 - by constraint: only drafts are not sent
    facts = {"number": version.number, "date": show_date(version.sent_at)}
    if version.state == PlanState.ACCEPTED:
        text = _("Version %(number)s, sent on %(date)s, is in force.") % facts
    elif version.taken_at is not None:
        text = _("Version %(number)s, sent on %(date)s, is being reviewed.") % facts
    else:
        text = _("Version %(number)s, sent on %(date)s, waits for the department.") % facts
    return Card(
        title=_title(phase),
        campaign=phase.campaign.name,
        text=text,
        url=plan.get_absolute_url(),
        state=version.state,
        state_label=version.get_state_display(),
    )


def _deadline_text(phase: Phase, on: date) -> str:
    """The deadline in words; one before go-live is no fault of the unit's."""
    if phase.plan_deadline is None:
        return _("The deadline has not been set.")
    day = {"date": show_date(phase.plan_deadline)}
    if phase.plan_deadline < phase.campaign.go_live_date:
        return _(
            "Plans were to be issued by %(date)s, before this portal went live on %(live)s. If "
            "yours is issued on paper, register it with its scan: its date of issue counts."
        ) % {**day, "live": show_date(phase.campaign.go_live_date)}
    days = (phase.plan_deadline - on).days
    if days < 0:
        return _("It was to be issued by %(date)s.") % day
    return ngettext(
        "To be issued by %(date)s: %(days)s day left.",
        "To be issued by %(date)s: %(days)s days left.",
        days,
    ) % {**day, "days": show_number(days)}
