"""The pages about extra days: one click asks, one click grants; garbage and strangers get no."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Participant, PlanExtension
from tests.campaigns.plans.scenes import AT, make_scene, text_of
from tests.factories.campaigns import PlanExtensionFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=1)


@pytest.fixture
def as_(client, sign_in):
    return lambda mandate: sign_in(client, mandate)


@pytest.fixture
def request_of(scene):
    return PlanExtensionFactory(phase=scene.phase, unit=scene.unit, asked_by=scene.officer)


def url(name, *args):
    return reverse(f"campaigns:{name}", args=args)


def listed(scene):
    return url("extension-list", scene.campaign.code)


class TestAsking:
    def test_one_click_asks(self, scene, as_):
        scene.start()
        client = as_(scene.officer)
        for _ in range(2):
            response = client.post(url("extension-ask", scene.phase.pk), {"form_key": "same-key-x"})
            assert response.url == scene.plan.get_absolute_url()
        extension = PlanExtension.objects.get()
        assert (extension.unit, extension.asked_by) == (scene.unit, scene.officer)

    def test_a_unit_without_a_plan_may_ask_too(self, scene, as_):
        response = as_(scene.officer).post(
            url("extension-ask", scene.phase.pk), {"reason": "Lý do"}
        )
        assert response.url == url("unit-plans")
        assert PlanExtension.objects.get().reason == "Lý do"

    def test_a_reason_that_is_too_long_asks_nothing(self, scene, as_):
        response = as_(scene.officer).post(
            url("extension-ask", scene.phase.pk), {"reason": "d" * 501}, follow=True
        )
        assert response.status_code == 200
        assert not PlanExtension.objects.exists()
        assert "501" in text_of(response)

    def test_a_refusal_is_said(self, scene, as_):
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True)
        response = as_(scene.officer).post(url("extension-ask", scene.phase.pk), follow=True)
        assert "27/11/2026" in text_of(response)

    def test_it_is_for_the_unit_and_its_campaigns(self, scene, as_):
        assert as_(scene.reviewer).post(url("extension-ask", scene.phase.pk)).status_code == 403
        elsewhere = make_scene(areas=1).officer
        assert as_(elsewhere).post(url("extension-ask", scene.phase.pk)).status_code == 404
        assert as_(scene.officer).get(url("extension-ask", scene.phase.pk)).status_code == 405
        assert as_(scene.officer).post(url("extension-ask", 10**20)).status_code == 404


class TestTheList:
    def test_shows_requests_with_the_usual_day_filled_in(self, scene, as_, request_of):
        response = as_(scene.reviewer).get(listed(scene))
        page = text_of(response)
        assert scene.unit.name in page
        assert 'value="27/11/2026"' in page
        assert url("extension-grant", request_of.pk) in page
        assert as_(scene.reviewer).get(url("extensions")).url == listed(scene)

    def test_offers_nothing_for_the_own_unit(self, scene, as_, request_of):
        MandateFactory(person=scene.reviewer.person, unit=scene.unit)
        page = text_of(as_(scene.reviewer).get(listed(scene)))
        assert scene.unit.name in page
        assert url("extension-grant", request_of.pk) not in page

    def test_says_what_was_decided_and_what_has_expired(self, scene, as_):
        PlanExtensionFactory(phase=scene.phase, unit=scene.unit, granted=True)
        PlanExtensionFactory(
            phase=scene.phase, unit=UnitFactory(), granted=True, valid_until=date(2026, 11, 21)
        )
        page = as_(scene.reviewer).get(listed(scene))
        assert [row.is_in_force(AT.date()) for row in page.context["decisions"]].count(True) == 1

    def test_is_for_the_department_of_the_campaign(self, scene, as_):
        assert as_(scene.officer).get(listed(scene)).status_code == 403
        assert as_(make_scene(areas=1).reviewer).get(listed(scene)).status_code == 404

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, scene, as_):
        units = UnitFactory.create_batch(count)
        Participant.objects.bulk_create(
            Participant(campaign=scene.campaign, unit=unit) for unit in units
        )
        PlanExtension.objects.bulk_create(
            PlanExtensionFactory.build(phase=scene.phase, unit=unit, asked_by=scene.officer)
            for unit in units
        )
        PlanExtensionFactory.create_batch(
            min(count, 20), phase=scene.phase, unit=scene.unit, granted=True
        )
        client = as_(scene.reviewer)
        client.get(listed(scene))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(listed(scene)).status_code == 200
        assert len(queries) == 11


class TestDeciding:
    def test_one_click_grants_once(self, scene, as_, request_of):
        client = as_(scene.reviewer)
        data = {"form_key": "one-and-the-same", "valid_until": "27/11/2026", "note": ""}
        for _ in range(2):
            response = client.post(url("extension-grant", request_of.pk), data)
            assert response.url == listed(scene)
        request_of.refresh_from_db()
        assert request_of.valid_until == date(2026, 11, 27)

    @pytest.mark.parametrize("day", ["", "31/02/2027", "21/11/2026", "01/01/2030", "mai"])
    def test_a_day_that_cannot_be_is_shown_again_with_its_sentence(
        self, scene, as_, request_of, day
    ):
        response = as_(scene.reviewer).post(
            url("extension-grant", request_of.pk), {"valid_until": day, "note": "Giữ lại"}
        )
        assert response.status_code == 422
        assert "Giữ lại" in text_of(response)
        assert "field-error" in text_of(response)
        request_of.refresh_from_db()
        assert request_of.state == "asked"

    def test_declining_needs_a_reason(self, scene, as_, request_of):
        client = as_(scene.reviewer)
        address = url("extension-decline", request_of.pk)
        assert client.post(address, {"note": " "}).status_code == 422
        assert client.post(address, {"note": "Đã muộn"}).url == listed(scene)
        request_of.refresh_from_db()
        assert request_of.note == "Đã muộn"

    def test_somebody_was_quicker(self, scene, as_, request_of):
        client = as_(scene.reviewer)
        client.post(url("extension-grant", request_of.pk), {"valid_until": "27/11/2026"})
        response = client.post(url("extension-decline", request_of.pk), {"note": "Không"})
        assert response.status_code == 409
        assert scene.reviewer.person.full_name in text_of(response)

    def test_nobody_decides_for_the_own_unit_nor_for_another_campaign(self, scene, as_, request_of):
        stranger = make_scene(areas=1).reviewer
        member = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
        MandateFactory(person=member.person, unit=scene.unit)
        for mandate, status in ((stranger, 404), (member, 403), (scene.officer, 403)):
            for name in ("extension-grant", "extension-decline"):
                response = as_(mandate).post(
                    url(name, request_of.pk), {"valid_until": "27/11/2026"}
                )
                assert response.status_code == status

    def test_it_leads_back_only_inside_the_portal(self, scene, as_, request_of):
        data = {"valid_until": "27/11/2026", "back": "https://evil.example/"}
        response = as_(scene.reviewer).post(url("extension-grant", request_of.pk), data)
        assert response.url == listed(scene)


class TestGiving:
    def data(self, scene, **fields):
        return {
            "unit": scene.unit.pk, "phase": scene.phase.pk, "valid_until": "27/11/2026", **fields
        }  # fmt: skip

    def test_gives_days_unasked(self, scene, as_):
        address = url("extension-give", scene.campaign.code)
        assert as_(scene.reviewer).post(address, self.data(scene)).url == listed(scene)
        assert PlanExtension.objects.get().asked_at is None

    @pytest.mark.parametrize(
        "fields", [{"unit": ""}, {"unit": "x"}, {"phase": "99999"}, {"valid_until": "20/11/2026"}]
    )
    def test_garbage_is_shown_again(self, scene, as_, fields):
        address = url("extension-give", scene.campaign.code)
        response = as_(scene.reviewer).post(address, self.data(scene, **fields))
        assert response.status_code == 422
        assert not PlanExtension.objects.exists()

    def test_the_own_unit_is_not_among_the_choices(self, scene, as_):
        MandateFactory(person=scene.reviewer.person, unit=scene.unit)
        address = url("extension-give", scene.campaign.code)
        assert as_(scene.reviewer).post(address, self.data(scene)).status_code == 422
