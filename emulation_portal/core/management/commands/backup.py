"""backup: a whole copy of database and files, in a new folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from emulation_portal.core.backups import BackupFault, make_backup


class Command(BaseCommand):
    help = (
        "Copies the database, then the files, into a new folder with a manifest that proves them."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--into", default="", help="where the folder is made (var/backups)")
        parser.add_argument(
            "--without-files",
            action="store_true",
            help="only the database, where the object store keeps copies of its own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        into = Path(options["into"] or settings.VAR_DIR / "backups")
        started = timezone.now()
        try:
            folder, made = make_backup(into, at=started, with_files=not options["without_files"])
        except BackupFault as fault:
            raise CommandError(str(fault)) from None
        tables = made["facts"]["tables"].values()
        files = "no files" if made["files"] is None else f"{len(made['files'])} files"
        head = made["facts"]["audit"]["last_daily_head"]
        self.stdout.write(
            f"{folder}: {sum(table['rows'] for table in tables)} rows of {len(tables)} tables, "
            f"{files}, in {(timezone.now() - started).total_seconds():.1f} s. "
            + (f"Last daily audit head ({head[1]}): {head[2]}" if head else "No daily head yet.")
        )
        if made["missing"]:
            raise CommandError(
                f"The backup is kept, but {len(made['missing'])} registered files are missing or "
                f"altered in the store: {', '.join(made['missing'][:5])}"
            )
