"""Every page a browser can show: its address, who sees it there, and in which state.

`test_accessibility` walks this list and fails when an address of the portal is missing in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page

from campaigns.models import Campaign, Deliverable, Phase, Plan, PlanVersion
from emulation_portal.core.actors import Actor
from emulation_portal.core.jobs import request_job
from emulation_portal.core.models import Message
from units.api import MandateTerms, grant_mandate, register_person
from units.models import Mandate, Role, Unit, User
from units.organization.jobs import IMPORT_UNITS

NOBODY = ""
OFFICER = "canbo.dsvh"
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
    """One page in one state. `act` is done on the page at `path` to bring it about."""

    name: str
    who: str
    path: str
    state: str = ""
    status: int = 200
    act: Act = field(default=stay, repr=False)

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.who, self.state) if part)


def send_empty(page: Page) -> None:
    """Send the form of the page as it stands."""
    page.locator("main form[method=post] .btn-primary").last.click()


def send_with(**values: str) -> Act:
    """Type into the fields with these names, then send the form."""

    def act(page: Page) -> None:
        for name, value in values.items():
            page.locator(f"main [name='{name.replace('__', '-')}']").first.fill(value)
        send_empty(page)

    return act


def lose_session(page: Page) -> None:
    """Write, be signed out meanwhile, and send."""
    page.context.clear_cookies(name="sessionid")
    send_with(narrative="Đơn vị quán triệt chủ trương. " * 20)(page)


def lose_token(page: Page) -> None:
    """Write, have the token of the form grow stale meanwhile, and send."""
    page.context.clear_cookies(name="csrftoken")
    send_with(narrative="Đơn vị quán triệt chủ trương. " * 20)(page)


class Site:
    """The objects of the ministry's demo that the addresses name."""

    def __init__(self) -> None:
        self.campaign = Campaign.objects.get()
        self.phase = Phase.objects.get(number=1)
        self.officer = User.objects.get(username=OFFICER)
        self._people()

    def _people(self) -> None:
        if User.objects.filter(username=NO_MANDATE).exists():
            return
        by, now = Actor.system(), timezone.now()
        register_person(
            username=NO_MANDATE, full_name="Lý Không Tư Cách", email="", by=by, at=now
        )
        person = register_person(
            username=TWO_MANDATES, full_name="Lý Hai Tư Cách", email="", by=by, at=now
        )
        for code, role in [("cuc-da", Role.UNIT_OFFICER), ("tt-cds", Role.UNIT_DEPUTY)]:
            terms = MandateTerms(
                unit=Unit.objects.get(code=code), role=role, valid_from=date(2025, 1, 1),
                position_title="Chuyên viên",
            )  # fmt: skip
            grant_mandate(person, terms, by=by, at=now)

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
        return request_job(
            kind=IMPORT_UNITS, params={"payload": ""}, by=by, at=timezone.now()
        ).pk


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
        Visit("units:set-password", NOBODY, site.password_link),
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
