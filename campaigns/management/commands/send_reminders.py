"""send_reminders [--on DATE] [--dry-run]: queue a day's reminders, or only show them."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from campaigns.programme.models import Campaign
from campaigns.reminders.actions import send_due_reminders
from campaigns.reminders.queries import PlannedReminder, queued_keys, reminders_due
from emulation_portal.formats.writing import show_date
from units.models import User

# Beyond, somebody mistyped the year.
FIRST_YEAR, LAST_YEAR = 2000, 2200


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--on takes a date such as 2027-01-05, not {text!r}") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CommandError(f"--on takes a year from {FIRST_YEAR} to {LAST_YEAR}, not {day.year}")
    return day


class Command(BaseCommand):
    help = "Queue the reminders due on a day; with --dry-run show who would be told what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="YYYY-MM-DD; today when left out")
        parser.add_argument("--dry-run", action="store_true", help="show, and queue nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        on = timezone.localdate() if options["on"] is None else _day(options["on"])
        with override(settings.LANGUAGE_CODE):
            if options["dry_run"]:
                self._show(on)
                return
            count = send_due_reminders(today=on, at=timezone.now())
            self.stdout.write(f"{show_date(on)}: {count.planned} due, {count.queued} queued now")

    def _show(self, on: date) -> None:
        queued: set[str] = set()
        letters: list[PlannedReminder] = []
        for campaign in Campaign.objects.select_related("reminder_rule"):
            letters += reminders_due(campaign, on=on)
            queued |= queued_keys(campaign)
        people = User.objects.in_bulk({letter.person_id for letter in letters})
        for letter in letters:
            person = people[letter.person_id]
            notes = [
                note
                for applies, note in (
                    (letter.held, "held until the department releases it"),
                    (letter.dedupe_key in queued, "in the outgoing mail already"),
                )
                if applies
            ]
            said = f" ({'; '.join(notes)})" if notes else ""
            self.stdout.write(f"{person.full_name} <{person.email or '-'}>{said}")
            for obligation in letter.obligations:
                self.stdout.write(f"  {show_date(obligation.due_date)}  {obligation.label}")
        self.stdout.write(f"{show_date(on)}: {len(letters)} letters, nothing queued")
