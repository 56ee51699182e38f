"""A table of plans that comes back: units whose plan on paper the department registers in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.plans import actions, exporting, queries, rules
from campaigns.plans.actions import IssueFacts
from campaigns.plans.exporting import PLAN_COLUMNS
from campaigns.plans.forms.imports import PaperRowForm
from campaigns.plans.imports import mandate_of
from campaigns.plans.listing import listed_units
from campaigns.programme.models import Phase
from campaigns.programme.queries import visible_campaigns
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError, NotAllowed
from emulation_portal.core.imports import (
    ADDED,
    Change,
    Importer,
    Judgement,
    RowError,
    RowsRefused,
    Scope,
)
from emulation_portal.core.models import Attachment
from emulation_portal.core.spreadsheets import Row, read_back
from emulation_portal.core.text import fold, nfc
from emulation_portal.formats.writing import show_date
from units.api import SigningCapacity
from units.models import Mandate, Unit

FACTS = ("number_symbol", "issue_date", "signer_name", "signer_title", "signing_capacity", "scan")
_NEEDED = ("number_symbol", "issue_date", "signer_name", "signer_title", "scan")
_KEYS = [column.key for column in PLAN_COLUMNS]
_LABELS = {column.key: column.label for column in PLAN_COLUMNS}


@dataclass(frozen=True)
class PaperPlan:
    """A plan on paper that a row registers."""

    row: int
    unit: Unit
    issue: IssueFacts


@dataclass
class _Known:
    """What is known of the phase: its units with what the portal has, and the scans kept."""

    mandate: Mandate
    phase: Phase
    today: date
    received: dict[str, dict[str, str]]
    units: dict[str, Unit]
    without_plan: set[str]
    scans: dict[str, Attachment]
    refused: Mapping[str, str]


def file_key(name: str) -> str:
    """Return what two names of one file have in common."""
    return nfc(name).strip().casefold()


def judge_plans(rows: list[Row], scope: Scope, at: datetime) -> Judgement:
    """Say which paper plans the rows register. Nothing is written.

    A row of a unit whose plan has come in, or a row without facts of an issue, is skipped; facts
    of a plan that is here already are changed by amending it, not by a table.

    Raises NotAllowed when the mandate, or its view of the campaign, has ended.
    """
    known = _known(scope, at)
    judgement = Judgement()
    seen: dict[str, int] = {}
    used: dict[str, int] = {}
    for number, cells in rows:
        row = _JudgedRow(number, dict(cells), known, judgement)
        unit = row.unit()
        if unit is None:
            continue
        if unit.code in seen:
            row.fault("unit_code", _("%(unit)s stands in row %(row)s already.")
                      % {"unit": unit.name, "row": seen[unit.code]})  # fmt: skip
            continue
        seen[unit.code] = number
        row.judge(unit, used)
    return judgement


class _JudgedRow:
    """One row of the file; puts what it does, or what is wrong with it, into the judgement."""

    def __init__(
        self, number: int, cells: dict[str, str], known: _Known, judgement: Judgement
    ) -> None:
        self.number, self.cells, self.known, self.judgement = number, cells, known, judgement

    def fault(self, column: str, reason: Any) -> None:
        """Put a fault on the list."""
        label = str(_LABELS.get(column, ""))
        self.judgement.errors.append(RowError(self.number, label, str(reason)))

    def unit(self) -> Unit | None:
        """Return the unit the row is about, or None with the fault told."""
        code, phase = self.cells.get("unit_code", ""), self.cells.get("phase", "")
        if not code:
            self.fault("unit_code", _("is missing."))
            return None
        if phase and phase != str(self.known.phase.number):
            self.fault("phase", _("This row is of phase %(other)s; the table is read for phase "
                                  "%(phase)s.")
                       % {"other": phase[:20], "phase": self.known.phase.number})  # fmt: skip
            return None
        unit = self.known.units.get(code)
        if unit is None:
            self.fault("unit_code", _("No unit “%(code)s” owes a plan for this phase.")
                       % {"code": code[:60]})  # fmt: skip
        return unit

    def judge(self, unit: Unit, used: dict[str, int]) -> None:
        """Judge a row about `unit`; `used` has the scans that earlier rows name."""
        typed = {name: _even(name, self.cells.get(name, "")) for name in FACTS}
        stored = self.known.received.get(unit.code)
        if stored is not None:
            given = {name: value for name, value in typed.items() if name in self.cells}
            if any(stored[name] != value for name, value in given.items()):
                self.fault("", _("The plan of %(unit)s is in the portal already. To correct it, "
                                 "open the plan and amend it.") % {"unit": unit.name})  # fmt: skip
            else:
                self.judgement.unchanged += 1
            return
        if not any(typed.values()):
            self.judgement.unchanged += 1
            return
        answer = rules.may_start(self.known.mandate, unit)
        if not answer:
            self.fault("", answer)
        elif unit.code not in self.known.without_plan:
            self.fault("", _("%(unit)s has begun its plan in the portal. It registers the paper "
                             "itself, with its draft.") % {"unit": unit.name})  # fmt: skip
        else:
            self._register(unit, typed, used)

    def _register(self, unit: Unit, typed: dict[str, str], used: dict[str, int]) -> None:
        missing = [name for name in _NEEDED if not typed[name]]
        for name in missing:
            self.fault(name, _("is missing."))
        scan = self._scan(typed["scan"], used) if typed["scan"] else None
        form = PaperRowForm(
            typed, today=self.known.today, first_day=self.known.phase.campaign.starts_on
        )
        form.attachment = scan
        for name, reasons in form.errors.items():
            if name not in missing:
                for reason in reasons:
                    self.fault(name, reason)
        if missing or scan is None or form.errors:
            return
        cells = [(str(_LABELS[name]), "", typed[name]) for name in FACTS if typed[name]]
        self.judgement.changes.append(Change(self.number, ADDED, unit.name, cells))
        self.judgement.rows.append((self.number, self.cells))
        self.judgement.writes.append(PaperPlan(self.number, unit, form.facts()))

    def _scan(self, name: str, used: dict[str, int]) -> Attachment | None:
        key = file_key(name)
        if refusal := self.known.refused.get(key):
            self.fault("scan", refusal)
            return None
        if key in used:
            self.fault("scan", _("“%(name)s” is the scan of row %(row)s already.")
                       % {"name": name[:100], "row": used[key]})  # fmt: skip
            return None
        used[key] = self.number
        found = self.known.scans.get(key)
        if found is None:
            self.fault("scan", _("No file “%(name)s” was chosen together with the table.")
                       % {"name": name[:100]})  # fmt: skip
        return found


def _even(name: str, text: str) -> str:
    """The fact as it is compared: dates and signing capacities have several spellings."""
    if name == "signing_capacity":
        return _capacities().get(fold(text), text)
    return text


def _capacities() -> dict[str, str]:
    spellings: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for capacity in SigningCapacity:
                spellings[fold(str(capacity.label))] = capacity.value
                spellings[fold(capacity.value)] = capacity.value
    return spellings


def _known(scope: Scope, at: datetime) -> _Known:
    mandate, today = mandate_of(scope, at), timezone.localdate(at)
    phases = Phase.objects.filter(campaign__in=visible_campaigns(mandate))
    phase = phases.select_related("campaign").filter(pk=scope["phase"]).first()
    if phase is None or not mandate.is_department:
        raise NotAllowed
    listed = listed_units(mandate, phase, on=today)
    units = Unit.objects.filter(participations__campaign=phase.campaign)
    received = {}
    for cells in exporting.plan_cells(listed, phase=phase, on=today, mandate=mandate):
        values = dict(zip(_KEYS, cells, strict=True))
        if values["plan_id"] is not None and values["version"] is not None:
            received[str(values["unit_code"])] = {
                name: _even(name, _as_text(values[name])) for name in FACTS
            }
    waiting = queries.units_without_plan(phase, on=today)
    kept = scope.get("kept", {})
    scans = Attachment.objects.filter(uploaded_by_id=mandate.person_id).in_bulk(
        [pk for pk in kept.values() if not pk.startswith("!")]
    )
    by_id = {str(pk): scan for pk, scan in scans.items()}
    return _Known(
        mandate=mandate,
        phase=phase,
        today=today,
        received=received,
        units={unit.code: unit for unit in units},
        without_plan=set(waiting.order_by().values_list("code", flat=True)),
        scans={key: by_id[pk] for key, pk in kept.items() if pk in by_id},
        refused={key: pk[1:] for key, pk in kept.items() if pk.startswith("!")},
    )


def _as_text(value: Any) -> str:
    return show_date(value) if isinstance(value, date) else read_back(str(value or ""))


def write_plans(judgement: Judgement, scope: Scope, by: Actor, at: datetime) -> None:
    """Register every plan and, where the scope says so, send it on the unit's behalf.

    Raises RowsRefused with the row that cannot be registered; nothing is kept then.
    """
    for plan in judgement.writes:
        assert isinstance(plan, PaperPlan)  # noqa: S101 - narrows the type
        try:
            version = actions.register_paper_plan(
                unit=plan.unit, phase=_phase(scope), issue=plan.issue, by=by, at=at
            )
            if scope.get("send"):
                actions.send_plan(version=version, by=by, at=at)
        except DomainError as refusal:
            raise RowsRefused([RowError(plan.row, "", str(refusal))]) from refusal


def _phase(scope: Scope) -> Phase:
    return Phase.objects.select_related("campaign").get(pk=scope["phase"])


PLANS = Importer(
    name="paper_plans",
    label=gettext_lazy("Registration of paper plans"),
    columns=PLAN_COLUMNS,
    required=("unit_code", *_NEEDED),
    judge=judge_plans,
    write=write_plans,
    back=lambda scope: (
        reverse("campaigns:plan-list", args=[scope["campaign"]]) + f"?phase={scope['phase']}"
    ),
    preview_of_job=lambda scope, job: (
        reverse("campaigns:plan-import", args=[scope["phase"]]) + f"?job={job}"
    ),
)
