"""The campaign's indicators, for everybody who takes part."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.indicators.queries import indicators_by_area
from campaigns.indicators.wording import rules_in_words, target_value_in_words
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access


@access.mandated
@require_safe
def indicator_list(request: HttpRequest, code: str) -> HttpResponse:
    """Indicators by area: rules in words, targets by year with their sources."""
    campaign = campaign_or_404(request.mandate, code)
    groups = [
        {
            "area": group.area,
            "rows": [
                {
                    "indicator": indicator,
                    "rules": rules_in_words(indicator),
                    "targets": [
                        {"target": target, "value": target_value_in_words(target)}
                        for target in indicator.ministry_targets.all()
                    ],
                }
                for indicator in group.indicators
            ],
        }
        for group in indicators_by_area(campaign)
    ]
    return render(
        request,
        "campaigns/indicators/indicator_list.html",
        {"campaign": campaign, "groups": groups, "year": timezone.localdate().year},
    )
