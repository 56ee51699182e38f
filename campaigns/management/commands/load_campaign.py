"""Load a campaign from its file: `manage.py load_campaign FILE [--dry-run] [--yes]`."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.indicators.actions import BreakingChange, load_campaign, preview_campaign
from campaigns.indicators.loader import CampaignFileRefused, read_campaign_file
from campaigns.programme.sync import Diff, Kind
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError


class Command(BaseCommand):
    help = "Load a campaign from its YAML file. Shows every difference before changing a campaign."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show the differences only")
        parser.add_argument("--yes", action="store_true", help="apply without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            document = read_campaign_file(path.read_bytes())
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(reason)s")
                % {"file": path, "reason": error.strerror or error}
            ) from error
        except CampaignFileRefused as refused:
            lines = [str(refused), *(str(problem) for problem in refused.problems)]
            raise CommandError("\n".join(lines)) from refused

        diff = preview_campaign(document=document)
        self._show(diff, whole=options["dry_run"])
        if diff.refusals:
            raise CommandError("\n".join([str(BreakingChange(diff)), *diff.refusals]))
        if options["dry_run"]:
            self.stdout.write(_("Nothing was changed: this was a trial."))
            return
        if diff.is_empty:
            return
        if not diff.is_new and not options["yes"] and not self._confirmed():
            raise CommandError(_("Nothing was changed."))
        try:
            load_campaign(document=document, by=Actor.system(), at=timezone.now(), expected=diff)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(self.style.SUCCESS(_("The campaign has been loaded.")))

    def _show(self, diff: Diff, *, whole: bool) -> None:
        if diff.is_empty:
            self.stdout.write(_("The file and the portal agree: nothing to change."))
        if not diff.is_new or whole:
            for line in diff.lines():
                self.stdout.write(line)
        if diff.is_new:
            added = Counter(c.table for c in diff.changes if c.kind is Kind.ADDED)
            for table, count in added.items():
                self.stdout.write(f"+ {table}: {count}")

    def _confirmed(self) -> bool:
        if not sys.stdin.isatty():
            raise CommandError(
                _("Nothing was changed. Look at the differences and run again with --yes.")
            )
        answer = input(_("Change the campaign as shown? Type “yes” to go on: "))
        return answer.strip().lower() in {"yes", "y", "có", "co"}
