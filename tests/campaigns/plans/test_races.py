"""Races on plans, with threads on the real database of the run. Each has a control: the same race
with the guard taken out must go wrong, or the test would prove nothing."""

import pytest
from django.db import IntegrityError

from campaigns.models import PlanSection, PlanVersion
from campaigns.plans import actions
from campaigns.plans.actions import drafting, sending, starting
from campaigns.plans.content import content_hash_of
from campaigns.plans.queries import section_by_key
from campaigns.plans.rows import TaskRow
from emulation_portal.core import audit
from emulation_portal.core.models import Message
from tests.campaigns.plans.scenes import AT, make_scene, save
from tests.concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SENDS = 50


# --- Two officers, one section -----------------------------------------------------------


def save_at_once(section, writers):
    def write(mandate):
        return actions.save_section(
            section=PlanSection.objects.get(pk=section.pk),
            narrative=f"Bản của {mandate.pk}",
            tasks=[TaskRow(f"Việc của {mandate.pk}")],
            targets=[],
            expected_lock_version=0,
            completed=False,
            by=mandate.actor,
            at=AT,
        )

    return at_once(*(lambda mandate=mandate: write(mandate) for mandate in writers))


def texts(results, section):
    """Every text that somebody can still read: the stored one, and those a conflict shows."""
    shown = {str(PlanSection.objects.get(pk=section.pk).narrative)}
    for result in results:
        if isinstance(result, actions.SectionConflict):
            shown |= {result.mine.narrative, result.theirs.narrative}
    return shown


def two_writers():
    scene = make_scene(areas=1)
    return section_by_key(scene.start(), "area-1"), [scene.officer, scene.head]


def test_two_officers_saving_one_section_lose_neither_text():
    section, writers = two_writers()
    results = save_at_once(section, writers)
    assert sum(isinstance(result, actions.SectionConflict) for result in results) == 1
    assert texts(results, section) == {f"Bản của {mandate.pk}" for mandate in writers}
    assert section.tasks.count() == 1


def test_control_two_officers_without_the_lock_version_lose_a_text(monkeypatch):
    monkeypatch.setattr(
        drafting, "_as_opened", lambda section, _: PlanSection.objects.filter(pk=section.pk)
    )
    section, writers = two_writers()
    assert len(texts(save_at_once(section, writers), section)) == 1


# --- One plan, sent fifty times at once --------------------------------------------------


def send_at_once(version, mandate):
    def act():
        return actions.send_plan(
            version=PlanVersion.objects.select_related("plan").get(pk=version.pk),
            by=mandate.actor,
            at=AT,
        )

    return at_once(*[act] * SENDS)


def times_sent(version):
    return [entry.action for entry in audit.entries_of(version.plan)].count("plan.sent")


def test_fifty_sendings_at_once_make_one_sent_version_and_one_receipt():
    scene = make_scene(areas=1)
    version = scene.complete_draft()
    results = send_at_once(version, scene.officer)
    assert {(result.pk, result.content_hash, result.sent_at) for result in results} == {
        (version.pk, results[0].content_hash, AT)
    }
    assert times_sent(version) == 1
    assert Message.objects.filter(kind=sending.PLAN_RECEIPT).count() == 1
    assert version.plan.versions.count() == 1


def test_control_without_the_first_look_the_repeats_fail(monkeypatch):
    monkeypatch.setattr(sending, "_is_sent", lambda version: False)
    scene = make_scene(areas=1)
    results = send_at_once(scene.complete_draft(), scene.officer)
    assert sum(isinstance(result, Exception) for result in results) == SENDS - 1


def test_control_without_look_and_transition_the_plan_is_sent_again_and_again(monkeypatch):
    def unguarded(version, *, to, by, at, action, root, data, changes, **_):
        PlanVersion.objects.filter(pk=version.pk).update(state=to, **changes)
        audit.record(action, root=root, by=by, at=at, data=data)
        return version

    monkeypatch.setattr(sending, "_is_sent", lambda version: False)
    monkeypatch.setattr(sending, "advance", unguarded)
    scene = make_scene(areas=1)
    version = scene.complete_draft()
    send_at_once(version, scene.officer)
    assert times_sent(version) > 1


# --- One plan, begun and amended many times at once --------------------------------------


def test_a_plan_begun_at_once_by_many_is_one_plan_with_one_draft():
    scene = make_scene(areas=1)

    def act():
        return actions.start_plan(unit=scene.unit, phase=scene.phase, by=scene.officer.actor, at=AT)

    plans = at_once(*[act] * 8)
    assert {plan.pk for plan in plans} == {scene.plan.pk}
    assert scene.plan.versions.count() == 1


def test_control_without_looking_for_the_draft_the_database_refuses_the_second(monkeypatch):
    monkeypatch.setattr(starting, "draft_of", lambda plan: None)
    scene = make_scene(areas=1)
    actions.withdraw_plan(version=scene.sent(), by=scene.officer.actor, at=AT)

    def act():
        return actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)

    results = at_once(*[act] * 4)
    assert all(isinstance(result, IntegrityError) for result in results)
    assert scene.plan.versions.filter(state="draft").count() == 1


def test_a_save_at_the_moment_of_sending_is_either_in_the_hash_or_refused():
    scene = make_scene(areas=1)
    version = scene.complete_draft()
    section = section_by_key(version, "purpose")

    def write():
        return save(
            PlanSection.objects.get(pk=section.pk), by=scene.head, narrative="Vào phút chót"
        )

    def send():
        return actions.send_plan(
            version=PlanVersion.objects.select_related("plan").get(pk=version.pk),
            by=scene.officer.actor,
            at=AT,
        )

    wrote, sent = at_once(write, send)
    stored = PlanSection.objects.get(pk=section.pk).narrative
    if isinstance(wrote, Exception):
        assert isinstance(wrote, actions.VersionFrozen)
        assert stored == "Nội dung"
    else:
        assert stored == "Vào phút chót"
    assert content_hash_of(PlanVersion.objects.get(pk=version.pk)) == sent.content_hash
