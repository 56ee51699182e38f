"""The lists as tables to work on elsewhere: the rows of the page, with what an import needs."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone, translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from campaigns.plans.listing import (
    ROW_COLUMNS,
    Mark,
    entry_words,
    missing_mark,
    punctuality_mark,
    shown_to,
)
from campaigns.plans.models import PlanTask
from campaigns.plans.states import PlanState
from campaigns.plans.task_listing import TASK_COLUMNS
from campaigns.programme.models import Phase
from emulation_portal.core.spreadsheets import Cell
from emulation_portal.core.tables import Column
from units.models import BlockMembership, Mandate, Unit, UnitKind

# Read from the database at a time: enough for one round trip, little enough to keep.
CHUNK = 500

UNIT = Column("unit", gettext_lazy("Unit"), 36)
UNIT_CODE = Column("unit_code", gettext_lazy("Code of the unit"), 16)
PHASE = Column("phase", gettext_lazy("Phase"), 10)
STATE = Column("state", gettext_lazy("State"), 16)
VERSION = Column("version", gettext_lazy("Version"), 10)
PLAN_ID = Column("plan_id", gettext_lazy("Plan (do not change)"), 12, hidden=True)

PLAN_COLUMNS = (
    UNIT,
    UNIT_CODE,
    Column("kind", gettext_lazy("Kind of unit"), 22),
    Column("block", gettext_lazy("Block"), 26),
    PHASE,
    Column("number_symbol", gettext_lazy("Number and symbol"), 20),
    Column("issue_date", gettext_lazy("Date of issue"), 14),
    Column("signer_name", gettext_lazy("Signer"), 24),
    Column("signer_title", gettext_lazy("Signer's office"), 24),
    Column("signing_capacity", gettext_lazy("Signing capacity"), 12),
    Column("scan", gettext_lazy("File of the scan"), 28),
    Column("on_time", gettext_lazy("On time"), 14),
    Column("entered_on", gettext_lazy("Entered in the portal"), 14),
    Column("entry", gettext_lazy("How it was entered"), 22),
    STATE,
    VERSION,
    Column("in_force", gettext_lazy("In force"), 24),
    PLAN_ID,
)

TASK_TABLE = (
    UNIT,
    UNIT_CODE,
    PHASE,
    Column("area", gettext_lazy("Content number"), 10),
    Column("area_name", gettext_lazy("Content area"), 26),
    Column("position", gettext_lazy("No."), 6),
    Column("title", gettext_lazy("Task"), 60),
    Column("lead", gettext_lazy("Lead"), 28),
    Column("partners", gettext_lazy("Partners"), 28),
    Column("due_date", gettext_lazy("Deadline"), 14),
    Column("product", gettext_lazy("Product"), 36),
    Column("delete", pgettext_lazy("column of a table", "Remove (x)"), 10),
    STATE,
    VERSION,
    PLAN_ID,
    Column("identity", gettext_lazy("Task code (do not change)"), 38, hidden=True),
    Column("lock_version", gettext_lazy("Save (do not change)"), 12, hidden=True),
)

_ISSUE = ("signer_name", "signer_title", "signing_capacity")


def plan_cells(
    units: QuerySet[Unit, Any], *, phase: Phase, on: date, mandate: Mandate
) -> Iterator[list[Cell]]:
    """Return the rows of `listing.listed_units` as cells of `PLAN_COLUMNS`, one by one.

    Words are those of the language in force now, whenever the rows are taken.
    """
    block = BlockMembership.objects.filter(unit=OuterRef("pk"), year=on.year)
    extra: dict[str, Any] = {
        "block_vi": Subquery(block.values("block__name_vi")[:1]),
        "block_en": Subquery(block.values("block__name_en")[:1]),
        "scan": F("plan__current__issue__scan__original_name"),
        "in_force_scan": F("plan__in_force__issue__scan__original_name"),
    }
    for name in _ISSUE:
        extra[name] = F(f"plan__current__issue__{name}")
        extra[f"in_force_{name}"] = F(f"plan__in_force__issue__{name}")
    rows = units.annotate(**extra).values("code", "kind", *ROW_COLUMNS, *extra)
    words = _Words(phase, on=on)
    return (_plan_cells(values, words, mandate) for values in rows.iterator(CHUNK))


class _Words:
    """The words of a table of plans, in the language in force when they are asked for."""

    def __init__(self, phase: Phase, *, on: date) -> None:
        self.phase = phase
        self.in_english = translation.get_language() == "en"
        self.kinds = {kind.value: str(kind.label) for kind in UnitKind}
        self.states = {state.value: str(state.label) for state in PlanState}
        self.missing = _("Not in the portal yet")
        self.overdue = _label(missing_mark(phase, on))
        self.in_force = _("Version %(number)s in force")
        self.punctuality = {
            (late, issued is not None): _label(punctuality_mark(late, issued))
            for late in (True, False, None)
            for issued in (on, None)
        }
        before, now = phase.campaign.go_live_date - timedelta(days=1), timezone.now()
        self.entry = {
            (paper, early): entry_words(
                phase,
                issue_date=before if early else phase.campaign.go_live_date,
                sent_at=now,
                from_paper=paper,
            )
            for paper in (True, False)
            for early in (True, False)
        }

    def name(self, vietnamese: str | None, english: str | None) -> str:
        """The name in that language, Vietnamese where English is missing."""
        return (english if self.in_english and english else vietnamese) or ""


def _label(mark: Mark | None) -> str:
    return mark.label if mark else ""


def _plan_cells(values: dict[str, Any], words: _Words, mandate: Mandate) -> list[Cell]:
    unit = [
        words.name(values["name_vi"], values["name_en"]),
        values["code"],
        words.kinds[values["kind"]],
        words.name(values["block_vi"], values["block_en"]),
        words.phase.number,
    ]
    if values["version_id"] is None:
        return [*unit, *[""] * 6, words.overdue, None, "", words.missing, None, "", None]
    shown = shown_to(mandate, values)
    prefix = "" if shown is values else "in_force_"
    issued = shown["issue_date"]
    early = issued is not None and issued < words.phase.campaign.go_live_date
    in_force = values["in_force_id"] is not None
    return [
        *unit,
        shown["number_symbol"] or "",
        issued,
        *(values[f"{prefix}{name}"] or "" for name in _ISSUE),
        values[f"{prefix}scan"] or "",
        words.punctuality[shown["is_late"], issued is not None],
        localdate(shown["sent_at"]),
        words.entry[shown["registered_from_paper"], early],
        words.states[shown["state"]],
        shown["version_number"],
        words.in_force % {"number": values["in_force_number"]} if in_force else "",
        values["plan_id"],
    ]


def task_cells(tasks: QuerySet[PlanTask]) -> Iterator[list[Cell]]:
    """Return the rows of `task_listing.listed_tasks` as cells of `TASK_TABLE`, one by one.

    Words are those of the language in force now, whenever the rows are taken.
    """
    rows = tasks.values_list(*_TASK_VALUES)
    states = {state.value: str(state.label) for state in PlanState}
    in_english = translation.get_language() == "en"

    def cells() -> Iterator[list[Cell]]:
        for (
            code,
            name_vi,
            name_en,
            phase,
            area,
            short_vi,
            short_en,
            position,
            title,
            lead,
            partners,
            due,
            product,
            state,
            version,
            plan,
            identity,
            save,
        ) in rows.iterator(CHUNK):
            yield [
                name_en if in_english and name_en else name_vi, code, phase, area,
                short_en if in_english and short_en else short_vi, position, title, lead,
                partners, due, product, "", states[state], version, plan, str(identity), save,
            ]  # fmt: skip

    return cells()


_TASK_VALUES = tuple(
    next(name for name in TASK_COLUMNS if name.endswith(end))
    for end in (
        "unit__code", "unit__name_vi", "unit__name_en", "phase__number", "area__number",
        "short_vi", "short_en", "position", "title", "lead", "partners", "due_date", "product",
        "version__state", "version__number", "plan_id", "identity", "lock_version",
    )
)  # fmt: skip
