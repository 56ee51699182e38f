"""The plans of a phase: one row per expected unit, with its plan or with none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.plans.models import Plan
from campaigns.plans.states import PlanState
from campaigns.programme.models import Phase, in_language
from campaigns.programme.queries import expected_units
from emulation_portal.core.searching import folded_symbol, holding, words_of
from units.models import Mandate, Role, Unit

RECEIVED_STATES = (PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED)


class PlanStatus(models.TextChoices):
    """What a list can be narrowed to. The first five are the dashboard's figures."""

    RECEIVED = "received", gettext_lazy("Received")
    ON_TIME = "on_time", gettext_lazy("Issued on time")
    RETURNED = "returned", gettext_lazy("Additions needed")
    ACCEPTED = "accepted", gettext_lazy("Accepted")
    MISSING = "missing", gettext_lazy("Not received")
    SENT = "sent", gettext_lazy("Waiting for review")
    LATE = "late", gettext_lazy("Issued late")
    TO_ISSUE = "to_issue", gettext_lazy("Accepted, to be issued")


# Accepted counts what is in force: a plan does not lose its acceptance while an amendment of it
# is on its way.
STATUS_CONDITIONS: dict[str, Q] = {
    PlanStatus.RECEIVED: Q(state__in=RECEIVED_STATES),
    PlanStatus.ON_TIME: Q(state__in=RECEIVED_STATES, is_late=False),
    PlanStatus.LATE: Q(state__in=RECEIVED_STATES, is_late=True),
    PlanStatus.SENT: Q(state=PlanState.SENT),
    PlanStatus.RETURNED: Q(state=PlanState.RETURNED),
    PlanStatus.ACCEPTED: Q(in_force_id__isnull=False),
    PlanStatus.MISSING: Q(state__isnull=True),
    PlanStatus.TO_ISSUE: Q(in_force_id__isnull=False, in_force_issue_date__isnull=True),
}


class PlanOrder(models.TextChoices):
    NAME = "name", gettext_lazy("Name of the unit")
    SENT = "sent", gettext_lazy("Sent last, first")


def units_with_plans(
    phase: Phase, *, on: date, block_id: int | None = None, kind: str = "", search: str = ""
) -> QuerySet[Unit, Any]:
    """The units expected to plan for `phase`, each with `plan_id`, `version_id`, `state`,
    `is_late`, `sent_at`, `issue_date`, `number_symbol` of the version received last and
    `in_force_…` of the one accepted last (null where there is none). Narrowed to a block of the
    year of `on`, a kind, and to words of name, number and symbol in any order, accents or not.
    """
    units = expected_units(phase, on)
    if block_id is not None:
        units = units.filter(block_memberships__block_id=block_id, block_memberships__year=on.year)
    if kind:
        units = units.filter(kind=kind)
    units = units.annotate(
        plan=FilteredRelation("plans", condition=Q(plans__phase=phase)),
    ).annotate(
        plan_id=F("plan__pk"),
        version_id=F("plan__current_id"),
        version_number=F("plan__current__number"),
        state=F("plan__current__state"),
        is_late=F("plan__current__is_late"),
        sent_at=F("plan__current__sent_at"),
        registered_from_paper=F("plan__current__registered_from_paper"),
        issue_date=F("plan__current__issue__issue_date"),
        number_symbol=F("plan__current__issue__number_symbol"),
        in_force_id=F("plan__in_force_id"),
        in_force_number=F("plan__in_force__number"),
        in_force_is_late=F("plan__in_force__is_late"),
        in_force_sent_at=F("plan__in_force__sent_at"),
        in_force_issue_date=F("plan__in_force__issue__issue_date"),
        in_force_symbol=F("plan__in_force__issue__number_symbol"),
    )
    if words := words_of(search):
        units = units.alias(
            symbol_key=folded_symbol("number_symbol"),
            in_force_symbol_key=folded_symbol("in_force_symbol"),
        ).filter(holding(words, "search_key", "symbol_key", "in_force_symbol_key"))
    return units


def phase_shown(phases: Sequence[Phase], wanted: str, *, on: date) -> Phase | None:
    """The phase asked for by its id, else the one under way, else the first; None without any."""
    asked = [phase for phase in phases if str(phase.pk) == wanted]
    under_way = [phase for phase in phases if phase.starts_on <= on < phase.ends_on]
    return next(iter([*asked, *under_way, *phases]), None)


def sees_every_unit(mandate: Mandate) -> bool:
    """Whether the list shows units without a plan, and plans before they are issued, as well."""
    return mandate.is_department or mandate.role in (Role.ADMINISTRATOR, Role.OBSERVER)


def listed_units(
    mandate: Mandate, phase: Phase, *, on: date, status: str = "", order: str = "", **narrowing: Any
) -> QuerySet[Unit, Any]:
    """The rows of `units_with_plans` that the list shows `mandate`, narrowed and in order.

    The department, administrators and observers see every expected unit; everybody else the
    units whose plan may be read.
    """
    units = units_with_plans(phase, on=on, **narrowing)
    if not sees_every_unit(mandate):
        readable = Plan.objects.visible_to(mandate).filter(phase=phase).values("pk")
        units = units.filter(Q(version_id__isnull=False), Q(plan_id__in=readable))
    if status:
        units = units.filter(STATUS_CONDITIONS[status])
    if order == PlanOrder.SENT:
        return units.order_by(F("sent_at").desc(nulls_last=True), "sort_key", "pk")
    return units.order_by("sort_key", "pk")


ROW_COLUMNS = (
    "pk", "name_vi", "name_en", "plan_id", "version_id", "version_number", "state", "is_late",
    "sent_at", "registered_from_paper", "issue_date", "number_symbol", "in_force_id",
    "in_force_number", "in_force_is_late", "in_force_sent_at", "in_force_issue_date",
    "in_force_symbol",
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A word with its tone, as a badge shows it."""

    label: str
    tone: str = ""
    state: str = ""


@dataclass(frozen=True)
class PlanRow:
    """A unit in the list. `url` is empty where there is nothing the reader may open."""

    unit_id: int
    unit: str
    url: str
    version_number: int | None
    number_symbol: str
    issue_date: date | None
    punctuality: Mark | None
    entered_on: date | None
    entry: str
    state: Mark
    in_force: str = ""

    @property
    def is_missing(self) -> bool:
        return self.version_number is None


def plan_row(values: dict[str, Any], *, phase: Phase, on: date, mandate: Mandate) -> PlanRow:
    """Make a row of the list from the columns `ROW_COLUMNS` of one unit."""
    name = in_language(values["name_vi"], values["name_en"])
    if values["version_id"] is None:
        return PlanRow(
            unit_id=values["pk"], unit=name, url="", version_number=None, number_symbol="",
            issue_date=None, punctuality=missing_mark(phase, on), entered_on=None, entry="",
            state=Mark(_("Not in the portal yet"), "neutral"),
        )  # fmt: skip
    shown = shown_to(mandate, values)
    issue_date, sent_at = shown["issue_date"], shown["sent_at"]
    in_force = ""
    if values["in_force_id"] not in (None, shown["version_id"]):
        in_force = _("Version %(number)s in force") % {"number": values["in_force_number"]}
    return PlanRow(
        unit_id=values["pk"],
        unit=name,
        url=_url(mandate, shown),
        version_number=shown["version_number"],
        number_symbol=shown["number_symbol"] or "",
        issue_date=issue_date,
        punctuality=punctuality_mark(shown["is_late"], issue_date),
        entered_on=localdate(sent_at),
        entry=entry_words(
            phase, issue_date=issue_date, sent_at=sent_at,
            from_paper=shown["registered_from_paper"],
        ),
        state=Mark(str(PlanState(shown["state"]).label), state=shown["state"]),
        in_force=in_force,
    )  # fmt: skip


def shown_to(mandate: Mandate, values: dict[str, Any]) -> dict[str, Any]:
    """The version the row is about: the one received last, or, for readers from outside while
    that one is not issued, the one in force.
    """
    own = values["pk"] == mandate.unit_id and mandate.is_unit_side
    if sees_every_unit(mandate) or own or values["issue_date"] is not None:
        return values
    return {
        **values,
        "version_id": values["in_force_id"],
        "version_number": values["in_force_number"],
        "state": PlanState.ACCEPTED,
        "is_late": values["in_force_is_late"],
        "sent_at": values["in_force_sent_at"],
        "issue_date": values["in_force_issue_date"],
        "number_symbol": values["in_force_symbol"],
    }


def _url(mandate: Mandate, shown: dict[str, Any]) -> str:
    """Where the version is read; an observer sees that a plan came in, but opens issued ones."""
    if mandate.role == Role.OBSERVER and shown["issue_date"] is None:
        return ""
    return reverse("campaigns:plan-version", args=[shown["plan_id"], shown["version_number"]])


def punctuality_mark(is_late: bool | None, issue_date: date | None) -> Mark | None:
    """On time or late, as decided when the plan was sent; None where nobody can say."""
    if is_late is None:
        return None if issue_date else Mark(_("Not issued yet"), "neutral")
    return Mark(_("Late"), state="late") if is_late else Mark(_("On time"), state="on_time")


def missing_mark(phase: Phase, on: date) -> Mark | None:
    """Late only where the portal stood when the plan was due: before that, nobody could send."""
    deadline = phase.plan_deadline
    if deadline is None or deadline >= on or deadline < phase.campaign.go_live_date:
        return None
    return Mark(_("Overdue"), state="late")


def entry_words(
    phase: Phase, *, issue_date: date | None, sent_at: datetime | None, from_paper: bool
) -> str:
    """How the plan came into the portal, where that says nothing about its being on time."""
    if from_paper:
        return _("Registered from paper")
    if issue_date and sent_at and issue_date < phase.campaign.go_live_date:
        return _("Recorded afterwards")
    return ""
