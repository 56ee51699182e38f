"""load_demo: invented people and plans, to try the portal out. load_demo --show: the sign-ins."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from campaigns.management.demo import Demo, read_demo, sign_ins
from units.models import User


class Command(BaseCommand):
    help = "Load the demo into a portal without people; --show lists its sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="only list the sign-ins to try")

    def handle(self, *args: Any, **options: Any) -> None:
        demo = read_demo()
        with override("vi"):
            if not options["show"]:
                self._load(demo)
            self._show(demo)

    def _load(self, demo: dict[str, Any]) -> None:
        if User.objects.exists():
            raise CommandError("The demo is loaded into a portal without people only.")
        with transaction.atomic():
            Demo(demo, at=timezone.now()).load()

    def _show(self, demo: dict[str, Any]) -> None:
        self.stdout.write(f"Sign-ins to try (demo), password: {demo['password']}")
        for who in sign_ins(demo):
            self.stdout.write(f"  {who.username:<18} {who.full_name} - {who.role}, {who.unit}")
