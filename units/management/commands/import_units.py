"""import_units: units, blocks and successions from CSV or XLSX; everything or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from emulation_portal.core.spreadsheets import read_rows
from units.organization.actions import import_units
from units.organization.importing import ImportPlan, RowsRefused, plan_import
from units.organization.jobs import result_sentence
from units.organization.rows import Reading, read_blocks, read_successions, read_units


class Command(BaseCommand):
    help = "Imports units from FILE (CSV or XLSX). With any bad row nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--blocks", type=Path, help="a file of blocks named by the units")
        parser.add_argument("--successions", type=Path, help="a file of mergers and splits")
        parser.add_argument("--dry-run", action="store_true", help="show what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        reading = self._read(options)
        try:
            if options["dry_run"]:
                plan = plan_import(reading, today=timezone.localdate())
                if plan.errors:
                    raise RowsRefused(plan.errors)
                self._show(plan)
                return
            result = import_units(reading, by=Actor.system(), at=timezone.now())
        except RowsRefused as refusal:
            for error in refusal.errors:
                self.stderr.write(str(error))
            raise CommandError(
                f"{len(refusal.errors)} faults; nothing has been changed."
            ) from refusal
        self.stdout.write(result_sentence(result))

    def _read(self, options: dict[str, Any]) -> Reading:
        try:
            reading = read_units(read_rows(options["file"]))
            if options["blocks"]:
                read_blocks(read_rows(options["blocks"]), reading)
            if options["successions"]:
                read_successions(read_rows(options["successions"]), reading)
        except OSError as fault:
            raise CommandError(f"{fault.filename}: {fault.strerror}") from fault
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        return reading

    def _show(self, plan: ImportPlan) -> None:
        for unit in plan.created:
            self.stdout.write(f"+ {unit.code}: {unit.name_vi}")
        for change in plan.changed:
            for column, before, after in change.fields:
                self.stdout.write(f"~ {change.unit.code}: {column}: “{before}” → “{after}”")
        for block in plan.blocks_created:
            self.stdout.write(f"+ block {block.code}: {block.name_vi}")
        for before, after, _day, _decision in plan.successions_created:
            self.stdout.write(f"+ {before} → {after}")
        self.stdout.write(
            f"Dry run: {len(plan.created)} new, {len(plan.changed)} changed, "
            f"{plan.unchanged} as they are. Nothing has been written."
        )
