"""import_people: people and mandates from CSV or XLSX; invites the new ones."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from emulation_portal.core.spreadsheets import read_rows
from units.memberships.people_import import PeopleRefused, PeopleResult, import_people
from units.memberships.people_rows import read_people


class Command(BaseCommand):
    help = (
        "Takes in and invites the people in FILE (CSV or XLSX). With any bad row nothing changes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what would be done")
        parser.add_argument(
            "--sheets", type=Path, metavar="OUT.html",
            help="write printable sheets with one-time passwords for people without an address",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reading = read_people(read_rows(options["file"]))
            # The sheets are written before the passwords on them become valid.
            with transaction.atomic():
                result = import_people(
                    reading,
                    make_sheets=options["sheets"] is not None,
                    by=Actor.system(),
                    at=timezone.now(),
                    dry_run=options["dry_run"],
                )
                if options["sheets"] and result.sheets and not options["dry_run"]:
                    self._write_sheets(options["sheets"], result)
        except PeopleRefused as refusal:
            for error in refusal.errors:
                self.stderr.write(str(error))
            raise CommandError(
                f"{len(refusal.errors)} faults; nothing has been changed."
            ) from refusal
        except OSError as fault:
            raise CommandError(f"{fault.filename}: {fault.strerror}") from fault
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._report(result, dry_run=options["dry_run"])

    def _write_sheets(self, path: Path, result: PeopleResult) -> None:
        """Write the file for its owner alone, and never over another file."""
        html = render_to_string(
            "units/memberships/sheets.html",
            {"sheets": result.sheets, "address": settings.PORTAL_URL},
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(html)

    def _report(self, result: PeopleResult, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Dry run: nothing has been written.")
        self.stdout.write(
            f"{len(result.people)} new people, {result.mandates} new mandates, "
            f"{result.unchanged} as they were; {result.invited} invitations by mail, "
            f"{len(result.sheets)} sheets."
        )
        for person in result.without_invitation:
            self.stdout.write(f"No address, no sheet: {person.full_name} ({person.username})")
