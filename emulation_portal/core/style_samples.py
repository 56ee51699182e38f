"""What the style page puts into the components: every state, no stored data."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.forms import BaseForm, VietnameseDateField, VietnameseDecimalField

STATES = (
    ("draft", _("Draft")),
    ("sent", _("Sent")),
    ("returned", _("Additions needed")),
    ("accepted", _("Accepted")),
    ("withdrawn", _("Withdrawn")),
    ("late", _("Late")),
    ("queued", _("Waiting")),
    ("running", _("Running")),
    ("failed", _("Failed")),
    ("held", _("Held back")),
)
TONES = ("neutral", "info", "progress", "success", "warning", "danger")
CHOICES = (("a", _("First choice")), ("b", _("Second choice")))


class SampleForm(BaseForm):
    """One field of each kind."""

    number = forms.CharField(
        label=_("Number and symbol"),
        help_text=_("As printed on the document: 123/KH-DSVH."),
        max_length=10,
    )
    issued_on = VietnameseDateField(
        label=_("Date"), help_text=_("Day, month and year: 25/09/2025.")
    )
    amount = VietnameseDecimalField(label=_("Amount"), help_text=_("Written as 1.234,5."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose …")), *CHOICES])
    narrative = forms.CharField(label=_("Narrative"), widget=forms.Textarea, required=False)
    completed = forms.ChoiceField(
        label=_("Have you completed this section?"), choices=CHOICES, widget=forms.RadioSelect
    )
    areas = forms.MultipleChoiceField(
        label=_("Content areas"),
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    scan = forms.FileField(label=_("Scan"), help_text=_("PDF, DOCX, XLSX, JPG or PNG."))
    agreed = forms.BooleanField(label=_("I have checked the text against the signed document"))


class SampleFilters(BaseForm):
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *STATES[:4]]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *CHOICES])
    text = forms.CharField(label=_("Search"), required=False)


def style_context(query: Mapping[str, Any]) -> dict[str, Any]:
    """Everything core/style.html shows; `query` is the page's own, for the filters."""
    broken = SampleForm(
        {
            "number": "123/KH-DSVH-2025",
            "issued_on": "31/02/2025",
            "amount": "1.2.3",
            "narrative": "…",
        },
        auto_id="broken_%s",
    )
    return {
        "clean_form": SampleForm(auto_id="clean_%s"),
        "broken_form": broken,
        "filter_form": SampleFilters(query, auto_id="filter_%s"),
        "states": STATES,
        "tones": TONES,
        "page": Paginator(range(1234), 50).page(7),
        "figures": [
            {
                "number": "74",
                "label": _("Plans expected"),
                "url": "#figures",
                "note": _("one per unit"),
            },
            {"number": "61", "label": _("Received"), "url": "#figures", "tone": "success"},
            {"number": "3", "label": _("Additions needed"), "url": "#figures", "tone": "warning"},
            {"number": "10", "label": _("Missing"), "tone": "danger"},
        ],
        "tasks": [
            {"title": _("Legal bases"), "url": "#tasks", "status": _("Completed")},
            {
                "title": _("Content area"),
                "url": "#tasks",
                "hint": _("4 indicators, 1 without a target"),
                "status": _("In progress"),
                "tone": "progress",
            },
            {
                "title": _("Organisation and resources"),
                "url": "#tasks",
                "status": _("Not started"),
                "tone": "info",
            },
            {"title": _("Check and send"), "status": _("Cannot start yet")},
        ],
        "rows": [
            {"label": _("Number and symbol"), "value": "123/KH-DSVH", "change_url": "#summary"},
            {"label": _("Date"), "value": "25/09/2025", "change_url": "#summary"},
            {"label": _("Scan"), "value": "", "change_url": "#summary"},
        ],
        "units": [
            ("Cục Di sản văn hóa", "accepted", _("Accepted"), Decimal("1234.5")),
            (
                "Trung tâm Chuyển đổi số Văn hóa, Thể thao và Du lịch",
                "returned",
                _("Additions needed"),
                None,
            ),
            ("Bảo tàng Văn hóa các dân tộc Việt Nam", "draft", _("Draft"), Decimal(0)),
        ],
        "a_date": date(2025, 9, 30),
        "a_moment": datetime(2026, 11, 22, 9, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        "heat_row": [
            ("heat-1", "▼", "0/8"),
            ("heat-2", "▼", "3/8"),
            ("heat-3", "–", "5/8"),
            ("heat-4", "▲", "7/8"),
            ("heat-5", "✓", "8/8"),
        ],
    }
