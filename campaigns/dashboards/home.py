"""The page after sign-in: what waits for a person, by the mandate acted in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.dashboards.cards import plan_cards
from campaigns.dashboards.queries import (
    QueueFigures,
    failed_letters,
    held_letters,
    longest_waiting,
    plan_figures,
    queue_figures,
)
from campaigns.dashboards.unit_home import unit_home
from campaigns.plans.listing import phase_shown, units_with_plans
from campaigns.plans.review_queue import QueueView
from campaigns.plans.rules import units_not_reviewed
from campaigns.programme.models import Campaign
from campaigns.programme.queries import current_campaigns_for
from emulation_portal.formats.writing import show_date, show_number
from units.models import Mandate, Role


@dataclass(frozen=True)
class HomePage:
    template: str
    context: dict[str, Any]


def home_page(mandate: Mandate, *, on: date) -> HomePage:
    """Choose the page of the mandate's role and fill it; as many statements for two hundred
    campaigns, phases or plans as for one.
    """
    if mandate.is_unit_side:
        return HomePage("campaigns/dashboards/home_unit.html", unit_home(mandate, on=on))
    campaigns = current_campaigns_for(mandate)
    if mandate.is_department:
        context = _department(campaigns, mandate, on)
        return HomePage("campaigns/dashboards/home_department.html", context)
    if mandate.is_administrator:
        context = _administrator(campaigns, on)
        return HomePage("campaigns/dashboards/home_administrator.html", context)
    context = {"campaigns": campaigns}
    if mandate.role == Role.OBSERVER:
        context |= _latest_in_figures(campaigns, on)
    return HomePage("campaigns/dashboards/home_reader.html", context)


# --- The department -----------------------------------------------------------------------


def _department(campaigns: Sequence[Campaign], mandate: Mandate, on: date) -> dict[str, Any]:
    queues, held = queue_figures(campaigns, mandate, on=on), held_letters(campaigns)
    return {
        "lines": [
            {
                "campaign": campaign,
                "figures": _queue_cards(campaign, queues.get(campaign.pk, QueueFigures())),
                "held": held.get(campaign.pk, 0),
            }
            for campaign in campaigns
        ],
        "longest_waiting": longest_waiting(
            campaigns, not_reviewed=units_not_reviewed(mandate, on=on)
        ),
    }


def _queue_cards(campaign: Campaign, queue: QueueFigures) -> list[dict[str, Any]]:
    url = reverse("campaigns:review-queue", args=[campaign.code])
    oldest = (
        _("The oldest since %(date)s") % {"date": show_date(queue.oldest)} if queue.oldest else ""
    )
    return [
        {"number": show_number(queue.waiting), "label": _("Plans waiting for review"),
         "url": url, "tone": "info", "note": oldest},
        {"number": show_number(queue.overdue), "label": _("Waiting too long"),
         "url": f"{url}?view={QueueView.OVERDUE.value}",
         "tone": "warning" if queue.overdue else "neutral"},
        {"number": show_number(queue.mine), "label": _("Taken by you"),
         "url": f"{url}?view={QueueView.MINE.value}", "tone": "progress"},
    ]  # fmt: skip


# --- Administrators and observers ---------------------------------------------------------


def _latest_in_figures(campaigns: Sequence[Campaign], on: date) -> dict[str, Any]:
    """The five figures of the latest campaign's phase under way; nothing without one."""
    if not campaigns:
        return {}
    campaign = campaigns[0]
    phase = phase_shown(list(campaign.phases.all()), "", on=on)
    if phase is None:
        return {}
    phase.campaign = campaign
    counts = plan_figures(units_with_plans(phase, on=on))
    return {
        "phase": phase,
        "figures": plan_cards(campaign, counts, filters={"phase": phase.pk}),
    }


def _administrator(campaigns: Sequence[Campaign], on: date) -> dict[str, Any]:
    failed = failed_letters()
    tasks = [
        {"title": _("People"), "url": reverse("units:people-list"),
         "hint": _("Invite people, give and end mandates, print one-time passwords")},
        {"title": _("Units"), "url": reverse("units:unit-list"),
         "hint": _("Import and export, names over time, mergers, blocks of the year")},
        *(
            {"title": _("Facts to confirm: %(campaign)s") % {"campaign": campaign.name},
             "url": reverse("campaigns:unconfirmed-list", args=[campaign.code]),
             "hint": _("What still rests on no text of the ministry")}
            for campaign in campaigns
        ),
        {"title": _("Outgoing mail"), "url": reverse("core:message-list"),
         "hint": _("What was sent, what waits, what failed and why"),
         "tone": "danger" if failed else "",
         "status": ngettext("%(count)s failed", "%(count)s failed", failed)
         % {"count": show_number(failed)} if failed else _("Nothing failed")},
        {"title": _("Components"), "url": reverse("core:style"),
         "hint": _("Every part of the portal's pages in each of its states")},
    ]  # fmt: skip
    return {"campaigns": campaigns, "tasks": tasks, **_latest_in_figures(campaigns, on)}
