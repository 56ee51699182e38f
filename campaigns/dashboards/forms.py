"""The dashboard's filters: everything stands in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Campaign
from emulation_portal.core.forms import BaseForm
from units.models import Block, UnitKind


class DashboardFilters(BaseForm):
    phase = forms.ModelChoiceField(label=_("Phase"), queryset=None, required=False, empty_label=None)
    block = forms.ModelChoiceField(
        label=_("Block"), queryset=None, required=False, empty_label=_("All blocks")
    )
    kind = forms.ChoiceField(label=_("Kind of unit"), required=False)
    q = forms.CharField(label=_("Unit name"), required=False, max_length=100)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = campaign.phases.all()  # type: ignore[attr-defined]
        self.fields["block"].queryset = Block.objects.all()  # type: ignore[attr-defined]
        kinds = [c for c in UnitKind.choices if c[0] not in (UnitKind.MINISTRY, UnitKind.COUNCIL)]
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]  # type: ignore[attr-defined]
