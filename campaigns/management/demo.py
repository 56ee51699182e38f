"""The demo: invented people and plans on the ministry's real units, campaign and deadlines.

Everything goes through the actions that people use, so that what is shown could have been done.
"""

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate, localtime, make_aware

from campaigns.indicators.models import Indicator, Measured
from campaigns.models import Campaign, Phase, PlanVersion
from campaigns.plans.actions.answering import reply_to_remark, tick_remark
from campaigns.plans.actions.drafting import save_section
from campaigns.plans.actions.papers import IssueFacts, record_issue
from campaigns.plans.actions.reviewing import accept_plan, add_remark, return_plan, take_review
from campaigns.plans.actions.sending import send_plan
from campaigns.plans.actions.starting import amend_plan, register_paper_plan, start_plan
from campaigns.plans.models import PinKind, PlanSection, SectionKind
from campaigns.plans.pins import Pin
from campaigns.plans.queries import (
    draft_of,
    indicators_answered_by,
    section_content,
    sections_of,
)
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from campaigns.reminders.actions import send_due_reminders
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import accept_upload
from units.api import MandateTerms, choose_password, grant_mandate, register_person
from units.models import Mandate, Role, Unit

DEMO_FILE = Path(settings.BASE_DIR) / "campaigns" / "data" / "demo.yaml"
ON_TIME, LATE = date(2025, 9, 12), date(2025, 10, 21)
OPENING, CLOSING, SATURDAY = time(8, 0), time(17, 0), 5
STEP, LASTS = timedelta(minutes=20), timedelta(days=20)
PILE = 6  # plans on the department's desk, some three days of work


@dataclass(frozen=True)
class SignIn:
    """A line of the sign-ins to try."""

    username: str
    full_name: str
    role: str
    unit: str


def read_demo() -> dict[str, Any]:
    return dict(yaml.safe_load(DEMO_FILE.read_text(encoding="utf-8")))


def sign_ins(demo: dict[str, Any]) -> list[SignIn]:
    """The people of the file who can sign in, with role and unit in Vietnamese."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    return [
        SignIn(
            person["username"],
            person["full_name"],
            str(Role(person["role"]).label),
            units[person["unit"]].name_vi,
        )
        for person in demo["people"]
    ]


class OfficeHours:
    """Moments of working days, each some minutes after the last, from the weeks before `until`.

    None lies before `opens`, unless all do, and none after `until`: what has not happened yet
    cannot have been entered.
    """

    def __init__(self, *, opens: date, until: datetime) -> None:
        self._until = localtime(until)
        first = min(max(opens, self._until.date() - LASTS), self._until.date())
        self._moment = make_aware(datetime.combine(first, OPENING))

    def later(self) -> datetime:
        """Return a moment after the last one."""
        self._moment += STEP
        while self._moment.time() >= CLOSING or self._moment.weekday() >= SATURDAY:
            tomorrow = self._moment.date() + timedelta(days=1)
            self._moment = make_aware(datetime.combine(tomorrow, OPENING))
        return min(self._moment, self._until)


class Demo:
    """Loads the demo into an empty portal, as if people had entered it until `at`."""

    def __init__(self, demo: dict[str, Any], *, at: datetime) -> None:
        self.demo = demo
        self.at = at
        self.today = localdate(at)
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.campaign = Campaign.objects.get(code="bvhttdl-2025-2030")
        self.phase: Phase = self.campaign.phases.get(number=1)
        self.mandates: dict[str, Mandate] = {}
        self._hours = OfficeHours(opens=self.campaign.go_live_date, until=at)
        self._since = self._hours.later()
        self._undecided: deque[tuple[PlanVersion, str]] = deque()

    def load(self) -> None:
        """Register people, then plans in every state, then queue the day's reminders."""
        self._people()
        plans = self.demo["plans"]
        for code in plans["waiting_long"]:
            self._sent(code, ON_TIME)
        for code in plans["accepted"]:
            self._decided(code, ON_TIME)
        for code in plans["accepted_late"]:
            self._decided(code, LATE)
        for code in plans["from_paper"]:
            self._from_paper(code)
        self._decide(leaving=0)
        for code in plans["waiting"]:
            self._sent(code, ON_TIME)
        for code in plans["sent_again"]:
            self._sent_again(code)
        for code in plans["returned"]:
            self._returned(code)
        for code in plans["drafts"]:
            self._draft(code, areas=(1, 2))
        send_due_reminders(today=self.today, at=self.at)

    # --- people -----------------------------------------------------------------------

    def _people(self) -> None:
        for person in self.demo["people"]:
            self._person(person, password=self.demo["password"])
        has_officer = {p["unit"] for p in self.demo["people"] if p["role"] == Role.UNIT_OFFICER}
        names = self.demo["officer_names"]
        # In steps that share no factor with the lists, so that names do not repeat in a row.
        pairs = cycle(islice(product(names["given"], names["family"]), 0, None, 7))
        for unit in Unit.objects.owing_plans().existing(self.today):
            if unit.code in has_officer:
                continue
            given, family = next(pairs)
            self._person(
                {
                    "username": f"canbo.{unit.code}",
                    "full_name": f"{family} {given}",
                    "unit": unit.code,
                    "role": Role.UNIT_OFFICER,
                    "position_title": "Chuyên viên",
                }
            )

    def _person(self, facts: dict[str, Any], password: str = "") -> None:
        by = Actor.system()
        person = register_person(
            username=facts["username"],
            full_name=facts["full_name"],
            email=f"{facts['username']}@demo.invalid",
            by=by,
            at=self._since,
        )
        terms = MandateTerms(
            unit=self.units[facts["unit"]],
            role=facts["role"],
            valid_from=localdate(self._since),
            position_title=facts["position_title"],
        )
        mandate = grant_mandate(person, terms, by=by, at=self._since)
        if password:
            choose_password(person, password=password, by=by, at=self._since)
        if facts["role"] == Role.UNIT_OFFICER:
            self.mandates[facts["unit"]] = mandate
        elif facts["role"] in (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD):
            self.mandates[facts["role"] + ":" + facts["unit"]] = mandate

    def _reviewer_of(self, unit: Unit) -> Mandate:
        """The department's reviewer; for the department's own plan, the one of another unit."""
        own = unit.code in ("vu-tccb", "van-phong")
        if own:
            other = "van-phong" if unit.code == "vu-tccb" else "vu-tccb"
            return self.mandates[f"{Role.DEPARTMENT_REVIEWER}:{other}"]
        return self.mandates[f"{Role.DEPARTMENT_REVIEWER}:vu-tccb"]

    # --- plans ------------------------------------------------------------------------

    def _draft(self, code: str, areas: tuple[int, ...] = (1, 2, 3, 4, 5)) -> PlanVersion:
        unit, by = self.units[code], self.mandates[code].actor
        plan = start_plan(unit=unit, phase=self.phase, by=by, at=self._hours.later())
        version = draft_of(plan)
        assert version is not None  # noqa: S101 - start_plan has just made it
        for section in sections_of(version):
            if section.area and section.area.number not in areas:
                continue
            self._write(section, unit, by)
        return version

    def _write(self, section: PlanSection, unit: Unit, by: Actor) -> None:
        texts = self.demo["areas"][section.area.number] if section.area else {}
        narrative = {
            SectionKind.LEGAL_BASES: section.narrative,
            SectionKind.PURPOSE: self.demo["purpose"],
            SectionKind.ORGANISATION: self.demo["organisation"],
        }.get(SectionKind(section.kind), texts.get("narrative", ""))
        save_section(
            section=section,
            narrative=narrative.replace("{unit}", unit.name_vi).strip(),
            tasks=[TaskRow(lead=unit.name_vi, **task) for task in texts.get("tasks", ())],
            targets=list(self._targets(section, unit)),
            expected_lock_version=section.lock_version,
            completed=True,
            by=by,
            at=self._hours.later(),
        )

    def _targets(self, section: PlanSection, unit: Unit) -> Iterator[TargetRow]:
        if section.area is None:
            return
        for indicator in indicators_answered_by(unit, self.campaign.pk).filter(area=section.area):
            yield _target(indicator, unit, self.phase.years)

    def _issue(self, code: str, issued_on: date) -> IssueFacts:
        unit = self.units[code]
        number = 40 + _seed(code) % 400
        symbol = f"{number}/KH-{unit.abbreviation}"
        scan = accept_upload(
            SimpleUploadedFile(f"Ke hoach {number}.pdf", _scan(symbol), "application/pdf"),
            by=self.mandates[code].actor,
            at=self._hours.later(),
        )
        return IssueFacts(
            number_symbol=symbol,
            issue_date=issued_on + timedelta(days=_seed(code) % 17),
            signer_name="Nguyễn Văn Mẫu",
            signer_title="Thủ trưởng đơn vị",
            scan=scan,
        )

    def _sent(self, code: str, issued_on: date) -> PlanVersion:
        version, by = self._draft(code), self.mandates[code].actor
        record_issue(
            version=version, issue=self._issue(code, issued_on), by=by, at=self._hours.later()
        )
        return send_plan(version=version, by=by, at=self._hours.later())

    def _decided(self, code: str, issued_on: date) -> None:
        self._undecided.append((self._sent(code, issued_on), code))
        self._decide(leaving=PILE)

    def _decide(self, *, leaving: int) -> None:
        """Accept the oldest of the pile, as a department does that is some days behind."""
        while len(self._undecided) > leaving:
            version, code = self._undecided.popleft()
            reviewer = self._reviewer_of(self.units[code])
            take_review(version=version, by=reviewer.actor, at=self._hours.later())
            accept_plan(version=version, by=reviewer.actor, at=self._hours.later())

    def _from_paper(self, code: str) -> None:
        by = self.mandates[code].actor
        version = register_paper_plan(
            unit=self.units[code],
            phase=self.phase,
            issue=self._issue(code, ON_TIME),
            by=by,
            at=self._hours.later(),
        )
        sent = send_plan(version=version, by=by, at=self._hours.later())
        self._undecided.append((sent, code))
        self._decide(leaving=PILE)

    def _returned(self, code: str) -> PlanVersion:
        version, reviewer = self._sent(code, ON_TIME), self._reviewer_of(self.units[code])
        take_review(version=version, by=reviewer.actor, at=self._hours.later())
        for section in sections_of(version):
            for remark in self.demo["remarks"].get(section.key, ()):
                add_remark(
                    version=version,
                    section=section,
                    body=remark["body"],
                    by=reviewer.actor,
                    at=self._hours.later(),
                    pin=_pin(section, remark),
                )
        return return_plan(
            version=version,
            reason=self.demo["return_reason"],
            by=reviewer.actor,
            at=self._hours.later(),
        )

    def _sent_again(self, code: str) -> None:
        """Returned, put right at the places that were named, answered and sent again."""
        returned, by = self._returned(code), self.mandates[code].actor
        draft = amend_plan(plan=returned.plan, by=by, at=self._hours.later())
        for section in sections_of(draft):
            if section.key in self.demo["corrections"]:
                self._correct(section, self.demo["corrections"][section.key], by)
        for remark in returned.remarks.select_related("version__plan"):
            at = self._hours.later()
            reply_to_remark(remark=remark, body=self.demo["reply"], by=by, at=at)
            tick_remark(remark=remark, done=True, by=by, at=at)
        record_issue(version=draft, issue=self._issue(code, ON_TIME), by=by, at=self._hours.later())
        send_plan(version=draft, by=by, at=self._hours.later())

    def _correct(self, section: PlanSection, correction: dict[str, str], by: Actor) -> None:
        content = section_content(section)
        first, *others = content.tasks
        save_section(
            section=section,
            narrative=f"{content.narrative}\n\n{correction['narrative']}",
            tasks=[replace(first, product=correction["product"]), *others],
            targets=content.targets,
            expected_lock_version=section.lock_version,
            completed=True,
            by=by,
            at=self._hours.later(),
        )


def _pin(section: PlanSection, remark: dict[str, Any]) -> Pin:
    """The place the demo's remark names: the task or target with that number in its section."""
    kind = PinKind(remark["place"])
    if kind == PinKind.PARAGRAPH:
        return Pin(kind, paragraph=remark["number"])
    index = remark["number"] - 1
    if kind == PinKind.TASK:
        return Pin(kind, row=section.tasks.order_by("position")[index].identity)
    return Pin(kind, row=section.targets.order_by("indicator_id")[index].identity)


def _target(indicator: Indicator, unit: Unit, years: list[int]) -> TargetRow:
    """Invented figures that grow (or fall, where lower is better) year by year."""
    seed = _seed(unit.code + indicator.code)
    if indicator.not_applicable_allowed and seed % 5 == 0:
        return TargetRow(indicator.pk, not_applicable=True)
    if seed % 7 == 0:  # left open: a plan without any gap would tell nothing
        return TargetRow(indicator.pk, baseline_year=2024, baseline=_measure(indicator, seed, 0))
    return TargetRow(
        indicator.pk,
        baseline_year=2024,
        baseline=_measure(indicator, seed, 0),
        years={year: _measure(indicator, seed, step) for step, year in enumerate(years, start=1)},
    )


def _measure(indicator: Indicator, seed: int, step: int) -> Measure:
    if indicator.is_ratio:
        denominator = Decimal(20 + seed % 180)
        share = min(100, 45 + seed % 25 + 12 * step)
        numerator = (denominator * share / 100).quantize(Decimal(1))
        return Measure(Measured.percentage(numerator, denominator), numerator, denominator)
    if indicator.value_kind == "yes_no":
        return Measure(Decimal(1 if step else 0))
    return Measure(Decimal((1 + seed % 6) * (step + 1)))


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _scan(symbol: str) -> bytes:
    """A one-page PDF that says what it is: no scan, but the demo's stand-in for one."""
    text = f"BAN TRINH DIEN - DEMO  {symbol}".encode("ascii", "replace").decode()
    stream = f"BT /F1 18 Tf 72 770 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    pdf, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return pdf + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(pdf))
    )
