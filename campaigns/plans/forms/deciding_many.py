"""One decision about several plans: which, what for all of them, and what for each besides."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.plans.forms.reviewing import TEXT_LIMIT, Decision
from campaigns.plans.models import PlanVersion
from emulation_portal.core.forms import BaseForm, FormKeyField

MOST_AT_ONCE = 100


class ManyDecisionForm(BaseForm):
    """The reason for all, and an addition for each version. `seen` is what was previewed."""

    form_key = FormKeyField()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=Decision.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whether to accept the plans or to ask for additions.")
        },
    )
    reason = forms.CharField(
        label=_("Reason or note to all these units"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Each unit also gets what you add for it below. Needed for a unit without an "
            "addition of its own when you ask for additions."
        ),
    )

    def __init__(self, *args: Any, versions: Sequence[PlanVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = versions
        for version in versions:
            self.fields[_name(version)] = forms.CharField(
                label=_("In addition, to this unit only"),
                required=False,
                max_length=TEXT_LIMIT,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == Decision.RETURN and not self.errors:
            silent = [version for version in self.versions if not self.text_for(version)]
            if silent:
                self.add_error(
                    "reason",
                    _("Say what has to be added: %(unit)s would get no reason.")
                    % {"unit": silent[0].plan.unit},
                )
        return cleaned

    @property
    def accepts(self) -> bool:
        return bool(self.cleaned_data["decision"] == Decision.ACCEPT)

    def text_for(self, version: PlanVersion) -> str:
        """The whole text this version's unit gets: what is said to all, then what to it alone."""
        texts = (self.cleaned_data.get("reason", ""), self.cleaned_data.get(_name(version), ""))
        return "\n\n".join(text.strip() for text in texts if text.strip())

    def digest(self) -> str:
        """A name for what would be done now: which decision, to whom, with which words."""
        return digest_of(
            self.cleaned_data["decision"],
            ((version.pk, self.text_for(version)) for version in self.versions),
        )

    def addition(self, version: PlanVersion) -> forms.BoundField:
        return self[_name(version)]


def digest_of(decision: str, texts: Iterable[tuple[int, str]]) -> str:
    """Return the SHA-256 of a decision and its letters, so that what was previewed is known."""
    content = json.dumps([decision, sorted(texts)], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _name(version: PlanVersion) -> str:
    return f"to-{version.pk}"
