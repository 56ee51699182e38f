"""Extra days: asked for once, granted or declined by others, in force until the end of a day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.models import Phase, PlanExtension
from campaigns.plans import actions, locks, rules
from campaigns.plans.actions import extensions
from campaigns.plans.actions.extensions import (
    EXTENSION_ASKED,
    EXTENSION_DECIDED,
    ask_extension,
    decline_extension,
    give_extension,
    grant_extension,
)
from campaigns.plans.extra_days import extra_days_of, usual_last_day
from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.models import Message
from tests.campaigns.plans.scenes import AT, make_scene
from tests.concurrency import at_once
from tests.factories.campaigns import HolidayFactory, PlanExtensionFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LAST_DAY = date(2026, 11, 27)


@pytest.fixture
def scene(db):
    return make_scene(areas=1)


def close(scene):
    head = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
    Phase.objects.filter(pk=scene.phase.pk).update(
        plans_closed_at=AT, plans_closed_by=head, plans_closed_reason="Đang tổng hợp"
    )
    return head


def ask(scene, **kwargs):
    given = {"by": scene.officer.actor, "at": AT, **kwargs}
    return ask_extension(phase=scene.phase, unit=scene.unit, **given)


def grant(extension, by, **kwargs):
    given = {"valid_until": LAST_DAY, "by": by.actor, "at": AT, **kwargs}
    return grant_extension(extension=extension, **given)


def send(scene, version, at=AT):
    return actions.send_plan(version=version, by=scene.officer.actor, at=at)


class TestAsking:
    def test_is_kept_audited_and_told_to_whoever_may_decide(self, scene):
        scene.start()
        extension = ask(scene, reason="  Máy chủ hỏng ")
        assert (extension.state, extension.reason) == ("asked", "Máy chủ hỏng")
        assert extension.asked_by == scene.officer
        assert audit.entries_of(scene.plan).last().action == "plan.extension_asked"
        told = Message.objects.filter(kind=EXTENSION_ASKED).values_list("recipient", flat=True)
        assert list(told) == [scene.reviewer.person_id]

    def test_asking_again_asks_nothing_more(self, scene):
        assert ask(scene) == ask(scene, by=scene.head.actor)
        assert PlanExtension.objects.count() == 1
        assert Message.objects.filter(kind=EXTENSION_ASKED).count() == 1

    def test_without_a_plan_the_campaign_keeps_the_trail(self, scene):
        ask(scene)
        assert audit.entries_of(scene.campaign).last().action == "plan.extension_asked"
        assert audit.verify_chain(scene.campaign)

    def test_a_unit_that_can_send_is_told_until_when(self, scene):
        grant(ask(scene), scene.reviewer)
        with pytest.raises(extensions.ExtraDaysInForce) as refusal:
            ask(scene)
        assert "27/11/2026" in str(refusal.value)
        assert ask(scene, at=AT + timedelta(days=6)).state == "asked"

    def test_a_unit_that_owes_no_plan_has_nothing_to_extend(self, scene):
        stranger = UnitFactory()
        with pytest.raises(extensions.UnitHasNoPlanToSend):
            ask_extension(phase=scene.phase, unit=stranger, by=scene.officer.actor, at=AT)

    def test_the_portal_itself_asks_for_nothing(self, scene):
        with pytest.raises(NotAllowed):
            ask(scene, by=Actor.system())


class TestDeciding:
    def test_a_grant_has_a_last_day_and_is_told_to_the_unit_once(self, scene):
        extension = ask(scene)
        for _ in range(2):
            granted = grant(extension, scene.reviewer, note="Một lần")
        assert (granted.state, granted.valid_until, granted.decided_by) == (
            "granted", LAST_DAY, scene.reviewer
        )  # fmt: skip
        told = Message.objects.filter(kind=EXTENSION_DECIDED).values_list("recipient", flat=True)
        assert set(told) == {scene.officer.person_id, scene.head.person_id}
        assert len(told) == 2
        actions_done = [entry.action for entry in audit.entries_of(scene.campaign)]
        assert actions_done.count("plan.extension_granted") == 1

    @pytest.mark.parametrize(
        ("day", "error"),
        [
            (date(2026, 11, 21), extensions.LastDayPast),
            (date(2028, 1, 1), extensions.LastDayTooFar),
        ],
    )
    def test_the_last_day_lies_ahead_and_not_too_far(self, scene, day, error):
        extension = ask(scene)
        with pytest.raises(error):
            grant(extension, scene.reviewer, valid_until=day)
        extension.refresh_from_db()
        assert extension.state == "asked"

    def test_today_can_be_the_last_day(self, scene):
        assert grant(ask(scene), scene.reviewer, valid_until=AT.date()).is_in_force(AT.date())

    def test_declining_says_why_and_does_so_once(self, scene):
        extension = ask(scene)
        by = scene.reviewer.actor
        with pytest.raises(extensions.DeclineUnexplained):
            decline_extension(extension=extension, note="  ", by=by, at=AT)
        for _ in range(2):
            declined = decline_extension(extension=extension, note="Đã muộn", by=by, at=AT)
        assert (declined.state, declined.note) == ("declined", "Đã muộn")
        assert Message.objects.filter(kind=EXTENSION_DECIDED).count() == 2

    def test_what_was_decided_otherwise_stands_and_says_by_whom(self, scene):
        extension = ask(scene)
        grant(extension, scene.reviewer)
        with pytest.raises(extensions.ExtensionDecided) as refusal:
            decline_extension(extension=extension, note="Không", by=scene.reviewer.actor, at=AT)
        assert scene.reviewer.person.full_name in str(refusal.value)
        with pytest.raises(extensions.ExtensionDecided):
            grant(extension, scene.reviewer, valid_until=LAST_DAY + timedelta(days=1))

    def test_after_a_refusal_the_unit_may_ask_again(self, scene):
        first = ask(scene)
        decline_extension(extension=first, note="Đã muộn", by=scene.reviewer.actor, at=AT)
        assert extra_days_of(scene.unit, scene.phase, on=AT.date()).declined == first
        assert ask(scene) != first
        assert extra_days_of(scene.unit, scene.phase, on=AT.date()).declined is None

    def test_days_are_given_unasked(self, scene):
        facts = {"phase": scene.phase, "unit": scene.unit, "by": scene.reviewer.actor, "at": AT}
        given = give_extension(**facts, valid_until=LAST_DAY)
        assert (given.state, given.asked_at) == ("granted", None)
        assert give_extension(**facts, valid_until=LAST_DAY) == given
        assert Message.objects.filter(kind=EXTENSION_DECIDED).count() == 2

    def test_giving_answers_an_open_request(self, scene):
        extension = ask(scene)
        given = give_extension(
            phase=scene.phase, unit=scene.unit, valid_until=LAST_DAY, by=scene.reviewer.actor, at=AT
        )
        assert given == extension

    @pytest.mark.parametrize("role", Role.values)
    def test_who_asks_and_who_decides(self, scene, role):
        own = MandateFactory(unit=scene.unit, role=role)
        other = MandateFactory(unit=scene.campaign.host_unit, role=role)
        unit_side = role in (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY)
        department = role in (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD)
        assert bool(rules.may_ask_extra_days(own, scene.unit)) == unit_side
        assert not rules.may_ask_extra_days(other, scene.unit)
        assert bool(rules.may_decide_extra_days(other, scene.unit, on=AT.date())) == department
        assert not rules.may_decide_extra_days(own, scene.unit, on=AT.date())

    def test_nobody_decides_for_a_unit_they_belong_to(self, scene):
        MandateFactory(person=scene.reviewer.person, unit=scene.unit)
        refusal = rules.may_decide_extra_days(scene.reviewer, scene.unit, on=AT.date())
        assert str(scene.unit) in str(refusal)

    def test_the_usual_last_day_counts_working_days(self, scene):
        HolidayFactory(campaign=scene.campaign, day=date(2026, 11, 25))
        assert usual_last_day(scene.campaign, on=AT.date()) == date(2026, 11, 30)


class TestInForce:
    def test_the_unit_and_only_it_sends_while_the_window_is_closed(self, scene):
        version = scene.complete_draft()
        close(scene)
        with pytest.raises(actions.PlanWindowClosed):
            send(scene, version)
        PlanExtensionFactory(phase=scene.phase, unit=UnitFactory(), granted=True)
        PlanExtensionFactory(
            phase=scene.campaign.phases.get(number=2), unit=scene.unit, granted=True
        )
        with pytest.raises(actions.PlanWindowClosed):
            send(scene, version)
        grant(ask(scene), scene.reviewer)
        assert send(scene, version).state == "sent"

    @pytest.mark.parametrize(
        ("at", "sends"),
        [
            (datetime(2026, 11, 27, 23, 59, 59, 999999, tzinfo=HANOI), True),
            (datetime(2026, 11, 28, 0, 0, tzinfo=HANOI), False),
        ],
    )
    def test_the_last_day_lasts_until_its_end_in_vietnam(self, scene, at, sends):
        version = scene.complete_draft()
        close(scene)
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True)
        if sends:
            assert send(scene, version, at=at).state == "sent"
            return
        with pytest.raises(actions.PlanWindowClosed) as refusal:
            send(scene, version, at=at)
        assert "27/11/2026" in str(refusal.value)

    def test_control_counted_in_utc_the_days_would_last_seven_hours_longer(
        self, scene, monkeypatch
    ):
        monkeypatch.setattr(
            timezone, "localdate", lambda value: value.astimezone(ZoneInfo("UTC")).date()
        )
        version = scene.complete_draft()
        close(scene)
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True)
        assert send(scene, version, at=datetime(2026, 11, 28, 6, 59, tzinfo=HANOI)).state == "sent"

    def test_a_phase_that_is_over_takes_plans_with_extra_days_only(self, scene):
        version = scene.complete_draft()
        at = datetime(2027, 7, 1, 9, 0, tzinfo=HANOI)
        with pytest.raises(actions.PhaseOver) as refusal:
            send(scene, version, at=at)
        assert "30/06/2027" in str(refusal.value)
        PlanExtensionFactory(
            phase=scene.phase, unit=scene.unit, granted=True, valid_until=date(2027, 7, 5)
        )
        assert send(scene, version, at=at).state == "sent"

    def test_a_unit_that_has_ended_sends_nothing_but_the_department_may_for_it(self, scene):
        version = scene.complete_draft()
        scene.unit.valid_to = AT.date()
        scene.unit.save()
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True)
        with pytest.raises(actions.UnitEnded) as refusal:
            send(scene, version)
        assert "22/11/2026" in str(refusal.value)
        found = locks.locks_on_sending(
            scene.unit, scene.phase, on=AT.date(), mandate=scene.reviewer
        )
        assert found == []

    def test_the_longest_grant_counts(self, scene):
        for day in (date(2026, 12, 4), LAST_DAY):
            PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True, valid_until=day)
        days = extra_days_of(scene.unit, scene.phase, on=date(2026, 12, 1))
        assert days.in_force.valid_until == date(2026, 12, 4)
        assert extra_days_of(scene.unit, scene.phase, on=date(2026, 12, 5)).in_force is None


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "fields",
        [
            {"asked_by": None},
            {"asked_at": None, "asked_by": None},
            {"decided_at": AT},
            {"valid_until": LAST_DAY},
            {"state": "granted", "decided_at": AT},
            {"state": "declined", "decided_at": AT},
            {"state": "lost"},
        ],
    )
    def test_half_a_request(self, scene, fields):
        if fields.get("state") in ("granted", "declined"):
            fields = {**fields, "decided_by": scene.reviewer}
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanExtensionFactory(phase=scene.phase, unit=scene.unit, **fields)

    def test_a_second_open_request(self, scene):
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit)
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanExtensionFactory(phase=scene.phase, unit=scene.unit)

    @pytest.mark.parametrize(
        "change",
        [
            {"valid_until": date(2030, 1, 1)},
            {"note": "Khác"},
            {"state": "asked"},
            {"reason": "Khác"},
        ],
    )
    def test_a_change_of_what_was_decided(self, scene, change):
        extension = PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True)
        rows = PlanExtension.objects.filter(pk=extension.pk)
        for act in (lambda: rows.update(**change), lambda: rows._raw_delete("default")):
            with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
                act()


class TestMails:
    def test_say_who_asked_and_what_was_decided(self, scene, mailoutbox):
        extension = ask(scene, reason="Máy chủ hỏng")
        outbox.deliver_due(at=AT)
        (mail,) = mailoutbox
        assert mail.to == [scene.reviewer.person.email]
        assert "Máy chủ hỏng" in mail.body
        grant(extension, scene.reviewer, note="Chỉ một lần")
        outbox.deliver_due(at=AT)
        answers = mailoutbox[1:]
        assert len(answers) == 2
        for mail in answers:
            assert "27/11/2026" in mail.subject
            assert "Chỉ một lần" in mail.body

    def test_a_decided_request_is_announced_to_nobody(self, scene, mailoutbox):
        extension = ask(scene)
        decline_extension(extension=extension, note="Đã muộn", by=scene.reviewer.actor, at=AT)
        outbox.deliver_due(at=AT)
        assert scene.reviewer.person.email not in {mail.to[0] for mail in mailoutbox}
        assert all("Đã muộn" in mail.body for mail in mailoutbox)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def deciders(self, scene):
        return [
            MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_REVIEWER)
            for _ in range(4)
        ]

    def grant_at_once(self, scene):
        extension = ask(scene)
        acts = [
            lambda by=by, n=n: grant(
                PlanExtension.objects.get(pk=extension.pk), by,
                valid_until=LAST_DAY + timedelta(days=n),
            )
            for n, by in enumerate(self.deciders(scene))
        ]  # fmt: skip
        return at_once(*acts)

    def granted(self, scene):
        done = [entry.action for entry in audit.entries_of(scene.campaign)]
        return done.count("plan.extension_granted")

    def test_four_who_grant_at_once_grant_once(self):
        scene = make_scene(areas=1)
        results = self.grant_at_once(scene)
        refused = [isinstance(result, extensions.ExtensionDecided) for result in results]
        assert sum(refused) == 3
        assert self.granted(scene) == 1
        assert Message.objects.filter(kind=EXTENSION_DECIDED).count() == 2

    def test_control_without_lock_and_table_each_of_them_grants(self, monkeypatch):
        def unguarded(extension, *, to, by, at, action, root, data, changes, **_):
            audit.record(action, root=root, by=by, at=at, data=data)
            return extension

        monkeypatch.setattr(extensions, "advance", unguarded)
        scene = make_scene(areas=1)
        self.grant_at_once(scene)
        assert self.granted(scene) > 1

    def test_many_who_ask_at_once_ask_once(self):
        scene = make_scene(areas=1)
        results = at_once(*[lambda: ask(scene)] * 6)
        assert len({result.pk for result in results}) == 1
        assert Message.objects.filter(kind=EXTENSION_ASKED).count() == 1
