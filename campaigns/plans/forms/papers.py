"""How a plan was issued, and the papers that belong to it."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.papers import IssueFacts
from campaigns.plans.forms.fields import KeptFileForm
from campaigns.plans.models import PaperKind, PlanIssue
from emulation_portal.core.attachments.fields import AttachmentField
from emulation_portal.core.forms import BaseForm, VietnameseDateField
from units.models import Mandate

_CAPACITIES = list(Mandate._meta.get_field("signing_capacity").choices or ())


class IssueForm(KeptFileForm, BaseForm):
    """Number and symbol, date, signer and scan, as the document's head and foot say them."""

    file_field = "scan"

    number_symbol = forms.CharField(
        label=_("Number and symbol"),
        max_length=100,
        help_text=_("As printed on the plan, for example 123/KH-DSVH."),
    )
    issue_date = VietnameseDateField(
        label=_("Date of issue"),
        help_text=_("The date on the document. It decides whether the plan is on time."),
    )
    signer_name = forms.CharField(label=_("Signer"), max_length=150)
    signer_title = forms.CharField(
        label=_("Signer's office"),
        max_length=150,
        help_text=_("As it stands above the signature, for example Cục trưởng."),
    )
    signing_capacity = forms.ChoiceField(
        label=_("Signing capacity"), choices=_CAPACITIES, required=False
    )
    scan = AttachmentField(label=_("Scan of the signed document"))
    kept_file = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        today: date,
        first_day: date,
        issue: PlanIssue | None = None,
        **kwargs: Any,
    ) -> None:
        self.today, self.first_day = today, first_day
        if issue is not None:
            kwargs["initial"] = {
                "number_symbol": issue.number_symbol,
                "issue_date": issue.issue_date,
                "signer_name": issue.signer_name,
                "signer_title": issue.signer_title,
                "signing_capacity": issue.signing_capacity,
                "kept_file": issue.scan_id,
            }
            self.attachment = issue.scan
        super().__init__(*args, **kwargs)
        if issue is not None:
            self.fields["scan"].required = False

    def clean_issue_date(self) -> date:
        issued: date = self.cleaned_data["issue_date"]
        if issued > self.today:
            raise forms.ValidationError(
                _("The date of issue lies in the future. Enter the date printed on the document.")
            )
        if issued < self.first_day:
            raise forms.ValidationError(
                _("The date of issue lies before the campaign began. Check the year.")
            )
        return issued

    def facts(self) -> IssueFacts:
        """Return what the action records, after a successful check."""
        cleaned = self.cleaned_data
        assert self.attachment is not None  # noqa: S101 - a checked form has its scan
        return IssueFacts(
            number_symbol=cleaned["number_symbol"],
            issue_date=cleaned["issue_date"],
            signer_name=cleaned["signer_name"],
            signer_title=cleaned["signer_title"],
            signing_capacity=cleaned["signing_capacity"],
            scan=self.attachment,
        )


class PaperForm(KeptFileForm, BaseForm):
    """A file for the draft, with what its official paper says of itself."""

    file_field = "file"

    kind = forms.ChoiceField(label=_("What is it?"), choices=PaperKind.choices)
    file = AttachmentField(label=_("File"))
    kept_file = forms.UUIDField(required=False, widget=forms.HiddenInput)
    number_symbol = forms.CharField(label=_("Number and symbol"), max_length=100, required=False)
    issue_date = VietnameseDateField(label=_("Date"), required=False)
    issuer = forms.CharField(label=_("Issuing body"), max_length=255, required=False)
    abstract = forms.CharField(label=_("Abstract"), max_length=500, required=False)

    def __init__(self, *args: Any, today: date, on_behalf: bool, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        if not on_behalf:
            kind = cast(forms.ChoiceField, self.fields["kind"])
            kind.choices = [choice for choice in PaperKind.choices if choice[0] != PaperKind.SOURCE]

    def clean_issue_date(self) -> date | None:
        issued: date | None = self.cleaned_data["issue_date"]
        if issued and issued > self.today:
            raise forms.ValidationError(_("The date of the paper lies in the future."))
        return issued
