"""What was sent stays as it was: the database itself refuses, whoever asks."""

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import (
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    Remark,
)
from campaigns.plans import actions
from campaigns.plans.models import PaperKind
from campaigns.plans.states import PLAN_TRANSITIONS, PlanState
from campaigns.programme.models import PlanFlow
from tests.campaigns.plans.scenes import AT, fill, issue_facts, make_scene
from tests.factories.campaigns import (
    PlanIssueFactory,
    PlanPaperFactory,
    PlanSectionFactory,
    PlanTargetFactory,
    PlanTargetYearFactory,
    PlanTaskFactory,
    RemarkFactory,
    accept,
    give_back,
)
from tests.factories.core import AttachmentFactory

pytestmark = pytest.mark.django_db

CHANGES = {
    PlanSection: {"narrative": "Sửa sau"},
    PlanTask: {"title": "Sửa sau"},
    PlanTarget: {"note": "Sửa sau"},
    PlanTargetYear: {"value": 99},
    PlanPaper: {"abstract": "Sửa sau"},
    PlanIssue: {"number_symbol": "99/KH"},
}


def refused(act):
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        act()


@pytest.fixture
def scene():
    scene = make_scene(areas=1)
    version = scene.complete_draft()
    actions.attach_paper(
        version=version, attachment=AttachmentFactory(), kind=PaperKind.ANNEX,
        by=scene.officer.actor, at=AT,
    )  # fmt: skip
    actions.send_plan(version=version, by=scene.officer.actor, at=AT)
    return scene


@pytest.fixture(params=["sent", "returned", "accepted", "withdrawn"])
def frozen(scene, request):
    version = scene.plan.current
    if request.param == "returned":
        give_back(version)
    elif request.param == "accepted":
        accept(version)
    elif request.param == "withdrawn":
        actions.withdraw_plan(version=version, by=scene.officer.actor, at=AT)
    version.refresh_from_db()
    assert version.state == request.param
    return version


def test_nothing_below_a_frozen_version_changes_or_goes(frozen):
    for model, change in CHANGES.items():
        rows = model.objects.filter(version=frozen)
        assert rows.exists()
        refused(lambda rows=rows, change=change: rows.update(**change))
        refused(lambda rows=rows: rows._raw_delete("default"))


def test_nothing_comes_to_a_frozen_version(frozen):
    section = frozen.sections.get(area__isnull=False)
    target = frozen.targets.get()
    refused(lambda: PlanSectionFactory(version=frozen, kind="purpose"))
    refused(lambda: PlanTaskFactory(section=section, version=frozen))
    refused(lambda: PlanTargetFactory(section=section, version=frozen))
    refused(lambda: PlanTargetYearFactory(target=target, version=frozen, year=2025))
    refused(lambda: PlanPaperFactory(version=frozen))


def test_the_row_of_a_draft_cannot_be_moved_into_a_frozen_version(scene):
    frozen = scene.plan.current
    give_back(frozen)
    draft = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    refused(lambda: PlanPaper.objects.filter(version=draft).update(version=frozen))


def test_what_was_decided_when_sending_stands(frozen):
    for change in (
        {"number": 7}, {"sent_at": "2020-01-01T00:00:00Z"}, {"is_late": True}, {"content_hash": "x"},
        {"registered_from_paper": True}, {"entered_on_behalf": True}, {"sent_by": None},
        {"created_at": "2020-01-01T00:00:00Z"},
    ):  # fmt: skip
        rows = PlanVersion.objects.filter(pk=frozen.pk)
        refused(lambda rows=rows, change=change: rows.update(**change))


def test_a_frozen_version_is_not_deleted(frozen):
    refused(lambda: PlanVersion.objects.filter(pk=frozen.pk)._raw_delete("default"))


def test_a_version_moves_only_along_the_table(frozen):
    for state in PlanState:
        if state == frozen.state or state in PLAN_TRANSITIONS[frozen.state]:
            continue
        refused(lambda state=state: PlanVersion.objects.filter(pk=frozen.pk).update(state=state))


def test_a_draft_does_not_skip_sending():
    version = make_scene().start()
    for state in (PlanState.RETURNED, PlanState.ACCEPTED, PlanState.WITHDRAWN):
        refused(
            lambda state=state: PlanVersion.objects.filter(pk=version.pk).update(
                state=state, sent_at=AT, decision_reason="x"
            )
        )


def test_remarks_stand(scene):
    remark = RemarkFactory(section=scene.plan.current.sections.first())
    refused(lambda: Remark.objects.filter(pk=remark.pk).update(body="Khác"))
    refused(lambda: Remark.objects.filter(pk=remark.pk)._raw_delete("default"))


def test_an_accepted_version_may_be_issued_later_but_only_then():
    scene = make_scene(areas=1, plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    fill(version, by=scene.officer)
    sent = actions.send_plan(version=version, by=scene.head.actor, at=AT)
    refused(lambda: PlanIssueFactory(version=sent))
    accept(sent)
    issue = actions.issue_accepted_plan(
        version=sent, issue=issue_facts(), by=scene.head.actor, at=AT
    )
    refused(lambda: PlanIssue.objects.filter(pk=issue.pk).update(number_symbol="99/KH"))
    refused(lambda: PlanIssue.objects.filter(pk=issue.pk)._raw_delete("default"))


def test_a_draft_is_still_open_to_everything():
    version = make_scene(areas=1).complete_draft()
    for model, change in CHANGES.items():
        rows = model.objects.filter(version=version)
        rows.update(**change)
    assert version.sections.filter(narrative="Sửa sau").exists()
