"""The letter as its reader gets it."""

from datetime import date

import pytest
from django.utils import timezone

from campaigns.reminders.actions import release_reminders, send_due_reminders
from campaigns.reminders.mail import render_reminder
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import deliver_due
from tests.campaigns.reminders.scenes import MONDAY, OLD, QUARTER, make_owing
from tests.factories.campaigns import PhaseFactory, accept, give_back, make_draft, send
from units.models import UnitKind

pytestmark = pytest.mark.django_db


def letter(at, time_machine):
    """The one letter the calendar asks for `at`, written at that moment."""
    time_machine.move_to(at, tick=False)
    send_due_reminders(today=timezone.localdate(at), at=at)
    return render_reminder(Message.objects.get())


def test_it_addresses_the_person_formally_and_names_unit_deadline_and_page(time_machine):
    scene = make_owing()
    written = letter(QUARTER, time_machine)
    assert written.subject.startswith("Đôn đốc: Kế hoạch của")
    assert scene.unit.name_vi in written.subject
    assert f"Kính gửi Ông/Bà {scene.officer.person.full_name}," in written.text
    assert scene.campaign.name_vi in written.text
    assert scene.campaign.host_unit.name_vi in written.text
    assert "Thời hạn: 21/12/2026, đã qua." in written.text
    assert f"http://testserver/phases/{scene.phase.pk}/plan/start/" in written.text
    assert "{" not in written.text


def test_the_html_says_the_same_and_escapes_names(time_machine):
    scene = make_owing()
    scene.unit.name_vi = "Phòng <b>Di sản</b> & Bảo tàng"
    scene.unit.kind = UnitKind.AUTHORITY
    scene.unit.save()
    written = letter(QUARTER, time_machine)
    assert "Phòng <b>Di sản</b> & Bảo tàng" in written.text
    assert "Phòng &lt;b&gt;Di sản&lt;/b&gt; &amp; Bảo tàng" in written.html
    assert '<html lang="vi">' in written.html
    assert f'href="http://testserver/phases/{scene.phase.pk}/plan/start/"' in written.html
    assert "style=" not in written.html


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        (date(2027, 1, 12), "Thời hạn: 12/01/2027, còn 7 ngày."),
        (date(2027, 1, 5), "Thời hạn: 05/01/2027, là hôm nay."),
        (date(2026, 12, 29), "Thời hạn: 29/12/2026, đã qua."),
    ],
)
def test_it_says_how_far_the_deadline_is(deadline, said, time_machine):
    scene = make_owing(deadline=deadline)
    scene.campaign.reminder_rule.days_before = [7, 0]
    scene.campaign.reminder_rule.save()
    assert said in letter(QUARTER, time_machine).text


def test_what_fell_due_before_the_portal_is_no_reproach(time_machine):
    scene = make_owing(deadline=OLD)
    time_machine.move_to(MONDAY, tick=False)
    release_reminders(campaign=scene.campaign, by=scene.reviewer, at=MONDAY)
    text = render_reminder(Message.objects.get()).text
    assert "Thời hạn: 30/09/2025, trước ngày cổng vận hành (01/11/2026)." in text
    assert "đã qua" not in text
    assert "đăng ký kèm bản scan" in text


def test_it_asks_for_additions_where_the_plan_was_given_back(time_machine):
    scene = make_owing()
    give_back(send(make_draft(phase=scene.phase, unit=scene.unit)))
    assert f"Bổ sung kế hoạch của {scene.unit.name_vi}" in letter(QUARTER, time_machine).text


def test_it_asks_to_issue_what_was_accepted_before(time_machine):
    scene = make_owing(plan_flow="review_first")
    accept(send(make_draft(phase=scene.phase, unit=scene.unit)))
    assert "Ban hành kế hoạch đã được tiếp nhận" in letter(QUARTER, time_machine).text


def test_several_duties_stand_in_one_letter_the_oldest_first(time_machine):
    scene = make_owing()
    PhaseFactory(campaign=scene.campaign, number=3, plan_deadline=date(2026, 12, 10))
    written = letter(QUARTER, time_machine)
    assert "(tổng số 2)" in written.subject
    assert written.text.index("10/12/2026") < written.text.index("21/12/2026")


def test_it_is_written_in_the_readers_language(time_machine, mailoutbox):
    scene = make_owing()
    scene.officer.person.language = "en"
    scene.officer.person.save()
    time_machine.move_to(QUARTER, tick=False)
    send_due_reminders(today=QUARTER.date(), at=QUARTER)
    deliver_due(at=QUARTER)
    (mail,) = mailoutbox
    assert mail.subject.startswith("Reminder: The plan of Department of Cultural Heritage")
    assert f"Dear {scene.officer.person.full_name}," in mail.body
    assert "Deadline: 21/12/2026, which has passed." in mail.body
    assert '<html lang="en">' in mail.alternatives[0][0]
