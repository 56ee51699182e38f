"""Reads of indicators."""

from dataclasses import dataclass

from django.db import models

from campaigns.indicators.models import Indicator, MinistryTarget
from campaigns.programme.models import Campaign, ContentArea


@dataclass(frozen=True)
class AreaIndicators:
    area: ContentArea
    indicators: list[Indicator]


def indicators_by_area(campaign: Campaign) -> list[AreaIndicators]:
    """Every area of the campaign with its indicators, each with supplier and ministry targets
    by year; three queries, whatever their number.
    """
    areas = [AreaIndicators(area, []) for area in campaign.areas.all()]
    by_area = {group.area.pk: group for group in areas}
    rows = (
        Indicator.objects.filter(campaign=campaign)
        .select_related("supplier")
        .prefetch_related(
            models.Prefetch("ministry_targets", MinistryTarget.objects.order_by("year"))
        )
        .order_by("position", "pk")
    )
    for indicator in rows:
        group = by_area[indicator.area_id]
        indicator.area = group.area
        for target in indicator.ministry_targets.all():
            target.indicator = indicator
        group.indicators.append(indicator)
    return areas
