"""send_reminders [--on DATE] [--dry-run]: queue a day's reminders, or only show them."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns.programme.models import Campaign
from campaigns.reminders.actions import send_due_reminders
from campaigns.reminders.queries import reminders_due
from emulation_portal.formats.writing import show_date
from units.models import User


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--on takes a date such as 2027-01-05, not {text!r}") from error


class Command(BaseCommand):
    help = "Queue the reminders due on a day; with --dry-run show who would be told what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="YYYY-MM-DD; today when left out")
        parser.add_argument("--dry-run", action="store_true", help="show, and queue nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        on = _day(options["on"]) if options["on"] else timezone.localdate()
        if options["dry_run"]:
            self._show(on)
            return
        count = send_due_reminders(today=on, at=timezone.now())
        self.stdout.write(f"{show_date(on)}: {count.planned} due, {count.queued} queued now")

    def _show(self, on: date) -> None:
        letters = [
            letter
            for campaign in Campaign.objects.select_related("reminder_rule")
            for letter in reminders_due(campaign, on=on)
        ]
        people = User.objects.in_bulk({letter.person_id for letter in letters})
        for letter in letters:
            person = people[letter.person_id]
            held = " (held until the department releases it)" if letter.held else ""
            self.stdout.write(f"{person.full_name} <{person.email or '-'}>{held}")
            for obligation in letter.obligations:
                self.stdout.write(f"  {show_date(obligation.due_date)}  {obligation.label}")
        self.stdout.write(f"{show_date(on)}: {len(letters)} letters, nothing queued")
