"""The search page, to which the box in the frame leads."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.plans import finding
from campaigns.plans.forms.listing import SearchForm
from campaigns.programme.models import Phase
from campaigns.programme.queries import current_campaigns_for
from emulation_portal.core import access


@access.mandated
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Plans, tasks and deliverables of one campaign that hold the words of `?q=`."""
    campaigns = current_campaigns_for(request.mandate)
    form = SearchForm(request.GET, campaigns=campaigns)
    typed, code = form.wanted()
    campaign = next((each for each in campaigns if each.code == code), next(iter(campaigns), None))
    if campaign is None:
        raise Http404
    context: dict[str, Any] = {"campaign": campaign, "form": form, "typed": typed}
    if typed:
        phases: list[Phase] = list(campaign.phases.all())
        for phase in phases:
            phase.campaign = campaign
        today = timezone.localdate()
        context["found"] = finding.search(request.mandate, campaign, phases, typed, on=today)
    return render(request, "campaigns/plans/search.html", context)
