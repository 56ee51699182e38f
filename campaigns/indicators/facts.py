"""Indicators and ministry targets on the administrator's list of unconfirmed facts."""

from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator, MinistryTarget
from campaigns.indicators.wording import target_in_words
from campaigns.programme.facts import FactKind, register_facts


def register() -> None:
    """Called once, by the app's `ready()`."""
    register_facts(
        FactKind(
            "indicator",
            _("Indicators"),
            Indicator,
            lambda campaign: campaign.indicators.select_related("area"),
            lambda row: row.name,
            lambda row: row.area.short_name,
        )
    )
    register_facts(
        FactKind(
            "ministry-target",
            _("Ministry targets"),
            MinistryTarget,
            lambda campaign: (
                MinistryTarget.objects.filter(indicator__campaign=campaign)
                .select_related("indicator")
                .order_by("indicator__area__number", "indicator__position", "year")
            ),
            lambda row: row.indicator.name,
            target_in_words,
        )
    )
