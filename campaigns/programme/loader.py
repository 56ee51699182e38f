"""From a campaign file to the tables of the programme. Called inside one transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.programme.document import Problems, Record
from campaigns.programme.models import (
    Campaign,
    CampaignDocument,
    ContentArea,
    Deliverable,
    DeliverableState,
    Holiday,
    Participant,
    Phase,
    ReminderRule,
    ReportingPeriod,
)
from campaigns.programme.review_aids import ChecklistItem, StockPhrase
from campaigns.programme.sync import Diff, Table, Values, remove, sync, used_from_outside
from emulation_portal.core.text import fold
from units.models import Unit

# Rows of these models are the file's own; a reference from any other model is a use.
OWN: frozenset[type[models.Model]] = frozenset(
    {
        Campaign,
        CampaignDocument,
        ChecklistItem,
        ContentArea,
        Deliverable,
        Holiday,
        Participant,
        Phase,
        ReminderRule,
        ReportingPeriod,
        StockPhrase,
    }
)
NAME = ("name_vi", "name_en")
SOURCED = ("source", "confirmed")


def keep_confirmation(row: Any, changed: Values) -> frozenset[str]:
    """A fact confirmed in the portal stays confirmed while its wording stays the same."""
    if row.confirmed and changed.get("confirmed") is False and changed.keys() <= set(SOURCED):
        return frozenset(SOURCED)
    return frozenset()


def keep_progress(row: Deliverable, changed: Values) -> frozenset[str]:
    """The file says how a deliverable stood at first; from then on the department does.

    It may still fill what nobody has determined.
    """
    kept = set(keep_confirmation(row, {k: v for k, v in changed.items() if k not in _PROGRESS}))
    kept |= {name for name in ("lead_unit", "due_date") if getattr(row, name) is not None}
    if row.state != DeliverableState.UNDETERMINED:
        kept |= {"state", "done_date", "evidence"}
    return frozenset(kept & changed.keys())


_PROGRESS = ("lead_unit", "due_date", "state", "done_date", "evidence")


def keep_deadline(row: Phase, changed: Values) -> frozenset[str]:
    """As `keep_confirmation`, for the phase itself and for its plan deadline."""
    about_plans = {"plan_deadline", "plan_deadline_confirmed"}
    kept = set(keep_confirmation(row, {k: v for k, v in changed.items() if k not in about_plans}))
    if row.plan_deadline_confirmed and changed.keys() & about_plans == {"plan_deadline_confirmed"}:
        kept.add("plan_deadline_confirmed")
    return frozenset(kept)


def keep_all(row: Any, changed: Values) -> frozenset[str]:
    """The file gives the first values; later ones are set on a page of the portal."""
    return frozenset(changed)


def _users(row: models.Model) -> str:
    return used_from_outside(row, OWN)


def campaign_users(campaign: Campaign) -> str:
    """Plans of the campaign, in words. Reached through the phase, whose plans they are."""
    return _plans(Phase.objects.filter(campaign=campaign, plans__isnull=False).count())


def participant_users(participant: Participant) -> str:
    return _plans(
        Phase.objects.filter(
            campaign=participant.campaign_id, plans__unit=participant.unit_id
        ).count()
    )


def _plans(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)s plan", "%(count)s plans", count) % {"count": count}


def _search_key(row: Deliverable) -> None:
    row.search_key = fold(f"{row.name_vi} {row.name_en} {row.code}")


CAMPAIGN = Table(
    _("campaign"),
    Campaign,
    ("code",),
    (
        *NAME,
        "purpose_vi",
        "purpose_en",
        "host_unit",
        "starts_on",
        "go_live_date",
        "plan_flow",
        *SOURCED,
    ),
    campaign_users,
    kept=keep_confirmation,
)
PARTICIPANT = Table(_("participant"), Participant, ("unit",), (), participant_users)
DOCUMENT = Table(
    _("document"),
    CampaignDocument,
    ("code",),
    (
        "role",
        "number_symbol",
        "issue_date",
        "issuer_vi",
        "issuer_en",
        "abstract_vi",
        "abstract_en",
        "position",
        *SOURCED,
    ),
    _users,
    kept=keep_confirmation,
)
AREA = Table(
    _("content area"),
    ContentArea,
    ("number",),
    (*NAME, "short_vi", "short_en", "description_vi", "description_en", *SOURCED),
    _users,
    kept=keep_confirmation,
)
DELIVERABLE = Table(
    _("deliverable"),
    Deliverable,
    ("code",),
    ("area", *NAME, "position", *_PROGRESS, *SOURCED),
    _users,
    kept=keep_progress,
    derived=_search_key,
)
PHASE = Table(
    _("phase"),
    Phase,
    ("number",),
    (
        *NAME,
        "starts_on",
        "ends_on",
        "plan_deadline",
        "plan_deadline_confirmed",
        "review_kind",
        "review_year",
        *SOURCED,
    ),
    _users,
    kept=keep_deadline,
)
PERIOD = Table(
    _("reporting period"),
    ReportingPeriod,
    ("kind", "year", "number"),
    ("phase", "starts_on", "ends_on", "deadline"),
    _users,
    fixed=lambda changed: frozenset({"phase"}),
)
HOLIDAY = Table(_("holiday"), Holiday, ("day",), (*NAME, *SOURCED), _users, kept=keep_confirmation)
REMINDER_RULE = Table(
    _("reminder rule"),
    ReminderRule,
    ("campaign",),
    ("days_before", "days_after", "quarterly_day", *SOURCED),
    _users,
    kept=keep_all,
)


def in_both(record: Record, **names: str) -> Values:
    """Values of the model's fields `<name>_vi` and `<name>_en` from bilingual keys."""
    return {
        f"{name}_{language}": record[key][language]
        for key, name in names.items()
        for language in ("vi", "en")
    }


def plain(record: Record, *keys: str) -> Values:
    return {key: record[key] for key in keys}


def find_units(file: Record, problems: Problems) -> dict[str, Unit]:
    """The units the file names, by code; each unknown code is a problem."""
    named: list[tuple[Record, str, Any]] = []
    if file["campaign"]:
        named.append((file["campaign"], "host_unit", file["campaign"]["host_unit"]))
    if file["participants"]:
        named.append((file["participants"], "under", file["participants"]["under"]))
        named += [(file["participants"], "units", code) for code in file["participants"]["units"]]
    named += [(row, "lead_unit", row["lead_unit"]) for row in file["deliverables"] or ()]
    named += [(row, "supplier", row["supplier"]) for row in file.get("indicators") or ()]
    codes = {code for _record, _key, code in named if code}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    for record, key, code in named:
        if code and code not in units:
            problems.add(record.where(key), _("there is no unit “%(code)s”"), code=code)
    return units


def _taking_part(file: Record, units: Mapping[str, Unit]) -> list[Unit]:
    """Units named or meant by the file's rule that exist on some day of the campaign."""
    rule, campaign = file["participants"], file["campaign"]
    chosen = {units[code].pk: units[code] for code in rule["units"]}
    if rule["under"]:
        meant = Unit.objects.owing_plans().filter(parent=units[rule["under"]])
        if rule["kinds"]:
            meant = meant.filter(kind__in=rule["kinds"])
        # A unit that ended before the campaign began has nothing to promise.
        meant = meant.exclude(valid_to__lte=campaign["starts_on"])
        chosen |= {unit.pk: unit for unit in meant}
    return sorted(chosen.values(), key=lambda unit: (unit.sort_key, unit.pk))


def load_programme(
    file: Record, units: Mapping[str, Unit], diff: Diff
) -> tuple[Campaign, dict[int, ContentArea], list[tuple[Table, list[Any]]]]:
    """Write what the file says of the programme.

    Returns the campaign, its areas by number, and what the file no longer names, in the order
    in which it may be removed.
    """
    campaign = _load_campaign(file["campaign"], units, diff)
    own = {"campaign": campaign}

    def load(table: Table, wanted: list[Values]) -> tuple[dict[tuple[Any, ...], Any], list[Any]]:
        existing = table.model._base_manager.filter(campaign=campaign)
        relations = [name for name in (*table.key, *table.fields) if _is_relation(table, name)]
        return sync(
            table,
            existing.select_related(*relations) if relations else existing,
            [own | values for values in wanted],
            diff,
        )

    _participants, no_participants = load(
        PARTICIPANT, [{"unit": unit} for unit in _taking_part(file, units)]
    )
    _documents, no_documents = load(DOCUMENT, _document_rows(file))
    areas, no_areas = load(AREA, _area_rows(file))
    by_number = {number: area for (number,), area in areas.items()}
    _deliverables, no_deliverables = load(DELIVERABLE, _deliverable_rows(file, by_number, units))
    phases, no_phases = load(PHASE, _phase_rows(file))
    _periods, no_periods = load(
        PERIOD,
        [
            plain(row, "kind", "year", "number", "starts_on", "ends_on", "deadline")
            | {"phase": phases[row["phase"],]}
            for row in file["reporting_periods"]
        ],
    )
    _holidays, no_holidays = load(
        HOLIDAY,
        [in_both(row, name="name") | plain(row, "day", *SOURCED) for row in file["holidays"]],
    )
    rule = file["reminder_rule"]
    _rules, _no_rules = load(
        REMINDER_RULE,
        [
            plain(rule, "quarterly_day", *SOURCED)
            | {key: list(rule[key]) for key in ("days_before", "days_after")}
        ],
    )
    return (
        campaign,
        by_number,
        [
            (PARTICIPANT, no_participants),
            (DOCUMENT, no_documents),
            (PERIOD, no_periods),
            (HOLIDAY, no_holidays),
            (DELIVERABLE, no_deliverables),
            (PHASE, no_phases),
            (AREA, no_areas),
        ],
    )


def remove_stale(stale: list[tuple[Table, list[Any]]], diff: Diff) -> None:
    for table, rows in stale:
        remove(table, rows, diff)


def _is_relation(table: Table, name: str) -> bool:
    return bool(table.model._meta.get_field(name).is_relation)


def _load_campaign(record: Record, units: Mapping[str, Unit], diff: Diff) -> Campaign:
    # Locked, so that two loads of one campaign follow one another.
    existing = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("host_unit")
        .filter(code=record["code"])
    )
    values = (
        in_both(record, name="name", purpose="purpose")
        | plain(record, "code", "starts_on", "go_live_date", "plan_flow", *SOURCED)
        | {"host_unit": units[record["host_unit"]]}
    )
    rows, _stale = sync(CAMPAIGN, existing, [values], diff)
    return next(iter(rows.values()))


def _document_rows(file: Record) -> list[Values]:
    return [
        in_both(row, issuer="issuer", abstract="abstract")
        | plain(row, "code", "role", "number_symbol", "issue_date", *SOURCED)
        | {"position": position}
        for position, row in enumerate(file["documents"], start=1)
    ]


def _area_rows(file: Record) -> list[Values]:
    return [
        in_both(row, name="name", short_name="short", description="description")
        | plain(row, "number", *SOURCED)
        for row in file["areas"]
    ]


def _deliverable_rows(
    file: Record, areas: Mapping[int, ContentArea], units: Mapping[str, Unit]
) -> list[Values]:
    return [
        in_both(row, name="name")
        | plain(row, "code", "due_date", "state", "done_date", "evidence", *SOURCED)
        | {
            "area": areas[row["area"]],
            "lead_unit": units.get(row["lead_unit"]),
            "position": position,
        }
        for position, row in enumerate(file["deliverables"], start=1)
    ]


def _phase_rows(file: Record) -> list[Values]:
    return [
        in_both(row, name="name")
        | plain(
            row,
            "number",
            "starts_on",
            "ends_on",
            "plan_deadline",
            "plan_deadline_confirmed",
            "review_kind",
            "review_year",
            *SOURCED,
        )
        for row in file["phases"]
    ]
