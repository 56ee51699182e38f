"""The filters of the list of plans: everything stands in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.plans.listing import PlanOrder, PlanStatus
from campaigns.programme.models import Phase
from emulation_portal.core.forms import BaseForm
from units.models import Block, UnitKind

_BODIES_WITHOUT_PLANS = (UnitKind.MINISTRY, UnitKind.COUNCIL)
# What readers from outside see has come in, so the list has no missing plans for them.
_READERS_STATUSES = (PlanStatus.ON_TIME, PlanStatus.LATE, PlanStatus.ACCEPTED)


class PlanListFilters(BaseForm):
    """What the list is narrowed to. A filter that was refused narrows nothing."""

    phase = forms.ChoiceField(label=_("Phase"), required=False)
    block = forms.ChoiceField(label=_("Block"), required=False)
    kind = forms.ChoiceField(label=_("Kind of unit"), required=False)
    status = forms.ChoiceField(label=_("State of the plan"), required=False)
    q = forms.CharField(label=_("Unit name"), required=False, max_length=200)
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=PlanOrder.choices, initial=PlanOrder.NAME
    )

    def __init__(
        self,
        *args: Any,
        phases: list[Phase],
        blocks: list[Block],
        sees_every_unit: bool,
        review_first: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = [pair for pair in UnitKind.choices if pair[0] not in _BODIES_WITHOUT_PLANS]
        statuses = [
            (status.value, status.label)
            for status in PlanStatus
            if (sees_every_unit or status in _READERS_STATUSES)
            and (review_first or status != PlanStatus.TO_ISSUE)
        ]
        self._offer("phase", [(str(phase.pk), phase.name) for phase in phases])
        self._offer("block", [("", _("All blocks")), *((str(b.pk), b.name) for b in blocks)])
        self._offer("kind", [("", _("All kinds")), *kinds])
        self._offer("status", [("", _("All")), *statuses])

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        field.choices = choices

    def wanted(self) -> dict[str, str]:
        """Return the filters that were understood, by name; empty where nothing was asked."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
