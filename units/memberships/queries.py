"""Reads about mandates that serve other features."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet

from units.memberships.models import Mandate
from units.people.models import User

# Beyond this an IN list is slower than reading every mandate, and SQLite takes no longer one.
_LONGEST_LIST = 5000


def valid_mandates(person_id: int, *, on: date) -> list[Mandate]:
    """Return the mandates of a person in force on `on`, with unit and person, in a steady order."""
    return list(
        Mandate.objects.valid_on(on)
        .filter(person_id=person_id)
        .select_related("unit", "person")
        .order_by("unit__sort_key", "role", "pk")
    )


def people_acting_for(unit_id: int, roles: Iterable[str], on: date) -> QuerySet[User]:
    """Return the people who hold one of `roles` for the unit on `on`, by given name."""
    held = Mandate.objects.valid_on(on).in_roles(*roles).filter(unit_id=unit_id)
    people: QuerySet[User] = User.objects.filter(pk__in=held.values("person"))
    return people.order_by("name_sort_key", "pk")


def mandates_for_units(unit_ids: Collection[int], roles: Iterable[str], on: date) -> list[Mandate]:
    """Return the mandates in `roles` for these units in force on `on`, with unit and person.

    One query for any number of units; ordered by the given name of the person.
    """
    held = (
        Mandate.objects.valid_on(on)
        .in_roles(*roles)
        .select_related("person", "unit")
        .order_by("person__name_sort_key", "pk")
    )
    if len(unit_ids) <= _LONGEST_LIST:
        return list(held.filter(unit_id__in=unit_ids))
    wanted = set(unit_ids)
    return [mandate for mandate in held if mandate.unit_id in wanted]


def administrators_left(*, on: date, without: Collection[int]) -> bool:
    """Return whether an administrator mandate, other than the ids in `without`, holds on `on`."""
    holding = Mandate.objects.valid_on(on).in_roles("administrator")
    return holding.exclude(pk__in=without).exists()


def mail_of_the_house(mandate: Mandate) -> Q:
    """Return the condition on messages to people of the mandate's own ministry.

    The house is the unit's parent with all that stands under it. People who act for nobody yet
    belong to no house and are not left out; administrators look after every house.
    """
    if mandate.is_administrator:
        return Q()
    top = mandate.unit.parent_id or mandate.unit_id
    house = Q(unit=top) | Q(unit__parent=top) | Q(unit__parent__parent=top)
    inside = Mandate.objects.filter(house).values("person")
    outside = Mandate.objects.exclude(pk__in=Mandate.objects.filter(house)).values("person")
    return Q(recipient__isnull=True) | Q(recipient__in=inside) | ~Q(recipient__in=outside)
