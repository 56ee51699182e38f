"""Celery's way into core: each task reads the clock, calls one function, and ends.

Tasks take ids and `**kwargs`: a message queued by a newer version of the portal may carry more
than this one knows.
"""

import logging
import textwrap
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from emulation_portal.core import attachments, audit, health, idempotency, jobs, outbox, prepared

logger = logging.getLogger(__name__)

# Nobody sends a form again that was opened a week ago: its session ended long before.
_FORM_KEYS_KEPT = timedelta(days=7)


@shared_task
def deliver_messages(**kwargs: Any) -> str:
    """Send what waits in the outbox."""
    return str(outbox.deliver_due(at=timezone.now()))


@shared_task
def sweep_jobs(**kwargs: Any) -> int:
    """Give waiting and lost jobs to the workers; return how many."""
    waiting = jobs.sweep(timezone.now())
    for job_id in waiting:
        run_job.delay(job_id)
    return len(waiting)


@shared_task
def run_job(job_id: int, **kwargs: Any) -> None:
    """Run one job."""
    jobs.run_job(job_id, at=timezone.now())


@shared_task
def heartbeat(**kwargs: Any) -> None:
    """Show that a worker takes tasks and does them."""
    health.beat("worker", at=timezone.now())


@shared_task
def scan_attachments(**kwargs: Any) -> int:
    """Check the files that wait for the virus scanner; return how many got an answer."""
    return attachments.scan_waiting(clock=timezone.now)


@shared_task
def seal_audit_day(**kwargs: Any) -> str:
    """Seal yesterday in the audit trail; the head goes into the log, and with it off the machine."""
    head = audit.seal_day(day=timezone.localdate() - timedelta(days=1))
    # In groups: the log hides whatever looks like a token.
    groups = " ".join(textwrap.wrap(head.hash, 8))
    logger.info("audit day %s sealed: %s", head.day, groups, extra={"event": "audit.sealed"})
    return groups


@shared_task
def tidy_up(**kwargs: Any) -> str:
    """Delete files no row names or nobody fetched, and the keys of forms sent long ago."""
    now = timezone.now()
    files = attachments.sweep_orphans(at=now) + prepared.sweep(at=now)
    keys = idempotency.forget_keys(before=now - _FORM_KEYS_KEPT)
    return f"{files} files, {keys} form keys"
