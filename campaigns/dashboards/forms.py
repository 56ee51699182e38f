"""The dashboard's filters: everything stands in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.plans.forms.listing import PlanListFilters, offer
from campaigns.programme.models import ContentArea


class DashboardFilters(PlanListFilters):
    """Those of the list of plans that choose units, and the content area. The state of a plan is
    not among them: the figures themselves divide the units by it.
    """

    area = forms.ChoiceField(label=_("Content area"), required=False)

    def __init__(self, *args: Any, areas: list[ContentArea], **kwargs: Any) -> None:
        super().__init__(*args, sees_every_unit=True, review_first=False, **kwargs)
        del self.fields["status"], self.fields["sort"]
        self.order_fields(["phase", "block", "kind", "area", "q"])
        offer(
            self,
            "area",
            [
                ("", _("All content areas")),
                *((str(area.number), f"{area.number}. {area.short_name}") for area in areas),
            ],
        )
