"""restore: the portal as a backup holds it, proven row by row and file by file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from emulation_portal.core.backups import WORD, BackupFault, restore_backup


class Command(BaseCommand):
    help = "Puts a backup in the place of what the portal holds, and proves that all came back."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", help="the folder `backup` made")
        parser.add_argument(
            "--word", default="", help=f"“{WORD}” lets data that are there now be lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = timezone.now()
        try:
            report = restore_backup(Path(options["folder"]), word=options["word"])
        except BackupFault as fault:
            raise CommandError(str(fault)) from None
        except OSError as fault:
            raise CommandError(
                f"The database is restored, but a file could not be stored ({fault}). Mend that "
                f"and restore again, with --word {WORD}."
            ) from fault
        for line in report.faults:
            self.stderr.write(line)
        if report.faults:
            raise CommandError(f"Restored, but {len(report.faults)} things are not as backed up.")
        head = report.last_daily_head
        self.stdout.write(
            f"Restored and proven in {(timezone.now() - started).total_seconds():.1f} s: "
            f"{report.rows} rows of {report.tables} tables, {report.files} files "
            f"({report.files_written} written). "
            + (f"Last daily audit head ({head[1]}): {head[2]}" if head else "No daily head yet.")
        )
        if report.must_migrate:
            self.stdout.write("The backup is older than the portal. Now run: manage.py migrate")
