"""Jobs: written by the action, run once, taken over when the worker dies, honest at the end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.health import Heartbeat
from emulation_portal.core.jobs import cancel_job, kinds, request_job, run_job, sweep
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.jobs.rules import may_cancel_job, may_see_job
from emulation_portal.core.jobs.runner import LEASE, MAX_ATTEMPTS, JobStopped
from emulation_portal.core.transitions import IllegalTransition
from tests.factories.core import AT, JobFactory, PersonFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def nothing(job, progress):
    return {}


def running(**columns):
    return JobFactory(
        **{"state": "running", "claim": uuid4(), "lease_until": AT, "attempts": 1, **columns}
    )


# --- Asking ------------------------------------------------------------------------------


def test_asking_writes_a_waiting_job(work):
    work(nothing)
    person = PersonFactory()
    by = Actor(person_id=person.pk, mandate_id=4)

    job = request_job(kind="test", params={"year": 2026}, by=by, at=AT)

    job.refresh_from_db()
    assert (job.state, job.params, job.created_by, job.mandate_id, job.created_at) == (
        "queued",
        {"year": 2026},
        person,
        4,
        AT,
    )
    assert (job.kind_label, job.is_active, str(job)) == ("Việc thử", True, f"test #{job.pk}")
    assert audit.entries_of(job).get().action == "job.requested"


def test_nobody_asks_for_what_nobody_can_do(work):
    with pytest.raises(ValueError, match="No job of kind test"):
        request_job(kind="test", params={}, by=Actor.system(), at=AT)


def test_a_double_click_gives_one_job(work):
    work(nothing)
    ask = {"kind": "test", "params": {}, "by": Actor.system(), "at": AT}
    first = request_job(**ask, key="export:1")
    assert request_job(**ask, key="export:1") == first
    assert request_job(**ask, key="export:2") != first
    assert request_job(**ask) != request_job(**ask)
    run_job(first.pk, at=AT)
    assert request_job(**ask, key="export:1") != first


def test_of_two_who_ask_at_the_same_moment_one_makes_the_job(work, monkeypatch):
    """The second looked before the first had written: the unique key decides."""
    work(nothing)
    ask = {"kind": "test", "params": {}, "by": Actor.system(), "at": AT, "key": "export:1"}
    first = request_job(**ask)
    look = type(Job.objects.all()).first
    blind = iter([True])
    monkeypatch.setattr(
        type(Job.objects.all()), "first", lambda self: None if next(blind, None) else look(self)
    )
    assert request_job(**ask) == first
    assert Job.objects.count() == 1


def test_another_fault_of_the_row_is_not_taken_for_a_double_click(work):
    work(nothing)
    with pytest.raises(IntegrityError), transaction.atomic():
        request_job(kind="test", params={}, by=Actor(person_id=None), at=None)


# --- Running -----------------------------------------------------------------------------


def test_a_job_runs_and_keeps_its_result(work):
    seen = []

    def function(job, progress):
        seen.append((job.state, job.params))
        progress.step("Đang đọc", 40)
        job.refresh_from_db()
        seen.append((job.step, job.progress, job.lease_until >= AT + LEASE))
        return {"message": "Xong", "url": "/plans/"}

    work(function)
    job = JobFactory(params={"n": 1})

    run_job(job.pk, at=AT)

    assert seen == [("running", {"n": 1}), ("Đang đọc", 40, True)]
    job.refresh_from_db()
    assert (job.state, job.progress, job.attempts, job.started_at) == ("done", 100, 1, AT)
    assert AT <= job.finished_at < AT + MINUTE
    assert (job.result_message, job.result_url, job.is_active) == ("Xong", "/plans/", False)
    assert Heartbeat.objects.get().name == "worker"


@pytest.mark.parametrize("url", ["https://evil.example", "//evil.example", "javascript:x", ""])
def test_a_result_leads_nowhere_outside(url):
    assert JobFactory.build(created_by=None, result={"url": url}).result_url == ""


def test_a_result_of_another_shape_says_nothing():
    assert JobFactory.build(created_by=None, result=[1]).result_message == ""


def test_a_function_may_return_nothing(work):
    work(lambda job, progress: None)
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {})


@pytest.mark.parametrize("percent", [-5, 250])
def test_progress_stays_a_percentage(work, percent):
    work(lambda job, progress: progress.step("x" * 300, percent))
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert job.state == "done"


def test_it_speaks_the_language_of_who_asked(work):
    work(lambda job, progress: {"message": str(_("State"))})
    job = JobFactory(created_by=PersonFactory(language="en"))
    with translation.override("vi"):
        run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert job.result_message == "State"


def test_progress_tells_the_time(work):
    times = []
    work(lambda job, progress: times.append(progress.now()))
    run_job(JobFactory().pk, at=AT)
    assert AT <= times[0] < AT + MINUTE


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "done", "finished_at": AT},
        {"state": "running", "claim": uuid4(), "lease_until": AT + MINUTE},
        {"state": "cancelled", "finished_at": AT},
    ],
)
def test_only_a_waiting_job_is_run(work, columns):
    work(lambda job, progress: pytest.fail("ran"))
    job = JobFactory(**columns)
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert job.state == columns["state"]


def test_a_job_nobody_knows_does_not_matter(work):
    run_job(12345, at=AT)


def test_a_kind_nobody_knows_fails(work):
    job = JobFactory(kind="from the future")
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.kind_label) == ("failed", "from the future")
    assert job.error


def test_a_refusal_is_told_in_its_own_words(work):
    def function(job, progress):
        raise NotAllowed

    work(function)
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", str(NotAllowed()))


def test_an_error_is_told_without_details(work, caplog):
    def function(job, progress):
        raise ZeroDivisionError("secret figure")

    work(function)
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error
    assert "secret" not in job.error
    assert "job failed" in caplog.text


def test_a_lost_database_leaves_the_job_to_the_sweep(work):
    def function(job, progress):
        raise OperationalError("gone")

    work(function)
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert job.state == "running"
    assert sweep(AT + LEASE) == [job.pk]


# --- Calling off -------------------------------------------------------------------------


def test_a_waiting_job_can_be_called_off():
    job, person = JobFactory(), PersonFactory()
    cancel_job(job, by=Actor(person_id=person.pk), at=AT)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("cancelled", AT)
    assert audit.entries_of(job).get().action == "job.cancelled"
    with pytest.raises(IllegalTransition):
        cancel_job(job, by=Actor.system(), at=AT)


def test_a_running_job_stops_at_its_next_step(work):
    reached = []

    def function(job, progress):
        progress.step("a", 10)
        cancel_job(Job.objects.get(pk=job.pk), by=Actor.system(), at=AT)
        reached.append("cancelled")
        progress.step("b", 20)
        reached.append("too far")

    work(function)
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.step, reached) == ("cancelled", "a", ["cancelled"])


def test_work_finished_after_it_was_called_off_changes_nothing(work):
    def function(job, progress):
        cancel_job(Job.objects.get(pk=job.pk), by=Actor.system(), at=AT)
        return {"message": "done all the same"}

    work(function)
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.result) == ("cancelled", {})


# --- Workers that die, and brokers that forget -------------------------------------------


def test_a_waiting_job_is_offered_and_offered_again_when_nobody_starts_it():
    first, second = JobFactory(), JobFactory()
    assert sweep(AT) == [first.pk, second.pk]
    assert sweep(AT) == []
    assert sweep(AT + MINUTE - timedelta(seconds=1)) == []
    assert sweep(AT + MINUTE) == [first.pk, second.pk]


def test_the_job_of_a_dead_worker_is_run_again(work):
    work(nothing)
    job = running(offered_at=AT)
    assert sweep(AT) == [job.pk]
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_the_job_of_a_living_worker_is_left_alone():
    running(lease_until=AT + MINUTE)
    assert sweep(AT) == []


def test_a_job_that_kills_workers_is_given_up():
    job = running(attempts=MAX_ATTEMPTS)
    assert sweep(AT) == []
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("failed", AT)
    assert job.error


def test_a_worker_given_up_for_dead_changes_nothing_more(work):
    def function(job, progress):
        Job.objects.update(claim=uuid4())
        with pytest.raises(JobStopped):
            progress.step("a", 10)
        return {"message": "late"}

    work(function)
    job = JobFactory()
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    assert (job.state, job.result, job.step) == ("running", {}, "")


# --- Who sees it -------------------------------------------------------------------------


def test_who_sees_a_job():
    mine, other = PersonFactory(), PersonFactory()
    job = JobFactory(created_by=mine)
    assert may_see_job(job, by=Actor(person_id=mine.pk), administers=False)
    assert not may_see_job(job, by=Actor(person_id=other.pk), administers=False)
    assert may_see_job(job, by=Actor(person_id=other.pk), administers=True)
    assert not may_see_job(JobFactory(created_by=None), by=Actor.system(), administers=False)


def test_who_calls_a_job_off():
    person = PersonFactory()
    by = Actor(person_id=person.pk)
    assert may_cancel_job(JobFactory(created_by=person), by=by, administers=False)
    assert not may_cancel_job(JobFactory(), by=by, administers=False)
    ended = JobFactory(created_by=person, state="done", finished_at=AT)
    assert not may_cancel_job(ended, by=by, administers=True)


def test_a_kind_is_registered_once(work):
    work(nothing)
    work(nothing)
    with pytest.raises(ValueError, match="test"):
        work(lambda job, progress: {})
    kinds.unregister_job("test")
    assert kinds.find("test") is None


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "lost"},
        {"progress": 101},
        {"state": "running"},
        {"state": "done"},
        {"finished_at": AT},
        {"state": "failed", "finished_at": AT},
    ],
)
def test_the_database_refuses_contradictions(columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        JobFactory(**columns)
