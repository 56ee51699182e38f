"""Reading a file of people: one row per mandate; a person with two mandates has two rows."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from emulation_portal.core.errors import DomainError
from emulation_portal.core.text import fold, nfc
from emulation_portal.formats.reading import echo, parse_date
from units.memberships.forms import USERNAME
from units.memberships.models import Role, SigningCapacity

REQUIRED = ("username", "full_name", "unit_code", "role", "valid_from")
OPTIONAL = (
    "email", "valid_to", "signing_capacity", "position_title", "founding_decision", "delegated_by",
)  # fmt: skip
_LIMITS = {
    "username": 150, "full_name": 150, "email": 254, "unit_code": 60, "role": 100,
    "valid_from": 40, "valid_to": 40, "signing_capacity": 4, "position_title": 150,
    "founding_decision": 255, "delegated_by": 150,
}  # fmt: skip
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class PersonRowError:
    """One fault: the row as the spreadsheet numbers it, the column ("" for the row), the reason."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        details = {"row": self.row, "column": self.column, "reason": self.reason}
        if self.column:
            return _("Row %(row)s, column %(column)s: %(reason)s") % details
        return _("Row %(row)s: %(reason)s") % details


@dataclass(frozen=True)
class PersonRow:
    """A readable row."""

    row: int
    username: str
    full_name: str
    email: str
    unit_code: str
    role: str
    valid_from: date
    valid_to: date | None
    signing_capacity: str
    position_title: str
    founding_decision: str
    delegated_by: str


@dataclass
class PeopleReading:
    """The readable rows, and the faults of the others."""

    rows: list[PersonRow] = field(default_factory=list)
    errors: list[PersonRowError] = field(default_factory=list)


def read_people(rows: Iterable[tuple[int, Mapping[str, str]]]) -> PeopleReading:
    """Return the rows of a file of people and every fault that shows without the database."""
    reading = PeopleReading()
    roles = _roles()
    number = 0
    for number, cells in rows:
        if not reading.rows and not reading.errors and (faults := _header_faults(cells)):
            reading.errors += faults
            return reading
        clean = {name: nfc(str(value or "")).strip() for name, value in cells.items()}
        faults = [
            PersonRowError(number, name, reason) for name, reason in _cell_faults(clean, roles)
        ]
        reading.errors += faults
        if not faults:
            reading.rows.append(_row(number, clean, roles))
    reading.errors += _contradictions(reading.rows)
    if number == 0:
        reading.errors.append(PersonRowError(1, "", _("The file has no rows.")))
    return reading


def _header_faults(cells: Mapping[str, str]) -> list[PersonRowError]:
    missing = [name for name in REQUIRED if name not in cells]
    unknown = [name for name in cells if name not in {*REQUIRED, *OPTIONAL}]
    return [PersonRowError(1, name, _("This column is missing.")) for name in missing] + [
        PersonRowError(1, echo(name), _("This column is not known.")) for name in unknown
    ]


def _cell_faults(cells: dict[str, str], roles: dict[str, str]) -> Iterable[tuple[str, str]]:
    for name, limit in _LIMITS.items():
        value = cells.get(name, "")
        if name in REQUIRED and not value:
            yield name, _("is missing.")
        elif _UNPRINTABLE.search(value):
            yield name, _("contains a line break or another character that cannot be stored.")
        elif len(value) > limit:
            yield name, _("is longer than %(limit)s characters.") % {"limit": limit}
    for name, check in (("username", USERNAME), ("email", validate_email)):
        if cells.get(name):
            try:
                check(cells[name])
            except ValidationError as fault:
                yield name, " ".join(fault.messages)
    if cells.get("role") and fold(cells["role"]) not in roles:
        known = ", ".join(Role.values)
        reason = _("“%(typed)s” is not a role. Known are: %(known)s.")
        yield "role", reason % {"typed": echo(cells["role"]), "known": known}
    if cells.get("signing_capacity", "") not in SigningCapacity.values:
        known = ", ".join(value for value in SigningCapacity.values if value)
        reason = _("“%(typed)s” is not a signing capacity. Known are: %(known)s.")
        yield (
            "signing_capacity",
            reason % {"typed": echo(cells["signing_capacity"]), "known": known},
        )
    for name in ("valid_from", "valid_to"):
        if cells.get(name):
            try:
                parse_date(cells[name])
            except DomainError as refusal:
                yield name, str(refusal)


def _row(number: int, cells: dict[str, str], roles: dict[str, str]) -> PersonRow:
    last = cells.get("valid_to", "")
    return PersonRow(
        row=number,
        username=cells["username"],
        full_name=" ".join(cells["full_name"].split()),
        email=cells.get("email", ""),
        unit_code=cells["unit_code"],
        role=roles[fold(cells["role"])],
        valid_from=parse_date(cells["valid_from"]),
        valid_to=parse_date(last) if last else None,
        signing_capacity=cells.get("signing_capacity", ""),
        position_title=cells.get("position_title", ""),
        founding_decision=cells.get("founding_decision", ""),
        delegated_by=cells.get("delegated_by", ""),
    )


def _contradictions(rows: list[PersonRow]) -> Iterable[PersonRowError]:
    """Rows of one user name must be about one person, and one address belongs to one person."""
    first: dict[str, PersonRow] = {}
    owner: dict[str, PersonRow] = {}
    for row in rows:
        known = first.setdefault(row.username.lower(), row)
        if (known.full_name, known.email.lower()) != (row.full_name, row.email.lower()):
            reason = _("Row %(row)s gives this user name another name or address.")
            yield PersonRowError(row.row, "username", reason % {"row": known.row})
        if not row.email:
            continue
        holder = owner.setdefault(row.email.lower(), row)
        if holder.username.lower() != row.username.lower():
            reason = _("Row %(row)s gives this address to somebody else.")
            yield PersonRowError(row.row, "email", reason % {"row": holder.row})


def _roles() -> dict[str, str]:
    """Return roles by code and by their names in both languages, folded."""
    found = {value: value for value in Role.values}
    for language in ("vi", "en"):
        with override(language):
            found |= {fold(str(role.label)): role.value for role in Role}
    return found
