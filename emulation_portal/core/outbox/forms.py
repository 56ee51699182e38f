"""The filters of the outgoing mail page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.forms import BaseForm, FormKeyField
from emulation_portal.core.outbox import kinds
from emulation_portal.core.outbox.states import MessageState


def _kind_choices() -> list[tuple[str, str]]:
    return [("", str(_("All kinds"))), *kinds.choices()]


class MessageFilterForm(BaseForm):
    """State, kind and a text; every value may be absent."""

    q = forms.CharField(label=_("Recipient, address or subject"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All states")), *MessageState.choices],
    )
    kind = forms.ChoiceField(label=_("Kind of mail"), required=False, choices=_kind_choices)


class RetryForm(BaseForm):
    """Only the key that recognises a double click."""

    form_key = FormKeyField()
