"""A small campaign file to be bent in tests, and the units it names."""

from typing import Any

from tests.factories.units import UnitFactory

SMALL = """\
campaign:
  code: small
  name: {vi: Phong trào thi đua, en: Emulation campaign}
  purpose: {vi: Mục đích, en: Purpose}
  host_unit: vu-tccb
  starts_on: 2025-07-01
  go_live_date: 2026-11-02
  plan_flow: issue_first
  source: Thông báo
  confirmed: true
participants:
  under: bo
  kinds: [department, authority]
  units: []
documents:
  - code: qd-1
    role: founding
    number_symbol: 1/QĐ
    issue_date: 2025-05-14
    issuer: {vi: Bộ, en: Ministry}
    abstract: {vi: Kế hoạch, en: Plan}
areas:
  - number: 1
    short_name: {vi: Nhận thức, en: Awareness}
    name: {vi: Nâng cao nhận thức, en: Raising awareness}
    description: {vi: Mô tả, en: Description}
  - number: 2
    short_name: {vi: Hạ tầng, en: Infrastructure}
    name: {vi: Phát triển hạ tầng, en: Building infrastructure}
    description: {vi: Mô tả, en: Description}
deliverables:
  - code: sp-1
    area: 1
    name: {vi: Chiến lược dữ liệu, en: Data strategy}
    lead_unit: null
    due_date: null
    state: undetermined
phases:
  - number: 1
    name: {vi: Giai đoạn 1, en: Phase 1}
    starts_on: 2025-07-01
    ends_on: 2026-01-01
    plan_deadline: 2025-09-30
    plan_deadline_confirmed: true
    review_kind: interim
    review_year: 2027
  - number: 2
    name: {vi: Giai đoạn 2, en: Phase 2}
    starts_on: 2026-01-01
    ends_on: 2026-04-01
    plan_deadline: null
    review_kind: final
    review_year: 2030
reporting_periods:
  - {phase: 1, kind: quarter, year: 2025, number: 3, starts_on: 2025-07-01, ends_on: 2025-10-01, deadline: 2025-10-15}
  - {phase: 1, kind: quarter, year: 2025, number: 4, starts_on: 2025-10-01, ends_on: 2026-01-01, deadline: 2026-01-15}
  - {phase: 2, kind: quarter, year: 2026, number: 1, starts_on: 2026-01-01, ends_on: 2026-04-01, deadline: 2026-04-15}
holidays:
  - {day: 2026-01-01, name: {vi: Tết Dương lịch, en: New Year}, confirmed: true}
reminder_rule:
  days_before: [14, 7]
  days_after: [1]
  quarterly_day: 5
indicators:
  - code: ct-1
    area: 1
    name: {vi: Tỷ lệ hồ sơ trực tuyến, en: Share of files online}
    unit_of_measure: {vi: "%", en: "%"}
    value_kind: ratio
    direction: up
    over_time: last
    over_units: ratio
    numerator: {vi: Hồ sơ trực tuyến, en: Files online}
    denominator: {vi: Tổng số hồ sơ, en: All files}
    supplier: null
    ministry_targets:
      - {year: 2026, numerator: 80, denominator: 100, source: Chiến lược, confirmed: true}
  - code: ct-2
    area: 2
    name: {vi: Số hệ thống, en: Systems}
    unit_of_measure: {vi: hệ thống, en: systems}
    value_kind: count
    direction: up
    over_time: last
    over_units: sum
    not_applicable_allowed: true
    supplier: vu-tccb
    ministry_targets: []
"""


def bent(old: str, new: str, count: int = 1) -> bytes:
    """The small file with `old` written as `new`; `old` must stand there."""
    assert old in SMALL
    return SMALL.replace(old, new, count).encode()


def line_of(text: str, content: bytes | str = SMALL) -> int:
    """The number of the first line that holds `text`."""
    whole = content.decode() if isinstance(content, bytes) else content
    return next(n for n, line in enumerate(whole.splitlines(), start=1) if text in line)


def make_units() -> dict[str, Any]:
    """The ministry, the department that leads, an authority, and a council that owes no plan."""
    ministry = UnitFactory(code="bo", kind="ministry", owes_plan=False)
    return {
        "bo": ministry,
        "vu-tccb": UnitFactory(code="vu-tccb", kind="department", parent=ministry),
        "cuc-dsvh": UnitFactory(code="cuc-dsvh", kind="authority", parent=ministry),
        "hoi-dong": UnitFactory(code="hoi-dong", kind="council", parent=ministry, owes_plan=False),
    }
