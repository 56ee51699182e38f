"""Every page a browser can show: its address, who sees it there, and in which state.

`test_accessibility` walks this list and fails when an address of the portal is missing in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page

from campaigns.models import Campaign, Deliverable, Plan, PlanVersion
from emulation_portal.core.actors import Actor
from emulation_portal.core.jobs import request_job
from emulation_portal.core.models import Message
from tests.browser import faults
from tests.factories.campaigns import ParticipantFactory
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
    "units:unit-export": "a file",
    "campaigns:plan-print-pdf": "a file",
    "campaigns:plan-print-docx": "a file",
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
    "campaigns:review-next": "leads to a review",
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
            *_department(site), *_failures(site)]  # fmt: skip


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


def _plans(site: Site) -> list[Visit]:
    draft, writer = site.plan("nh-mr"), "canbo.nh-mr"
    returned = site.plan("ld-xiec")
    sent, sender = site.plan("vien-phim"), "canbo.vien-phim"
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
        Visit("campaigns:plan-section", writer, of_draft("section", "legal_bases"), "text"),
        Visit("campaigns:plan-section", writer, area, "tasks and targets"),
        Visit("campaigns:plan-section", writer, area, "bad date and number", 422,
              _type_nonsense),
        Visit("campaigns:plan-issue", writer, issue),
        Visit("campaigns:plan-issue", writer, issue, "sent empty", 422, send_empty),
        Visit("campaigns:plan-papers", writer, papers),
        Visit("campaigns:plan-papers", writer, papers, "sent empty", 422, send_empty),
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
    ]  # fmt: skip


def _type_nonsense(page: Page) -> None:
    page.locator("[name$=due_date]").first.fill("31/02/2026")
    page.locator("[name^=target-][name*=y20]:not(select)").first.fill("nhiều")
    page.locator("form button.btn-primary[value=save]").click()


def _department(site: Site) -> list[Visit]:
    code = site.campaign.code
    queue = reverse("campaigns:review-queue", args=[code])
    review = reverse("campaigns:review", args=[site.version("vu-vhdt").pk])
    plans = reverse("campaigns:plan-list", args=[code])
    dashboard = reverse("campaigns:dashboard", args=[code])
    mail = reverse("core:message-list")
    message = Message.objects.order_by("pk").first()
    assert message is not None
    return [
        Visit("campaigns:review-queue", REVIEWER, queue),
        Visit("campaigns:review-queue", REVIEWER, f"{queue}?view=overdue", "empty"),
        Visit("campaigns:review", REVIEWER, review),
        Visit("campaigns:review-decide", REVIEWER, review, "sent empty", 422,
              lambda page: page.locator("#decision .btn-primary").click()),
        Visit("campaigns:review-remark", REVIEWER, review, "sent empty", 422,
              _send_empty_remark),
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
    ]  # fmt: skip


def _send_empty_remark(page: Page) -> None:
    page.locator("details", has=page.locator("form[action*=remarks]")).first.locator(
        "summary"
    ).click()
    page.locator("form[action*=remarks] button").first.click()


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
