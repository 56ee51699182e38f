"""The two buttons that need no typing: send, and withdraw."""

from django import forms

from emulation_portal.core.forms import BaseForm, FormKeyField


class SendForm(BaseForm):
    """What the sender has checked, as its hash."""

    form_key = FormKeyField()
    checked_hash = forms.RegexField(r"\A[0-9a-f]{64}\Z", widget=forms.HiddenInput)


class WithdrawForm(BaseForm):
    """A button behind a question."""

    form_key = FormKeyField()
