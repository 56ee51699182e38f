"""Forms of the unit pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.forms import BaseForm
from units.organization.models import Block, UnitKind


class UnitFilterForm(BaseForm):
    """The filters of the unit list; all of them stand in the address."""

    q = forms.CharField(label=_("Name, code or abbreviation"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *UnitKind.choices]
    )
    block = forms.ChoiceField(label=_("Block this year"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Existing today")), ("ended", _("Ended")), ("all", _("All"))],
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        blocks: Any = self.fields["block"]
        blocks.choices = [
            ("", _("All blocks")), *((block.code, block.name) for block in Block.objects.all())
        ]  # fmt: skip


class UnitFilesForm(BaseForm):
    """The files of an import; only the first is needed."""

    units = forms.FileField(
        label=_("Units"),
        help_text=_("CSV or XLSX with one row per unit; the portal's own export is one."),
        allow_empty_file=True,
    )
    blocks = forms.FileField(
        label=_("Blocks"),
        required=False,
        allow_empty_file=True,
        help_text=_("Only when blocks are new: code, name_vi, name_en, evidence."),
    )
    successions = forms.FileField(
        label=_("Mergers and splits"),
        required=False,
        allow_empty_file=True,
        help_text=_("from_code, to_code, date, decision."),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        for field in self.fields.values():
            field.widget.attrs["accept"] = ".csv,.xlsx"


class ConfirmImportForm(BaseForm):
    """What was previewed, signed, so that exactly this is written."""

    payload = forms.CharField(widget=forms.HiddenInput)
