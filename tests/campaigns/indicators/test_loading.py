"""A campaign file against the database: what is refused, written, kept and shown."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaigns.indicators.actions import (
    BreakingChange,
    CampaignMoved,
    load_campaign,
    preview_campaign,
)
from campaigns.indicators.loader import CampaignFileRefused, read_campaign_file
from campaigns.models import (
    Campaign,
    ContentArea,
    Deliverable,
    Indicator,
    MinistryTarget,
    Participant,
    Phase,
    ReminderRule,
    ReportingPeriod,
)
from campaigns.programme.sync import Diff, Kind
from emulation_portal.core.actors import Actor
from emulation_portal.core.audit import entries_of, verify_chain
from emulation_portal.core.text import fold
from tests.campaigns.programme.files import SMALL, bent, line_of, make_units
from tests.factories.campaigns import PlanTargetFactory, make_draft
from tests.factories.units import MandateFactory, UnitFactory

MINISTRY_FILE = Path("campaigns/data/bvhttdl.yaml")


def load(content: bytes | str, at: datetime) -> Diff:
    raw = content.encode() if isinstance(content, str) else content
    return load_campaign(document=read_campaign_file(raw), by=Actor.system(), at=at)


def problems_of(content: bytes) -> list[str]:
    with pytest.raises(CampaignFileRefused) as refused:
        read_campaign_file(content)
    return [f"{p.place.path}:{p.place.line}" for p in refused.value.problems]


@pytest.fixture
def units(db: None) -> dict[str, Any]:
    return make_units()


# --- Mistakes in the file -----------------------------------------------------------------

QUARTER_4 = "starts_on: 2025-10-01, ends_on: 2026-01-01, deadline: 2026-01-15"


@pytest.mark.parametrize(
    ("old", "new", "path", "near"),
    [
        ("en: Raising awareness", "vn: Raising", "areas[0].name.vn", "Nâng cao"),
        ("name: {vi: Nâng cao nhận thức, ", "name: {", "areas[0].name.vi", "name: {en: Raising"),
        ("host_unit: vu-tccb", "host_unit: vu-la", "campaign.host_unit", "vu-la"),
        ("lead_unit: null", "lead_unit: cuc-la", "deliverables[0].lead_unit", "cuc-la"),
        ("supplier: vu-tccb", "supplier: vu-la", "indicators[1].supplier", "vu-la"),
        ("units: []", "units: [cuc-la]", "participants.units", "cuc-la"),
        ("  - number: 2\n    short", "  - number: 1\n    short", "areas[1].number", "Hạ tầng ^"),
        ("code: ct-2", "code: ct-1", "indicators[1].code", "area: 2 ^"),
        ("    area: 2\n", "    area: 7\n", "indicators[1].area", "area: 7"),
        ("code: sp-1\n    area: 1", "code: sp-1\n    area: 9", "deliverables[0].area", "area: 9"),
        ("{phase: 2,", "{phase: 1,", "reporting_periods[2].phase", "year: 2026"),
        ("{phase: 2,", "{phase: 3,", "reporting_periods[2].phase", "{phase: 3"),
        (
            "number: 4, " + QUARTER_4,
            "number: 3, " + QUARTER_4,
            "reporting_periods[1].number",
            "number: 3, starts_on: 2025-10",
        ),
        (
            "number: 4, " + QUARTER_4,
            ("number: 4, starts_on: 2025-10-02, ends_on: 2026-01-01, deadline: 2026-01-15"),
            "reporting_periods[1].starts_on",
            "2025-10-02",
        ),
        (
            "number: 4, " + QUARTER_4,
            ("number: 4, starts_on: 2025-09-30, ends_on: 2026-01-01, deadline: 2026-01-15"),
            "reporting_periods[1].starts_on",
            "2025-09-30, ends",
        ),
        (
            "ends_on: 2026-04-01, deadline: 2026-04-15",
            "ends_on: 2026-03-01, deadline: 2026-04-15",
            "reporting_periods[2].ends_on",
            "2026-03-01",
        ),
        (
            "deadline: 2026-01-15",
            "deadline: 2025-12-31",
            "reporting_periods[1].deadline",
            "2025-12-31",
        ),
        (
            "    starts_on: 2026-01-01",
            "    starts_on: 2026-01-02",
            "phases[1].starts_on",
            "2026-01-02",
        ),
        (
            "    starts_on: 2026-01-01",
            "    starts_on: 2025-12-31",
            "phases[1].starts_on",
            "2025-12-31",
        ),
        (
            "ends_on: 2026-04-01\n",
            "ends_on: 2026-01-01\n",
            "phases[1].ends_on",
            "plan_deadline: null ^",
        ),
        ("numerator: {vi: Hồ sơ", "nominator: {vi: Hồ sơ", "indicators[0].nominator", "nominator"),
        (
            "denominator: 100",
            "denominator: 0",
            "indicators[0].ministry_targets[0].denominator",
            "denominator: 0",
        ),
        (
            "numerator: 80, denominator: 100",
            "value: 80",
            "indicators[0].ministry_targets[0].value",
            "value: 80",
        ),
        (
            "numerator: 80,",
            "numerator: null,",
            "indicators[0].ministry_targets[0].numerator",
            "numerator: null",
        ),
        (
            "numerator: 80,",
            "numerator: 99999999999999,",
            "indicators[0].ministry_targets[0].numerator",
            "99999999999999",
        ),
        (
            "year: 2026, numerator",
            "year: 2031, numerator",
            "indicators[0].ministry_targets[0].year",
            "2031",
        ),
        (
            "over_units: sum",
            "over_units: ratio",
            "indicators[1].over_units",
            "not_applicable_allowed: true ^",
        ),
        ("quarterly_day: 5", "quarterly_day: 31", "reminder_rule.quarterly_day", "31"),
        (
            "state: undetermined",
            "state: undetermined\n    done_date: 2025-11-05",
            "deliverables[0].done_date",
            "done_date",
        ),
        ("source: Thông báo", "source: " + "x" * 501, "campaign.source", "xxx"),
    ],
)
def test_a_mistake_names_its_key_and_line(
    units: dict[str, Any], old: str, new: str, path: str, near: str
) -> None:
    """`near` stands on the line of the mistake; with " ^" after it, on the line below."""
    content = bent(old, new)
    line = line_of(near.removesuffix(" ^"), content) - near.endswith(" ^")
    assert f"{path}:{line}" in problems_of(content)


def test_all_mistakes_are_told_in_the_order_of_the_file(units: dict[str, Any]) -> None:
    content = bent("host_unit: vu-tccb", "host_unit: nobody").decode()
    content = content.replace("quarterly_day: 5", "quarterly_day: x").replace("sp-1", "SP 1")
    assert problems_of(content.encode()) == [
        f"campaign.host_unit:{line_of('nobody', content)}",
        f"deliverables[0].code:{line_of('SP 1', content)}",
        f"reminder_rule.quarterly_day:{line_of('quarterly_day', content)}",
    ]


def test_a_yes_no_indicator_is_never_summed(units: dict[str, Any]) -> None:
    content = bent("value_kind: count", "value_kind: yes_no")
    content = content.replace(b"over_units: sum", b"over_units: share_yes")
    content = content.replace(
        b"over_time: last\n    over_units: share", b"over_time: sum\n    over_units: share"
    )
    assert problems_of(content) == [f"indicators[1].over_time:{line_of('over_time: sum', content)}"]


def test_a_boundary_inside_a_quarter_leaves_the_quarter_whole(
    units: dict[str, Any], at: datetime
) -> None:
    """The boundary of the phases is data: a period belongs to the phase of its first day."""
    content = bent(
        "ends_on: 2026-01-01\n    plan_deadline: 2025-09-30",
        "ends_on: 2026-02-15\n    plan_deadline: 2025-09-30",
    ).decode()
    content = content.replace("    starts_on: 2026-01-01\n", "    starts_on: 2026-02-15\n")
    content = content.replace("{phase: 2,", "{phase: 1,")
    load(content, at)
    homes = ReportingPeriod.objects.values_list("year", "number", "phase__number")
    assert sorted(homes) == [(2025, 3, 1), (2025, 4, 1), (2026, 1, 1)]


# --- Writing ------------------------------------------------------------------------------


def test_loading_writes_the_campaign_and_one_audit_entry(
    units: dict[str, Any], at: datetime
) -> None:
    diff = load(SMALL, at)
    campaign = Campaign.objects.get()
    assert diff.is_new
    assert campaign.host_unit == units["vu-tccb"]
    assert sorted(p.unit.code for p in Participant.objects.all()) == ["cuc-dsvh", "vu-tccb"]
    assert list(Phase.objects.values_list("number", "starts_on", "ends_on")) == [
        (1, date(2025, 7, 1), date(2026, 1, 1)),
        (2, date(2026, 1, 1), date(2026, 4, 1)),
    ]
    target = MinistryTarget.objects.get()
    assert (target.value, target.numerator, target.denominator) == (80, 80, 100)
    assert Deliverable.objects.get().search_key == fold("Chiến lược dữ liệu Data strategy sp-1")
    assert ReminderRule.objects.get().days_before == [14, 7]
    assert [entry.action for entry in entries_of(campaign)] == ["campaign.loaded"]
    assert verify_chain(campaign)


def test_loading_again_changes_and_writes_nothing(units: dict[str, Any], at: datetime) -> None:
    load(SMALL, at)
    with CaptureQueriesContext(connection) as queries:
        diff = load(SMALL, at)
    assert diff.is_empty
    assert diff.changes == []
    written = [
        q["sql"] for q in queries if not q["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ]
    assert written == []


def test_two_campaigns_live_side_by_side(units: dict[str, Any], at: datetime) -> None:
    load(SMALL, at)
    load(bent("code: small", "code: other"), at)
    assert Campaign.objects.count() == 2
    assert ContentArea.objects.filter(campaign__code="other").count() == 2
    assert load(SMALL, at).is_empty


def test_a_unit_founded_later_joins_and_one_ended_before_does_not(
    units: dict[str, Any], at: datetime
) -> None:
    UnitFactory(code="ended", parent=units["bo"], valid_to=date(2025, 7, 1))
    UnitFactory(code="new", parent=units["bo"], valid_from=date(2026, 9, 1))
    load(SMALL, at)
    codes = Participant.objects.values_list("unit__code", flat=True)
    assert sorted(codes) == ["cuc-dsvh", "new", "vu-tccb"]


def test_a_preview_shows_everything_and_writes_nothing(units: dict[str, Any], at: datetime) -> None:
    load(SMALL, at)
    document = read_campaign_file(
        bent("ends_on: 2026-04-01\n", "ends_on: 2026-04-01\n    source: Công văn\n")
    )
    with translation.override("en"):
        diff = preview_campaign(document=document)
    assert diff.lines() == ["~ phase 2", "    source: nothing → Công văn"]
    assert Phase.objects.get(number=2).source == ""


def test_a_campaign_that_moved_since_the_preview_is_not_loaded(
    units: dict[str, Any], at: datetime
) -> None:
    load(SMALL, at)
    document = read_campaign_file(bent("quarterly_day: 5", "quarterly_day: 5\n  source: Công văn"))
    seen = preview_campaign(document=document)
    Indicator.objects.filter(code="ct-2").update(name_vi="Tên khác")
    with pytest.raises(CampaignMoved):
        load_campaign(document=document, by=Actor.system(), at=at, expected=seen)
    assert Indicator.objects.get(code="ct-2").name_vi == "Tên khác"


def test_what_the_file_no_longer_names_is_removed_where_nobody_uses_it(
    units: dict[str, Any], at: datetime
) -> None:
    load(SMALL, at)
    shorter = SMALL[: SMALL.index("  - code: ct-2")].encode()
    diff = load(shorter, at)
    assert [(c.kind, c.key) for c in diff.changes] == [(Kind.REMOVED, "ct-2")]
    assert not Indicator.objects.filter(code="ct-2").exists()


# --- What units already use ---------------------------------------------------------------


@pytest.fixture
def used(units: dict[str, Any], at: datetime) -> Indicator:
    """The small campaign, with a draft of a plan that promises something for ct-2."""
    load(SMALL, at)
    phase = Phase.objects.get(number=1)
    version = make_draft(phase=phase, unit=units["cuc-dsvh"])
    section = version.sections.get(area__number=2)
    indicator = Indicator.objects.get(code="ct-2")
    PlanTargetFactory(section=section, indicator=indicator, value=Decimal(3))
    return indicator


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "value_kind: count",
            "value_kind: decimal",
            "indicator ct-2: kind of value may not change",
        ),
        (
            "over_time: last\n    over_units: sum",
            "over_time: sum\n    over_units: sum",
            "indicator ct-2: over time may not change",
        ),
        ("    area: 2\n", "    area: 1\n", "indicator ct-2: area may not change"),
        (
            "not_applicable_allowed: true",
            "not_applicable_allowed: false",
            "indicator ct-2: may be not applicable may not change",
        ),
        (SMALL[SMALL.index("  - code: ct-2") :], "", "indicator ct-2 may not be removed"),
    ],
)
def test_a_breaking_edit_is_refused_with_its_reason(
    used: Indicator, at: datetime, old: str, new: str, said: str
) -> None:
    with translation.override("en"), pytest.raises(BreakingChange) as refused:
        load(bent(old, new), at)
    assert len(refused.value.diff.refusals) == 1
    assert refused.value.diff.refusals[0].startswith(said)
    assert "in use (1 × plan target)" in refused.value.diff.refusals[0]
    used.refresh_from_db()
    assert (used.value_kind, used.over_time, used.not_applicable_allowed) == ("count", "last", True)


def test_a_participant_or_phase_with_plans_is_not_removed(used: Indicator, at: datetime) -> None:
    with translation.override("en"), pytest.raises(BreakingChange) as refused:
        load(bent("kinds: [department, authority]", "kinds: [department]"), at)
    assert len(refused.value.diff.refusals) == 1
    assert refused.value.diff.refusals[0].startswith("participant")
    assert Participant.objects.count() == 2


def test_rewording_what_is_in_use_is_shown_as_such(used: Indicator, at: datetime) -> None:
    with translation.override("en"):
        lines = load(bent("en: Systems", "en: Information systems"), at).lines()
    assert lines == [
        "~ indicator ct-2  [in use: 1 × plan target]",
        "    name in English: Systems → Information systems",
    ]


# --- What the portal has the last word on -------------------------------------------------


def test_a_confirmation_made_in_the_portal_survives_the_next_loading(
    units: dict[str, Any], at: datetime
) -> None:
    load(SMALL, at)
    ContentArea.objects.filter(number=1).update(confirmed=True, source="QĐ 1/QĐ-BVHTTDL")
    diff = load(SMALL, at)
    assert diff.is_empty
    assert [change.kind for change in diff.changes] == [Kind.KEPT]
    area = ContentArea.objects.get(number=1)
    assert (area.confirmed, area.source) == (True, "QĐ 1/QĐ-BVHTTDL")


def test_new_wording_needs_a_new_confirmation(units: dict[str, Any], at: datetime) -> None:
    load(SMALL, at)
    ContentArea.objects.filter(number=1).update(confirmed=True, source="QĐ 1/QĐ-BVHTTDL")
    load(bent("vi: Nâng cao nhận thức", "vi: Đột phá đổi mới tư duy"), at)
    area = ContentArea.objects.get(number=1)
    assert (area.confirmed, area.source, area.name_vi) == (False, "", "Đột phá đổi mới tư duy")


def test_a_confirmed_deadline_stays_confirmed_until_the_day_moves(
    units: dict[str, Any], at: datetime
) -> None:
    content = bent("plan_deadline: null", "plan_deadline: 2026-03-31")
    load(content, at)
    Phase.objects.filter(number=2).update(plan_deadline_confirmed=True)
    assert load(content, at).is_empty
    load(content.replace(b"2026-03-31", b"2026-03-30"), at)
    phase = Phase.objects.get(number=2)
    assert (phase.plan_deadline, phase.plan_deadline_confirmed) == (date(2026, 3, 30), False)


def test_progress_of_a_deliverable_is_the_departments_once_determined(
    units: dict[str, Any], at: datetime
) -> None:
    load(SMALL, at)
    load(bent("state: undetermined", "state: in_progress"), at)
    assert Deliverable.objects.get().state == "in_progress"
    Deliverable.objects.update(
        state="done", done_date=date(2026, 11, 5), evidence="QĐ 4221", lead_unit=units["cuc-dsvh"]
    )
    assert load(bent("lead_unit: null", "lead_unit: vu-tccb"), at).is_empty
    row = Deliverable.objects.get()
    assert (row.state, row.evidence, row.lead_unit.code) == ("done", "QĐ 4221", "cuc-dsvh")


def test_the_reminder_rule_is_the_portals_after_the_first_loading(
    units: dict[str, Any], at: datetime
) -> None:
    load(SMALL, at)
    ReminderRule.objects.update(quarterly_day=12)
    assert load(bent("days_after: [1]", "days_after: [2]"), at).is_empty
    assert ReminderRule.objects.get().quarterly_day == 12


def test_a_closed_window_stays_closed(units: dict[str, Any], at: datetime) -> None:
    load(SMALL, at)
    Phase.objects.filter(number=1).update(plans_closed_at=at, plans_closed_by=MandateFactory())
    load(bent("vi: Giai đoạn 1,", "vi: Giai đoạn một,"), at)
    assert Phase.objects.get(number=1).plans_closed_at == at


# --- Any file -----------------------------------------------------------------------------

_LINES = SMALL.splitlines()
_bits = st.sampled_from(
    [
        "",
        "null",
        "[]",
        "{}",
        "- x",
        "1",
        "-1",
        "2025-13-40",
        "true",
        "&a",
        "*a",
        '"',
        "\t",
        "ệ" * 600,
    ]
)


class AnyFile(TestCase):
    """However a sound file is bent, it is either refused with places or can be loaded twice."""

    @given(st.lists(st.tuples(st.integers(0, len(_LINES) - 1), _bits), min_size=1, max_size=4))
    def test_a_bent_file_is_refused_or_loads(self, bends: list[tuple[int, str]]) -> None:
        make_units()
        lines = list(_LINES)
        for number, bit in bends:
            head, colon, _rest = lines[number].partition(":")
            lines[number] = f"{head}{colon} {bit}" if bit else ""
        at = datetime.fromisoformat("2026-11-22T09:00:00+07:00")
        try:
            document = read_campaign_file("\n".join(lines).encode())
        except CampaignFileRefused as refused:
            places = [problem.place.line for problem in refused.problems]
        else:
            places = []
        if places:
            assert all(1 <= line <= len(_LINES) + 1 for line in places)
            return
        load_campaign(document=document, by=Actor.system(), at=at)
        assert load_campaign(document=document, by=Actor.system(), at=at).is_empty


def test_the_ministrys_own_file_loads_twice(db: None, at: datetime) -> None:
    document_units = {
        line.split(",")[0] for line in Path("units/data/units.csv").read_text().splitlines()[1:]
    }
    ministry = UnitFactory(code="bvhttdl", kind="ministry", owes_plan=False)
    for code in sorted(document_units - {"bvhttdl"}):
        UnitFactory(code=code, parent=ministry)
    content = MINISTRY_FILE.read_bytes()
    assert load(content, at).is_new
    assert load(content, at).changes == []
    assert ContentArea.objects.count() == 5
    assert ReportingPeriod.objects.filter(phase=None).count() == 0
