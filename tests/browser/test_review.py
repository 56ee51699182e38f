"""A round of additions: three pinned remarks, each fixed at its place and ticked off, sent again;
the reviewer sees only what changed, what was asked and what the unit says, compares, and accepts;
the plan is printed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from campaigns.models import Phase, Plan, PlanVersion
from campaigns.plans import actions
from campaigns.plans.models import PaperKind
from campaigns.plans.queries import draft_of, section_by_key
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from tests.browser.conftest import OpenProfile
from tests.browser.steps import check_and_send
from tests.campaigns.plans.scenes import fill, record_issue, save
from tests.factories.core import AttachmentFactory
from units.models import Mandate, Unit

UNIT, OFFICER, REVIEWER = "ttvh-lao", "canbo.ttvh-lao", "chuyenvien.tccb"
PARAGRAPHS = ["Người đứng đầu trực tiếp chỉ đạo.", "Tổ chức học tập cho viên chức.", "Báo cáo quý."]
ADDED = "Tổ chức học tập cho 100% viên chức trong năm 2026."


@dataclass
class Round:
    """A plan sent once, and the people of both sides."""

    plan: Plan
    officer: Mandate

    @property
    def latest(self) -> PlanVersion:
        version = self.plan.versions.order_by("-number").first()
        assert version is not None
        return version

    @property
    def hub(self) -> str:
        return reverse("campaigns:plan-detail", args=[self.plan.pk])


@pytest.fixture
def round_of_review(portal: str) -> Round:
    """The unit's plan, complete and sent; area 2 has three paragraphs, two tasks and targets."""
    unit, officer = Unit.objects.get(code=UNIT), Mandate.objects.get(person__username=OFFICER)
    phase = Phase.objects.get(campaign__code="bvhttdl-2025-2030", number=1)
    now = timezone.now()
    plan = actions.start_plan(unit=unit, phase=phase, by=officer.actor, at=now)
    draft = draft_of(plan)
    assert draft is not None
    fill(draft, by=officer)
    area = section_by_key(draft, "area-2")
    assert area is not None
    assert area.area is not None
    save(
        area, by=officer, narrative="\n".join(PARAGRAPHS),
        tasks=[
            TaskRow("Chuẩn hóa mạng nội bộ", lead="Văn phòng", product="Báo cáo"),
            TaskRow("Mua sắm thiết bị", lead="Văn phòng", product="Biên bản"),
        ],
        targets=[
            TargetRow(indicator.pk, years={2026: Measure(value=Decimal(10))})
            for indicator in area.area.indicators.all()
        ],
    )  # fmt: skip
    record_issue(draft, by=officer)
    actions.send_plan(version=draft, by=officer.actor, at=now)
    return Round(Plan.objects.get(pk=plan.pk), officer)


def test_three_remarks_are_fixed_at_their_places_and_the_plan_is_accepted(
    open_profile: OpenProfile, enter: Callable[[BrowserContext, str], None], round_of_review: Round
) -> None:
    department, unit = open_profile(), open_profile()
    enter(department, REVIEWER)
    enter(unit, OFFICER)
    reviewer, officer = department.new_page(), unit.new_page()

    reviewer_pins_three_remarks_and_returns(reviewer, round_of_review)
    officer_fixes_each(officer, round_of_review)
    reviewer_compares(reviewer, round_of_review)
    reviewer_sees_what_changed_and_accepts(reviewer, round_of_review)
    officer_prints(officer, round_of_review)

    plan = Plan.objects.get(pk=round_of_review.plan.pk)
    assert plan.in_force == round_of_review.latest
    assert plan.in_force.number == 2


def reviewer_pins_three_remarks_and_returns(page: Page, round_of_review: Round) -> None:
    page.goto(reverse("campaigns:review", args=[round_of_review.latest.pk]))
    part = page.locator("#part-area-2")
    places = [
        part.locator("#part-area-2-p2"),
        part.locator(".doc-tasks tbody tr", has_text="Mua sắm thiết bị"),
        part.locator(".doc-targets tbody tr").first,
    ]
    for number, place in enumerate(places, start=1):
        words = place.locator("span").first.inner_text()
        place.locator(".doc-pin").click()
        form = part.locator("[data-remark-form]")
        expect(form.locator(".doc-pinned-to q")).to_have_text(words)
        expect(form.locator("textarea")).to_be_focused()
        form.locator("textarea").fill(f"Nhận xét thứ {number}")
        form.locator("button[value=save]").click()
        expect(part.locator(".doc-remark")).to_have_count(number)
    expect(page).to_have_url(re.compile("#remark-"))
    expect(places[1].locator("xpath=following-sibling::tr[1]")).to_contain_text("Nhận xét thứ 2")

    answers = part.locator("[data-checklist] fieldset").first
    summary = page.locator("[data-checklist-summary]")
    before = summary.inner_text()
    answers.locator("input[value=no]").check()
    expect(summary).not_to_have_text(before)
    expect(answers.locator(".check-remark")).to_be_visible()

    decision = page.locator("#decision")
    expect(decision.locator(".doc-remark-list li")).to_have_count(3)
    decision.locator("input[value=return]").check()
    decision.locator("select").select_option(index=1)
    decision.locator("[data-insert-phrase]").click()
    expect(decision.locator("textarea")).not_to_have_value("")
    decision.locator(".btn-primary").click()
    expect(page).to_have_url(re.compile("/reviews/campaign/"))


def officer_fixes_each(page: Page, round_of_review: Round) -> None:
    page.goto(round_of_review.latest.get_absolute_url())
    expect(page.locator(".doc-remark")).to_have_count(3)
    page.locator("form[action$='/amend/'] button").click()
    fixes = page.locator(".fix")
    expect(fixes).to_have_count(3)

    fixes.nth(1).locator(".fix-place a").click()
    expect(page.locator("#id_tasks-1-title")).to_have_value("Mua sắm thiết bị")
    expect(page).to_have_url(re.compile("#id_tasks-1-title$"))
    page.goto(round_of_review.hub)
    target = fixes.nth(2).locator(".fix-place a").get_attribute("href") or ""
    fixes.nth(2).locator(".fix-place a").click()
    expect(page.locator(f"#{target.partition('#')[2]}")).to_be_visible()

    page.goto(round_of_review.hub)
    fixes.nth(0).locator(".fix-place a").click()
    text = page.locator("#id_narrative")
    expect(text).to_be_focused()
    selected = "t => t.value.slice(t.selectionStart, t.selectionEnd)"
    assert text.evaluate(selected) == PARAGRAPHS[1]
    page.keyboard.type(ADDED)
    expect(page.locator("#save-state")).to_have_class(re.compile(r"\bis-saved\b"))
    page.locator(".fix-tick").first.click()
    expect(page.locator(".fix.is-done")).to_have_count(1)
    expect(text).to_have_value("\n".join([PARAGRAPHS[0], ADDED, PARAGRAPHS[2]]))
    page.locator("form button.btn-primary[name=do][value=save]").first.click()
    expect(page).to_have_url(re.compile(f"{round_of_review.hub}$"))

    expect(page.locator(".fix.is-done")).to_have_count(1)
    page.locator(".fix-tick[name=tick]").first.click()
    expect(page.locator(".fix.is-done")).to_have_count(2)
    expect(page.locator("[data-fix-progress] progress")).to_have_js_property("value", 2)

    draft = draft_of(round_of_review.plan)
    assert draft is not None
    actions.attach_paper(
        version=draft, attachment=AttachmentFactory.create(), kind=PaperKind.HEAD_SIGNED,
        by=round_of_review.officer.actor, at=timezone.now(),
    )  # fmt: skip
    page.goto(reverse("campaigns:plan-check", args=[round_of_review.plan.pk]))
    expect(page.locator(f".notice a[href='{round_of_review.hub}#fixes']")).to_be_visible()
    page.goto(round_of_review.hub)
    check_and_send(page)


def reviewer_sees_what_changed_and_accepts(page: Page, round_of_review: Round) -> None:
    page.goto(reverse("campaigns:review", args=[round_of_review.latest.pk]))
    expect(page.locator(".doc-folded")).to_have_count(7)
    part = page.locator("#part-area-2")
    expect(part.locator(".doc-folded")).to_have_count(0)
    expect(part).to_contain_text(ADDED)
    earlier = part.locator(".doc-remark.is-earlier")
    expect(earlier).to_have_count(3)
    expect(earlier.locator(".badge-state.tone-success")).to_have_count(2)
    page.locator(".doc-folded summary").first.click()
    expect(page.locator("#part-legal_bases .doc-text")).to_be_visible()
    page.locator("#decision input[value=accept]").check()
    page.locator("#decision .btn-primary").click()
    expect(page).to_have_url(re.compile("/reviews/campaign/"))


def reviewer_compares(page: Page, round_of_review: Round) -> None:
    page.goto(reverse("campaigns:review", args=[round_of_review.latest.pk]))
    page.locator("a[href$='/compare/1/2/']").first.click()
    expect(page.locator("main ins", has_text="100%").first).to_be_visible()
    expect(page.locator("main del").first).to_be_visible()


def officer_prints(page: Page, round_of_review: Round) -> None:
    """Paper to discuss always; paper to sign not while a target rests on no text of the ministry."""
    version = round_of_review.latest
    page.goto(version.get_absolute_url())
    for form, begins in (("pdf", b"%PDF-"), ("docx", b"PK")):
        address = page.locator(f"a[href$='/print.{form}']").first.get_attribute("href") or ""
        answer = page.request.get(address)
        assert answer.status == 200
        assert answer.body().startswith(begins)
    refused = page.request.get(
        reverse("campaigns:plan-final-pdf", args=[version.plan_id, version.number])
    )
    assert refused.status == 409
    assert "chưa xác nhận" in refused.text().lower()
