"""Who may do what with a plan: every role, every state, the own unit and a foreign one."""

from datetime import date

import pytest

from campaigns.models import Plan, PlanVersion
from campaigns.plans import actions, rules
from campaigns.plans.models import PaperKind
from campaigns.plans.refusals import Refusal
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from tests.campaigns.plans.scenes import AT, fill, issue_facts, make_scene
from tests.factories.campaigns import accept, give_back, make_campaign
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db

UNIT = {Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY}
DEPARTMENT = {Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD}
STATES = list(PlanState)
ON = date(2026, 11, 22)


def version_in(state, *, flow=PlanFlow.ISSUE_FIRST):
    scene = make_scene(areas=1, plan_flow=flow)
    if state == PlanState.DRAFT:
        return scene, scene.complete_draft()
    if flow == PlanFlow.ISSUE_FIRST:
        version = scene.sent()
    else:
        draft = scene.start()
        fill(draft, by=scene.officer)
        version = actions.send_plan(version=draft, by=scene.head.actor, at=AT)
    if state == PlanState.RETURNED:
        give_back(version)
    elif state == PlanState.ACCEPTED:
        accept(version)
    elif state == PlanState.WITHDRAWN:
        actions.withdraw_plan(version=version, by=scene.officer.actor, at=AT)
        version.refresh_from_db()
    return scene, version


def mandates(scene):
    """One mandate per role, in the plan's own unit and in another of the same campaign."""
    for role in Role:
        yield role, True, MandateFactory(role=role, unit=scene.unit)
        yield role, False, MandateFactory(role=role, unit=scene.campaign.host_unit)


def allowed(scene, ask):
    return {(str(role), own) for role, own, mandate in mandates(scene) if ask(mandate)}


def pairs(roles, *, own):
    return {(str(role), own) for role in roles}


@pytest.mark.parametrize("state", STATES)
def test_only_the_unit_edits_and_only_its_draft(state):
    scene, version = version_in(state)
    expected = pairs(UNIT, own=True) if state == PlanState.DRAFT else set()
    assert allowed(scene, lambda mandate: rules.may_edit(mandate, version)) == expected


def test_the_department_edits_what_it_has_entered():
    scene = make_scene()
    version = scene.start(by=scene.reviewer)
    got = allowed(scene, lambda mandate: rules.may_edit(mandate, version))
    assert got == pairs(UNIT, own=True) | pairs(DEPARTMENT, own=True) | pairs(DEPARTMENT, own=False)


def test_a_plan_is_begun_by_the_unit_or_by_the_department_for_another():
    scene = make_scene()
    got = allowed(scene, lambda mandate: rules.may_start(mandate, scene.unit))
    assert got == pairs(UNIT, own=True) | pairs(DEPARTMENT, own=False)


@pytest.mark.parametrize("state", STATES)
def test_the_unit_sends_its_draft(state):
    scene, version = version_in(state)
    expected = pairs(UNIT, own=True) if state == PlanState.DRAFT else set()
    assert allowed(scene, lambda mandate: rules.may_send(mandate, version)) == expected


def test_an_officer_does_not_send_without_the_heads_document():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    answer = rules.may_send(scene.officer, version)
    assert isinstance(answer, Refusal)
    assert str(answer.reason)
    got = allowed(scene, lambda mandate: rules.may_send(mandate, version))
    assert got == pairs({Role.UNIT_HEAD, Role.UNIT_DEPUTY}, own=True)


def test_the_department_sends_its_entry_with_the_source():
    scene = make_scene()
    version = scene.start(by=scene.reviewer)
    assert not rules.may_send(scene.reviewer, version)
    actions.attach_paper(
        version=version, attachment=AttachmentFactory(), kind=PaperKind.SOURCE,
        by=scene.reviewer.actor, at=AT,
    )  # fmt: skip
    assert rules.may_send(scene.reviewer, version)


@pytest.mark.parametrize("state", STATES)
def test_the_unit_withdraws_what_is_sent(state):
    scene, version = version_in(state)
    expected = pairs(UNIT, own=True) if state == PlanState.SENT else set()
    assert allowed(scene, lambda mandate: rules.may_withdraw(mandate, version)) == expected


def test_an_officer_does_not_withdraw_what_the_head_sent():
    scene = make_scene()
    version = actions.send_plan(version=scene.complete_draft(), by=scene.head.actor, at=AT)
    got = allowed(scene, lambda mandate: rules.may_withdraw(mandate, version))
    assert got == pairs({Role.UNIT_HEAD, Role.UNIT_DEPUTY}, own=True)


def test_nobody_withdraws_what_was_taken_for_review():
    scene, version = version_in(PlanState.SENT)
    PlanVersion.objects.filter(pk=version.pk).update(reviewer=scene.reviewer, taken_at=AT)
    version.refresh_from_db()
    assert allowed(scene, lambda mandate: rules.may_withdraw(mandate, version)) == set()


def test_the_department_withdraws_its_own_entry():
    scene = make_scene()
    version = scene.start(by=scene.reviewer, source=AttachmentFactory())
    fill(version, by=scene.reviewer)
    actions.record_issue(version=version, issue=issue_facts(), by=scene.reviewer.actor, at=AT)
    sent = actions.send_plan(version=version, by=scene.reviewer.actor, at=AT)
    assert rules.may_withdraw(scene.reviewer, sent)


EVERYBODY = pairs(Role, own=True) | pairs(Role, own=False)
OWN = pairs(UNIT | DEPARTMENT, own=True)
READ = {
    PlanState.DRAFT: OWN,
    PlanState.SENT: EVERYBODY,
    PlanState.RETURNED: EVERYBODY,
    PlanState.ACCEPTED: EVERYBODY,
    PlanState.WITHDRAWN: OWN,
}


@pytest.mark.parametrize("state", STATES)
def test_an_issued_version_is_read_by_everybody_and_no_other(state):
    scene, version = version_in(state)
    assert allowed(scene, lambda mandate: rules.may_read(mandate, version)) == READ[state]


@pytest.mark.parametrize("state", STATES)
def test_before_it_is_issued_a_version_is_for_the_unit_and_the_department(state):
    scene, version = version_in(state, flow=PlanFlow.REVIEW_FIRST)
    expected = OWN
    if state not in (PlanState.DRAFT, PlanState.WITHDRAWN):
        administrators = pairs({Role.ADMINISTRATOR}, own=False) | pairs(
            {Role.ADMINISTRATOR}, own=True
        )
        expected = OWN | pairs(DEPARTMENT, own=False) | administrators
    assert allowed(scene, lambda mandate: rules.may_read(mandate, version)) == expected


@pytest.mark.parametrize("state", STATES)
def test_the_department_reviews_but_never_its_own_units_plan(state):
    scene, version = version_in(state)
    got = allowed(scene, lambda mandate: rules.may_review(mandate, version, on=ON))
    assert got == pairs(DEPARTMENT, own=False)


def test_a_second_mandate_in_the_unit_bars_from_reviewing_its_plan():
    scene, version = version_in(PlanState.SENT)
    second = MandateFactory(person=scene.reviewer.person, unit=scene.unit)
    answer = rules.may_review(scene.reviewer, version, on=ON)
    assert scene.unit.name in str(answer)
    second.valid_to = date(2026, 1, 1)
    second.save()
    assert rules.may_review(scene.reviewer, version, on=ON)


# --- What a mandate finds at all ---------------------------------------------------------


def found(mandate):
    return set(Plan.objects.visible_to(mandate))


def test_another_units_plan_is_not_there_until_it_is_issued():
    scene = make_scene()
    stranger = MandateFactory(unit=scene.campaign.host_unit)
    version = scene.complete_draft()
    assert found(stranger) == set()
    assert found(scene.reviewer) == set()
    assert found(scene.officer) == {version.plan}
    actions.send_plan(version=version, by=scene.officer.actor, at=AT)
    assert found(stranger) == {version.plan}


def test_a_plan_is_not_there_for_another_ministry():
    scene = make_scene()
    scene.sent()
    other = UnitFactory()
    make_campaign(host_unit=other, units=[other])
    for role in Role:
        assert found(MandateFactory(unit=other, role=role)) == set()


def test_the_department_finds_the_draft_it_has_entered():
    scene = make_scene()
    version = scene.start(by=scene.reviewer)
    assert found(scene.reviewer) == {version.plan}
    assert found(MandateFactory(unit=scene.campaign.host_unit)) == set()
