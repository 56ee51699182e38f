"""Every model of the app, by name. A feature's model missing here would get no table."""

from units.memberships.models import Mandate, Role
from units.organization.models import (
    Block,
    BlockMembership,
    Succession,
    Unit,
    UnitKind,
    UnitName,
)
from units.people.models import User

__all__ = [
    "Block",
    "BlockMembership",
    "Mandate",
    "Role",
    "Succession",
    "Unit",
    "UnitKind",
    "UnitName",
    "User",
]
