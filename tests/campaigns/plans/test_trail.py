"""The audit trail of a plan: what it tells, to whom, and what it keeps back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Plan, PlanVersion
from campaigns.plans.actions.reviewing import accept_plan, add_remark, return_plan
from campaigns.plans.queries import section_by_key
from campaigns.plans.trail import ACTION_WORDS, lines_of, trail_of
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.factories.campaigns import make_draft
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=2)


@pytest.fixture
def version(scene: Scene) -> PlanVersion:
    return make_draft(phase=scene.phase, unit=scene.unit)


class TestTrail:
    def page(self, client: Any, plan: Plan) -> Any:
        return client.get(reverse("campaigns:plan-trail", args=[plan.pk]))

    def test_tells_what_was_done_by_whom_under_which_mandate(self, client, sign_in, scene):
        sent = scene.sent()
        accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        sign_in(client, scene.officer)
        content = self.page(client, sent.plan).content.decode()
        assert scene.officer.person.full_name in content
        assert scene.reviewer.person.full_name in content
        assert str(scene.reviewer) in content
        assert "plan." not in content.replace("plan.unit", "")

    def test_every_action_recorded_about_a_plan_has_words(self, scene):
        sent = scene.sent()
        by = scene.reviewer.actor
        add_remark(version=sent, section=section_by_key(sent, "purpose"), body="Thêm", by=by, at=AT)
        return_plan(version=sent, reason="Bổ sung", by=by, at=AT)
        actions = set(audit.entries_of(sent.plan).values_list("action", flat=True))
        assert actions <= ACTION_WORDS.keys()

    def test_what_the_portal_itself_did_is_said(self, scene, version):
        audit.record("plan.sent", root=version.plan, by=Actor.system(), at=AT)
        (line,) = lines_of(trail_of(version.plan, sees_remarks=True), {})
        assert line.person
        assert line.mandate == ""

    def test_the_unit_does_not_learn_of_remarks_before_the_decision(self, scene):
        sent = scene.sent()
        by = scene.reviewer.actor
        add_remark(version=sent, section=section_by_key(sent, "purpose"), body="Thêm", by=by, at=AT)

        def remarked(**kwargs: bool) -> bool:
            return trail_of(sent.plan, **kwargs).filter(action="plan.remarked").exists()

        assert remarked(sees_remarks=True)
        assert not remarked(sees_remarks=False)
        assert trail_of(sent.plan, sees_remarks=False).filter(action="plan.sent").exists()
        return_plan(version=sent, reason="Bổ sung", by=by, at=AT)
        assert remarked(sees_remarks=False)

    def test_is_for_the_own_unit_the_department_and_administrators(self, client, sign_in, scene):
        sent = scene.sent()
        host = scene.campaign.host_unit
        expected = {
            scene.officer: 200,
            scene.reviewer: 200,
            MandateFactory(unit=host, role=Role.ADMINISTRATOR): 200,
            MandateFactory(unit=host): 404,
            MandateFactory(unit=host, role=Role.OBSERVER): 404,
        }
        for mandate, status in expected.items():
            sign_in(client, mandate)
            assert self.page(client, sent.plan).status_code == status, mandate

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, client, sign_in, scene, version):
        people = MandateFactory.create_batch(min(count, 10), unit=scene.unit)
        for person in people:
            audit.record_many(
                "plan.section_saved",
                entries=[(version.plan, {"version": 1})] * (count // len(people)),
                by=person.actor,
                at=AT,
            )
        sign_in(client, scene.officer)
        self.page(client, version.plan)
        with CaptureQueriesContext(connection) as queries:
            assert self.page(client, version.plan).status_code == 200
        assert len(queries) == 9
