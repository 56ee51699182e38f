"""export_units: all units as a CSV or XLSX file that import_units takes back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from emulation_portal.core.spreadsheets import write_csv, write_xlsx
from units.organization.queries import export_rows


class Command(BaseCommand):
    help = "Writes all units to FILE, CSV or XLSX by its ending."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix not in (".csv", ".xlsx"):
            raise CommandError("The file must end in .csv or .xlsx.")
        header, rows = export_rows()
        try:
            with path.open("wb") as stream:
                if path.suffix == ".xlsx":
                    write_xlsx(stream, header, rows, title="units")
                else:
                    stream.writelines(write_csv(header, rows))
        except OSError as fault:
            raise CommandError(f"{fault.filename}: {fault.strerror}") from fault
        self.stdout.write(f"{len(rows)} units written to {path}")
