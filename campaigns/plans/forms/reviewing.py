"""What a reviewer types: a remark on a place, an answer to one, the decision."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.plans.checklist import Question
from campaigns.plans.models import Answer
from campaigns.programme.review_aids import PhraseKind
from emulation_portal.core.forms import BaseForm, FormKeyField, VietnameseIntegerField

TEXT_LIMIT = 5_000


class Decision(models.TextChoices):
    ACCEPT = "accept", _("Accept the plan: it is in force from now on")
    RETURN = "return", _("Ask the unit for additions")


class TakeForm(BaseForm):
    """The button that takes a version for review, or takes it over from somebody else."""

    take_over = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RemarkForm(BaseForm):
    """A remark pinned to a section or a place in it. Several stand on a page: ids carry the
    section's key. `pin` is checked by the action, against the version itself; the page sets
    whether the form stands open, and the words it is pinned to.
    """

    is_open = False
    pinned_words = ""

    form_key = FormKeyField()
    pin = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    body = forms.CharField(
        label=_("Your remark"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The unit reads it beside this part once you have decided."),
        error_messages={"required": _("Write the remark before you save it.")},
    )

    def __init__(self, *args: Any, section_key: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_remark_{section_key}_%s", **kwargs)


class ReplyForm(BaseForm):
    """An answer to a remark."""

    form_key = FormKeyField()
    body = forms.CharField(
        label=_("Your answer"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other side reads it beside the remark. It cannot be changed later."),
        error_messages={"required": _("Write the answer before you send it.")},
    )


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


class ChecklistForm(BaseForm):
    """The answers about one part: one group of choices per question, none of them needed."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.name] = forms.ChoiceField(
                label=question.item.text, required=False, choices=[("", "–"), *Answer.choices]
            )

    def answers(self) -> dict[int, str]:
        """The answers by item id; a question the page did not show is left as it is."""
        return {
            question.item.pk: self.cleaned_data[question.name]
            for question in self.questions
            if question.name in self.data
        }


class PhraseForm(BaseForm):
    """A sentence of the department's own list."""

    text_vi = forms.CharField(
        label=_("Sentence (Vietnamese)"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the sentence.")},
    )
    kind = forms.ChoiceField(label=_("Offered"), choices=PhraseKind.choices)
    position = VietnameseIntegerField(
        label=_("Place in the list"),
        min_value=0,
        max_value=999,
        initial=0,
        help_text=_("The smallest number stands first."),
    )
    active = forms.BooleanField(
        label=_("Offer this sentence to reviewers"), required=False, initial=True
    )
