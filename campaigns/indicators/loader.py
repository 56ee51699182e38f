"""The whole campaign file, programme and indicators, read and brought to the database."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.indicators.models import Indicator, MinistryTarget
from campaigns.indicators.schema import CAMPAIGN_FILE, check_indicators, measured
from campaigns.programme.document import Problems, Record, read_document
from campaigns.programme.loader import (
    NAME,
    OWN,
    SOURCED,
    find_units,
    in_both,
    keep_confirmation,
    load_programme,
    plain,
    remove_stale,
)
from campaigns.programme.model_plan_loader import check_model_plan, load_model_plan
from campaigns.programme.models import Campaign, ContentArea
from campaigns.programme.review_loader import check_review_aids, load_review_aids
from campaigns.programme.schema import check_programme
from campaigns.programme.sync import Diff, Table, Values, sync, used_from_outside
from emulation_portal.core.errors import DomainError
from units.models import Unit

_OWN = OWN | {Indicator, MinistryTarget}


class CampaignFileRefused(DomainError):
    """The file has mistakes; `problems` holds all of them, each with its key and line."""

    def __init__(self, problems: Problems) -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        count = len(self.problems)
        return ngettext(
            "The campaign file has %(count)s mistake; nothing was changed.",
            "The campaign file has %(count)s mistakes; nothing was changed.",
            count,
        ) % {"count": count}


@dataclass(frozen=True)
class CampaignFile:
    """A campaign file free of mistakes, and the units it names."""

    content: Record
    units: Mapping[str, Unit]
    file_hash: str


def read_campaign_file(content: bytes) -> CampaignFile:
    """Return what the bytes of a campaign file say.

    Raises CampaignFileRefused with every mistake found: what is not YAML, missing and unknown
    keys, values of the wrong kind, duplicates, parts that contradict one another, unknown units.
    """
    problems = Problems()
    record = read_document(content, CAMPAIGN_FILE, problems)
    units: dict[str, Unit] = {}
    if record is not None:
        check_programme(record, problems)
        check_indicators(record, problems)
        check_review_aids(record, problems)
        check_model_plan(record, problems)
        units = find_units(record, problems)
    if record is None or problems:
        problems.sort(key=lambda problem: (problem.place.line, problem.place.path))
        raise CampaignFileRefused(problems)
    return CampaignFile(record, units, hashlib.sha256(content).hexdigest())


def _fixed(changed: Values) -> frozenset[str]:
    """What a promise made for an indicator rests on. Allowing "not applicable" breaks none."""
    fixed = {"area", "value_kind", "over_time", "over_units"}
    if changed.get("not_applicable_allowed") is False:
        fixed.add("not_applicable_allowed")
    return frozenset(fixed)


INDICATOR = Table(
    _("indicator"),
    Indicator,
    ("code",),
    (
        "area",
        "position",
        *NAME,
        "unit_of_measure_vi",
        "unit_of_measure_en",
        "value_kind",
        "direction",
        "over_time",
        "over_units",
        "numerator_vi",
        "numerator_en",
        "denominator_vi",
        "denominator_en",
        "not_applicable_allowed",
        "supplier",
        *SOURCED,
    ),
    lambda row: used_from_outside(row, _OWN),
    fixed=_fixed,
    kept=keep_confirmation,
)
MINISTRY_TARGET = Table(
    _("ministry target"),
    MinistryTarget,
    ("indicator", "year"),
    ("value", "numerator", "denominator", *SOURCED),
    lambda row: used_from_outside(row, _OWN),
    kept=keep_confirmation,
)


def apply_file(document: CampaignFile) -> tuple[Campaign, Diff]:
    """Write what the file says; return the campaign and every difference. Nothing is undone
    here where `Diff.refusals` is not empty: the caller rolls back.
    """
    file = document.content
    diff = Diff(is_new=not Campaign.objects.filter(code=file["campaign"]["code"]).exists())
    campaign, areas, stale = load_programme(file, document.units, diff)
    rows, no_indicators = sync(
        INDICATOR,
        Indicator.objects.filter(campaign=campaign).select_related("area", "supplier"),
        [{"campaign": campaign} | row for row in _indicator_rows(file, areas, document.units)],
        diff,
    )
    _targets, no_targets = sync(
        MINISTRY_TARGET,
        MinistryTarget.objects.filter(indicator__campaign=campaign).select_related("indicator"),
        [
            measured(target) | plain(target, "year", *SOURCED) | {"indicator": rows[row["code"],]}
            for row in file["indicators"]
            for target in row["ministry_targets"]
        ],
        diff,
    )
    no_aids = load_review_aids(file, campaign, areas, diff)
    no_model = load_model_plan(file, campaign, diff)
    remove_stale(
        [
            *no_aids,
            *no_model,
            (MINISTRY_TARGET, no_targets),
            (INDICATOR, no_indicators),
            *stale,
        ],
        diff,
    )
    return campaign, diff


def _indicator_rows(
    file: Record, areas: Mapping[int, ContentArea], units: Mapping[str, Unit]
) -> list[Values]:
    return [
        _indicator_row(row, position, areas, units)
        for position, row in enumerate(file["indicators"], start=1)
    ]


def _indicator_row(
    row: Record, position: int, areas: Mapping[int, ContentArea], units: Mapping[str, Unit]
) -> Values:
    parts: dict[str, Any] = {
        f"{part}_{language}": row[part][language] if row[part] else ""
        for part in ("numerator", "denominator")
        for language in ("vi", "en")
    }
    return (
        in_both(row, name="name", unit_of_measure="unit_of_measure")
        | parts
        | plain(
            row,
            "code",
            "value_kind",
            "direction",
            "over_time",
            "over_units",
            "not_applicable_allowed",
            *SOURCED,
        )
        | {"area": areas[row["area"]], "position": position, "supplier": units.get(row["supplier"])}
    )
