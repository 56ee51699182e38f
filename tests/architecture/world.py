"""One small ministry, and another beside it, for tests that walk over every address.

Built once for a module: two units and the department with plans in every state, a council, an
administrator and an observer at the ministry, and one person per column of the permission
matrix. The same things exist at the other ministry, which none of these people belong to.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from campaigns.models import Campaign, Phase, Plan, PlanVersion
from campaigns.plans import actions
from campaigns.plans.queries import draft_of
from campaigns.programme.models import PlanFlow
from emulation_portal.core.models import Attachment
from tests.campaigns.plans.scenes import fill, record_issue
from tests.factories.campaigns import (
    DeliverableFactory,
    PhaseFactory,
    PlanExtensionFactory,
    PlanPaperFactory,
    RemarkFactory,
    accept,
    give_back,
    make_campaign,
)
from tests.factories.core import AttachmentFactory, JobFactory, MessageFactory
from tests.factories.files import pdf
from tests.factories.reviewing import ChecklistItemFactory, StockPhraseFactory
from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.models import Mandate, Role, Unit, UnitKind, User

AT = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
BACKEND = "units.people.backends.UsernameOrEmailBackend"

# The columns of the matrix, besides the roles.
ANONYMOUS = "anonymous"
NO_MANDATE = "no_mandate"
ENDED_MANDATE = "ended_mandate"
ONE_TIME_PASSWORD = "one_time_password"
PERSONAS = [ANONYMOUS, NO_MANDATE, *Role.values, ENDED_MANDATE, ONE_TIME_PASSWORD]


class Browser(Client):
    """The test client without its record of templates and contexts: three times as fast."""

    session_key: str | None = None

    def forget(self) -> None:
        """Keep nothing of earlier answers but the session one has signed in with."""
        self.cookies.clear()
        if self.session_key:
            self.cookies[settings.SESSION_COOKIE_NAME] = self.session_key

    def request(self, **request: Any) -> Any:
        response = self.handler(self._base_environ(**request))
        if response.streaming:
            b"".join(response)  # to its end, which closes the file
        self.cookies.update(response.cookies)
        return response


@dataclass
class World:
    """What stands in it, by the names the matrix uses."""

    own_unit: Unit
    foreign_unit: Unit
    host: Unit
    campaign: Campaign
    other_campaign: Campaign
    person: User
    mandate: Mandate
    mandates: dict[str, Mandate]
    people: dict[str, User]
    plans: dict[str, Plan] = field(default_factory=dict)
    versions: list[int] = field(default_factory=list)
    files: dict[str, Attachment] = field(default_factory=dict)
    papers: dict[str, int] = field(default_factory=dict)
    remarks: dict[str, int] = field(default_factory=dict)
    phrases: dict[str, int] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, int] = field(default_factory=dict)
    message_id: int = 0
    link: dict[str, str] = field(default_factory=dict)

    def client(self, persona: str, **options: Any) -> Browser:
        """A browser in which `persona` has signed in and chosen the mandate."""
        client = Browser(**options)
        if persona == ANONYMOUS:
            return client
        client.force_login(self.people[persona], backend=BACKEND)
        if mandate := self.mandates.get(persona):
            session = client.session
            session["mandate_id"] = mandate.pk
            session.save()
        client.session_key = client.session.session_key
        return client

    def version(self, plan: str) -> PlanVersion:
        """The latest version of a plan that was sent; of a plan never sent, its draft."""
        sent = self.plans[plan].versions.exclude(state="draft").order_by("-number").first()
        return sent or self.plans[plan].versions.get()


@contextmanager
def standing_world(blocker: Any) -> Iterator[World]:
    """The world on a fixed morning, gone again afterwards. `blocker` is django_db_blocker."""
    with (
        blocker.unblock(),
        time_machine.travel(AT, tick=False),
        transaction.atomic(),
    ):
        logging.disable()  # thousands of refusals, each of them asked for
        try:
            yield make_world()
        finally:
            logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def make_world() -> World:
    ministry = UnitFactory(kind=UnitKind.MINISTRY, owes_plan=False)
    host, own, foreign = (UnitFactory(parent=ministry) for _ in range(3))
    council = UnitFactory(kind=UnitKind.COUNCIL, owes_plan=False, parent=ministry)
    places = {
        Role.UNIT_OFFICER: own,
        Role.UNIT_HEAD: own,
        Role.UNIT_DEPUTY: own,
        Role.DEPARTMENT_REVIEWER: host,
        Role.DEPARTMENT_HEAD: host,
        Role.COUNCIL_MEMBER: council,
        Role.COUNCIL_CHAIR: council,
        Role.COUNCIL_SECRETARY: council,
        Role.ADMINISTRATOR: ministry,
        Role.OBSERVER: ministry,
    }
    mandates = {str(role): MandateFactory(unit=unit, role=role) for role, unit in places.items()}
    mandates[ENDED_MANDATE] = MandateFactory(
        unit=own, role=Role.UNIT_HEAD, valid_to=date(2026, 11, 22)
    )
    mandates[ONE_TIME_PASSWORD] = MandateFactory(
        unit=own,
        person=UserFactory(
            must_change_password=True,
            one_time_password_expires_at=datetime(2026, 11, 30, tzinfo=AT.tzinfo),
        ),
    )
    people = {name: mandate.person for name, mandate in mandates.items()}
    people[NO_MANDATE] = UserFactory()
    somebody = MandateFactory(unit=foreign)
    campaign = _campaign("own-campaign", host, [own, foreign, host])
    review_first = _campaign(
        "review-first",
        host,
        [own, foreign],
        plan_flow=PlanFlow.REVIEW_FIRST,
        starts_on=date(2025, 1, 1),
    )
    other = _campaign("other-campaign", UnitFactory(), [UnitFactory()])
    world = World(
        own_unit=own,
        foreign_unit=foreign,
        host=host,
        campaign=campaign,
        other_campaign=other,
        person=somebody.person,
        mandate=somebody,
        mandates=mandates,
        people=people,
    )
    _write_plans(world, review_first)
    _leave_things(world)
    return world


def _campaign(code: str, host: Unit, units: list[Unit], **fields: Any) -> Campaign:
    campaign = make_campaign(code=code, areas=1, host_unit=host, units=units, **fields)
    PhaseFactory(
        campaign=campaign,
        number=3,
        starts_on=date(2031, 1, 1),
        ends_on=date(2033, 1, 1),
        plan_deadline=None,
        confirmed=False,
    )
    DeliverableFactory(campaign=campaign, area=campaign.areas.get(), code="strategy")
    return campaign


def _write_plans(world: World, review_first: Campaign) -> None:
    """Plans of both units and of the department, one in each state that matters."""
    first, second, third = world.campaign.phases.order_by("number")
    own, foreign = world.own_unit, world.foreign_unit
    plans = world.plans
    plans["own_draft"] = _plan(world, "own_draft", own, first)
    plans["own_sent"] = _plan(world, "own_sent", own, second, sent=True)
    plans["own_returned"] = _plan(world, "own_returned", own, third, sent=True)
    give_back(world.version("own_returned"))
    plans["foreign_draft"] = _plan(world, "foreign_draft", foreign, first)
    plans["foreign_issued"] = _plan(world, "foreign_issued", foreign, second, sent=True)
    plans["foreign_accepted"] = _plan(world, "foreign_accepted", foreign, third, sent=True)
    accepted = accept(world.version("foreign_accepted"))
    actions.amend_plan(plan=accepted.plan, by=_author(foreign), at=AT)
    unissued = review_first.phases.get(number=1)
    plans["foreign_unissued"] = _plan(
        world, "foreign_unissued", foreign, unissued, sent=True, issued=False
    )
    plans["department_own"] = _plan(world, "department_own", world.host, first, sent=True)
    elsewhere = world.other_campaign
    away = Unit.objects.get(participations__campaign=elsewhere)
    plans["other_ministry"] = _plan(
        world, "other_ministry", away, elsewhere.phases.get(number=1), sent=True
    )


def _plan(
    world: World, name: str, unit: Unit, phase: Phase, *, sent: bool = False, issued: bool = True
) -> Plan:
    head = Mandate.objects.filter(unit=unit, role=Role.UNIT_HEAD, valid_to=None).first()
    head = head or MandateFactory(unit=unit, role=Role.UNIT_HEAD)
    plan = actions.start_plan(unit=unit, phase=phase, by=head.actor, at=AT)
    draft = draft_of(plan)
    assert draft is not None
    fill(draft, by=head)
    world.papers[name] = PlanPaperFactory(version=draft, kind="annex", abstract="Phụ lục").pk
    if issued:
        world.files[name] = _file()
        record_issue(draft, by=head, scan=world.files[name])
    if sent:
        actions.send_plan(version=draft, by=head.actor, at=AT)
    plan.refresh_from_db()
    return plan


def _author(unit: Unit) -> Any:
    return Mandate.objects.get(unit=unit, role=Role.UNIT_HEAD, valid_to=None).actor


def _file() -> Attachment:
    attachment: Attachment = AttachmentFactory(size=len(pdf()))
    attachment.file.storage.save(attachment.file.name, ContentFile(pdf()))
    return attachment


def _leave_things(world: World) -> None:
    world.versions = list(PlanVersion.objects.values_list("pk", flat=True))
    world.files["unlinked"] = _file()
    world.jobs = {name: JobFactory(created_by=person).pk for name, person in world.people.items()}
    world.jobs["foreign"] = JobFactory(created_by=world.person).pk
    world.message_id = MessageFactory(failed=True).pk
    for name in ("own_sent", "own_returned", "foreign_issued", "department_own", "other_ministry"):
        version = world.version(name)
        section = version.sections.get(area__number=1)
        world.remarks[name] = RemarkFactory(version=version, section=section).pk
    for name in ("own_sent", "foreign_issued", "department_own", "other_ministry"):
        plan = world.plans[name]
        asked = PlanExtensionFactory(unit=plan.unit, phase=plan.phase, asked_by=world.mandate)
        world.extensions[name] = asked.pk
    for name, campaign in (("own", world.campaign), ("other_ministry", world.other_campaign)):
        world.phrases[name] = StockPhraseFactory(campaign=campaign).pk
        ChecklistItemFactory(campaign=campaign, area=campaign.areas.get())
    person = urlsafe_base64_encode(force_bytes(world.person.pk))
    world.link = {"uidb64": person, "token": default_token_generator.make_token(world.person)}
