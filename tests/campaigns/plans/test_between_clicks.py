"""What another person does between opening a page and pressing its button, and rarer visitors."""

import pytest
import time_machine
from django.urls import reverse

from campaigns.plans import actions
from campaigns.plans.forms.conflict import ConflictForm
from campaigns.plans.merging import merge
from campaigns.plans.models import PaperKind
from campaigns.plans.queries import SectionContent, draft_of, section_by_key, section_content
from campaigns.plans.rows import TargetRow, TaskRow
from campaigns.programme.models import PlanFlow
from emulation_portal.core.actors import Actor
from tests.campaigns.plans.scenes import (
    AT,
    issue_data,
    issue_facts,
    make_scene,
    save,
    scan,
    section_url,
    text_of,
    typed,
)
from tests.factories.campaigns import IndicatorFactory, accept
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory

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


def url(page, plan):
    return reverse(f"campaigns:plan-{page}", args=[plan.pk])


@pytest.fixture
def sent_meanwhile(monkeypatch):
    """Let the action `name` find that somebody has sent the version a moment ago."""

    def arrange(name, refusal=actions.VersionFrozen):
        def act(**_):
            raise refusal

        monkeypatch.setattr(actions, name, act)

    return arrange


def test_a_section_sent_meanwhile_keeps_what_was_typed(scene, as_, sent_meanwhile):
    section = section_by_key(scene.start(), "area-1")
    sent_meanwhile("save_section")
    data = typed(section, narrative="Vào phút chót")
    response = as_(scene.officer).post(section_url(scene.plan), data)
    assert response.status_code == 409
    assert "Vào phút chót" in text_of(response)


def test_a_conflict_resolved_after_the_sending_keeps_what_was_typed(scene, as_, sent_meanwhile):
    section = section_by_key(scene.start(), "purpose")
    save(section, by=scene.head, narrative="Của thủ trưởng")
    sent_meanwhile("save_section")
    data = typed(
        section,
        narrative="Của tôi",
        do="resolve",
        saved_version=1,
        keep_narrative="mine",
        merged="x",
    )
    response = as_(scene.officer).post(section_url(scene.plan, "purpose"), data)
    assert response.status_code == 409
    assert "Của tôi" in text_of(response)


def test_a_save_in_the_same_instant_as_the_resolution_asks_again(scene, as_, monkeypatch):
    section = section_by_key(scene.start(), "purpose")
    save(section, by=scene.head, narrative="Của thủ trưởng")
    content = SectionContent("Của tôi", (), (), completed=True, lock_version=1)

    def act(**_):
        raise actions.SectionConflict(mine=content, theirs=section_content(section))

    monkeypatch.setattr(actions, "save_section", act)
    data = typed(
        section,
        narrative="Của tôi",
        do="resolve",
        saved_version=1,
        keep_narrative="mine",
        merged="x",
    )
    response = as_(scene.officer).post(section_url(scene.plan, "purpose"), data)
    assert response.status_code == 409
    assert "Của thủ trưởng" in text_of(response)


def test_an_indicator_that_has_just_become_compulsory_is_said(scene, as_, sent_meanwhile):
    class Refused(actions.NotApplicableRefused):
        def __init__(self):
            super().__init__(indicator="Chỉ tiêu một")

    section = section_by_key(scene.start(), "area-1")
    sent_meanwhile("save_section", Refused)
    response = as_(scene.officer).post(section_url(scene.plan), typed(section))
    assert response.status_code == 422
    assert "Chỉ tiêu một" in text_of(response)


def test_issue_and_paper_sent_meanwhile_are_refused_in_words(scene, as_, sent_meanwhile):
    scene.start()
    for name in ("record_issue", "attach_paper"):
        sent_meanwhile(name)
    client = as_(scene.officer)
    response = client.post(url("issue", scene.plan), issue_data(scan=scan()))
    assert response.status_code == 409
    assert "Lê Thị Hoa" in text_of(response)
    response = client.post(
        url("papers", scene.plan), {"kind": "annex", "abstract": "Phụ lục", "file": scan()}
    )
    assert response.status_code == 409


def test_a_date_refused_at_the_last_moment_is_said_on_the_form(scene, as_, sent_meanwhile):
    class Refused(actions.IssueDateRefused):
        def __init__(self):
            super().__init__(date="x", first="y", last="z")

    scene.start()
    sent_meanwhile("record_issue", Refused)
    response = as_(scene.officer).post(url("issue", scene.plan), issue_data(scan=scan()))
    assert response.status_code == 422


def test_a_refusal_after_somebody_else_has_sent_leads_to_the_plan(scene, as_, monkeypatch):
    version = scene.complete_draft()
    send = actions.send_plan

    def sent_by_the_head(**_):
        send(version=version, by=scene.head.actor, at=AT)
        raise actions.ContentChanged

    # Outside the transaction that the refusal takes back.
    monkeypatch.setattr(actions, "send_plan", sent_by_the_head)
    monkeypatch.setattr("campaigns.plans.views.sending.once", lambda *, act, **_: act())
    response = as_(scene.officer).post(url("send", scene.plan), {"checked_hash": "0" * 64})
    assert response.url == scene.plan.get_absolute_url()


def test_a_plan_sent_meanwhile_is_not_registered_from_paper(scene, as_):
    scene.sent()
    target = reverse("campaigns:plan-register-paper", args=[scene.phase.pk])
    response = as_(scene.officer).post(target, issue_data(scan=scan()))
    assert response.status_code == 422
    assert "đã được gửi" in text_of(response)


def test_a_plan_sent_meanwhile_is_not_begun(scene, as_, sent_meanwhile):
    class Refused(actions.PlanExists):
        def __init__(self):
            super().__init__(unit=scene.unit)

    sent_meanwhile("start_plan", Refused)
    target = reverse("campaigns:plan-start", args=[scene.phase.pk])
    response = as_(scene.officer).post(target, {"form_key": "any-key-at-all"})
    assert response.status_code == 422
    assert "đã được gửi" in text_of(response)


def test_the_department_registers_a_paper_plan_for_a_unit(scene, as_):
    target = reverse("campaigns:plan-register-paper", args=[scene.phase.pk])
    client = as_(scene.reviewer)
    page = client.get(f"{target}?unit={scene.unit.pk}")
    assert page.context["form"]["unit"].value() == str(scene.unit.pk)
    response = client.post(target, issue_data(unit=scene.unit.pk, scan=scan()))
    assert response.url == url("check", scene.plan)
    version = draft_of(scene.plan)
    assert version.entered_on_behalf
    assert version.papers.get().kind == PaperKind.SOURCE
    papers = client.get(url("papers", scene.plan))
    assert PaperKind.SOURCE in dict(papers.context["form"].fields["kind"].choices)


def test_a_kept_file_that_is_none_leaves_the_recorded_scan(scene, as_):
    version = scene.complete_draft()
    recorded = version.issue.scan
    client = as_(scene.officer)
    for kept in ("nonsense", "", str(AttachmentFactory().pk), str(recorded.pk)):
        response = client.post(url("issue", scene.plan), issue_data(kept_file=kept))
        assert response.status_code == 302
        assert draft_of(scene.plan).issue.scan == recorded


def test_an_indicator_for_everybody_offers_no_way_out(scene, as_):
    indicator = IndicatorFactory(area=scene.campaign.areas.get(), not_applicable_allowed=False)
    scene.start()
    page = text_of(as_(scene.officer).get(section_url(scene.plan)))
    assert f'name="target-{indicator.pk}-y2026"' in page
    assert f'name="target-{indicator.pk}-not_applicable"' not in page


def test_where_review_comes_first_the_hub_asks_for_no_issue_yet(as_):
    scene = make_scene(areas=1, plan_flow=PlanFlow.REVIEW_FIRST)
    scene.start()
    page = text_of(as_(scene.officer).get(scene.plan.get_absolute_url()))
    assert url("issue", scene.plan) not in page


def test_an_amendment_of_an_issued_plan_is_not_there_for_others(scene, as_):
    accept(scene.sent())
    actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    client = as_(MandateFactory(unit=scene.campaign.host_unit))
    assert client.get(section_url(scene.plan)).status_code == 404
    assert client.get(url("check", scene.plan)).status_code == 404
    assert client.get(scene.plan.get_absolute_url()).status_code == 302


def test_what_the_unit_took_over_from_the_department_is_the_units_again(scene, as_):
    actions.register_paper_plan(
        unit=scene.unit, phase=scene.phase, issue=issue_facts(), by=scene.reviewer.actor, at=AT
    )
    sent = actions.send_plan(version=draft_of(scene.plan), by=scene.head.actor, at=AT)
    actions.withdraw_plan(version=sent, by=scene.head.actor, at=AT)
    assert not draft_of(scene.plan).entered_on_behalf
    assert as_(scene.reviewer).get(scene.plan.get_absolute_url()).status_code == 404


def test_the_portal_itself_begins_a_plan_in_nobodys_name(scene):
    plan = actions.start_plan(unit=scene.unit, phase=scene.phase, by=Actor.system(), at=AT)
    version = draft_of(plan)
    assert (version.entered_on_behalf, version.created_by) == (False, None)


# --- What differs, and what does not ------------------------------------------------------


def content(narrative="Một", tasks=(), targets=()):
    return SectionContent(narrative, tuple(tasks), tuple(targets), completed=True, lock_version=3)


@pytest.mark.parametrize(
    ("mine", "asked"),
    [
        (content("Hai"), {"keep_narrative", "merged"}),
        # A new task stands beside the others; nobody needs to be asked.
        (content(tasks=[TaskRow("Việc")]), set()),
        (content(targets=[TargetRow(1, note="x")]), {"keep_target_1"}),
    ],
)
def test_only_what_differs_is_asked(mine, asked):
    form = ConflictForm(merge=merge(mine, content(), None))
    assert set(form.fields) - {"saved_version"} == asked


def test_saves_that_differ_in_one_task_only_are_a_conflict(scene):
    section = section_by_key(scene.start(), "area-1")
    save(section, by=scene.head, tasks=[TaskRow("Một"), TaskRow("Hai")])
    stored = section_content(section).tasks
    for tasks in (stored[:1], tuple(reversed(stored)), (TaskRow("Một"), TaskRow("Ba"))):
        with pytest.raises(actions.SectionConflict):
            save(section, by=scene.officer, tasks=tasks, expected_lock_version=0)
    assert section_content(section).tasks == stored
