"""The department's dashboard, and everybody's home."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.dashboards.cards import plan_cards
from campaigns.dashboards.forms import DashboardFilters
from campaigns.dashboards.heat import COLUMNS, MISSING, area_heat_map
from campaigns.dashboards.home import home_page
from campaigns.dashboards.queries import (
    AreaDeliverables,
    areas_with_deliverables,
    held_letters,
    plan_figures,
)
from campaigns.dashboards.registration import READERS
from campaigns.plans.listing import phase_shown, units_with_plans
from campaigns.programme.models import Campaign, DeliverableState, Phase
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access
from emulation_portal.formats.writing import show_number
from units.models import Block

HEAT_PAGE = 100
DELIVERABLE_TONES = {
    DeliverableState.DONE: "success",
    DeliverableState.IN_PROGRESS: "progress",
    DeliverableState.NOT_STARTED: "neutral",
    DeliverableState.UNDETERMINED: "warning",
}


class _CountedPaginator(Paginator):
    """Pages of rows that have been counted already."""

    def __init__(self, rows: Any, per_page: int, *, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count  # fills the cached property


@access.mandated
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the person, by the mandate acted in."""
    page = home_page(request.mandate, on=timezone.localdate())
    return render(request, page.template, page.context)


@access.roles(*READERS)
@require_safe
def dashboard_index(request: HttpRequest) -> HttpResponse:
    """The dashboard of the latest campaign the mandate sees."""
    campaign = campaign_or_404(request.mandate, None)
    return redirect("campaigns:dashboard", campaign.code)


@access.roles(*READERS)
@require_safe
def dashboard(request: HttpRequest, code: str) -> HttpResponse:
    """The plans of a phase in figures, by unit and content area, and the deliverables."""
    campaign = campaign_or_404(request.mandate, code)
    phases = list(campaign.phases.all())
    areas = areas_with_deliverables(campaign)
    form = DashboardFilters(
        request.GET,
        phases=phases,
        blocks=list(Block.objects.all()),
        areas=[line.area for line in areas],
    )
    wanted = form.wanted()
    shown_areas = [line for line in areas if wanted["area"] in ("", str(line.area.number))]
    phase = phase_shown(phases, wanted["phase"], on=timezone.localdate())
    context: dict[str, Any] = {
        "campaign": campaign,
        "form": form,
        "deliverables": _deliverable_cards(campaign, shown_areas, wanted["area"]),
        "held": held_letters([campaign]).get(campaign.pk, 0),
        "now": timezone.now(),
    }
    if phase is not None:
        phase.campaign = campaign
        context |= _plans(request, phase, shown_areas, wanted)
    return render(request, "campaigns/dashboards/dashboard.html", context)


def _plans(
    request: HttpRequest, phase: Phase, areas: Sequence[AreaDeliverables], wanted: dict[str, str]
) -> dict[str, Any]:
    units = units_with_plans(
        phase,
        on=timezone.localdate(),
        block_id=int(wanted["block"]) if wanted["block"] else None,
        kind=wanted["kind"],
        search=wanted["q"],
    )
    counts = plan_figures(units)
    rows = units.values(*COLUMNS)
    page = _CountedPaginator(rows, HEAT_PAGE, count=counts.expected).get_page(
        request.GET.get("page")
    )
    narrowing = {name: wanted[name] for name in ("block", "kind", "q")}
    return {
        "phase": phase,
        "figures": plan_cards(phase.campaign, counts, filters={"phase": phase.pk, **narrowing}),
        "is_narrowed": any(narrowing.values()),
        "page": page,
        "missing": MISSING,
        "heat": area_heat_map(list(page), [line.area for line in areas], mandate=request.mandate),
    }


def _deliverable_cards(
    campaign: Campaign, areas: Sequence[AreaDeliverables], area: str
) -> list[dict[str, Any]]:
    """The deliverables of the shown areas by state, each figure leading to those behind it."""
    url = reverse("campaigns:deliverable-list", args=[campaign.code])
    narrowed = f"&area={area}" if area else ""
    return [
        {
            "number": show_number(sum(line.counts[state] for line in areas)),
            "label": state.label,
            "url": f"{url}?state={state.value}{narrowed}",
            "tone": DELIVERABLE_TONES[state],
        }
        for state in DeliverableState
    ]
