"""What other apps may use of this one. Filled by name as they need it."""

from units.memberships.models import COUNCIL_ROLES, DEPARTMENT_ROLES, UNIT_ROLES

__all__ = ["COUNCIL_ROLES", "DEPARTMENT_ROLES", "UNIT_ROLES"]
