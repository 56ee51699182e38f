"""May this person?"""

from emulation_portal.core.actors import Actor
from emulation_portal.core.jobs.models import Job


def may_see_job(job: Job, *, by: Actor, administers: bool) -> bool:
    """Who asked for it, and administrators: a job's result may hold what others must not see."""
    return administers or (by.person_id is not None and job.created_by_id == by.person_id)


def may_cancel_job(job: Job, *, by: Actor, administers: bool) -> bool:
    """Whoever sees a job may stop it while it has not ended."""
    return job.is_active and may_see_job(job, by=by, administers=administers)
