"""The list of held reminders: seen by the department, released once."""

import pytest
from django.urls import reverse

from campaigns.reminders.models import ReminderRelease
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import MessageState
from tests.campaigns.reminders.scenes import MONDAY, OLD, SUNDAY, make_owing
from tests.factories.campaigns import ParticipantFactory, make_campaign
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(time_machine):
    time_machine.move_to(MONDAY, tick=False)
    return make_owing(deadline=OLD)


@pytest.fixture
def department(client, sign_in, scene):
    return sign_in(client, scene.reviewer)


def page_of(scene):
    return reverse("campaigns:held-reminders", args=[scene.campaign.code])


def test_it_lists_units_deadlines_and_people_by_name_of_the_unit(department, scene):
    scene.unit.name_vi = "Vụ Pháp chế"
    scene.unit.save()
    first = scene.another_unit().unit
    first.name_vi = "Cục Điện ảnh"
    first.save()
    response = department.get(page_of(scene))
    shown = response.content.decode()
    assert [row["unit"] for row in response.context["rows"]] == [first, scene.unit]
    assert "30/09/2025" in shown
    assert scene.officer.person.full_name in shown
    assert "2 người sẽ được nhắc" in shown


def test_a_unit_with_nobody_to_tell_is_shown_as_such(department, scene):
    ParticipantFactory(campaign=scene.campaign, unit=UnitFactory())
    shown = department.get(page_of(scene)).content.decode()
    assert "Chưa có ai" in shown
    assert "1 đơn vị chưa có cán bộ đầu mối" in shown


def test_what_falls_due_after_go_live_is_not_on_it(department, scene):
    scene.phase.plan_deadline = SUNDAY.date()
    scene.phase.save()
    shown = department.get(page_of(scene)).content.decode()
    assert "Không đơn vị nào" in shown
    assert '<form method="post" class="btn-row"' not in shown


def test_releasing_queues_the_letters_and_shows_who_did_it(department, scene):
    response = department.post(page_of(scene), follow=True)
    assert response.redirect_chain == [(page_of(scene), 302)]
    shown = response.content.decode()
    assert "Đã cho gửi 1 thư đôn đốc" in shown
    assert f"{scene.reviewer.person.full_name} đã cho gửi lúc 08:00 23/11/2026" in shown
    assert Message.objects.get().state == MessageState.QUEUED


def test_a_double_click_releases_once(department, scene):
    department.post(page_of(scene))
    shown = department.post(page_of(scene), follow=True).content.decode()
    assert "không có thư nào đang chờ" in shown
    assert (ReminderRelease.objects.count(), Message.objects.count()) == (1, 1)


def test_somebody_who_comes_second_is_told_who_was_first(client, sign_in, department, scene):
    department.post(page_of(scene))
    head = MandateFactory(unit=scene.reviewer.unit, role=Role.DEPARTMENT_HEAD)
    shown = sign_in(client, head).post(page_of(scene), follow=True).content.decode()
    assert f"{scene.reviewer.person.full_name} đã cho gửi" in shown


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in ("department_reviewer", "department_head")]
)
def test_nobody_but_the_department_sees_or_releases_it(role, client, sign_in, scene):
    other = sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))
    assert other.get(page_of(scene)).status_code == 403
    assert other.post(page_of(scene)).status_code == 403
    assert not ReminderRelease.objects.exists()


def test_another_bodys_campaign_is_not_there(department):
    other = make_campaign()
    url = reverse("campaigns:held-reminders", args=[other.code])
    assert department.get(url).status_code == 404
    assert department.post(url).status_code == 404


@pytest.mark.parametrize("units", [1, 3, 200])
def test_the_list_costs_the_same_for_any_number_of_units(
    units, department, scene, django_assert_num_queries
):
    for _unit in range(units - 1):
        scene.another_unit()
    with django_assert_num_queries(11):
        response = department.get(page_of(scene))
    assert response.context["page"].paginator.count == units


def test_a_page_that_does_not_exist_shows_one_that_does(department, scene):
    assert department.get(page_of(scene), {"page": "x"}).status_code == 200
    assert department.get(page_of(scene), {"page": "99"}).status_code == 200
