"""Celery entry points: read the clock, call one action."""

from celery import shared_task
from django.utils import timezone

from campaigns.reminders.actions import send_due_reminders as queue_due_reminders


@shared_task
def send_due_reminders(**_: object) -> None:
    """Queue the reminders that the campaigns' calendars ask for today; safe to run again."""
    now = timezone.now()
    queue_due_reminders(today=timezone.localdate(now), at=now)
