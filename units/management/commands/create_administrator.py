"""create_administrator: the first person who can let others in, with a one-time password."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from units.memberships.actions import MandateTerms, grant_mandate
from units.memberships.forms import USERNAME
from units.memberships.models import Role
from units.organization.models import Unit, UnitKind
from units.people.actions import make_one_time_password, register_person


class Command(BaseCommand):
    help = "Creates an administrator and prints a one-time password, shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--full-name", required=True)
        parser.add_argument("--email", default="")
        parser.add_argument("--unit", default="", help="code of the body; the ministry by default")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        today = timezone.localdate(now)
        by = Actor.system()
        try:
            USERNAME(options["username"])
            if options["email"]:
                validate_email(options["email"])
            with transaction.atomic():
                person = register_person(
                    username=options["username"],
                    full_name=options["full_name"],
                    email=options["email"],
                    by=by,
                    at=now,
                )
                unit = self._unit(options["unit"])
                terms = MandateTerms(unit=unit, role=Role.ADMINISTRATOR, valid_from=today)
                grant_mandate(person, terms, by=by, at=now)
                password = make_one_time_password(person, by=by, at=now)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        self.stdout.write(f"User name: {person.username}")
        self.stdout.write(f"One-time password (works once, for 14 days): {password}")

    def _unit(self, code: str) -> Unit:
        units = Unit.objects.existing(timezone.localdate())
        if code:
            unit = units.filter(code=code).first()
        else:
            unit = units.filter(kind=UnitKind.MINISTRY, parent__isnull=True).first()
        if unit is None:
            raise CommandError(
                "There is no such unit. Import units first, or name one with --unit."
            )
        return unit
