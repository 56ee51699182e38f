"""Which role belongs to which body, and which may delegate."""

from units.memberships.models import COUNCIL_ROLES, DEPARTMENT_ROLES, UNIT_ROLES, Mandate, Role
from units.organization.models import UnitKind

# The head gives a delegation (Decree 30/2020/NĐ-CP, article 13).
HEAD_ROLES = (Role.UNIT_HEAD, Role.DEPARTMENT_HEAD, Role.COUNCIL_CHAIR)


def role_fits_body(role: str, kind: str) -> bool:
    """Return whether somebody may hold `role` in a body of `kind`.

    Council roles belong to councils, and councils have no officers, heads or reviewers.
    """
    if role in COUNCIL_ROLES:
        return kind == UnitKind.COUNCIL
    if role in UNIT_ROLES or role in DEPARTMENT_ROLES:
        return kind != UnitKind.COUNCIL
    return True


def may_delegate(mandate: Mandate) -> bool:
    """Return whether the holder of `mandate` may authorise somebody to sign (TUQ.)."""
    return mandate.role in HEAD_ROLES
