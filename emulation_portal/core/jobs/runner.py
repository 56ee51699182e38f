"""Running jobs and finding those that were lost."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, models
from django.utils import translation
from django.utils.translation import gettext as _

from emulation_portal.core import health
from emulation_portal.core.clock import RunningClock
from emulation_portal.core.errors import DomainError
from emulation_portal.core.jobs import kinds
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.jobs.states import JobState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
LEASE = timedelta(minutes=6)  # a minute more than a function may be silent
OFFER_AGAIN_AFTER = timedelta(minutes=1)


class JobStopped(Exception):
    """Raised inside a job's function when the job is no longer its own: called off, or taken
    over after a lease ran out. Not for catching.
    """


class Progress:
    """What a job's function says about how far it is."""

    def __init__(self, job: Job, claim: UUID, clock: RunningClock) -> None:
        self._job, self._claim, self._clock = job, claim, clock

    def now(self) -> datetime:
        """The time, for the actions the function calls."""
        return self._clock.now()

    def step(self, name: str, percent: int) -> None:
        """Show the step `name` (a sentence in the present language) and `percent` done.

        Keeps the job's lease, and shows that the worker lives. Raises JobStopped when the job
        was called off meanwhile.
        """
        now = self._clock.now()
        kept = _ours(self._job, self._claim).update(
            step=str(name)[:200], progress=max(0, min(100, percent)), lease_until=now + LEASE
        )
        if not kept:
            raise JobStopped
        health.beat("worker", at=now)


def run_job(job_id: int, *, at: datetime) -> None:
    """Run the waiting job `job_id`; does nothing when it is not waiting (any more).

    Side effects, in order: the job is claimed by one conditional UPDATE, so that of several
    workers one runs it; its function runs; the outcome is stored if the job is still ours.
    A DomainError fails the job with its sentence, any other error with a general one and a log
    entry; when the database goes away, the job keeps its lease and is run again later.
    """
    clock, claim = RunningClock(at), uuid4()
    if not _claim(job_id, claim, at):
        return
    job = Job.objects.select_related("created_by").get(pk=job_id)
    language = getattr(job.created_by, "language", "") or settings.LANGUAGE_CODE
    with translation.override(language):
        _run(job, Progress(job, claim, clock), claim, clock)


def _claim(job_id: int, claim: UUID, at: datetime) -> bool:
    """Make the job ours if it waits. The state stands in the WHERE: one of several succeeds."""
    return bool(
        Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
            state=JobState.RUNNING,
            claim=claim,
            lease_until=at + LEASE,
            started_at=at,
            attempts=models.F("attempts") + 1,
            step="",
            progress=0,
        )
    )


def _run(job: Job, progress: Progress, claim: UUID, clock: RunningClock) -> None:
    kind = kinds.find(job.kind)
    if kind is None:
        _fail(job, claim, clock, _("This version of the portal does not know this kind of work."))
        return
    try:
        result = kind.function(job, progress)
    except JobStopped:
        logger.info("job stopped", extra={"event": "job.stopped", "job": job.pk})
    except (OperationalError, InterfaceError):
        logger.exception("job lost the database", extra={"event": "job.lost", "job": job.pk})
    except DomainError as refusal:
        _fail(job, claim, clock, str(refusal))
    except Exception:
        logger.exception("job failed", extra={"event": "job.failed", "job": job.pk})
        _fail(job, claim, clock, _unexpected())
    else:
        _end(job, claim, clock, JobState.DONE, progress=100, result=result or {})


def _unexpected() -> str:
    return _(
        "The work stopped because of an error. The technicians have been told; ask for it again later."
    )


def _fail(job: Job, claim: UUID, clock: RunningClock, error: str) -> None:
    _end(job, claim, clock, JobState.FAILED, error=error)


def _end(job: Job, claim: UUID, clock: RunningClock, state: str, **changes: Any) -> None:
    _ours(job, claim).update(
        state=state, claim=None, lease_until=None, finished_at=clock.now(), **changes
    )


def _ours(job: Job, claim: UUID) -> models.QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, claim=claim, state=JobState.RUNNING)


def sweep(at: datetime) -> list[int]:
    """Return the numbers of the jobs to give to the broker at `at`.

    Side effects, in order: jobs whose worker died fail after MAX_ATTEMPTS runs and otherwise
    wait again; the jobs returned are marked as offered, so that of several sweeps one offers
    each, and each again only after a minute without anybody starting it.
    """
    dead = Job.objects.filter(state=JobState.RUNNING, lease_until__lte=at)
    freed: dict[str, Any] = {"claim": None, "lease_until": None}
    with translation.override(settings.LANGUAGE_CODE):
        dead.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=JobState.FAILED, error=_unexpected(), finished_at=at, **freed
        )
    dead.update(state=JobState.QUEUED, offered_at=None, **freed)
    due = models.Q(offered_at__isnull=True) | models.Q(offered_at__lte=at - OFFER_AGAIN_AFTER)
    waiting = Job.objects.filter(due, state=JobState.QUEUED)
    # One UPDATE each, with the condition in it: somebody else's sweep finds nothing left to mark.
    return [
        pk
        for pk in waiting.order_by("created_at", "pk").values_list("pk", flat=True)
        if waiting.filter(pk=pk).update(offered_at=at)
    ]
