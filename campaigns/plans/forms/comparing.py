"""Which two versions to compare; a GET form."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.plans.models import PlanVersion
from emulation_portal.core.forms import BaseForm


class ChooseForm(BaseForm):
    """Two of the versions the reader may open."""

    old = forms.TypedChoiceField(
        label=gettext_lazy("From"), coerce=int, widget=forms.Select({"class": "form-select"})
    )
    new = forms.TypedChoiceField(
        label=gettext_lazy("To"), coerce=int, widget=forms.Select({"class": "form-select"})
    )

    def __init__(self, *args: Any, versions: Sequence[PlanVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(version.number, _name(version)) for version in versions]
        for name in ("old", "new"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


def _name(version: PlanVersion) -> str:
    return _("Version %(number)s – %(state)s") % {
        "number": version.number,
        "state": version.get_state_display(),
    }
