"""Forms of the programme's pages."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _

from campaigns.programme.actions import DeliverableProgress
from campaigns.programme.models import ContentArea, Deliverable, DeliverableState
from campaigns.programme.queries import NO_LEAD, DeliverableFilter, DeliverableOrder
from emulation_portal.core.forms import BaseForm, VietnameseDateField
from units.models import Unit


class DeliverableFilters(BaseForm):
    """The list's filters; all of them stand in the address."""

    area = forms.TypedChoiceField(
        label=_("Content area"), required=False, coerce=int, empty_value=None
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *DeliverableState.choices]
    )
    lead = forms.ChoiceField(label=_("Lead unit"), required=False)
    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=DeliverableOrder.choices,
        initial=DeliverableOrder.ANNOUNCED,
    )

    def __init__(
        self, *args: Any, areas: list[ContentArea], leads: list[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            *((area.number, f"{area.number}. {area.short_name}") for area in areas),
        ]
        self.fields["lead"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            (NO_LEAD, _("undetermined")),
            *((unit.code, unit.name) for unit in leads),
        ]

    def wanted(self) -> DeliverableFilter:
        """What to narrow the list to; a filter that was refused narrows nothing."""
        self.is_valid()
        chosen = self.cleaned_data
        return DeliverableFilter(
            area=chosen.get("area"),
            state=chosen.get("state", ""),
            lead=chosen.get("lead", ""),
            text=chosen.get("q", ""),
            order=chosen.get("sort", ""),
        )


def _written(progress: DeliverableProgress) -> str:
    return json.dumps(asdict(progress), cls=DjangoJSONEncoder)


class DeliverableForm(BaseForm):
    """How a deliverable stands. `seen` carries what stood there when the page was opened."""

    state = forms.ChoiceField(label=_("State"), choices=DeliverableState.choices)
    lead_unit = forms.ModelChoiceField(
        label=_("Lead unit"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("undetermined"),
    )
    due_date = VietnameseDateField(
        label=_("Due date"), required=False, help_text=_("Leave empty while it is undetermined.")
    )
    done_date = VietnameseDateField(
        label=_("Completed on"), required=False, help_text=_("Only where the state is “Done”.")
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=500,
        help_text=_("The decision or document by which it was completed: number, symbol, date."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any = None, *, deliverable: Deliverable, leads: Any, **kwargs: Any
    ) -> None:
        self.current = DeliverableProgress.of(deliverable)
        initial = {
            "state": deliverable.state,
            "lead_unit": deliverable.lead_unit_id,
            "due_date": deliverable.due_date,
            "done_date": deliverable.done_date,
            "evidence": deliverable.evidence,
            "seen": _written(self.current),
        }
        super().__init__(data, initial=initial, **kwargs)
        self.fields["lead_unit"].queryset = leads  # type: ignore[attr-defined]

    def progress(self) -> DeliverableProgress:
        """What was typed. Only for a valid form."""
        typed = self.cleaned_data
        lead: Unit | None = typed["lead_unit"]
        return DeliverableProgress(
            state=typed["state"],
            lead_unit_id=lead.pk if lead else None,
            due_date=typed["due_date"],
            done_date=typed["done_date"],
            evidence=typed["evidence"],
        )

    def seen_progress(self) -> DeliverableProgress:
        """What the person had before them; of an unreadable note nothing can have been seen."""
        try:
            note = json.loads(self.cleaned_data["seen"])
            return DeliverableProgress(
                state=str(note["state"]),
                lead_unit_id=note["lead_unit_id"],
                due_date=_day(note["due_date"]),
                done_date=_day(note["done_date"]),
                evidence=str(note["evidence"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            return DeliverableProgress("", None, None, None, "")

    def see_again(self) -> None:
        """From now on the person has seen what stands there, so the next save is taken."""
        self.data = {**self.data.dict(), "seen": _written(self.current)}  # type: ignore[attr-defined]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class ConfirmFactForm(BaseForm):
    reference = forms.CharField(
        label=_("Document that says so"),
        max_length=500,
        help_text=_(
            "Number and symbol, date and issuing body. It is shown as the source from now on."
        ),
    )


class PlanWindowForm(BaseForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Units are shown this sentence when they try to send a plan."),
    )


class ReopenWindowForm(BaseForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept in the audit trail."),
    )
