"""What other apps may use of this one, by name."""

from units.memberships.actions import (
    MandateTerms,
    end_mandate,
    grant_mandate,
    invite_person,
)
from units.memberships.models import (
    COUNCIL_ROLES,
    DEPARTMENT_ROLES,
    UNIT_ROLES,
    SigningCapacity,
)
from units.memberships.queries import mandates_for_units, people_acting_for, valid_mandates
from units.organization.actions import import_units
from units.people.actions import choose_password, register_person

__all__ = [
    "COUNCIL_ROLES",
    "DEPARTMENT_ROLES",
    "UNIT_ROLES",
    "MandateTerms",
    "SigningCapacity",
    "choose_password",
    "end_mandate",
    "grant_mandate",
    "import_units",
    "invite_person",
    "mandates_for_units",
    "people_acting_for",
    "register_person",
    "valid_mandates",
]
