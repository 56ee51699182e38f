"""Tables of tasks and of paper plans that come back, judged under the mandate that brings them."""

from datetime import datetime

from django.utils import timezone

from campaigns.programme.models import Campaign
from campaigns.programme.queries import visible_campaigns
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.imports import Scope
from units.models import Mandate


def mandate_of(scope: Scope, at: datetime) -> Mandate:
    """Return the mandate the rows are judged under. Raises NotAllowed when it holds no longer."""
    held = Mandate.objects.valid_on(timezone.localdate(at)).select_related("unit", "person")
    mandate = held.filter(pk=scope["mandate"]).first()
    if mandate is None:
        raise NotAllowed
    return mandate


def campaign_of(scope: Scope, mandate: Mandate) -> Campaign:
    """Return the campaign the rows are of. Raises NotAllowed where the mandate may not see it."""
    campaign = visible_campaigns(mandate).filter(code=scope["campaign"]).first()
    if campaign is None:
        raise NotAllowed
    return campaign
