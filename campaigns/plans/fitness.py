"""When a version may be printed for signature, and what stands against it."""

from dataclasses import dataclass
from datetime import date

from campaigns.indicators.models import Indicator
from campaigns.plans.completeness import ISSUE, PAPERS, Missing, what_is_missing
from campaigns.plans.document import SectionView
from campaigns.plans.models import PlanVersion
from campaigns.programme.models import ContentArea
from units.models import Mandate, Role


@dataclass(frozen=True)
class Unconfirmed:
    """An indicator in the plan that no text of the ministry is known to set."""

    indicator: Indicator
    area: ContentArea | None


@dataclass(frozen=True)
class Fitness:
    """What keeps a version from being printed for signature; nothing when it is fit.

    `missing` are things to write, `empty` parts without content in a version that can no longer
    be written to: its scan is the official paper.
    """

    unconfirmed: tuple[Unconfirmed, ...]
    missing: tuple[Missing, ...]
    empty: tuple[str, ...]

    def __bool__(self) -> bool:
        return not (self.unconfirmed or self.missing or self.empty)


def fitness_of(version: PlanVersion, sections: list[SectionView]) -> Fitness:
    """Return whether `version` is fit to sign. At most six queries for a draft, none otherwise.

    A draft must be complete; number, date, signer and scan follow the signature, so their
    absence does not count. What was received is not asked for completeness again.
    """
    missing: tuple[Missing, ...] = ()
    if version.is_draft:
        found = what_is_missing(version)
        missing = tuple(item for item in found if item.section_key not in (ISSUE, PAPERS))
    return Fitness(
        unconfirmed=tuple(unconfirmed_in(sections)),
        missing=missing,
        empty=tuple(_empty(sections)) if not missing else (),
    )


def unconfirmed_in(sections: list[SectionView]) -> list[Unconfirmed]:
    """Return the unconfirmed indicators that the sections name."""
    return [
        Unconfirmed(line.indicator, part.section.area)
        for part in sections
        for line in part.targets
        if not line.indicator.confirmed
    ]


def _empty(sections: list[SectionView]) -> list[str]:
    return [str(part.short_title) for part in sections if part.is_empty]


def who_confirms(on: date) -> list[str]:
    """Return the names of the administrators: they confirm facts by a text of the ministry."""
    people = Mandate.objects.valid_on(on).in_roles(Role.ADMINISTRATOR).select_related("person")
    return sorted({one.person.full_name for one in people})
