"""A table of deliverables that comes back: how each stands now, by whoever keeps that on screen."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.programme import actions, rules
from campaigns.programme.actions import DeliverableProgress, check_completion
from campaigns.programme.forms import DeliverableForm
from campaigns.programme.models import Campaign, Deliverable, DeliverableState
from campaigns.programme.queries import possible_leads, visible_campaigns
from campaigns.programme.tables import DELIVERABLE_TABLE, mark_of
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError, NotAllowed
from emulation_portal.core.imports import (
    CHANGED,
    Change,
    Importer,
    Judgement,
    RowError,
    RowsRefused,
    Scope,
)
from emulation_portal.core.spreadsheets import Row, read_back
from emulation_portal.core.text import fold
from emulation_portal.formats.writing import show_date
from units.models import Mandate, Unit

_LABELS = {column.key: column.label for column in DELIVERABLE_TABLE}
# Columns of the file whose faults the form names after its own field.
_COLUMN_OF = {"lead_unit": "lead_code", "lead_unit_id": "lead_code"}
# The column beside which a refusal of the action is told.
_FAULT_AT: dict[type[DomainError], str] = {
    actions.CompletionUndated: "done_date",
    actions.CompletionInFuture: "done_date",
    actions.NotCompleted: "done_date",
    actions.CompletionUnfounded: "evidence",
}


def judge_deliverables(rows: list[Row], scope: Scope, at: datetime) -> Judgement:
    """Say what the rows would change. Nothing is written.

    State, lead unit, due date, day of completion and evidence are read; a column the file does
    not have leaves what is known. Raises NotAllowed when the mandate may not, or no longer,
    keep the deliverables of the campaign.
    """
    today = timezone.localdate(at)
    held = Mandate.objects.valid_on(today).select_related("unit")
    mandate = held.filter(pk=scope["mandate"]).first()
    if mandate is None:
        raise NotAllowed
    campaign = visible_campaigns(mandate).filter(code=scope["campaign"]).first()
    if campaign is None or not rules.may_update_deliverables(mandate, campaign):
        raise NotAllowed
    judge = _Judge(campaign, at)
    for number, cells in rows:
        judge.row(number, dict(cells))
    return judge.judgement


class _Judge:
    """Knows the campaign's deliverables and who may lead them; judges row by row."""

    def __init__(self, campaign: Campaign, at: datetime) -> None:
        self.today = timezone.localdate(at)
        self.judgement = Judgement()
        stored = Deliverable.objects.filter(campaign=campaign).select_related("area", "lead_unit")
        self.stored = {row.code: row for row in stored}
        self.leads = possible_leads(campaign, self.today)
        self.units = {unit.code: unit for unit in self.leads}
        self.states = _states()
        self.seen: set[str] = set()

    def fault(self, number: int, column: str, reason: Any) -> None:
        """Put a fault on the list."""
        label = str(_LABELS.get(column, ""))
        self.judgement.errors.append(RowError(number, label, str(reason)))

    def row(self, number: int, cells: dict[str, str]) -> None:
        code = cells.get("code", "")
        stored = self.stored.get(code)
        if not code or stored is None:
            self.fault(number, "code", _("The campaign has no deliverable “%(code)s”. New ones come "
                                         "with the campaign’s file.") % {"code": code[:60]})  # fmt: skip
            return
        if code in self.seen:
            self.fault(number, "code", _("This deliverable stands in an earlier row already."))
            return
        self.seen.add(code)
        current = DeliverableProgress.of(stored)
        faults = len(self.judgement.errors)
        progress = self._progress(number, cells, stored)
        if progress is None or len(self.judgement.errors) > faults:
            return
        if _alike(progress, current):
            self.judgement.unchanged += 1
            return
        if cells.get("seen") and cells["seen"] != mark_of(current):
            self.fault(number, "seen", _("“%(name)s” has been changed since this table was exported. "
                                         "Export it again and repeat your change; nothing has been "
                                         "overwritten.") % {"name": stored.name})  # fmt: skip
            return
        try:
            check_completion(progress, today=self.today)
        except DomainError as refusal:
            self.fault(number, _FAULT_AT.get(type(refusal), ""), refusal)
            return
        cells["seen"] = mark_of(current)
        change = Change(number, CHANGED, stored.name, self._differences(current, progress))
        self.judgement.changes.append(change)
        self.judgement.rows.append((number, cells))
        self.judgement.writes.append((number, stored, progress))

    def _progress(
        self, number: int, cells: dict[str, str], stored: Deliverable
    ) -> DeliverableProgress | None:
        """Check the cells as the screen does."""
        state = cells.get("state", stored.state)
        lead = self._lead(number, cells, stored)
        data = {
            "state": self.states.get(fold(state), state),
            "lead_unit": str(lead.pk) if lead else "",
            "due_date": cells.get("due_date", _day(stored.due_date)),
            "done_date": cells.get("done_date", _day(stored.done_date)),
            "evidence": cells.get("evidence", stored.evidence),
        }
        leads = self.leads | Unit.objects.filter(pk__in=[lead.pk] if lead else [])
        form = DeliverableForm(data, deliverable=stored, leads=leads)
        if form.is_valid():
            return form.progress()
        for name, reasons in form.errors.items():
            for reason in reasons:
                self.fault(number, _COLUMN_OF.get(name, name), reason)
        return None

    def _lead(self, number: int, cells: dict[str, str], stored: Deliverable) -> Unit | None:
        """The unit that leads: by its code where that was changed, by its name where only that."""
        lead = stored.lead_unit
        known_code = lead.code if lead else ""
        code = cells.get("lead_code", known_code)
        if code != known_code:
            if code and code not in self.units:
                self.fault(number, "lead_code", _("No unit “%(code)s” takes part in the campaign.")
                           % {"code": code[:60]})  # fmt: skip
            return self.units.get(code)
        name = cells.get("lead_unit")
        names = {read_back(lead.name_vi), read_back(lead.name_en)} if lead else {""}
        if name is None or name in names:
            return lead
        if not name:
            return None
        found = [
            unit
            for unit in self.units.values()
            if fold(name) in (fold(unit.name_vi), fold(unit.name_en))
        ]
        if len(found) != 1:
            self.fault(number, "lead_unit", _("No unit “%(name)s” takes part in the campaign. Give "
                                              "its code.") % {"name": name[:100]})  # fmt: skip
            return None
        return found[0]

    def _differences(
        self, before: DeliverableProgress, after: DeliverableProgress
    ) -> list[tuple[str, str, str]]:
        return [
            (str(_LABELS[_COLUMN_OF.get(name, name)]), self._word(name, old), self._word(name, new))
            for name, old in asdict(before).items()
            if old != (new := asdict(after)[name])
        ]

    def _word(self, name: str, value: Any) -> str:
        if name == "state":
            return str(DeliverableState(value).label)
        if name == "lead_unit_id":
            known = [unit for unit in self._units_once() if unit.pk == value]
            return known[0].name if known else ""
        return _day(value) if name.endswith("_date") else str(value)

    def _units_once(self) -> list[Unit]:
        leads = [row.lead_unit for row in self.stored.values() if row.lead_unit]
        return [*self.units.values(), *leads]


def _day(value: Any) -> str:
    return show_date(value) if value else ""


def _alike(typed: DeliverableProgress, stored: DeliverableProgress) -> bool:
    """Whether the row says what is stored, as far as a cell can hold it."""
    return asdict(typed) == {**asdict(stored), "evidence": read_back(stored.evidence)} or (
        typed == stored
    )


def _states() -> dict[str, str]:
    known: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for state in DeliverableState:
                known[fold(str(state.label))] = state.value
                known[fold(state.value)] = state.value
    return known


def write_deliverables(judgement: Judgement, scope: Scope, by: Actor, at: datetime) -> None:
    """Keep how each deliverable stands. Raises RowsRefused when somebody was quicker."""
    for number, stored, progress in judgement.writes:
        try:
            actions.update_deliverable(
                deliverable=stored,
                progress=progress,
                seen=DeliverableProgress.of(stored),
                by=by,
                at=at,
            )
        except DomainError as refusal:
            raise RowsRefused([RowError(number, "", str(refusal))]) from refusal


DELIVERABLES = Importer(
    name="deliverables",
    label=gettext_lazy("Import of deliverables"),
    columns=DELIVERABLE_TABLE,
    required=("code",),
    judge=judge_deliverables,
    write=write_deliverables,
    back=lambda scope: reverse("campaigns:deliverable-list", args=[scope["campaign"]]),
    preview_of_job=lambda scope, job: (
        reverse("campaigns:deliverable-import", args=[scope["campaign"]]) + f"?job={job}"
    ),
)
