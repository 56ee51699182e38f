"""What the department does with a plan that was sent: take it, remark on it, decide."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.locking import lock_plan, lock_version
from campaigns.plans.models import ChecklistAnswer, Plan, PlanSection, PlanVersion, Remark
from campaigns.plans.pins import WHOLE_SECTION, Pin, quote_of
from campaigns.plans.states import PLAN_TRANSITIONS, PlanState
from campaigns.programme.review_aids import ChecklistItem
from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import Conflict, DomainError, NotAllowed
from emulation_portal.core.transitions import advance
from units.api import UNIT_ROLES, mandates_for_units
from units.models import Mandate, User

PLAN_DECIDED = "plan_decided"


class TakenByAnother(Conflict):
    """Somebody else is at work on the version."""

    message = _("%(reviewer)s is already reviewing this plan.")


class NotUnderReview(Conflict):
    """The version was withdrawn or decided since the page was opened."""

    message = _("This version is no longer under review. Its state is now “%(state)s”.")


class PlaceMissing(DomainError):
    """The remark names a paragraph, task or target that does not stand in the version."""

    message = _("The place you wanted to remark on does not stand in this version.")


class ReasonMissing(DomainError):
    """A unit that is asked for additions is told which."""

    message = _("Say what has to be added: the unit reads it above its plan.")


def holder_of(version: PlanVersion, *, on: date) -> Mandate | None:
    """Return who reviews the version, or None while nobody does.

    A reviewer whose mandate has ended holds nothing: somebody else may take the version.
    """
    reviewer = version.reviewer
    if reviewer is None or not (reviewer.valid_on(on) and reviewer.person.is_active):
        return None
    return reviewer


@transaction.atomic
def take_review(*, version: PlanVersion, by: Actor, at: datetime) -> PlanVersion:
    """Make the actor the reviewer of a sent version; taking one's own again changes nothing.

    From then on the unit can no longer withdraw it.

    Side effects, in order: plan and version are locked, reviewer and time are written,
    "plan.review_taken" is audited. Raises NotUnderReview; TakenByAnother when somebody else
    holds it.
    """
    locked = _lock_for_review(version)
    _take(locked, by, at)
    return locked


@transaction.atomic
def take_over_review(*, version: PlanVersion, by: Actor, at: datetime) -> PlanVersion:
    """Make the actor the reviewer in the place of whoever holds the version.

    Side effects, in order: plan and version are locked, reviewer and time are written,
    "plan.review_taken_over" is audited with the mandate it was taken from. Raises NotUnderReview.
    """
    locked = _lock_for_review(version)
    before = locked.reviewer_id
    if before is None:
        _take(locked, by, at)
    elif before != by.mandate_id:
        _write_reviewer(locked, by.mandate_id, at)
        audit.record(
            "plan.review_taken_over", root=locked.plan, by=by, at=at,
            data={"version": locked.number, "from_mandate": before},
        )  # fmt: skip
    return locked


@transaction.atomic
def release_review(*, version: PlanVersion, by: Actor, at: datetime) -> PlanVersion:
    """Put a version the actor holds back into the queue; one nobody holds stays as it is.

    The unit may withdraw it again. Side effects, in order: plan and version are locked, the
    reviewer is cleared, "plan.review_released" is audited. Raises NotUnderReview, TakenByAnother.
    """
    locked = _lock_for_review(version)
    if locked.reviewer_id is None:
        return locked
    _check_not_held_by_another(locked, by, on=localdate(at))
    _write_reviewer(locked, None, None)
    audit.record(
        "plan.review_released", root=locked.plan, by=by, at=at, data={"version": locked.number}
    )
    return locked


@transaction.atomic
def add_remark(
    *,
    version: PlanVersion,
    section: PlanSection | None,
    body: str,
    by: Actor,
    at: datetime,
    pin: Pin = WHOLE_SECTION,
) -> Remark:
    """Pin a remark to a place of a version under review; return it.

    The place is a section, a paragraph, task or target inside it, or, with no section, the
    issue or the papers. Its words are kept with the remark. Who remarks on a version that nobody
    holds takes it. The unit sees the remark once the version is returned or accepted.

    Side effects, in order: plan and version are locked, the version is taken where nobody holds
    it, the remark is written, "plan.remarked" is audited. Raises NotUnderReview, TakenByAnother,
    PlaceMissing.
    """
    locked = _lock_for_review(version)
    quote = quote_of(locked, section, pin)
    if quote is None:
        raise PlaceMissing
    _take(locked, by, at)
    remark = Remark.objects.create(
        version=locked, section=section, pin_kind=pin.kind, paragraph=pin.paragraph, row=pin.row,
        quote=quote, author_id=_mandate_id(by), body=body, created_at=at,
    )  # fmt: skip
    audit.record(
        "plan.remarked", root=locked.plan, by=by, at=at,
        data={
            "version": locked.number,
            "section": section.key if section else pin.kind.value,
            "remark": remark.pk,
            "pin": pin.token,
        },
    )  # fmt: skip
    return remark


@transaction.atomic
def accept_plan(*, version: PlanVersion, by: Actor, at: datetime, note: str = "") -> PlanVersion:
    """Accept a sent version: it is in force from now on, in place of the one before.

    Side effects, in order: plan and version are locked; the version moves to accepted with who,
    when and `note` ("plan.accepted" is audited); it becomes the plan's version in force; a mail
    to each of the unit's people is queued. Raises NotUnderReview, TakenByAnother.
    """
    locked = _lock_for_review(version)
    accepted = _decide(locked, PlanState.ACCEPTED, note, by, at, action="plan.accepted")
    Plan.objects.filter(pk=locked.plan_id).update(in_force=accepted)
    return accepted


@transaction.atomic
def return_plan(*, version: PlanVersion, reason: str, by: Actor, at: datetime) -> PlanVersion:
    """Ask the unit for additions, saying why; what was accepted earlier stays in force.

    The unit's next draft starts from this version and shows the remarks.

    Side effects, in order: plan and version are locked; the version moves to returned with
    reason, who and when ("plan.returned" is audited); a mail to each of the unit's people is
    queued. Raises ReasonMissing, NotUnderReview, TakenByAnother.
    """
    if not reason.strip():
        raise ReasonMissing
    locked = _lock_for_review(version)
    return _decide(locked, PlanState.RETURNED, reason, by, at, action="plan.returned")


@transaction.atomic
def answer_checklist(
    *, version: PlanVersion, answers: Mapping[int, str], by: Actor, at: datetime
) -> int:
    """Keep the reviewer's answers by item id ("" takes one back); return how many changed.

    Who answers about a version that nobody holds takes it. Items of another campaign are ignored.

    Side effects, in order: plan and version are locked, the version is taken where nobody holds
    it, the answers are written, "plan.checklist_answered" is audited where any changed. Raises
    NotUnderReview, TakenByAnother.
    """
    locked = _lock_for_review(version)
    _take(locked, by, at)
    asked = ChecklistItem.objects.filter(campaign=locked.plan.phase.campaign_id, pk__in=answers)
    known = set(asked.values_list("pk", flat=True))
    stored = {row.item_id: row for row in ChecklistAnswer.objects.filter(version=locked)}
    before = {item: row.answer for item, row in stored.items()}
    changed = {
        item: answer
        for item, answer in answers.items()
        if item in known and before.get(item, "") != answer
    }
    if not changed:
        return 0
    ChecklistAnswer.objects.filter(version=locked, item__in=changed).delete()
    ChecklistAnswer.objects.bulk_create(
        ChecklistAnswer(
            version=locked, item_id=item, answer=answer, answered_by_id=_mandate_id(by),
            answered_at=at,
        )
        for item, answer in sorted(changed.items())
        if answer
    )  # fmt: skip
    audit.record(
        "plan.checklist_answered", root=locked.plan, by=by, at=at,
        data={
            "version": locked.number,
            "answers": {str(item): answer for item, answer in sorted(changed.items())},
        },
    )  # fmt: skip
    return len(changed)


def _lock_for_review(version: PlanVersion) -> PlanVersion:
    lock_plan(version.plan_id)
    locked = lock_version(version.pk)
    if locked.state != PlanState.SENT:
        raise NotUnderReview(state=locked.get_state_display())
    return locked


def _check_not_held_by_another(locked: PlanVersion, by: Actor, *, on: date) -> None:
    holder = holder_of(locked, on=on)
    if holder is not None and holder.person_id != by.person_id:
        raise TakenByAnother(reviewer=holder.person.full_name)


def _take(locked: PlanVersion, by: Actor, at: datetime) -> None:
    """Give a locked version to the actor unless somebody else holds it."""
    on = localdate(at)
    _check_not_held_by_another(locked, by, on=on)
    if holder_of(locked, on=on) is not None:
        return
    _write_reviewer(locked, _mandate_id(by), at)
    audit.record(
        "plan.review_taken", root=locked.plan, by=by, at=at, data={"version": locked.number}
    )


def _mandate_id(by: Actor) -> int:
    """A review is somebody's, under a mandate: the portal itself reviews nothing."""
    if by.mandate_id is None:
        raise NotAllowed
    return by.mandate_id


def _write_reviewer(locked: PlanVersion, mandate_id: int | None, at: datetime | None) -> None:
    locked.reviewer_id, locked.taken_at = mandate_id, at
    locked.save(update_fields=["reviewer", "taken_at"])


def _decide(
    locked: PlanVersion, state: PlanState, reason: str, by: Actor, at: datetime, *, action: str
) -> PlanVersion:
    _take(locked, by, at)
    decided = advance(
        locked,
        to=state,
        table=PLAN_TRANSITIONS,
        by=by,
        at=at,
        action=action,
        root=locked.plan,
        data={"version": locked.number},
        changes={
            "decided_at": at,
            "decided_by_id": by.mandate_id,
            "decision_reason": reason.strip(),
        },
    )
    _tell_the_unit(decided, at=at)
    return decided


def told_of_decision(versions: Collection[PlanVersion], *, on: date) -> dict[int, dict[int, User]]:
    """Return who hears of the decision about each version: people by id, by version id.

    The unit's own people, and whoever sent the version, also from the department on the unit's
    behalf. Needs `sent_by__person`; one query.
    """
    of_unit: dict[int, dict[int, User]] = {}
    units = {version.plan.unit_id for version in versions}
    for mandate in mandates_for_units(sorted(units), UNIT_ROLES, on):
        of_unit.setdefault(mandate.unit_id, {})[mandate.person_id] = mandate.person
    told = {}
    for version in versions:
        told[version.pk] = dict(of_unit.get(version.plan.unit_id, {}))
        if version.sent_by is not None:
            told[version.pk].setdefault(version.sent_by.person_id, version.sent_by.person)
    return told


def _tell_the_unit(version: PlanVersion, *, at: datetime) -> None:
    people = told_of_decision([version], on=localdate(at))[version.pk]
    outbox.queue_messages(
        [
            outbox.MessageDraft(
                kind=PLAN_DECIDED,
                recipient_id=person_id,
                dedupe_key=f"{PLAN_DECIDED}:{version.pk}:{person_id}",
                context={"version": version.pk},
            )
            for person_id in sorted(people)
        ],
        at=at,
    )
