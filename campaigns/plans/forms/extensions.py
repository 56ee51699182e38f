"""Forms about extra days: ask, grant, decline, and give unasked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Phase
from emulation_portal.core.forms import BaseForm, FormKeyField, VietnameseDateField
from units.models import Unit

TEXT_LENGTH = 500


class AskForm(BaseForm):
    """One click; a reason helps, but is not demanded."""

    form_key = FormKeyField()
    reason = forms.CharField(
        label=_("Reason (optional)"),
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class GrantForm(BaseForm):
    """The last day stands there already; granting is one click."""

    form_key = FormKeyField()
    valid_until = VietnameseDateField(
        label=_("Last day"), help_text=_("The unit can send until the end of this day.")
    )
    note = forms.CharField(label=_("Note to the unit"), required=False, max_length=TEXT_LENGTH)


class DeclineForm(BaseForm):
    form_key = FormKeyField()
    note = forms.CharField(
        label=_("Why not"),
        max_length=TEXT_LENGTH,
        help_text=_("The unit reads it in the mail and beside its plan."),
        error_messages={
            "required": _("Say why: the unit reads it in the mail and beside its plan.")
        },
    )


class GiveForm(GrantForm):
    """Extra days for a unit that has not asked."""

    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.none(), empty_label=_("Choose a unit")
    )
    phase = forms.ModelChoiceField(
        label=_("Phase"), queryset=Phase.objects.none(), empty_label=None
    )
    field_order = ("form_key", "unit", "phase", "valid_until", "note")

    def __init__(self, *args: Any, units: Any, phases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["phase"].queryset = phases  # type: ignore[attr-defined]
