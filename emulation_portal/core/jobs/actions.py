"""Asking for long work, and calling it off."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.jobs import kinds
from emulation_portal.core.jobs.models import ACTIVE, Job
from emulation_portal.core.jobs.states import JOB_TRANSITIONS, JobState
from emulation_portal.core.transitions import advance


@transaction.atomic
def request_job(
    *, kind: str, params: dict[str, Any], by: Actor, at: datetime, key: str = ""
) -> Job:
    """Write a job of `kind` in the caller's transaction and return it; the sweep dispatches it.

    With `key`, asking again while such a job waits or runs returns that one (a double click).
    Audited under the job. Raises ValueError for a kind nobody registered.
    """
    if kinds.find(kind) is None:
        raise ValueError(f"No job of kind {kind} is registered")
    active = Job.objects.filter(kind=kind, key=key, state__in=ACTIVE)
    if key and (known := active.first()):
        return known
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                key=key,
                params=params,
                created_by_id=by.person_id,
                mandate_id=by.mandate_id,
                created_at=at,
            )
    except IntegrityError:  # somebody asked at the same moment: the unique key let one through
        if key and (known := active.first()):
            return known
        raise
    audit.record("job.requested", root=job, by=by, at=at, data={"kind": kind})
    return job


@transaction.atomic
def cancel_job(job: Job, *, by: Actor, at: datetime) -> Job:
    """Call `job` off and return it. Work under way stops at its next step; what it has done
    until then stays. Raises IllegalTransition when it has ended. Audited under the job.
    """
    return advance(
        job,
        to=JobState.CANCELLED,
        table=JOB_TRANSITIONS,
        by=by,
        at=at,
        action="job.cancelled",
        changes={"claim": None, "lease_until": None, "finished_at": at},
    )
