"""How a plan was issued, and the papers that belong to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.papers import IssueFacts, PaperDetails
from campaigns.plans.forms.fields import KeptFileForm
from campaigns.plans.models import PaperKind, PlanIssue, PlanPaper
from campaigns.plans.models.papers import REQUIRED_DETAILS
from emulation_portal.core.attachments.fields import AttachmentField
from emulation_portal.core.forms import BaseForm, VietnameseDateField
from emulation_portal.core.models import Attachment
from emulation_portal.core.text import fold
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


class PaperDetailsForm(BaseForm):
    """What a paper is, and what its official form says of itself."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=PaperKind.choices)
    number_symbol = forms.CharField(
        label=_("Number and symbol"),
        max_length=100,
        required=False,
        help_text=_("As printed on the document, for example 2680/QĐ-BVHTTDL."),
    )
    issue_date = VietnameseDateField(label=_("Date"), required=False)
    issuer = forms.CharField(
        label=_("Issuing body"),
        max_length=255,
        required=False,
        help_text=_("The body that issued the document, not the office that keeps it."),
    )
    abstract = forms.CharField(
        label=_("Abstract"),
        max_length=500,
        required=False,
        help_text=_("What the document is about, as its heading says; for an annex its title."),
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        on_behalf: bool,
        paper: PlanPaper | None = None,
        is_earlier: bool = False,
        guess: str = "",
        **kwargs: Any,
    ) -> None:
        self.today = today
        if paper is not None:
            kwargs.setdefault("initial", {name: getattr(paper, name) for name in _DETAILS})
        elif guess:
            kwargs.setdefault("initial", {"kind": guess})
        super().__init__(*args, **kwargs)
        left_out = set() if on_behalf else {PaperKind.SOURCE}
        if is_earlier:
            # The head signs, and the department types from, one version each.
            left_out |= {PaperKind.HEAD_SIGNED, PaperKind.SOURCE}
        if left_out:
            kind = cast(forms.ChoiceField, self.fields["kind"])
            kind.choices = [choice for choice in PaperKind.choices if choice[0] not in left_out]

    def clean_issue_date(self) -> date | None:
        issued: date | None = self.cleaned_data["issue_date"]
        if issued and issued > self.today:
            raise forms.ValidationError(_("The date of the paper lies in the future."))
        return issued

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in REQUIRED_DETAILS.get(cleaned.get("kind", ""), ()):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _SAYS_WHY[name, cleaned["kind"]])
        return cleaned

    def details(self) -> PaperDetails:
        """Return what the action records, after a successful check."""
        return PaperDetails(**{name: self.cleaned_data[name] for name in _DETAILS})


_DETAILS = ("kind", "number_symbol", "issue_date", "issuer", "abstract")
_SAYS_WHY = {
    ("number_symbol", PaperKind.LEGAL_BASIS): _(
        "Enter the number and symbol: a legal basis is cited by them."
    ),
    ("issue_date", PaperKind.LEGAL_BASIS): _(
        "Enter the date of the document: a legal basis is cited by it."
    ),
    ("issuer", PaperKind.LEGAL_BASIS): _(
        "Enter the body that issued the document: a legal basis is cited by it."
    ),
    ("abstract", PaperKind.LEGAL_BASIS): _("Enter what the legal basis is about."),
    ("abstract", PaperKind.ANNEX): _("Enter the title of the annex."),
}


class PaperForm(KeptFileForm, PaperDetailsForm):
    """A file for the draft, with what its official paper says of itself."""

    file_field = "file"
    field_order = ["kind", "file"]

    file = AttachmentField(label=_("File"))
    kept_file = forms.UUIDField(required=False, widget=forms.HiddenInput)


def likely_kind(name: str) -> PaperKind:
    """Return what a file is by its name: an annex when it says so, otherwise a legal basis.

    A guess for the form to begin with; the person who attaches the file decides.
    """
    words = fold(name).replace("_", " ").replace("-", " ")
    return PaperKind.ANNEX if {"phu luc", "bieu"} & _word_pairs(words) else PaperKind.LEGAL_BASIS


def _word_pairs(text: str) -> set[str]:
    words = text.replace(".", " ").split()
    return {*words, *(" ".join(pair) for pair in pairwise(words))}


class PaperBatch:
    """The details of several files that are in already, one form each, attached together."""

    def __init__(
        self,
        attachments: Sequence[Attachment],
        *,
        data: QueryDict | None = None,
        papers: Mapping[UUID, PlanPaper] | None = None,
        earlier: Collection[UUID] = (),
        **facts: Any,
    ) -> None:
        papers = papers or {}
        self.forms = [
            PaperDetailsForm(
                data,
                prefix=f"f{attachment.pk.hex}",
                paper=papers.get(attachment.pk),
                is_earlier=attachment.pk in earlier,
                guess=likely_kind(attachment.original_name),
                **facts,
            )
            for attachment in attachments
        ]
        self.attachments = list(attachments)

    def __iter__(self) -> Iterator[tuple[Attachment, PaperDetailsForm]]:
        return iter(zip(self.attachments, self.forms, strict=True))

    def is_valid(self) -> bool:
        """Whether every form is."""
        return not any(form.errors for form in self.forms)

    def papers(self) -> list[tuple[Attachment, PaperDetails]]:
        """Return what the action records, after a successful check."""
        return [(attachment, form.details()) for attachment, form in self]
