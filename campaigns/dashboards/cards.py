"""The five figures of a phase's plans, each leading to the list behind it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.dashboards.queries import PlanFigures
from campaigns.plans.listing import PlanStatus
from campaigns.programme.models import Campaign
from emulation_portal.formats.writing import show_number


def plan_cards(
    campaign: Campaign, counts: PlanFigures, *, filters: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return expected, received, on time, returned and accepted for `_figures.html`.

    `filters` are those of the list of plans that choose the counted units; empty ones are left
    out of the addresses.
    """
    list_url = reverse("campaigns:plan-list", args=[campaign.code])
    chosen = {name: value for name, value in filters.items() if value}

    def card(
        number: int, label: str | Promise, status: str, tone: str, note: str = ""
    ) -> dict[str, Any]:
        query = urlencode({**chosen, "status": status} if status else chosen)
        return {
            "number": show_number(number), "label": label, "url": f"{list_url}?{query}",
            "tone": tone, "note": note,
        }  # fmt: skip

    missing = ngettext(
        "%(count)s is not on the portal yet", "%(count)s are not on the portal yet", counts.missing
    )
    late = ngettext(
        "%(count)s issued after the deadline", "%(count)s issued after the deadline", counts.late
    )
    waiting = ngettext("%(count)s waits for review", "%(count)s wait for review", counts.sent)
    return [
        card(counts.expected, _("Units expected"), "", "neutral"),
        card(counts.received, _("Plans received"), PlanStatus.RECEIVED, "info",
             _note(missing, counts.missing)),
        card(counts.on_time, _("Issued on time"), PlanStatus.ON_TIME, "success",
             _note(late, counts.late)),
        card(counts.returned, _("Additions needed"), PlanStatus.RETURNED, "warning"),
        card(counts.accepted, _("Plans accepted"), PlanStatus.ACCEPTED, "success",
             _note(waiting, counts.sent)),
    ]  # fmt: skip


def _note(sentence: str, count: int) -> str:
    return sentence % {"count": show_number(count)} if count else ""
