"""What the department does with a plan that was sent: take it, remark on it, decide."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models import Plan, PlanSection, PlanVersion, Remark
from campaigns.plans.states import PLAN_TRANSITIONS, PlanState
from emulation_portal.core import audit
from emulation_portal.core.errors import DomainError
from emulation_portal.core.outbox import queue_message
from emulation_portal.core.transitions import advance
from units.api import mandates_for_units
from units.models import Mandate, Role


class TakenByAnother(DomainError):
    message = _("%(reviewer)s is already reviewing this plan.")


class NotUnderReview(DomainError):
    message = _("This version is no longer under review. Its state is now “%(state)s”.")


class ReasonMissing(DomainError):
    message = _("Say what has to be added: the unit reads it above its plan.")


def _lock_for_review(version: PlanVersion) -> PlanVersion:
    """Lock plan, then version (the order every writer keeps); raise NotUnderReview unless sent."""
    Plan.objects.select_for_update().get(pk=version.plan_id)
    locked = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related("plan__unit", "plan__phase__campaign")
        .get(pk=version.pk)
    )
    if locked.state != PlanState.SENT:
        raise NotUnderReview(state=locked.get_state_display())
    return locked


@transaction.atomic
def take_review(*, version: PlanVersion, by: Mandate, at: datetime) -> PlanVersion:
    """Make `by` the reviewer of a sent version; taking one's own again changes nothing.

    Side effects: reviewer and time written, "plan.review_taken" audited under the plan. From
    then on the unit can no longer withdraw it.
    Raises NotUnderReview; TakenByAnother when somebody else holds it.
    """
    locked = _lock_for_review(version)
    if locked.reviewer_id == by.pk:
        return locked
    if locked.reviewer is not None:
        raise TakenByAnother(reviewer=locked.reviewer.person.full_name)
    locked.reviewer, locked.taken_at = by, at
    locked.save(update_fields=["reviewer", "taken_at"])
    audit.record(
        "plan.review_taken", root=locked.plan, by=by.actor, at=at, data={"version": locked.number}
    )
    return locked


@transaction.atomic
def add_remark(
    *, version: PlanVersion, section: PlanSection, body: str, by: Mandate, at: datetime
) -> Remark:
    """Pin a remark to a section of a version under review; return it.

    Side effects: the remark row, "plan.remarked" audited. The unit sees it once the version is
    returned or accepted. Raises NotUnderReview.
    """
    locked = _lock_for_review(version)
    remark = Remark.objects.create(
        version=locked, section=section, author=by, body=body, created_at=at
    )
    audit.record(
        "plan.remarked", root=locked.plan, by=by.actor, at=at,
        data={"version": locked.number, "section": section.key, "remark": remark.pk},
    )
    return remark


@transaction.atomic
def accept_plan(*, version: PlanVersion, reason: str, by: Mandate, at: datetime) -> PlanVersion:
    """Accept a sent version: it is in force from now on, in place of the one before.

    Side effects, in order: state ACCEPTED with who and when (audited "plan.accepted"),
    `Plan.in_force` moved, a letter queued to the unit's people. Raises NotUnderReview.
    """
    locked = _lock_for_review(version)
    accepted = _decide(locked, PlanState.ACCEPTED, reason, by, at, "plan.accepted")
    Plan.objects.filter(pk=locked.plan_id).update(in_force=accepted)
    return accepted


@transaction.atomic
def return_plan(*, version: PlanVersion, reason: str, by: Mandate, at: datetime) -> PlanVersion:
    """Ask the unit for additions, saying why; what was accepted earlier stays in force.

    Side effects, in order: state RETURNED with reason, who and when (audited "plan.returned"),
    a letter queued to the unit's people. The unit's next draft starts from this version.
    Raises NotUnderReview; ReasonMissing when neither a reason nor a remark is given.
    """
    if not reason.strip():
        raise ReasonMissing
    locked = _lock_for_review(version)
    return _decide(locked, PlanState.RETURNED, reason, by, at, "plan.returned")


def _decide(
    version: PlanVersion, state: PlanState, reason: str, by: Mandate, at: datetime, action: str
) -> PlanVersion:
    decided = advance(
        version, to=state, table=PLAN_TRANSITIONS, by=by.actor, at=at, action=action,
        root=version.plan, data={"version": version.number},
        changes={
            "decided_at": at, "decided_by": by, "decision_reason": reason.strip(),
            "reviewer": version.reviewer or by, "taken_at": version.taken_at or at,
        },
    )
    roles = (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY)
    told = {m.person_id: m.person for m in mandates_for_units([version.plan.unit_id], roles, localdate(at))}
    for person in told.values():
        queue_message(
            kind="plan_decided", recipient=person,
            dedupe_key=f"plan-decided:{version.pk}:{person.pk}",
            context={"version": version.pk}, at=at,
        )
    return decided
