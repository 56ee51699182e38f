"""Extra days for one unit: asked for, granted with a last day, declined, or given unasked."""

from datetime import date, datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.locking import lock_phase
from campaigns.plans.extra_days import LONGEST_DAYS, extra_days_of
from campaigns.plans.models import EXTENSION_TRANSITIONS, ExtensionState, Plan, PlanExtension
from campaigns.plans.queries import reviewers_of
from campaigns.programme.models import Phase
from campaigns.programme.queries import expected_units
from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import Conflict, DomainError, NotAllowed
from emulation_portal.core.transitions import advance
from emulation_portal.formats.writing import show_date
from units.api import UNIT_ROLES, mandates_for_units
from units.models import Unit

EXTENSION_ASKED = "plan_extension_asked"
EXTENSION_DECIDED = "plan_extension_decided"


class UnitHasNoPlanToSend(DomainError):
    """Extra days are for units from which the phase expects a plan."""

    message = _("%(unit)s owes no plan for %(phase)s, so there is nothing to extend.")


class ExtraDaysInForce(Conflict):
    """The unit has extra days already."""

    message = _("Your unit can send its plan until the end of %(date)s already.")


class ExtensionDecided(Conflict):
    """Somebody was quicker; what was decided stands."""

    message = _("%(person)s has decided about this request already (%(state)s).")


class LastDayPast(DomainError):
    """A grant that has expired when it is given would be an insult."""

    message = _("The last day lies in the past: choose today or a later day.")


class LastDayTooFar(DomainError):
    """An exception has an end; a whole year is a new deadline, which the ministry sets."""

    message = _("The last day lies more than %(days)s days ahead: choose an earlier one.")


class DeclineUnexplained(DomainError):
    """A unit that is refused is told why."""

    message = _("Say why: the unit reads it in the mail and beside its plan.")


@transaction.atomic
def ask_extension(
    *, phase: Phase, unit: Unit, by: Actor, at: datetime, reason: str = ""
) -> PlanExtension:
    """Ask the department for extra days; return the open request, also one asked before.

    Side effects, in order: the phase is locked; the request is stored
    ("plan.extension_asked" is audited); one mail to each person who may decide is queued.

    Raises UnitHasNoPlanToSend; ExtraDaysInForce while the unit can send anyway.
    """
    phase = lock_phase(phase.pk)
    on = timezone.localdate(at)
    _check_expected(unit, phase, on=on)
    days = extra_days_of(unit, phase, on=on)
    if days.asked is not None:
        return days.asked
    if days.in_force is not None:
        raise ExtraDaysInForce(date=_shown(days.in_force))
    request = PlanExtension.objects.create(
        phase=phase, unit=unit, asked_by_id=_mandate_id(by), asked_at=at, reason=reason.strip()
    )
    _audit("plan.extension_asked", request, by=by, at=at, data={"reason": request.reason})
    # An unsaved plan: who may review it depends on its unit and campaign only.
    deciders = reviewers_of(Plan(unit=unit, phase=phase), on=on)
    _tell(EXTENSION_ASKED, request, {person.pk for person in deciders}, at=at)
    return request


@transaction.atomic
def grant_extension(
    *, extension: PlanExtension, valid_until: date, by: Actor, at: datetime, note: str = ""
) -> PlanExtension:
    """Grant an open request until the end of `valid_until`; the same grant again changes nothing.

    Side effects, in order: phase and request are locked; the request moves to granted
    ("plan.extension_granted" is audited); one mail to each of the unit's people is queued.

    Raises LastDayPast, LastDayTooFar; ExtensionDecided where it was decided otherwise.
    """
    _check_last_day(valid_until, on=timezone.localdate(at))
    extension = _lock(extension)
    if extension.state == ExtensionState.GRANTED and extension.valid_until == valid_until:
        return extension
    return _decide(
        extension, ExtensionState.GRANTED, note, by=by, at=at, valid_until=valid_until,
        action="plan.extension_granted",
    )  # fmt: skip


@transaction.atomic
def decline_extension(
    *, extension: PlanExtension, note: str, by: Actor, at: datetime
) -> PlanExtension:
    """Decline an open request, saying why; declining again changes nothing.

    Side effects, in order: phase and request are locked; the request moves to declined
    ("plan.extension_declined" is audited); one mail to each of the unit's people is queued.

    Raises DeclineUnexplained; ExtensionDecided where it was granted.
    """
    if not note.strip():
        raise DeclineUnexplained
    extension = _lock(extension)
    if extension.state == ExtensionState.DECLINED:
        return extension
    return _decide(
        extension, ExtensionState.DECLINED, note, by=by, at=at, action="plan.extension_declined"
    )


@transaction.atomic
def give_extension(
    *, phase: Phase, unit: Unit, valid_until: date, by: Actor, at: datetime, note: str = ""
) -> PlanExtension:
    """Give a unit extra days it has not asked for; an open request is granted instead.

    A grant in force that lasts as long is returned as it is.

    Side effects, in order: the phase is locked; the grant is stored ("plan.extension_granted"
    is audited); one mail to each of the unit's people is queued.

    Raises LastDayPast, LastDayTooFar, UnitHasNoPlanToSend.
    """
    on = timezone.localdate(at)
    _check_last_day(valid_until, on=on)
    phase = lock_phase(phase.pk)
    _check_expected(unit, phase, on=on)
    days = extra_days_of(unit, phase, on=on)
    if days.asked is not None:
        return grant_extension(
            extension=days.asked, valid_until=valid_until, by=by, at=at, note=note
        )
    if days.in_force is not None and days.in_force.valid_until == valid_until:
        return days.in_force
    extension = PlanExtension.objects.create(
        phase=phase, unit=unit, state=ExtensionState.GRANTED, decided_by_id=_mandate_id(by),
        decided_at=at, note=note.strip(), valid_until=valid_until,
    )  # fmt: skip
    facts = {"until": valid_until, "note": extension.note, "unasked": True}
    _audit("plan.extension_granted", extension, by=by, at=at, data=facts)
    _tell_the_unit(extension, at=at)
    return extension


def _check_last_day(day: date, *, on: date) -> None:
    if day < on:
        raise LastDayPast
    if day > on + timedelta(days=LONGEST_DAYS):
        raise LastDayTooFar(days=LONGEST_DAYS)


def _check_expected(unit: Unit, phase: Phase, *, on: date) -> None:
    has_plan = Plan.objects.filter(unit=unit, phase=phase).exists()
    if not (has_plan or expected_units(phase, on).filter(pk=unit.pk).exists()):
        raise UnitHasNoPlanToSend(unit=unit, phase=phase)


def _lock(extension: PlanExtension) -> PlanExtension:
    """Lock phase, then request: whoever sends meanwhile waits, and finds what was decided."""
    lock_phase(extension.phase_id)
    return (
        PlanExtension.objects.select_for_update(no_key=True, of=("self",))
        .select_related("phase__campaign", "unit")
        .get(pk=extension.pk)
    )


def _decide(
    extension: PlanExtension,
    state: ExtensionState,
    note: str,
    *,
    by: Actor,
    at: datetime,
    action: str,
    valid_until: date | None = None,
) -> PlanExtension:
    if extension.state != ExtensionState.ASKED:
        assert extension.decided_by is not None  # noqa: S101 - by constraint
        raise ExtensionDecided(
            person=extension.decided_by.person.full_name, state=extension.get_state_display()
        )
    decided = advance(
        extension, to=state, table=EXTENSION_TRANSITIONS, by=by, at=at, action=action,
        root=_root(extension),
        data={**_facts(extension), "until": valid_until, "note": note.strip()},
        changes={
            "decided_by_id": _mandate_id(by), "decided_at": at, "note": note.strip(),
            "valid_until": valid_until,
        },
    )  # fmt: skip
    _tell_the_unit(decided, at=at)
    return decided


def _shown(extension: PlanExtension) -> str:
    return show_date(extension.valid_until) if extension.valid_until else ""


def _mandate_id(by: Actor) -> int:
    """Extra days are somebody's word, under a mandate: the portal itself grants none."""
    if by.mandate_id is None:
        raise NotAllowed
    return by.mandate_id


def _root(extension: PlanExtension) -> models.Model:
    """The plan, where the unit has begun one; otherwise the campaign."""
    plan = Plan.objects.filter(unit=extension.unit_id, phase=extension.phase_id).first()
    return plan or extension.phase.campaign


def _facts(extension: PlanExtension) -> dict[str, object]:
    return {"unit": extension.unit.code, "phase": extension.phase.number}


def _audit(
    action: str, extension: PlanExtension, *, by: Actor, at: datetime, data: dict[str, object]
) -> None:
    audit.record(action, root=_root(extension), by=by, at=at, data={**_facts(extension), **data})


def _tell_the_unit(extension: PlanExtension, *, at: datetime) -> None:
    mandates = mandates_for_units([extension.unit_id], UNIT_ROLES, timezone.localdate(at))
    people = {mandate.person_id for mandate in mandates}
    if extension.asked_by is not None:
        people.add(extension.asked_by.person_id)
    _tell(EXTENSION_DECIDED, extension, people, at=at)


def _tell(kind: str, extension: PlanExtension, people: set[int], *, at: datetime) -> None:
    outbox.queue_messages(
        [
            outbox.MessageDraft(
                kind=kind,
                recipient_id=person_id,
                dedupe_key=f"{kind}:{extension.pk}:{person_id}",
                context={"extension": extension.pk},
            )
            for person_id in sorted(people)
        ],
        at=at,
    )
