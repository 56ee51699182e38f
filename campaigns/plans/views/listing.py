"""The list of a campaign's plans, one row per unit."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.plans import listing
from campaigns.plans.forms.listing import PlanListFilters
from campaigns.programme.models import Phase, PlanFlow
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access
from units.models import Block

PAGE = 50


@access.mandated
@require_safe
def plans_index(request: HttpRequest) -> HttpResponse:
    """The list of the latest campaign the mandate sees."""
    campaign = campaign_or_404(request.mandate, None)
    return redirect("campaigns:plan-list", campaign.code)


@access.mandated
@require_safe
def plan_list(request: HttpRequest, code: str) -> HttpResponse:
    """The expected units of a phase with their plans; readers from outside see issued plans."""
    campaign = campaign_or_404(request.mandate, code)
    today = timezone.localdate()
    phases = list(campaign.phases.all())
    for known in phases:
        known.campaign = campaign
    sees_every_unit = listing.sees_every_unit(request.mandate)
    form = PlanListFilters(
        request.GET,
        phases=phases,
        blocks=list(Block.objects.all()),
        sees_every_unit=sees_every_unit,
        review_first=campaign.plan_flow == PlanFlow.REVIEW_FIRST,
    )
    wanted = form.wanted()
    phase = listing.phase_shown(phases, wanted["phase"], on=today)
    context: dict[str, Any] = {
        "campaign": campaign,
        "form": form,
        "phase": phase,
        "sees_every_unit": sees_every_unit,
        "is_narrowed": any(wanted[name] for name in ("block", "kind", "status", "q")),
    }
    if phase is not None:
        units = listing.listed_units(
            request.mandate, phase, on=today,
            status=wanted["status"], order=wanted["sort"], kind=wanted["kind"],
            block_id=int(wanted["block"]) if wanted["block"] else None, search=wanted["q"],
        )  # fmt: skip
        page = Paginator(units.values(*listing.ROW_COLUMNS), PAGE).get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "rows": [
                listing.plan_row(row, phase=phase, on=today, mandate=request.mandate)
                for row in page
            ],
            "before_go_live": phase.plan_deadline is not None
            and phase.plan_deadline < campaign.go_live_date,
            "enter_url": _enter_url(request, phase),
        }
    return render(request, "campaigns/plans/list.html", context)


def _enter_url(request: HttpRequest, phase: Phase) -> str:
    """Where the department registers a plan on paper for a unit that has none here."""
    if not request.mandate.is_department:
        return ""
    return reverse("campaigns:plan-register-paper", args=[phase.pk])
