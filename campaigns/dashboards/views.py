"""The department's first dashboard, and everybody's home."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from campaigns.dashboards.forms import DashboardFilters
from campaigns.dashboards.home import home_page
from campaigns.dashboards.queries import (
    deliverable_counts,
    plan_deadline_note,
    plan_figures,
    target_counts,
)
from campaigns.plans.listing import PlanStatus, units_with_plans
from campaigns.programme.models import Campaign, ContentArea, DeliverableState, Phase, in_language
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access
from emulation_portal.core.charts import HeatCell, HeatColumn, HeatRow, heat_map
from units.models import Role

HEAT_PAGE = 100
DEPARTMENT = (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR, Role.OBSERVER)


@access.mandated
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the person, by the mandate acted in."""
    page = home_page(request.mandate, on=timezone.localdate())
    return render(request, page.template, page.context)


@access.roles(*DEPARTMENT)
def dashboard_index(request: HttpRequest) -> HttpResponse:
    """The dashboard of the first campaign the mandate sees."""
    campaign = campaign_or_404(request.mandate, None)
    return redirect("campaigns:dashboard", campaign.code)


@access.roles(*DEPARTMENT)
def dashboard(request: HttpRequest, code: str) -> HttpResponse:
    campaign = campaign_or_404(request.mandate, code)
    today = timezone.localdate()
    form = DashboardFilters(request.GET, campaign=campaign)
    chosen = form.cleaned_data if form.is_valid() else {}
    phase = chosen.get("phase") or _current_phase(campaign)
    block = chosen.get("block")
    units = units_with_plans(
        phase,
        on=today,
        block_id=block.pk if block else None,
        kind=chosen.get("kind", ""),
        search=chosen.get("q", ""),
    )
    areas = list(campaign.areas.all())
    columns = ("pk", "code", "name_vi", "name_en", "plan_id", "version_id", "state")
    page = Paginator(units.values(*columns), HEAT_PAGE).get_page(request.GET.get("page"))
    list_url = reverse("campaigns:plan-list", args=[campaign.code])
    filters = {
        "phase": phase.pk, "block": block.pk if block else "",
        "kind": chosen.get("kind", ""), "q": chosen.get("q", ""),
    }
    return render(
        request,
        "campaigns/dashboards/dashboard.html",
        {
            "campaign": campaign,
            "phase": phase,
            "form": form,
            "figures": _figures(plan_figures(units), list_url, filters),
            "deadline_note": plan_deadline_note(phase.plan_deadline, campaign.go_live_date),
            "heat": _heat_map(list(page), areas),
            "page": page,
            "deliverables": _deliverable_figures(campaign),
            "now": timezone.now(),
        },
    )


def _current_phase(campaign: Campaign) -> Phase:
    phases = campaign.phases.all()
    return phases.current(timezone.localdate()).first() or phases.order_by("number")[0]


def _figures(counts: Any, list_url: str, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """The five figures, each leading to the list behind it."""
    query = "&".join(f"{name}={value}" for name, value in filters.items() if value)

    def figure(number: int, label: str, status: str, tone: str, note: str = "") -> dict[str, Any]:
        url = f"{list_url}?{query}" + (f"&status={status}" if status else "")
        return {"number": number, "label": label, "url": url, "tone": tone, "note": note}

    waiting = _("%(count)s waiting for review") % {"count": counts.sent} if counts.sent else ""
    missing = _("%(count)s not received") % {"count": counts.missing} if counts.missing else ""
    late = _("%(count)s issued after the deadline") % {"count": counts.late} if counts.late else ""
    return [
        figure(counts.expected, _("Units expected"), "", "neutral"),
        figure(counts.received, _("Plans received"), PlanStatus.RECEIVED, "info", missing),
        figure(counts.on_time, _("Issued on time"), PlanStatus.ON_TIME, "success", late),
        figure(counts.returned, _("Additions needed"), PlanStatus.RETURNED, "warning"),
        figure(counts.accepted, _("Plans accepted"), PlanStatus.ACCEPTED, "success", waiting),
    ]


def _heat_map(units: list[dict[str, Any]], areas: list[ContentArea]) -> SafeString:
    """Units down, content areas across; a received plan's cells lead to its sections."""
    counts = target_counts(unit["version_id"] for unit in units if unit["version_id"])
    return heat_map(
        caption=_("Targets set, by unit and content area"),
        corner=_("Unit"),
        columns=[
            HeatColumn(
                name=_("Content %(number)s: %(name)s") % {"number": area.number, "name": area.name},
                short=_("Content %(number)s: %(name)s")
                % {"number": area.number, "name": area.short_name},
            )
            for area in areas
        ],
        rows=[_heat_row(unit, areas, counts) for unit in units],
    )


def _heat_row(
    unit: dict[str, Any], areas: list[ContentArea], counts: dict[tuple[int, int], tuple[int, int]]
) -> HeatRow:
    name = in_language(unit["name_vi"], unit["name_en"])
    version = unit["version_id"]
    if not version:
        # Nothing has come in: how many indicators apply is not known either.
        return HeatRow(name, [HeatCell(done=None, applicable=1) for _area in areas])
    url = reverse("campaigns:plan-detail", args=[unit["plan_id"]])
    return HeatRow(
        name,
        [
            HeatCell(*counts.get((version, area.pk), (0, 0)), url=f"{url}#area-{area.number}")
            for area in areas
        ],
        url,
    )


def _deliverable_figures(campaign: Campaign) -> list[dict[str, Any]]:
    url = reverse("campaigns:deliverable-list", args=[campaign.code])
    tones = {
        DeliverableState.DONE: "success", DeliverableState.IN_PROGRESS: "progress",
        DeliverableState.NOT_STARTED: "neutral", DeliverableState.UNDETERMINED: "warning",
    }
    return [
        {
            "number": count, "label": DeliverableState(state).label,
            "url": f"{url}?state={state}", "tone": tones[DeliverableState(state)],
        }
        for state, count in deliverable_counts(campaign).items()
    ]
