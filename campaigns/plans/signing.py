"""Who issues a unit's paper, under which name, and how the signature block reads.

Elements 2 and 7 of Decree 30/2020/NĐ-CP, Annex I.
"""

import re
from dataclasses import dataclass
from datetime import date

from campaigns.plans.models import PlanIssue
from emulation_portal.core.documents.model import Signature
from units.api import SigningCapacity
from units.models import Mandate, Role, Unit, UnitKind

_HEADS = {
    UnitKind.MINISTRY: "Bộ trưởng",
    UnitKind.DEPARTMENT: "Vụ trưởng",
    UnitKind.AUTHORITY: "Cục trưởng",
    UnitKind.OFFICE: "Chánh Văn phòng",
    UnitKind.BOARD: "Trưởng ban",
    UnitKind.INSPECTORATE: "Chánh Thanh tra",
    UnitKind.COUNCIL: "Chủ tịch",
}
# Public service units are led under the title their kind of house has.
_HEADS_BY_NAME = {
    "viện": "Viện trưởng", "trường": "Hiệu trưởng", "báo": "Tổng Biên tập",
    "tạp chí": "Tổng Biên tập",
}  # fmt: skip
_COLLECTIVES = {UnitKind.COUNCIL: "Hội đồng", UnitKind.BOARD: "Ban Quản lý"}
# No academic or military title stands before a name.
_ACADEMIC = re.compile(r"^(?:(?:GS|PGS|TS|ThS|TSKH|CN|BS|KTS|NSND|NSƯT|NGND|NGƯT)\.?\s*)+(?=\S)")


@dataclass(frozen=True)
class Head:
    """Who leads a unit: the name, and the office as it stands under a signature."""

    name: str
    title: str


def head_of(unit: Unit, *, on: date) -> Head | None:
    """Return who leads `unit` on the day `on`; None where nobody, or more than one, is known."""
    mandates = (
        Mandate.objects.valid_on(on)
        .in_roles(Role.UNIT_HEAD, Role.DEPARTMENT_HEAD)
        .filter(unit=unit)
        .select_related("person")
    )
    heads = {one.person_id: Head(one.person.full_name, one.position_title) for one in mandates}
    return next(iter(heads.values())) if len(heads) == 1 else None


def issuing_body(unit: Unit) -> Unit:
    """Return the unit, or the body above it for a unit that has no seal of its own."""
    return unit if unit.has_own_seal or unit.parent is None else unit.parent


def own_name(unit: Unit, day: date | None) -> str:
    """Return the Vietnamese name the unit bore on `day`, today's where no day is known."""
    if day is not None:
        named = unit.names.filter(valid_from__lte=day).order_by("-valid_from").first()
        if named is not None:
            return named.name_vi
    return unit.name_vi


def head_title(unit: Unit) -> str:
    """Return the office of the unit's head, as it stands under a signature."""
    if unit.kind == UnitKind.SERVICE_UNIT:
        name = unit.name_vi.lower()
        titles = (title for word, title in _HEADS_BY_NAME.items() if name.startswith(f"{word} "))
        return next(titles, "Giám đốc")
    return _HEADS[UnitKind(unit.kind)]


def signature_of(
    unit: Unit, body: Unit, issue: PlanIssue | None, head: Head | None = None
) -> Signature:
    """Return the signature block; before the issue that of the head, if one is known by name."""
    by_order = body.pk != unit.pk
    capacity = issue.signing_capacity if issue else ""
    title = issue.signer_title if issue else head.title if head else ""
    name = issue.signer_name if issue else head.name if head else ""
    if not capacity and by_order:
        capacity = SigningCapacity.BY_ORDER
    lines = _authority(capacity, title.strip() or head_title(unit), unit, body)
    return Signature(tuple(line.upper() for line in lines), _ACADEMIC.sub("", name.strip()))


def _authority(capacity: str, title: str, unit: Unit, body: Unit) -> list[str]:
    by_order = body.pk != unit.pk
    match capacity:
        case SigningCapacity.FOR_HEAD:
            head = re.sub(r"^phó\s+", "", title, flags=re.IGNORECASE)
            if head == title:
                return [f"KT. {head_title(body)}", title]
            above = [f"TL. {head_title(body)}"] if by_order else []
            return [*above, f"KT. {head}", title]
        case SigningCapacity.BY_ORDER | SigningCapacity.BY_DELEGATION:
            whose = f" {unit.name_vi}" if by_order and title.lower().endswith("vụ trưởng") else ""
            return [f"{capacity} {head_title(body)}", f"{title}{whose}"]
        case SigningCapacity.ON_BEHALF_OF_BODY:
            collective = _COLLECTIVES.get(UnitKind(body.kind), "Tập thể lãnh đạo")
            return [f"TM. {collective}", title]
        case SigningCapacity.ACTING_HEAD:
            return [f"Q. {title}"]
    return [title]
