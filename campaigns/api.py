"""What other apps may use of this one. Filled by name as they need it."""

from campaigns.programme.queries import (
    campaign_or_404,
    current_campaigns_for,
    expected_units,
    visible_campaigns,
)

__all__ = [
    "campaign_or_404",
    "current_campaigns_for",
    "expected_units",
    "visible_campaigns",
]
