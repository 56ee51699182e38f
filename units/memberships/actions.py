"""Giving and ending mandates, and with them the access of people."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from units.memberships import queries
from units.memberships.models import Mandate, Role, SigningCapacity
from units.memberships.roles import may_delegate, role_fits_body
from units.organization.models import Unit
from units.people import actions as people
from units.people.models import User


class EndsBeforeItBegins(DomainError):
    """A mandate needs at least one day."""

    message = _("The last day must be after the first.")


class RoleDoesNotFitBody(DomainError):
    """Council roles belong to councils, the others to units."""

    message = _("The role “%(role)s” does not exist in this body: %(unit)s.")


class BodyDoesNotExistThen(DomainError):
    """Nobody can act for a body that has ended or has not begun."""

    message = _("%(unit)s does not exist on the first day of the mandate.")


class MandateOverlaps(DomainError):
    """The same person holds the same role in the same body already."""

    message = _("%(name)s already holds this role in this body during that time.")


class DecisionMissing(DomainError):
    """Signing for somebody else rests on a decision."""

    message = _(
        "Signing for the head (KT., TUQ.) needs the number and date of the decision behind it."
    )


class DelegationIncomplete(DomainError):
    """A delegation is given by the head of the same body, for a limited time."""

    message = _(
        "A delegation (TUQ.) needs a last day and the mandate of the head of the same body who "
        "gives it."
    )


class DelegationOutlivesGiver(DomainError):
    """Nobody can delegate what they do not hold."""

    message = _("The delegation reaches beyond the mandate of the head who gives it.")


class AlreadyEnded(DomainError):
    """The mandate ends earlier already."""

    message = _("This mandate has already ended.")


class LastAdministrator(DomainError):
    """The portal would be left without anybody who can let people in."""

    message = _(
        "This is the last administrator. Give the administrator mandate to somebody else first."
    )


@dataclass(frozen=True)
class MandateTerms:
    """What a mandate says besides whose it is; the last day is not part of it (half-open)."""

    unit: Unit
    role: str
    valid_from: date
    valid_to: date | None = None
    signing_capacity: str = ""
    position_title: str = ""
    founding_decision: str = ""
    delegated_by: Mandate | None = None


@transaction.atomic
def grant_mandate(person: User, terms: MandateTerms, *, by: Actor, at: datetime) -> Mandate:
    """Save and return a mandate of `person` on `terms`.

    Raises EndsBeforeItBegins, RoleDoesNotFitBody, BodyDoesNotExistThen, DecisionMissing,
    DelegationIncomplete, DelegationOutlivesGiver or MandateOverlaps. Side effects, in order:
    the person's row is locked, the mandate is saved, `mandate.granted` is recorded for it.
    """
    # Two at once for the same person queue here, or both would find no overlap.
    User.objects.select_for_update().get(pk=person.pk)
    check_terms(terms)
    if _overlapping(person, terms).exists():
        raise MandateOverlaps(name=person.full_name)
    mandate = Mandate(
        person=person,
        unit=terms.unit,
        role=terms.role,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        signing_capacity=terms.signing_capacity,
        position_title=terms.position_title,
        founding_decision=terms.founding_decision,
        delegated_by=terms.delegated_by,
    )
    mandate.save(force_insert=True)
    audit.record(
        "mandate.granted",
        root=person,
        by=by,
        at=at,
        data={
            "mandate": mandate.pk,
            "unit": terms.unit.code,
            "role": str(terms.role),
            "valid_from": terms.valid_from.isoformat(),
            "valid_to": terms.valid_to.isoformat() if terms.valid_to else None,
            "signing_capacity": terms.signing_capacity,
            "founding_decision": terms.founding_decision,
            "delegated_by": terms.delegated_by.pk if terms.delegated_by else None,
        },
    )
    return mandate


@transaction.atomic
def end_mandate(mandate: Mandate, *, valid_to: date, by: Actor, at: datetime) -> Mandate:
    """End `mandate`: on `valid_to` it is no longer in force.

    Delegations given under it end with it, and access is gone at the next request. A mandate
    whose first day is `valid_to` or later never comes into force. Raises AlreadyEnded or
    LastAdministrator. Records `mandate.ended` for the person of each mandate ended.
    """
    _lock_administrators()
    kept = (
        Mandate.objects.select_for_update(of=("self",)).select_related("person").get(pk=mandate.pk)
    )
    last = max(valid_to, kept.valid_from)
    if kept.valid_to is not None and kept.valid_to <= last:
        raise AlreadyEnded
    if kept.role == Role.ADMINISTRATOR:
        _refuse_without_administrator(on=last, without=[kept.pk])
    _end(kept, last, by=by, at=at)
    running = Q(valid_to__isnull=True) | Q(valid_to__gt=last)
    for delegation in kept.delegations.filter(running).select_related("person"):
        _end(delegation, max(last, delegation.valid_from), by=by, at=at)
    return kept


@transaction.atomic
def invite_person(
    *,
    username: str,
    full_name: str,
    email: str,
    language: str,
    terms: MandateTerms,
    by_email: bool,
    by: Actor,
    at: datetime,
) -> User:
    """Save a person with a first mandate; with `by_email`, queue the invitation; return the person.

    Raises what register_person, grant_mandate and invite_by_email raise; then nothing is kept.
    """
    person = people.register_person(
        username=username, full_name=full_name, email=email, language=language, by=by, at=at
    )
    grant_mandate(person, terms, by=by, at=at)
    if by_email:
        people.invite_by_email(person, by=by, at=at)
    return person


@transaction.atomic
def deactivate_person(person: User, *, by: Actor, at: datetime) -> None:
    """Shut the account of `person`: sessions end at their next request, mails stop.

    Mandates stay as they are, for the record. Raises LastAdministrator. Records
    `person.deactivated`.
    """
    _lock_administrators()
    own = list(
        Mandate.objects.in_roles(Role.ADMINISTRATOR)
        .filter(person=person)
        .values_list("pk", flat=True)
    )
    if own:
        _refuse_without_administrator(on=timezone.localdate(at), without=own)
    person.is_active = False
    person.save(update_fields=["is_active"])
    audit.record("person.deactivated", root=person, by=by, at=at)


@transaction.atomic
def reactivate_person(person: User, *, by: Actor, at: datetime) -> None:
    """Open the account of `person` again, with whatever mandates are in force.

    Records `person.reactivated`.
    """
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record("person.reactivated", root=person, by=by, at=at)


def check_terms(terms: MandateTerms) -> None:
    """Raise what is wrong with `terms` whoever the mandate is for; see grant_mandate."""
    if terms.valid_to is not None and terms.valid_to <= terms.valid_from:
        raise EndsBeforeItBegins
    if not role_fits_body(terms.role, terms.unit.kind):
        raise RoleDoesNotFitBody(role=Role(terms.role).label, unit=terms.unit.name)
    if not terms.unit.exists_on(terms.valid_from):
        raise BodyDoesNotExistThen(unit=terms.unit.name)
    _check_signing(terms)


def _check_signing(terms: MandateTerms) -> None:
    for_another = (SigningCapacity.FOR_HEAD, SigningCapacity.BY_DELEGATION)
    if terms.signing_capacity in for_another and not terms.founding_decision:
        raise DecisionMissing
    if terms.signing_capacity != SigningCapacity.BY_DELEGATION:
        return
    giver = terms.delegated_by
    if terms.valid_to is None or giver is None or not may_delegate(giver):
        raise DelegationIncomplete
    if giver.unit_id != terms.unit.pk:
        raise DelegationIncomplete
    if not giver.valid_on(terms.valid_from) or (giver.valid_to and giver.valid_to < terms.valid_to):
        raise DelegationOutlivesGiver


def _overlapping(person: User, terms: MandateTerms) -> models.QuerySet[Mandate]:
    same = Mandate.objects.filter(person=person, unit=terms.unit, role=terms.role)
    if terms.valid_to is not None:
        same = same.filter(valid_from__lt=terms.valid_to)
    # A mandate taken back on its first day was never in force, but still holds that day's key.
    return same.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=terms.valid_from) | Q(valid_from=terms.valid_from)
    )


def _end(mandate: Mandate, last: date, *, by: Actor, at: datetime) -> None:
    mandate.valid_to = last
    mandate.save(update_fields=["valid_to"])
    audit.record(
        "mandate.ended",
        root=mandate.person,
        by=by,
        at=at,
        data={"mandate": mandate.pk, "valid_to": last.isoformat()},
    )


def _lock_administrators() -> None:
    """Let those who take an administrator away go one after another."""
    list(
        Mandate.objects.select_for_update()
        .in_roles(Role.ADMINISTRATOR)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _refuse_without_administrator(*, on: date, without: list[int]) -> None:
    if not queries.administrators_left(on=on, without=without):
        raise LastAdministrator
