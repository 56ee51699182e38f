"""What a reviewer types: a remark on a section, and the decision."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.forms import BaseForm, FormKeyField

TEXT_LIMIT = 5_000


class Decision(models.TextChoices):
    ACCEPT = "accept", _("Accept the plan: it is in force from now on")
    RETURN = "return", _("Ask the unit for additions")


class TakeForm(BaseForm):
    """The button that takes a version for review, or takes it over from somebody else."""

    take_over = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RemarkForm(BaseForm):
    """A remark pinned to one section. Several stand on a page: ids carry the section's key."""

    form_key = FormKeyField()
    body = forms.CharField(
        label=_("Your remark"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The unit reads it beside this part once you have decided."),
        error_messages={"required": _("Write the remark before you save it.")},
    )

    def __init__(self, *args: Any, section_key: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_remark_{section_key}_%s", **kwargs)


class DecisionForm(BaseForm):
    """Accept, or ask for additions and say which."""

    form_key = FormKeyField()
    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=Decision.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whether to accept the plan or to ask for additions.")
        },
    )
    reason = forms.CharField(
        label=_("Reason or note to the unit"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Needed when you ask for additions: the unit reads it above its plan. "
            "With an acceptance it may be left empty."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        asks = cleaned.get("decision") == Decision.RETURN
        if asks and "reason" not in self.errors and not cleaned["reason"].strip():
            self.add_error(
                "reason", _("Say what has to be added: the unit reads it above its plan.")
            )
        return cleaned
