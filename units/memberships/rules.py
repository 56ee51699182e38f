"""Which role fits which body, and who may act as what."""

from units.memberships.models import COUNCIL_ROLES, DEPARTMENT_ROLES, UNIT_ROLES, Mandate, Role
from units.organization.models import UnitKind

# Whoever may delegate: the head gives a delegation (Decree 30/2020/NĐ-CP, article 13).
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


def acts_for_unit(mandate: Mandate | None, unit_id: int) -> bool:
    """Return whether `mandate` is that of an officer, head or deputy of the unit."""
    return mandate is not None and mandate.is_unit_side and mandate.unit_id == unit_id


def sees_mandates(mandate: Mandate | None) -> bool:
    """Return whether the holder may read who acts for every unit: department, administrator."""
    return mandate is not None and (mandate.is_department or mandate.is_administrator)


def manages_people(mandate: Mandate | None) -> bool:
    """Return whether the holder may invite people and give or end mandates."""
    return mandate is not None and mandate.is_administrator
