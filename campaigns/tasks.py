"""Celery entry points: read the clock, call one action."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from campaigns.reminders import actions as reminders


@shared_task
def send_due_reminders(**kwargs: Any) -> str:
    """Queue the reminders that the campaigns' calendars ask for today; safe to run again."""
    now = timezone.now()
    count = reminders.send_due_reminders(today=timezone.localdate(now), at=now)
    return f"{count.planned} due, {count.queued} queued"
