"""What waits for a person, by the mandate acted in: the page after sign-in."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.plans.models import Plan, PlanVersion
from campaigns.plans.queries import phases_of_unit, plans_of_unit
from campaigns.plans.states import PlanState
from campaigns.programme.models import Campaign, Phase
from campaigns.programme.queries import visible_campaigns
from emulation_portal.core.outbox import MessageState
from emulation_portal.core.outbox.models import Message
from emulation_portal.formats.writing import show_date
from units.models import Mandate


@dataclass(frozen=True)
class Card:
    """One thing on the home page: what, by when, how far, and the one step that follows."""

    title: str
    text: str
    url: str
    action: str
    state: str = ""
    state_label: str = ""
    quote: str = ""


@dataclass(frozen=True)
class HomePage:
    template: str
    context: dict[str, Any] = field(default_factory=dict)


def home_page(mandate: Mandate, *, on: date) -> HomePage:
    """Choose the page of the mandate's side and fill it; constant queries."""
    if mandate.is_unit_side:
        return HomePage("campaigns/dashboards/home_unit.html", _unit_home(mandate, on))
    if mandate.is_department:
        return HomePage("campaigns/dashboards/home_department.html", _department_home(mandate))
    return HomePage(
        "campaigns/dashboards/home_reader.html", {"campaigns": visible_campaigns(mandate)}
    )


def _unit_home(mandate: Mandate, on: date) -> dict[str, Any]:
    plans = plans_of_unit(mandate.unit)
    remarks = dict(
        PlanVersion.objects.filter(pk__in=[p.current_id for p in plans.values() if p.current_id])
        .order_by()
        .values_list("pk")
        .annotate(Count("remarks"))
    )
    todo: list[Card] = []
    waiting: list[Card] = []
    for phases in phases_of_unit(mandate.unit).values():
        for phase in phases:
            plan = plans.get(phase.pk)
            if plan is None and not _is_asked_for(phase, on):
                continue
            card = _plan_card(phase, plan, remarks, on)
            (todo if card.action else waiting).append(card)
    return {"todo": todo, "waiting": waiting, "unit": mandate.unit}


def _is_asked_for(phase: Phase, on: date) -> bool:
    return phase.starts_on <= on < phase.ends_on


def _plan_card(phase: Phase, plan: Plan | None, remarks: dict[int, int], on: date) -> Card:
    title = _("Plan for %(phase)s") % {"phase": phase.name}
    drafts: list[PlanVersion] = getattr(plan, "open_drafts", [])
    current = plan.current if plan else None
    if plan is None or (current is None and not drafts):
        return Card(
            title, _deadline_text(phase, on), reverse("campaigns:plan-start", args=[phase.pk]),
            _("Start the plan"), "not_started", _("Not started"),
        )
    url = plan.get_absolute_url()
    if current is not None and current.state == PlanState.RETURNED:
        count = remarks.get(current.pk, 0)
        text = ngettext(
            "The department asks for additions; %(count)s remark.",
            "The department asks for additions; %(count)s remarks.",
            count,
        ) % {"count": count}
        return Card(
            title, text, url, _("Make the additions"), current.state,
            current.get_state_display(), current.decision_reason,
        )
    if drafts:
        text = _("Version %(number)s is being written.") % {"number": drafts[0].number}
        return Card(
            title, f"{text} {_deadline_text(phase, on) if current is None else ''}".strip(), url,
            _("Continue"), PlanState.DRAFT, str(PlanState.DRAFT.label),
        )
    assert current is not None  # noqa: S101 - no draft, so a version was received
    sent = show_date(current.sent_at) if current.sent_at else ""
    return Card(
        title, _("Version %(number)s, sent on %(date)s.") % {"number": current.number, "date": sent},
        url, "", current.state, current.get_state_display(),
    )


def _deadline_text(phase: Phase, on: date) -> str:
    """The deadline in words; one before go-live is no fault of the unit's."""
    if phase.plan_deadline is None:
        return _("The deadline has not been set.")
    day = {"date": show_date(phase.plan_deadline)}
    if phase.plan_deadline < phase.campaign.go_live_date:
        return _(
            "Plans were to be issued by %(date)s, before this portal went live. If yours is "
            "issued on paper, register it with its scan."
        ) % day
    days = (phase.plan_deadline - on).days
    if days < 0:
        return _("It was to be issued by %(date)s.") % day
    return ngettext(
        "To be issued by %(date)s: %(days)s day left.",
        "To be issued by %(date)s: %(days)s days left.",
        days,
    ) % {**day, "days": days}


def _department_home(mandate: Mandate) -> dict[str, Any]:
    campaigns = list(visible_campaigns(mandate))
    return {"campaigns": [_campaign_lines(campaign, mandate) for campaign in campaigns]}


def _campaign_lines(campaign: Campaign, mandate: Mandate) -> dict[str, Any]:
    waiting = PlanVersion.objects.filter(
        plan__phase__campaign=campaign, state=PlanState.SENT
    ).aggregate(count=Count("pk"), oldest=Min("sent_at"))
    mine = PlanVersion.objects.filter(
        plan__phase__campaign=campaign, state=PlanState.SENT, reviewer=mandate
    ).count()
    held = Message.objects.filter(
        state=MessageState.HELD, context__campaign=campaign.pk
    ).count()
    queue = reverse("campaigns:review-queue", args=[campaign.code])
    return {
        "campaign": campaign,
        "figures": [
            {"number": waiting["count"], "label": _("Plans waiting for review"), "url": queue,
             "tone": "info",
             "note": _("The oldest since %(date)s") % {"date": show_date(waiting["oldest"])}
             if waiting["oldest"] else ""},
            {"number": mine, "label": _("Taken by you"), "url": f"{queue}?view=mine",
             "tone": "progress"},
            {"number": held, "label": _("Reminders held for release"),
             "url": reverse("campaigns:held-reminders", args=[campaign.code]), "tone": "warning"},
        ],
    }
