"""Queueing reminders by the campaign's calendar, and releasing those older than the portal."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from campaigns.models import ReminderRule
from campaigns.reminders.actions import release_reminders, send_due_reminders
from campaigns.reminders.models import ReminderRelease
from campaigns.reminders.queries import reminders_due
from emulation_portal.core.audit import entries_of
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import MessageState, deliver_due
from tests.campaigns.reminders.scenes import (
    HANOI,
    MONDAY,
    NEXT_QUARTER,
    OLD,
    QUARTER,
    SUNDAY,
    make_owing,
)
from tests.factories.campaigns import (
    HolidayFactory,
    ParticipantFactory,
    PhaseFactory,
    accept,
    give_back,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.models import Role

pytestmark = pytest.mark.django_db


def remind(at):
    return send_due_reminders(today=timezone.localdate(at), at=at)


def letters(**filters):
    return Message.objects.filter(kind="reminder", **filters)


def told():
    return set(letters().values_list("recipient_id", flat=True))


# --- The calendar -------------------------------------------------------------------------


def test_before_after_and_every_quarter_until_the_plan_is_in():
    scene = make_owing()
    sent_on = []
    day = datetime(2026, 11, 25, 8, 0, tzinfo=HANOI)
    while day.date() < date(2027, 6, 1):
        if remind(day).queued:
            sent_on.append(day.date())
        day += timedelta(days=1)
    assert sent_on == [
        date(2026, 12, 7), date(2026, 12, 14),  # 14 and 7 days before; 1 before is a Sunday:
        date(2026, 12, 21),
        date(2026, 12, 22), date(2026, 12, 28),  # 1 and 7 days after
        date(2027, 1, 5), date(2027, 4, 5),  # every quarter
    ]  # fmt: skip
    send(make_draft(phase=scene.phase, unit=scene.unit))
    assert remind(datetime(2027, 7, 5, 8, 0, tzinfo=HANOI)).planned == 0


def test_running_twice_queues_nothing_twice():
    make_owing()
    assert remind(QUARTER).queued == 1
    again = remind(QUARTER + timedelta(hours=2))
    assert (again.planned, again.queued) == (1, 0)
    assert letters().count() == 1


def test_a_day_the_machine_was_down_is_caught_up_once():
    make_owing()
    assert remind(QUARTER + timedelta(days=2)).queued == 1
    assert remind(QUARTER + timedelta(days=3)).queued == 0


def test_what_is_queued_on_a_weekend_leaves_on_monday():
    scene = make_owing()
    ReminderRule.objects.filter(campaign=scene.campaign).update(days_before=[30])  # 21/11, Saturday
    saturday = SUNDAY - timedelta(days=1)
    assert remind(saturday).planned == 0  # the occasion itself has moved to Monday
    remind(MONDAY)
    assert letters().get().not_before == MONDAY


def test_what_is_caught_up_on_a_weekend_or_a_holiday_waits_for_the_next_working_day():
    scene = make_owing()
    for day in range(6, 9):
        HolidayFactory(campaign=scene.campaign, day=date(2027, 1, day))
    remind(QUARTER + timedelta(days=1))  # a holiday, followed by two more and a weekend
    assert letters().get().not_before == datetime(2027, 1, 11, 8, 0, tzinfo=HANOI)
    deliver_due(at=datetime(2027, 1, 10, 12, 0, tzinfo=HANOI))
    assert mail.outbox == []


def test_a_phase_without_a_deadline_reminds_nobody():
    make_owing(deadline=None)
    assert remind(QUARTER).planned == 0


def test_a_campaign_without_a_rule_reminds_nobody():
    scene = make_owing()
    ReminderRule.objects.filter(campaign=scene.campaign).delete()
    assert remind(QUARTER).planned == 0


def test_nobody_is_reminded_before_the_portal_went_live():
    make_owing(go_live_date=date(2027, 1, 6))
    assert remind(QUARTER).planned == 0


# --- Who ----------------------------------------------------------------------------------


def test_one_letter_for_a_person_of_two_units():
    scene = make_owing()
    scene.another_unit(person=scene.officer.person)
    assert remind(QUARTER).queued == 1
    assert len(letters().get().context["obligations"]) == 2


def test_one_letter_for_a_person_who_owes_plans_for_two_phases():
    scene = make_owing()
    PhaseFactory(campaign=scene.campaign, number=3, plan_deadline=date(2026, 12, 10))
    assert remind(QUARTER).queued == 1
    assert len(letters().get().context["obligations"]) == 2


def test_two_campaigns_write_to_their_own_units():
    first, second = make_owing(), make_owing()
    assert remind(QUARTER).queued == 2
    assert told() == {first.officer.person_id, second.officer.person_id}


def test_heads_are_told_where_there_is_no_officer():
    scene = make_owing()
    head = MandateFactory(unit=scene.unit, role=Role.UNIT_HEAD)
    remind(QUARTER)
    assert told() == {scene.officer.person_id}
    scene.officer.valid_to = date(2027, 2, 1)
    scene.officer.save()
    remind(NEXT_QUARTER)
    assert told() == {scene.officer.person_id, head.person_id}


def test_a_unit_with_nobody_gets_no_letter_and_stops_nothing():
    scene = make_owing()
    ParticipantFactory(campaign=scene.campaign, unit=UnitFactory())
    assert remind(QUARTER).queued == 1


def test_a_unit_that_has_ended_is_told_nothing():
    scene = make_owing()
    scene.unit.valid_to = date(2027, 1, 1)
    scene.unit.save()
    assert remind(QUARTER).planned == 0


def test_somebody_who_may_no_longer_sign_in_is_told_nothing():
    scene = make_owing()
    scene.officer.person.is_active = False
    scene.officer.person.save()
    assert remind(QUARTER).planned == 0


# --- Asked again at delivery --------------------------------------------------------------


def delivered(at):
    deliver_due(at=at)
    return letters().get()


def test_a_letter_goes_out(time_machine):
    scene = make_owing()
    time_machine.move_to(QUARTER, tick=False)
    remind(QUARTER)
    assert delivered(QUARTER).state == MessageState.SENT
    assert [message.to for message in mail.outbox] == [[scene.officer.person.email]]


def test_a_plan_sent_between_queue_and_delivery_suppresses_the_letter(time_machine):
    scene = make_owing()
    time_machine.move_to(QUARTER, tick=False)
    remind(QUARTER)
    send(make_draft(phase=scene.phase, unit=scene.unit))
    letter = delivered(QUARTER)
    assert (letter.state, letter.reason) == (MessageState.SUPPRESSED, "not_owed")
    assert mail.outbox == []


def test_an_officer_replaced_between_queue_and_delivery_gets_no_letter(time_machine):
    scene = make_owing()
    time_machine.move_to(QUARTER, tick=False)
    remind(QUARTER)
    scene.officer.valid_to = QUARTER.date()
    scene.officer.save()
    assert delivered(QUARTER).state == MessageState.SUPPRESSED


def test_a_person_deactivated_between_queue_and_delivery_gets_no_letter():
    scene = make_owing()
    remind(QUARTER)
    scene.officer.person.is_active = False
    scene.officer.person.save()
    letter = delivered(QUARTER)
    assert (letter.state, letter.reason) == (MessageState.SUPPRESSED, "inactive")


def test_only_what_is_still_owed_stands_in_the_letter(time_machine):
    scene = make_owing()
    other = scene.another_unit(person=scene.officer.person).unit
    time_machine.move_to(QUARTER, tick=False)
    remind(QUARTER)
    accept(send(make_draft(phase=scene.phase, unit=other)))
    letter = delivered(QUARTER)
    assert scene.unit.name_vi in letter.body
    assert other.name_vi not in letter.body


# --- Older than the portal ----------------------------------------------------------------


def test_what_fell_due_before_the_portal_is_held():
    make_owing(deadline=OLD)
    remind(MONDAY)
    assert letters().get().state == MessageState.HELD
    deliver_due(at=MONDAY)
    assert mail.outbox == []


def test_one_letter_is_held_however_long_the_department_takes():
    make_owing(deadline=OLD)
    for at in (MONDAY, QUARTER, NEXT_QUARTER):
        remind(at)
    assert letters().count() == 1


def test_a_release_sends_the_letters_once(time_machine):
    scene = make_owing(deadline=OLD)
    time_machine.move_to(MONDAY, tick=False)
    remind(MONDAY)
    released = release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY)
    assert released.letters == 1
    remind(MONDAY + timedelta(hours=1))
    deliver_due(at=MONDAY + timedelta(hours=1))
    assert len(mail.outbox) == 1
    assert letters().count() == 1


def test_a_release_writes_the_letters_that_no_run_has_written_yet():
    scene = make_owing(deadline=OLD)
    assert release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY).letters == 1
    assert letters().get().state == MessageState.QUEUED


def test_what_is_released_on_a_sunday_leaves_on_monday():
    scene = make_owing(deadline=OLD)
    released = release_reminders(campaign=scene.campaign, by=scene.reviewer, at=SUNDAY)
    assert released.leaves_at == MONDAY
    assert letters().get().not_before == MONDAY


def test_after_the_release_the_calendar_recalls_every_quarter():
    scene = make_owing(deadline=OLD)
    release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY)
    assert remind(MONDAY + timedelta(days=1)).planned == 0
    assert remind(QUARTER).queued == 1
    assert remind(NEXT_QUARTER).queued == 1


def test_a_release_on_a_quarterly_day_is_that_quarters_letter():
    scene = make_owing(deadline=OLD)
    release_reminders(campaign=scene.campaign, by=scene.reviewer, at=QUARTER)
    assert remind(QUARTER).planned == 0
    assert remind(NEXT_QUARTER).queued == 1


def test_a_release_does_not_touch_another_campaign():
    scene, other = make_owing(deadline=OLD), make_owing(deadline=OLD)
    remind(MONDAY)
    release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY)
    assert letters(state=MessageState.HELD).get().recipient_id == other.officer.person_id


def test_releasing_again_changes_nothing_and_says_who_did_it():
    scene = make_owing(deadline=OLD)
    release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY)
    other = MandateFactory(unit=scene.reviewer.unit, role=Role.DEPARTMENT_HEAD)
    again = release_reminders(campaign=scene.campaign, by=other, at=QUARTER)
    assert (again.letters, again.release.released_by) == (0, scene.reviewer)
    assert ReminderRelease.objects.get().released_at == MONDAY
    assert [e.action for e in entries_of(scene.campaign)] == ["reminders.released"]


def test_a_plan_given_back_is_owed_again():
    scene = make_owing()
    version = send(make_draft(phase=scene.phase, unit=scene.unit))
    assert remind(QUARTER).planned == 0
    give_back(version)
    assert remind(QUARTER).planned == 1


def test_person_without_a_mandate_is_told_nothing():
    make_owing()
    UserFactory()
    remind(QUARTER)
    assert letters().count() == 1


# --- Ten thousand units -------------------------------------------------------------------


@pytest.mark.parametrize("units", [1, 3, 200])
def test_the_statements_do_not_grow_with_the_units(units, django_assert_num_queries):
    scene = make_owing()
    for _unit in range(units - 1):
        scene.another_unit()
    with django_assert_num_queries(6):
        assert len(reminders_due(scene.campaign, on=QUARTER.date())) == units


def test_many_letters_are_written_in_few_statements(django_assert_max_num_queries):
    scene = make_owing()
    for _unit in range(199):
        scene.another_unit()
    with django_assert_max_num_queries(25):
        assert remind(QUARTER).queued == 200
