"""Every page a browser can show: its address, who sees it there, and in which state.

`test_accessibility` walks this list and fails when an address of the portal is missing in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from docx import Document
from playwright.sync_api import Page

from campaigns.models import (
    Campaign,
    Deliverable,
    Plan,
    PlanPaper,
    PlanVersion,
    StockPhrase,
)
from campaigns.plans.actions import amend_plan
from emulation_portal.core.actors import Actor
from emulation_portal.core.jobs import request_job
from emulation_portal.core.models import Message
from tests.browser import faults
from tests.factories.campaigns import ParticipantFactory
from tests.factories.core import AttachmentFactory
from units.api import MandateTerms, grant_mandate, register_person
from units.models import Mandate, Role, Unit, User
from units.organization.jobs import IMPORT_UNITS

NOBODY = ""
OFFICER = "canbo.dsvh"
BEGINNER = "canbo.tc-xiec"  # an officer whose unit has no plan, and gets none in these tests
OF_TWO_CAMPAIGNS = "canbo.cd-dl-vt"
REVIEWER = "chuyenvien.tccb"
DEPARTMENT_HEAD = "vutruong.tccb"
SECRETARY = "thuky.hoidong"
OBSERVER = "lanhdao.bo"
ADMINISTRATOR = "quantri"
TWO_MANDATES = "hai.tucach"
NO_MANDATE = "khong.tucach"

# Addresses that answer with no page of their own.
WITHOUT_PAGE = {
    "core:healthz": "JSON for machines",
    "core:readyz": "JSON for machines",
    "core:attachment-download": "a file",
    "campaigns:upload": "JSON for the script that shows progress",
    "campaigns:plan-paper-upload": "JSON for the script that shows progress",
    "units:unit-export": "a file",
    "campaigns:plan-print-pdf": "a file",
    "campaigns:plan-print-docx": "a file",
    "campaigns:plan-final-docx": "a file",
    "campaigns:plan-receipt-pdf": "a file",
    "campaigns:plans-download": "takes a form, leads to the work",
    "campaigns:plans-file": "a file",
    "campaigns:plan-export-csv": "a file",
    "campaigns:plan-export-xlsx": "a file",
    "campaigns:task-export-csv": "a file",
    "campaigns:task-export-xlsx": "a file",
    "campaigns:deliverable-export-csv": "a file",
    "campaigns:deliverable-export-xlsx": "a file",
    "campaigns:plan-section-autosave": "JSON for the script of the page",
    "core:set-language": "takes a form, leads back",
    "core:job-cancel": "takes a form, leads back",
    "core:message-retry": "takes a form, leads back",
    "units:sign-out": "takes a form, leads to sign-in",
    "units:person-invite-again": "takes a form, leads back",
    "units:person-reactivate": "takes a form, leads back",
    "units:unit-import-confirm": "takes a form, leads to the list",
    "campaigns:plan-amend": "takes a form, leads to the draft",
    "campaigns:review-take": "takes a form, leads to the review",
    "campaigns:review-release": "takes a form, leads to the queue",
    "campaigns:extension-ask": "takes a form, leads to the plan",
    "campaigns:extensions": "leads to the list of the campaign",
    "campaigns:extension-grant": "takes a form, leads to the list",
    "campaigns:extension-decline": "takes a form, leads to the list",
    "campaigns:extension-give": "takes a form, leads to the list",
    "campaigns:review-next": "leads to a review",
    "campaigns:review-checklist": "takes a form, leads to the review",
    "campaigns:plan-fixes": "takes a form, leads back",
    "campaigns:reviews": "leads to the queue of a campaign",
    "campaigns:plans": "leads to the list of a campaign",
    "campaigns:dashboard-index": "leads to the dashboard of a campaign",
}

Act = Callable[[Page], Any]


def stay(page: Page) -> None:
    """Do nothing: the page as it comes."""


@dataclass(frozen=True)
class Visit:
    """One page in one state. `act` is done on the page at `path` to bring it about.

    The address stays as it is, unless the page `leads_on` to another.
    """

    name: str
    who: str
    path: str
    state: str = ""
    status: int = 200
    act: Act = field(default=stay, repr=False)
    leads_on: bool = False

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.who, self.state) if part)


def send_empty(page: Page) -> None:
    """Send the form of the page as it stands."""
    form = page.locator("main form[method=post]").last
    form.locator(".btn-primary, .btn-danger, .btn-outline-danger").last.click()


def send_with(**values: str) -> Act:
    """Type into the fields with these names, then send the form."""

    def act(page: Page) -> None:
        for name, value in values.items():
            page.locator(f"main [name={name}]").first.fill(value)
        send_empty(page)

    return act


class Site:
    """The objects of the ministry's demo that the addresses name."""

    def __init__(self) -> None:
        self.campaign = Campaign.objects.get(code="bvhttdl-2025-2030")
        self.phase = self.campaign.phases.get(number=1)
        self.officer = User.objects.get(username=OFFICER)
        self._people()
        self._second_campaign()

    def _people(self) -> None:
        if User.objects.filter(username=NO_MANDATE).exists():
            return
        by, now = Actor.system(), timezone.now()
        register_person(username=NO_MANDATE, full_name="Lý Không Tư Cách", email="", by=by, at=now)
        person = register_person(
            username=TWO_MANDATES, full_name="Lý Hai Tư Cách", email="", by=by, at=now
        )
        for code, role in [("cuc-da", Role.UNIT_OFFICER), ("tt-cds", Role.UNIT_DEPUTY)]:
            terms = MandateTerms(
                unit=Unit.objects.get(code=code), role=role, valid_from=self.campaign.go_live_date,
                position_title="Chuyên viên",
            )  # fmt: skip
            grant_mandate(person, terms, by=by, at=now)

    def _second_campaign(self) -> None:
        """Another ministry's, in which one unit of ours takes part."""
        unit = Unit.objects.get(code=OF_TWO_CAMPAIGNS.removeprefix("canbo."))
        if Campaign.objects.of_unit(unit.pk).count() == 1:
            ParticipantFactory(unit=unit)

    def plan(self, unit: str) -> Plan:
        return Plan.objects.get(unit__code=unit, phase=self.phase)

    def version(self, unit: str, number: int = 1) -> PlanVersion:
        return self.plan(unit).versions.get(number=number)

    @cached_property
    def password_link(self) -> str:
        person = User.objects.get(username=TWO_MANDATES)
        uid = urlsafe_base64_encode(force_bytes(person.pk))
        token = default_token_generator.make_token(person)
        return reverse("units:set-password", args=[uid, token])

    @cached_property
    def job(self) -> int:
        by = Mandate.objects.get(person__username=ADMINISTRATOR).actor
        return request_job(kind=IMPORT_UNITS, params={"payload": ""}, by=by, at=timezone.now()).pk


def all_visits() -> list[Visit]:
    """Return every page, each with the states that look different."""
    site = Site()
    return [*_account(site), *_units(site), *_programme(site), *_plans(site),
            *_lists(site), *_department(site), *_failures(site)]  # fmt: skip


def _account(site: Site) -> list[Visit]:
    sign_in = reverse("units:sign-in")
    return [
        Visit("units:sign-in", NOBODY, sign_in),
        Visit("units:sign-in", NOBODY, sign_in, "sent empty", 422, send_empty),
        Visit("units:sign-in", NOBODY, f"{sign_in}?next=/plans/&ended=1", "session ended"),
        Visit("units:password-reset", NOBODY, reverse("units:password-reset")),
        Visit("units:password-reset", NOBODY, reverse("units:password-reset"), "sent empty", 422,
              send_empty),
        Visit("units:password-reset-done", NOBODY, reverse("units:password-reset-done")),
        Visit("units:set-password", NOBODY, site.password_link, leads_on=True),
        Visit("units:set-password", NOBODY, site.password_link, "too short", 422,
              send_with(password="ngan", password_again="khac")),
        Visit("units:set-password", NOBODY, reverse("units:set-password", args=["MQ", "x-y"]),
              "expired", 410),
        Visit("units:password-change", OFFICER, reverse("units:password-change")),
        Visit("units:password-change", OFFICER, reverse("units:password-change"), "sent empty", 422,
              send_empty),
        Visit("units:profile", OFFICER, reverse("units:profile")),
        Visit("units:mandate-choose", TWO_MANDATES, reverse("units:mandate-choose")),
        Visit("units:mandate-choose", NO_MANDATE, reverse("units:mandate-choose"), "none"),
    ]  # fmt: skip


def _units(site: Site) -> list[Visit]:
    who = ADMINISTRATOR
    unit = reverse("units:unit-detail", args=["cuc-dsvh"])
    person = [site.officer.pk]
    mandate = Mandate.objects.get(person=site.officer)
    invite, imports = reverse("units:person-invite"), reverse("units:unit-import")
    correct, add = (reverse(f"units:{n}", args=person) for n in ("person-correct", "mandate-add"))
    end = reverse("units:mandate-end", args=[mandate.pk])
    return [
        Visit("units:unit-list", OFFICER, f"{reverse('units:unit-list')}?q=di+san"),
        Visit("units:unit-list", who, reverse("units:unit-list")),
        Visit("units:unit-list", OFFICER, f"{reverse('units:unit-list')}?q=zzzz", "empty"),
        Visit("units:unit-detail", OFFICER, unit),
        Visit("units:unit-import", who, imports),
        Visit("units:unit-import", who, imports, "sent empty", 422, send_empty),
        Visit("units:unit-import", who, imports, "bad rows", 422, _import_bad_rows),
        Visit("units:unit-import", who, imports, "preview", 200, _import_good_row),
        Visit("units:people-list", who, f"{reverse('units:people-list')}?q=anh"),
        Visit("units:people-list", who, f"{reverse('units:people-list')}?q=zzzz", "empty"),
        Visit("units:person-detail", who, reverse("units:person-detail", args=person)),
        Visit("units:person-invite", who, invite),
        Visit("units:person-invite", who, invite, "sent empty", 422, send_empty),
        Visit("units:person-correct", who, correct),
        Visit("units:person-correct", who, correct, "no name", 422, send_with(full_name="")),
        Visit("units:person-sheet", who, reverse("units:person-sheet", args=person)),
        Visit("units:person-deactivate", who, reverse("units:person-deactivate", args=person)),
        Visit("units:mandate-add", who, add),
        Visit("units:mandate-add", who, add, "sent empty", 422, send_empty),
        Visit("units:mandate-end", who, end),
        Visit("units:mandate-end", who, end, "bad date", 422, send_with(valid_to="31/02/2027")),
    ]  # fmt: skip


def _upload(page: Page, content: str) -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": "units.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    send_empty(page)


_UNIT_HEADER = "code,abbreviation,kind,name_vi,name_en,own_seal,parent,valid_from\n"


def _import_bad_rows(page: Page) -> None:
    _upload(page, f"{_UNIT_HEADER}cuc-moi,CM,khong-co,,New,yes,nowhere,31/02/2027\n")


def _import_good_row(page: Page) -> None:
    _upload(page, f"{_UNIT_HEADER}cuc-moi,CM,authority,Cục Mới,New Agency,yes,bvhttdl,2027-01-01\n")


def _programme(site: Site) -> list[Visit]:
    code = site.campaign.code

    def of_campaign(name: str) -> str:
        return reverse(f"campaigns:{name}", args=[code])

    deliverable = Deliverable.objects.filter(campaign=site.campaign).first()
    assert deliverable is not None
    update = reverse("campaigns:deliverable-update", args=[code, deliverable.code])
    unconfirmed = Deliverable.objects.filter(campaign=site.campaign, confirmed=False).first()
    assert unconfirmed is not None
    confirm = reverse("campaigns:fact-confirm", args=[code, "deliverable", unconfirmed.pk])
    window = reverse("campaigns:phase-window", args=[site.phase.pk])
    return [
        Visit("campaigns:home", OFFICER, "/", "of a unit"),
        Visit("campaigns:home", REVIEWER, "/", "of the department"),
        Visit("campaigns:home", SECRETARY, "/", "of the council"),
        Visit("campaigns:home", OBSERVER, "/", "of an observer"),
        Visit("campaigns:home", ADMINISTRATOR, "/", "of an administrator"),
        Visit("campaigns:campaign-list", OF_TWO_CAMPAIGNS, reverse("campaigns:campaign-list")),
        Visit("campaigns:campaign-detail", OFFICER, of_campaign("campaign-detail")),
        Visit("campaigns:deliverable-list", OFFICER, of_campaign("deliverable-list")),
        Visit("campaigns:deliverable-update", REVIEWER, update),
        Visit("campaigns:deliverable-update", REVIEWER, update, "bad date", 422,
              send_with(due_date="31/02/2027")),
        Visit("campaigns:indicator-list", OFFICER, of_campaign("indicator-list")),
        Visit("campaigns:unconfirmed-list", ADMINISTRATOR, of_campaign("unconfirmed-list")),
        Visit("campaigns:fact-confirm", ADMINISTRATOR, confirm),
        Visit("campaigns:fact-confirm", ADMINISTRATOR, confirm, "sent empty", 422, send_empty),
        Visit("campaigns:phase-window", DEPARTMENT_HEAD, window),
        Visit("campaigns:phase-window", DEPARTMENT_HEAD, window, "sent empty", 422, send_empty),
        Visit("campaigns:phase-window", OFFICER, window, "not open to officers", 403),
    ]  # fmt: skip


def _amended(plan: Plan) -> int:
    """The number of a draft that differs from the accepted version in text and tasks."""
    by = Mandate.objects.get(person__username=f"canbo.{plan.unit.code}").actor
    draft = amend_plan(plan=plan, by=by, at=timezone.now())
    section = draft.sections.get(area__number=1)
    added = "Đoạn mới của bản điều chỉnh."
    if not section.narrative.startswith(added):
        section.narrative = f"{added}\n{section.narrative}"
        section.save(update_fields=["narrative"])
        draft.tasks.filter(section=section, position=1).delete()
    return int(draft.number)


def _attached(draft: Plan) -> str:
    """The details of a paper of the draft, attached for this."""
    paper = PlanPaper.objects.filter(version__plan=draft, kind="annex").first()
    if paper is None:
        version = draft.versions.get(state="draft")
        paper = PlanPaper.objects.create(
            version=version, attachment=AttachmentFactory(), kind="annex", abstract="Phụ lục"
        )
    return reverse("campaigns:plan-paper", args=[draft.pk, paper.pk])


def _described(draft: Plan) -> str:
    """The page that asks what an uploaded file is."""
    writer = User.objects.get(username=f"canbo.{draft.unit.code}")
    file = AttachmentFactory(uploaded_by=writer)
    return f"{reverse('campaigns:plan-papers-describe', args=[draft.pk])}?file={file.pk}"


def _read_document(page: Page) -> None:
    """Have the portal read a small plan with a heading, a table and a line it cannot place."""
    document = Document()
    document.add_paragraph("Một đoạn không có tiêu đề.")
    document.add_heading("I. Mục đích, yêu cầu", 1)
    document.add_paragraph("Cụ thể hóa kế hoạch của Bộ.")
    document.add_heading("Nội dung 2: Hạ tầng số", 1)
    table = document.add_table(2, 3)
    texts = ("Nhiệm vụ", "Chủ trì", "Thời hạn", "Rà soát máy chủ", "Văn phòng", "Quý III/2026")
    for cell, text in zip((cell for row in table.rows for cell in row.cells), texts, strict=True):
        cell.text = text
    written = BytesIO()
    document.save(written)
    page.locator("input[type=file]").set_input_files(
        {"name": "ke-hoach.docx", "mimeType": "application/zip", "buffer": written.getvalue()}
    )
    page.locator("main form[method=post] button").first.click()


def _plans(site: Site) -> list[Visit]:
    draft, writer = site.plan("nh-mr"), "canbo.nh-mr"
    returned = site.plan("ld-xiec")
    sent, sender = site.plan("cuc-ptthttdt"), "canbo.cuc-ptthttdt"
    accepted = site.plan("van-phong")
    start = reverse("campaigns:plan-start", args=[site.phase.pk])
    paper = reverse("campaigns:plan-register-paper", args=[site.phase.pk])

    def of_draft(name: str, *more: Any) -> str:
        return reverse(f"campaigns:plan-{name}", args=[draft.pk, *more])

    area, issue, papers = of_draft("section", "area-3"), of_draft("issue"), of_draft("papers")
    return [
        Visit("campaigns:unit-plans", OFFICER, reverse("campaigns:unit-plans")),
        Visit("campaigns:plan-start", BEGINNER, start),
        Visit("campaigns:plan-start", REVIEWER, start, "on a unit's behalf"),
        Visit("campaigns:plan-start", REVIEWER, start, "sent empty", 422, send_empty),
        Visit("campaigns:plan-register-paper", BEGINNER, paper),
        Visit("campaigns:plan-register-paper", BEGINNER, paper, "sent empty", 422, send_empty),
        Visit("campaigns:plan-register-paper", REVIEWER, paper, "on a unit's behalf"),
        Visit("campaigns:plan-detail", writer, of_draft("detail"), "draft"),
        Visit("campaigns:plan-final-pdf", writer, of_draft("final-pdf", 1), "not fit to sign", 409),
        Visit("campaigns:plan-bring-in", writer, of_draft("bring-in")),
        Visit("campaigns:plan-bring-in-model", writer, of_draft("bring-in-model")),
        Visit("campaigns:plan-bring-in-plans", writer, of_draft("bring-in-plans")),
        Visit("campaigns:plan-bring-in-plans", writer,
              f"{of_draft('bring-in-plans')}?q=zzzz", "empty"),
        Visit("campaigns:plan-bring-in-plan", writer,
              of_draft("bring-in-plan", accepted.pk), "another unit's"),
        Visit("campaigns:plan-bring-in-document", writer, of_draft("bring-in-document")),
        Visit("campaigns:plan-bring-in-document", writer, of_draft("bring-in-document"),
              "sent empty", 422, send_empty),
        Visit("campaigns:plan-bring-in-confirm", writer, of_draft("bring-in-document"),
              "guesses", act=_read_document, leads_on=True),
        Visit("campaigns:plan-section", writer, of_draft("section", "legal_bases"), "text"),
        Visit("campaigns:plan-section", writer, area, "tasks and targets"),
        Visit("campaigns:plan-section", writer, area, "bad date and number", 422,
              _type_nonsense),
        Visit("campaigns:plan-section-paste", writer, area, "tasks, empty",
              act=lambda page: page.locator("button[value=paste-tasks]").click(), leads_on=True),
        Visit("campaigns:plan-section-paste", writer, area, "tasks, previewed",
              act=_paste_tasks, leads_on=True),
        Visit("campaigns:plan-issue", writer, issue),
        Visit("campaigns:plan-issue", writer, issue, "sent empty", 422, send_empty),
        Visit("campaigns:plan-papers", writer, papers),
        Visit("campaigns:plan-papers", writer, papers, "sent empty", 422, send_empty),
        Visit("campaigns:plan-papers-describe", writer, _described(draft)),
        Visit("campaigns:plan-papers-describe", writer, _described(draft), "sent empty", 422,
              send_empty),
        Visit("campaigns:plan-paper", writer, _attached(draft)),
        Visit("campaigns:plan-paper", writer, _attached(draft), "no title", 422,
              send_with(abstract="")),
        Visit("campaigns:plan-check", writer, of_draft("check"), "incomplete"),
        Visit("campaigns:plan-receipt", sender, reverse("campaigns:plan-receipt",
              args=[sent.pk, 1])),
        Visit("campaigns:plan-withdraw", sender, reverse("campaigns:plan-withdraw",
              args=[sent.pk])),
        Visit("campaigns:plan-version", "canbo.ld-xiec", reverse("campaigns:plan-version",
              args=[returned.pk, 1]), "returned"),
        Visit("campaigns:plan-version", OFFICER, reverse("campaigns:plan-version",
              args=[accepted.pk, 1]), "another unit's"),
        Visit("campaigns:plan-trail", sender, reverse("campaigns:plan-trail", args=[sent.pk])),
        Visit("campaigns:plan-compare-choose", sender,
              reverse("campaigns:plan-compare-choose", args=[sent.pk]), "one version"),
        Visit("campaigns:plan-compare", "canbo.van-phong",
              reverse("campaigns:plan-compare", args=[accepted.pk, 1, _amended(accepted)])),
    ]  # fmt: skip


def _lists(site: Site) -> list[Visit]:
    code, writer = site.campaign.code, "canbo.nh-mr"
    search, tasks = reverse("campaigns:search"), reverse("campaigns:task-list", args=[code])
    tasks_back = reverse("campaigns:task-import", args=[code])
    plans_back = reverse("campaigns:plan-import", args=[site.phase.pk])
    deliverables_back = reverse("campaigns:deliverable-import", args=[code])
    return [
        Visit("campaigns:search", OFFICER, search, "no words"),
        Visit("campaigns:search", OFFICER, f"{search}?q=van+hoa", "found"),
        Visit("campaigns:search", REVIEWER, f"{search}?q=zzzz", "nothing found"),
        Visit("campaigns:task-list", OFFICER, tasks),
        Visit("campaigns:task-list", REVIEWER, f"{tasks}?q=so+hoa&due=none", "narrowed"),
        Visit("campaigns:task-list", OFFICER, f"{tasks}?q=zzzz", "empty"),
        Visit("campaigns:task-import", writer, tasks_back),
        Visit("campaigns:task-import", writer, tasks_back, "sent empty", 422, send_empty),
        Visit("campaigns:task-import", writer, tasks_back, "bad rows", 422, _bring_bad_rows),
        Visit("campaigns:task-import", writer, tasks_back, "preview", 200, _bring_good_row),
        Visit("campaigns:plan-import", REVIEWER, plans_back),
        Visit("campaigns:plan-import", REVIEWER, plans_back, "sent empty", 422, send_empty),
        Visit("campaigns:deliverable-import", REVIEWER, deliverables_back),
    ]  # fmt: skip


_TASK_HEADER = "title,area,phase,due_date,identity,lock_version\n"


def _bring_bad_rows(page: Page) -> None:
    _upload(page, f"{_TASK_HEADER}Việc mới,99,1,31/02/2026,,\nViệc khác,1,1,,abc,\n")


def _bring_good_row(page: Page) -> None:
    _upload(page, f"{_TASK_HEADER}Số hóa hồ sơ lưu trữ,1,1,31/12/2026,,\n")


def _type_nonsense(page: Page) -> None:
    page.locator("[name$=due_date]").first.fill("31/02/2026")
    folded = page.locator("details.target-block:not([open]) > summary")
    while folded.count():
        folded.first.click()
    page.locator("[name^=target-][name*=y20]:not(select)").first.fill("nhiều")
    page.locator("form button.btn-primary[value=save]").click()


def _paste_tasks(page: Page) -> None:
    page.locator("button[value=paste-tasks]").click()
    page.locator("[name=pasted]").fill("Nhiệm vụ\tThời hạn\nMột\t30/06/2026\nHai\t31/02/2026")
    page.locator(".btn-row button[value=preview]").click()


def _department(site: Site) -> list[Visit]:
    code = site.campaign.code
    queue = reverse("campaigns:review-queue", args=[code])
    review = reverse("campaigns:review", args=[site.version("vu-vhdt").pk])
    several = (
        f"{reverse('campaigns:review-many', args=[code])}"
        f"?v={site.version('vu-vhdt').pk}&v={site.version('vu-tccb').pk}"
    )
    phrases = reverse("campaigns:phrase-list", args=[code])
    phrase = StockPhrase.objects.filter(campaign=site.campaign).first()
    remark = site.version("ld-xiec").remarks.first()
    assert phrase is not None
    assert remark is not None
    plans = reverse("campaigns:plan-list", args=[code])
    dashboard = reverse("campaigns:dashboard", args=[code])
    mail = reverse("core:message-list")
    message = Message.objects.order_by("pk").first()
    assert message is not None
    return [
        Visit("campaigns:review-queue", REVIEWER, queue),
        Visit("campaigns:extension-list", REVIEWER,
              reverse("campaigns:extension-list", args=[code])),
        Visit("campaigns:review-queue", REVIEWER, f"{queue}?view=overdue", "empty"),
        Visit("campaigns:review", REVIEWER, review),
        Visit("campaigns:review-decide", REVIEWER, review, "sent empty", 422,
              lambda page: page.locator("#decision .btn-primary").click()),
        Visit("campaigns:review-remark", REVIEWER, review, "sent empty", 422,
              _send_empty_remark),
        Visit("campaigns:review", REVIEWER, f"{review}?pin=area-1:p1", "pinned to a paragraph"),
        Visit("campaigns:review-many", REVIEWER, f"{several}&decision=accept", "letters"),
        Visit("campaigns:review-many", REVIEWER, f"{several}&decision=return", "no reason", 422,
              lambda page: page.locator("main .btn-primary").click()),
        Visit("campaigns:phrase-list", REVIEWER, phrases),
        Visit("campaigns:phrase-list", REVIEWER, phrases, "sent empty", 422, send_empty),
        Visit("campaigns:phrase-change", REVIEWER,
              reverse("campaigns:phrase-change", args=[phrase.pk])),
        Visit("campaigns:remark", REVIEWER, reverse("campaigns:remark", args=[remark.pk])),
        Visit("campaigns:remark", "canbo.ld-xiec", reverse("campaigns:remark", args=[remark.pk]),
              "sent empty", 422, send_empty),
        Visit("campaigns:plan-list", REVIEWER, f"{plans}?q=cuc"),
        Visit("campaigns:plan-list", OFFICER, f"{plans}?q=zzzz", "empty"),
        Visit("campaigns:dashboard", REVIEWER, dashboard),
        Visit("campaigns:dashboard", OBSERVER, f"{dashboard}?q=zzzz", "empty"),
        Visit("campaigns:held-reminders", REVIEWER,
              reverse("campaigns:held-reminders", args=[code])),
        Visit("core:message-list", REVIEWER, f"{mail}?q=nguyen"),
        Visit("core:message-list", REVIEWER, f"{mail}?q=zzzz", "empty"),
        Visit("core:message-detail", REVIEWER, message.get_absolute_url()),
        Visit("core:job-detail", ADMINISTRATOR, reverse("core:job-detail", args=[site.job])),
        Visit("core:style", ADMINISTRATOR, reverse("core:style")),
        Visit("core:file-checks", ADMINISTRATOR, reverse("core:file-checks")),
    ]  # fmt: skip


def _send_empty_remark(page: Page) -> None:
    page.locator("details", has=page.locator("form[action*=remarks]")).first.locator(
        "summary"
    ).click()
    page.locator("form[action*=remarks] button[value=save]").first.click()


def _failures(site: Site) -> list[Visit]:
    writer, sender = "canbo.nh-mr", "canbo.vien-phim"
    section = reverse("campaigns:plan-section", args=[site.plan("nh-mr").pk, "purpose"])
    sent = site.plan("vien-phim")
    into_sent = reverse("campaigns:plan-section", args=[sent.pk, "purpose"])
    send_again = reverse("campaigns:plan-send", args=[sent.pk])
    decided = reverse("campaigns:review-remark", args=[site.version("van-phong").pk, "purpose"])
    text = {"narrative": "Đơn vị quán triệt chủ trương. " * 20, "completed": "no"}
    return [
        Visit("404", OFFICER, "/khong-co-trang-nay/", "", 404),
        Visit("404", NOBODY, "/khong-co-trang-nay/", "", 404),
        Visit("403", OFFICER, reverse("core:style"), "", 403),
        Visit("400", OFFICER, "/units/?q=%00", "", 400),
        Visit("403", writer, section, "stale form", 403, lose_token),
        Visit("403", NOBODY, reverse("units:sign-in"), "session lost", 403, post(section, text)),
        Visit("409", writer, section, "two wrote", 409, post(section, {**text, "lock_version": "0"})),
        Visit("409", sender, "/", "frozen", 409, post(into_sent, text)),
        Visit("campaigns:plan-send", sender, "/", "sent already", 200, post(send_again, {})),
        Visit("409", REVIEWER, "/", "decided already", 409, post(decided, {"body": "Nhận xét"})),
        Visit("413", OFFICER, "/", "", 413, _too_many_fields),
        Visit("500", OFFICER, reverse("units:profile"), "", 500, _break_down),
        Visit("503", writer, section, "", 503, _database_away),
    ]  # fmt: skip


def post(path: str, fields: dict[str, str]) -> Act:
    """Send a form to `path` that the page shown does not offer, as an old tab would."""
    script = """([path, fields]) => {
        const form = document.createElement("form");
        form.method = "post";
        form.action = path;
        const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
        for (const [name, value] of Object.entries({...fields, csrfmiddlewaretoken: token})) {
            const input = document.createElement("input");
            [input.type, input.name, input.value] = ["hidden", name, value];
            form.append(input);
        }
        document.body.append(form);
        form.submit();
    }"""
    return lambda page: page.evaluate(script, [path, fields])


def lose_token(page: Page) -> None:
    """Write, have the token of the form grow stale meanwhile, and send."""
    page.context.clear_cookies(name="csrftoken")
    send_with(narrative="Đơn vị quán triệt chủ trương. " * 20)(page)


def _too_many_fields(page: Page) -> None:
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=2), page.expect_navigation():
        post("/language/", {"a": "1", "b": "2", "c": "3"})(page)


def _break_down(page: Page) -> None:
    with faults.view_fails(), page.expect_navigation():
        page.reload()


def _database_away(page: Page) -> None:
    with faults.database_away(), page.expect_navigation():
        send_with(narrative="Đơn vị quán triệt chủ trương. " * 20)(page)
