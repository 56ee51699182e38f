"""Forms of the tables that come back."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from campaigns.plans.forms.papers import IssueForm
from emulation_portal.core.attachments.inspection import ACCEPT
from emulation_portal.core.import_views import TableForm


class PaperRowForm(IssueForm):
    """The facts of an issue as a row has them; its scan has been taken in beforehand."""

    scan = None  # type: ignore[assignment]
    kept_file = None  # type: ignore[assignment]


class _ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFilesField(forms.FileField):
    """Several files, each looked at later: what is wrong with one is told at its row."""

    widget = _ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files that arrived, none being a choice too."""
        return [each for each in data or () if isinstance(each, UploadedFile)]


class PaperPlansForm(TableForm):
    """The table, the scans its rows name, and what becomes of the plans."""

    scans = ManyFilesField(
        label=_("Scans"),
        required=False,
        help_text=_(
            "All files that the table names in the column “File of the scan”, chosen together, at "
            "most 100. Do not upload documents that contain state secrets."
        ),
    )
    after = forms.ChoiceField(
        label=_("What becomes of the plans?"),
        choices=[
            ("send", _("They are sent on the units' behalf, and count as received")),
            ("keep", _("They stay drafts, to be sent one by one")),
        ],
        initial="send",
        widget=forms.RadioSelect,
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scans"].widget.attrs["accept"] = ACCEPT
