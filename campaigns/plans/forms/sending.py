"""Sending and withdrawing: buttons behind a page that says what they do."""

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.forms import BaseForm, FormKeyField

REASON_LENGTH = 500


class SendForm(BaseForm):
    """What the sender has checked, as its hash."""

    form_key = FormKeyField()
    checked_hash = forms.RegexField(r"\A[0-9a-f]{64}\Z", widget=forms.HiddenInput)


class WithdrawForm(BaseForm):
    """A button behind a question; a reason helps whoever reads the trail, but is not demanded."""

    form_key = FormKeyField()
    reason = forms.CharField(
        label=_("Reason (optional)"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the audit trail and on the receipt of this version."),
    )
