"""Beginning a plan, for one's own unit or, by the department, on a unit's behalf."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.plans.forms.fields import KeptFileForm
from campaigns.plans.forms.papers import IssueForm
from emulation_portal.core.attachments.fields import AttachmentField
from emulation_portal.core.forms import BaseForm, FormKeyField
from units.models import Unit


class UnitChoiceField(forms.ModelChoiceField):
    """One unit by id. An id no column can hold is an unknown unit, not a failure."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not (str(value).isdecimal() and len(str(value)) < 19):
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            )
        return super().to_python(value)


def _unit_field() -> UnitChoiceField:
    return UnitChoiceField(
        label=_("Unit on whose behalf you enter the plan"),
        queryset=Unit.objects.none(),
        empty_label=_("Choose a unit"),
        help_text=_("Only units that have no plan for this phase yet are listed."),
        error_messages={
            "invalid_choice": _(
                "Choose a unit of the list. A unit that has a plan already is not on it."
            )
        },
    )


class StartWay(models.TextChoices):
    """What a draft begins with. Anything but a blank one is shown before it is written."""

    BLANK = "blank", _("A blank plan")
    MODEL = "model", _("The ministry's model plan")
    PLAN = "plan", _("Another unit's issued plan")
    EARLIER = "earlier", _("The unit's earlier plan")
    DOCUMENT = "document", _("A Word document (.docx)")


class WayForm(BaseForm):
    """From what to begin. A way that is not open to the unit now cannot be chosen."""

    form_key = FormKeyField()
    way = forms.ChoiceField(
        label=_("Start from"),
        choices=StartWay.choices,
        required=False,
        initial=StartWay.BLANK,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, closed: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closed = dict(closed or {})

    def clean_way(self) -> str:
        way: str = self.cleaned_data["way"] or StartWay.BLANK
        if way in self.closed:
            raise forms.ValidationError(str(self.closed[way]))
        return way

    def ways(self) -> list[tuple[Any, Any]]:
        """Return each choice with the reason why it is closed, "" where it is open."""
        return [(choice, self.closed.get(choice.data["value"], "")) for choice in self["way"]]


class StartForm(WayForm):
    """For the unit's own people."""


class StartOnBehalfForm(KeptFileForm, WayForm):
    """For the department: which unit, and the paper from which it types."""

    file_field = "source"

    unit = _unit_field()
    source = AttachmentField(label=_("Source document"))
    kept_file = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(UnitChoiceField, self.fields["unit"]).queryset = units


class RegisterPaperForm(IssueForm):
    """A plan issued on paper, by the unit itself."""

    form_key = FormKeyField()


class RegisterPaperOnBehalfForm(IssueForm):
    """A plan issued on paper, registered by the department; its scan is the source as well."""

    form_key = FormKeyField()
    unit = _unit_field()
    field_order = ["form_key", "unit"]

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(UnitChoiceField, self.fields["unit"]).queryset = units
