"""The deliverables as a table to work on elsewhere, and what every table says about itself."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.programme.actions import DeliverableProgress
from campaigns.programme.models import Campaign, Deliverable, DeliverableState, in_language
from emulation_portal.core.forms import BaseForm
from emulation_portal.core.spreadsheets import Cell
from emulation_portal.core.tables import Column
from emulation_portal.formats.writing import show_date
from units.models import Mandate

DELIVERABLE_TABLE = (
    Column("name", gettext_lazy("Deliverable"), 60),
    Column("area", gettext_lazy("Content area"), 26),
    Column("state", gettext_lazy("State"), 16),
    Column("lead_unit", gettext_lazy("Lead unit"), 36),
    Column("lead_code", gettext_lazy("Code of the lead unit"), 16),
    Column("due_date", gettext_lazy("Due date"), 14),
    Column("done_date", gettext_lazy("Completed on"), 14),
    Column("evidence", gettext_lazy("Evidence"), 50),
    Column("source", gettext_lazy("Source"), 50),
    Column("code", gettext_lazy("Deliverable code (do not change)"), 24, hidden=True),
    Column("seen", gettext_lazy("State as exported (do not change)"), 20, hidden=True),
)

_MARK = 16


def mark_of(progress: DeliverableProgress) -> str:
    """Return a short mark of how a deliverable stands, by which a later change is noticed."""
    text = json.dumps(asdict(progress), cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK]


def deliverable_cells(rows: QuerySet[Deliverable]) -> Iterator[list[Cell]]:
    """Return the rows of `queries.deliverables` as cells of `DELIVERABLE_TABLE`, one by one.

    Words are those of the language in force now, whenever the rows are taken.
    """
    states = {state.value: str(state.label) for state in DeliverableState}
    language = translation.get_language()

    def cells() -> Iterator[list[Cell]]:
        for row in rows.iterator(1000):
            lead = row.lead_unit
            with translation.override(language):
                name, lead_name = row.name, lead.name if lead else ""
                short = in_language(row.area.short_vi, row.area.short_en)
            yield [
                name, f"{row.area.number}. {short}", states[row.state],
                lead_name, lead.code if lead else "", row.due_date, row.done_date,
                row.evidence, row.source, row.code, mark_of(DeliverableProgress.of(row)),
            ]  # fmt: skip

    return cells()


def about_table(
    *, campaign: Campaign, title: str, filters: BaseForm, person: Any, mandate: Mandate
) -> list[tuple[str, Cell]]:
    """Return what a workbook says on its second sheet: which list, narrowed how, for whom."""
    return [
        (_("Table"), title),
        (_("Campaign"), campaign.name),
        (_("Filters"), _in_words(filters)),
        (_("Exported by"), str(person)),
        (_("Acting as"), str(mandate)),
    ]


def _in_words(filters: BaseForm) -> str:
    filters.is_valid()
    chosen = [
        f"{field.label}: {_word(field.field, filters.cleaned_data[field.name])}"
        for field in filters
        if filters.cleaned_data.get(field.name)
    ]
    return "; ".join(chosen) or _("none")


def _word(field: Any, value: Any) -> str:
    if isinstance(value, date):
        return show_date(value)
    names = {str(key): str(name) for key, name in getattr(field, "choices", ())}
    return names.get(str(value), str(value))
