"""Inviting people in bulk: everything or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from units.memberships.actions import MandateTerms, grant_mandate
from units.memberships.models import Mandate
from units.memberships.people_rows import PeopleReading, PersonRow, PersonRowError
from units.memberships.roles import HEAD_ROLES
from units.organization.models import Unit
from units.people import actions as account
from units.people.models import User


class PeopleRefused(DomainError):
    """The file has bad rows; nothing of it was taken."""

    def __init__(self, errors: list[PersonRowError]) -> None:
        super().__init__()
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class _DryRun(Exception):
    pass


@dataclass
class PeopleResult:
    """What an import did: new people, new mandates, mails queued, sheets to print."""

    people: list[User] = field(default_factory=list)
    mandates: int = 0
    unchanged: int = 0
    invited: int = 0
    sheets: list[tuple[User, str]] = field(default_factory=list)
    without_invitation: list[User] = field(default_factory=list)


def import_people(
    reading: PeopleReading, *, make_sheets: bool, by: Actor, at: datetime, dry_run: bool = False
) -> PeopleResult:
    """Take in everybody in the file with their mandates, invite the new ones; return what was done.

    Somebody known keeps their account and gets the mandates they lack. New people with an
    address are invited by mail; the others get a one-time password when `make_sheets`, and
    otherwise stand in `without_invitation`. Raises PeopleRefused with every fault; then, and
    after a dry run, nothing has been written.
    """
    result = PeopleResult()
    try:
        with transaction.atomic():
            _write(reading, result, make_sheets=make_sheets, by=by, at=at)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return result


def _write(
    reading: PeopleReading, result: PeopleResult, *, make_sheets: bool, by: Actor, at: datetime
) -> None:
    errors = list(reading.errors)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=_codes(reading.rows))}
    people = _known_people(reading.rows)
    # Heads first: a delegation in the same file refers to a mandate that must stand before it.
    at_fault = {error.row for error in errors}
    for row in sorted(reading.rows, key=lambda row: (bool(row.delegated_by), row.row)):
        if row.row in at_fault:
            continue
        try:
            with transaction.atomic():
                _take(row, units, people, result, by=by, at=at)
        except _Fault as fault:
            errors.append(PersonRowError(row.row, fault.column, fault.reason))
        except DomainError as refusal:
            errors.append(PersonRowError(row.row, "", str(refusal)))
    if errors:
        raise PeopleRefused(sorted(errors, key=lambda error: (error.row, error.column)))
    for person in result.people:
        if person.email:
            account.invite_by_email(person, by=by, at=at)
            result.invited += 1
        elif make_sheets:
            password = account.make_one_time_password(person, by=by, at=at)
            result.sheets.append((person, password))
        else:
            result.without_invitation.append(person)


class _Fault(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def _take(
    row: PersonRow,
    units: dict[str, Unit],
    people: dict[str, User],
    result: PeopleResult,
    *,
    by: Actor,
    at: datetime,
) -> None:
    unit = units.get(row.unit_code)
    if unit is None:
        raise _Fault("unit_code", _("There is no unit “%(code)s”.") % {"code": row.unit_code})
    key = row.username.lower()
    person = people.get(key)
    if person is None:
        person = account.register_person(
            username=row.username, full_name=row.full_name, email=row.email, by=by, at=at
        )
        is_new = True
    else:
        is_new = False
        if person.full_name != row.full_name:
            reason = _("This user name belongs to %(name)s.") % {"name": person.full_name}
            raise _Fault("username", reason)
    if _holds(person, unit, row):
        result.unchanged += 1
        return
    grant_mandate(person, _terms(row, unit), by=by, at=at)
    result.mandates += 1
    if is_new:
        people[key] = person
        result.people.append(person)


def _holds(person: User, unit: Unit, row: PersonRow) -> bool:
    return Mandate.objects.filter(
        person=person, unit=unit, role=row.role, valid_from=row.valid_from, valid_to=row.valid_to
    ).exists()


def _terms(row: PersonRow, unit: Unit) -> MandateTerms:
    return MandateTerms(
        unit=unit,
        role=row.role,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        signing_capacity=row.signing_capacity,
        position_title=row.position_title,
        founding_decision=row.founding_decision,
        delegated_by=_giver(row, unit) if row.delegated_by else None,
    )


def _giver(row: PersonRow, unit: Unit) -> Mandate:
    giver = (
        Mandate.objects.in_roles(*HEAD_ROLES)
        .filter(unit=unit, person__username__iexact=row.delegated_by)
        .valid_on(row.valid_from)
        .first()
    )
    if giver is None:
        reason = _("“%(name)s” is not head of this unit on the first day of the delegation.")
        raise _Fault("delegated_by", reason % {"name": row.delegated_by})
    return giver


def _codes(rows: Iterable[PersonRow]) -> set[str]:
    return {row.unit_code for row in rows}


def _known_people(rows: Iterable[PersonRow]) -> dict[str, User]:
    wanted = {row.username.lower() for row in rows}
    return {
        person.username.lower(): person
        for person in User.objects.all()
        if person.username.lower() in wanted
    }
