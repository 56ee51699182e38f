"""Sending a version to the department, which freezes it for good, and taking it back."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.locking import lock_phase, lock_plan, lock_version
from campaigns.plans.actions.starting import copy_as_draft
from campaigns.plans.completeness import Missing, what_is_missing
from campaigns.plans.content import content_hash_of
from campaigns.plans.locks import Lock, LockKind, lock_on_withdrawing, locks_on_sending
from campaigns.plans.models import PaperKind, Plan, PlanIssue, PlanVersion
from campaigns.plans.queries import RECEIVED_STATES, latest_received, reviewers_of
from campaigns.plans.refusals import Answer, Refusal
from campaigns.plans.states import PLAN_TRANSITIONS, PlanState
from campaigns.programme.models import Phase, PlanFlow
from emulation_portal.core import outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import Conflict, DomainError, NotAllowed
from emulation_portal.core.transitions import advance
from units.models import Mandate, Role

PLAN_SENT = "plan_sent"
PLAN_RECEIPT = "plan_receipt"


class PlanLocked(DomainError):
    """Nobody may send the plan at present; `locks` say why, and who can lift that."""

    def __init__(self, locks: Sequence[Lock]) -> None:
        super().__init__()
        self.locks = tuple(locks)

    def __str__(self) -> str:
        return " ".join(map(str, self.locks))


class PlanWindowClosed(PlanLocked):
    """The department takes no plans for the phase, and the unit has no extra days."""


class PhaseOver(PlanLocked):
    """The phase has ended, and the unit has no extra days."""


class UnitEnded(PlanLocked):
    """The unit does not exist any more."""


_REFUSALS: dict[LockKind, type[PlanLocked]] = {
    LockKind.UNIT_ENDED: UnitEnded,
    LockKind.PHASE_OVER: PhaseOver,
    LockKind.WINDOW_CLOSED: PlanWindowClosed,
}


class PlanIncomplete(DomainError):
    """Something is missing; `missing` says what, and where it is filled in."""

    message = _("The plan is not complete yet.")

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__()
        self.missing = missing


class SendingRefused(NotAllowed):
    """The person may not send this version as things stand."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal

    def __str__(self) -> str:
        return str(self.refusal)


class ContentChanged(Conflict):
    """The plan differs from what the sender has checked."""

    message = _("The plan was changed after you opened this page. Check it again, then send it.")


class NothingToSend(Conflict):
    """The plan has no draft: somebody has sent it already."""

    message = _("There is no draft to send: the plan has been sent already.")


class NothingToWithdraw(Conflict):
    """The version is not with the department (any more); the lock says what became of it."""

    message = _("This version is not with the department, so there is nothing to withdraw.")

    def __init__(self, lock: Lock | None = None) -> None:
        super().__init__()
        self.lock = lock

    def __str__(self) -> str:
        return str(self.lock) if self.lock else super().__str__()


class WithdrawalTooLate(NothingToWithdraw):
    """The department has begun its review."""

    message = _(
        "This version can no longer be withdrawn: the department has taken it for review. "
        "Ask the reviewer to return it."
    )


def sending_authority(mandate: Mandate, version: PlanVersion) -> Answer:
    """Return True, or why `mandate` may not send `version` as its papers stand now.

    The head, a deputy, or whoever the head has delegated (TUQ.) sends in their own right. An
    officer sends for the head once the head's signed document is attached: as such, or as the
    scan of an issue that is new with this version. The department sends what it has entered on
    the unit's behalf, with the source attached.
    """
    if mandate.unit_id == version.plan.unit_id and mandate.is_unit_side:
        if mandate.role in (Role.UNIT_HEAD, Role.UNIT_DEPUTY) or mandate.delegated_by_id:
            return True
        if version.papers.filter(kind=PaperKind.HEAD_SIGNED).exists() or _scan_is_new(version):
            return True
        return Refusal(
            _(
                "An officer sends for the head once the head's signed document is attached. "
                "Attach it under “Papers”, or let the head send the plan."
            )
        )
    if mandate.is_department and version.entered_on_behalf:
        if version.papers.filter(kind=PaperKind.SOURCE).exists():
            return True
        return Refusal(_("Attach the source from which the plan is entered on the unit's behalf."))
    return Refusal(_("Only %(unit)s sends this plan.") % {"unit": version.plan.unit})


def _scan_is_new(version: PlanVersion) -> bool:
    """Whether the head's signature on the scan speaks for this version.

    A scan copied from a version the department has answered speaks for that one; only where
    the versions transcribe a plan issued on paper does the same scan speak for all of them.
    """
    issue = PlanIssue.objects.filter(version=version).first()
    if issue is None:
        return False
    if version.registered_from_paper:
        return True
    base = version.based_on
    while base is not None and base.state == PlanState.WITHDRAWN:
        base = base.based_on
    return base is None or not PlanIssue.objects.filter(version=base, scan=issue.scan_id).exists()


@transaction.atomic
def send_plan(
    *, version: PlanVersion, by: Actor, at: datetime, checked_hash: str = ""
) -> PlanVersion:
    """Send a draft to the department and return the frozen version.

    A version sent already is returned as it is: a double click, or two people at once, get the
    same receipt. `checked_hash` is the content hash of what the sender has checked; empty skips
    the comparison. A late plan is taken and marked late.

    Side effects, in order: phase, plan and version are locked; the version moves to sent with
    time, sender, lateness and content hash ("plan.sent" is audited); it becomes the plan's
    current version; one mail to each reviewer and a receipt to the sender are queued.

    Extra days count until the end of their last one, in Vietnam.

    Raises PlanWindowClosed, PhaseOver, UnitEnded, SendingRefused, PlanIncomplete, ContentChanged.
    """
    phase = lock_phase(version.plan.phase_id)
    plan = lock_plan(version.plan_id)
    version = lock_version(version.pk)
    if _is_sent(version):
        return version
    if by.mandate_id is None:
        raise NotAllowed
    mandate = Mandate.objects.select_related("person", "unit").get(pk=by.mandate_id)
    if locks := locks_on_sending(plan.unit, phase, on=timezone.localdate(at), mandate=mandate):
        raise _REFUSALS[locks[0].kind](locks)
    if not (answer := sending_authority(mandate, version)):
        assert isinstance(answer, Refusal)  # noqa: S101 - narrows the type: False is never bare
        raise SendingRefused(answer)
    if missing := what_is_missing(version):
        raise PlanIncomplete(missing)
    content_hash = content_hash_of(version)
    if checked_hash and checked_hash != content_hash:
        raise ContentChanged
    is_late = lateness(version, phase, at=at)
    version = advance(
        version,
        to=PlanState.SENT,
        table=PLAN_TRANSITIONS,
        by=by,
        at=at,
        action="plan.sent",
        root=plan,
        data={"version": version.number, "content_hash": content_hash, "late": is_late},
        changes={
            "sent_at": at,
            "sent_by_id": by.mandate_id,
            "is_late": is_late,
            "content_hash": content_hash,
        },
    )
    Plan.objects.filter(pk=plan.pk).update(current=version)
    _notify(plan, version, mandate, at=at)
    return version


def _is_sent(version: PlanVersion) -> bool:
    return version.sent_at is not None


def lateness(version: PlanVersion, phase: Phase, *, at: datetime) -> bool | None:
    """Return whether the plan is late with this version; None where nobody can say.

    A plan is on time once, by its first version the department still has: an amendment, or a
    version sent again, does not make it late. Where the unit issues first, the date of issue
    counts, whenever it is entered. Where the department reviews first, the day of sending
    counts, and a deadline older than the portal binds nobody.
    """
    deadline = phase.plan_deadline
    if deadline is None:
        return None
    received = PlanVersion.objects.filter(plan_id=version.plan_id, state__in=RECEIVED_STATES)
    if phase.campaign.plan_flow == PlanFlow.ISSUE_FIRST:
        dates: list[date] = list(
            PlanIssue.objects.filter(version__in=[version, *received]).values_list(
                "issue_date", flat=True
            )
        )
        return min(dates) > deadline if dates else None
    if deadline < phase.campaign.go_live_date:
        return None
    first = received.order_by("sent_at").values_list("sent_at", flat=True).first()
    return timezone.localdate(first or at) > deadline


def _notify(plan: Plan, version: PlanVersion, sender: Mandate, *, at: datetime) -> None:
    context = {"version": version.pk}
    drafts = [
        outbox.MessageDraft(
            kind=PLAN_SENT,
            recipient_id=person.pk,
            dedupe_key=f"{PLAN_SENT}:{version.pk}:{person.pk}",
            context=context,
        )
        for person in reviewers_of(plan, on=timezone.localdate(at))
    ]
    drafts.append(
        outbox.MessageDraft(
            kind=PLAN_RECEIPT,
            recipient_id=sender.person_id,
            dedupe_key=f"{PLAN_RECEIPT}:{version.pk}",
            context=context,
        )
    )
    outbox.queue_messages(drafts, at=at)


@transaction.atomic
def withdraw_plan(
    *, version: PlanVersion, by: Actor, at: datetime, reason: str = ""
) -> PlanVersion:
    """Take a sent version back before anybody has taken it for review; return the new draft.

    A version withdrawn already yields the draft that followed it (a double click).

    Side effects, in order: plan and version are locked; the version moves to withdrawn
    ("plan.withdrawn" is audited with the `reason`, where one was given); the plan's current
    version is again the one received before, or none; a draft with the same content is made.

    Raises WithdrawalTooLate, NothingToWithdraw.
    """
    plan = lock_plan(version.plan_id)
    version = lock_version(version.pk)
    if version.state == PlanState.WITHDRAWN:
        return version.successors.order_by("number")[0]
    if lock := lock_on_withdrawing(version):
        raise (WithdrawalTooLate if lock.kind == LockKind.UNDER_REVIEW else NothingToWithdraw)(lock)
    version = advance(
        version,
        to=PlanState.WITHDRAWN,
        table=PLAN_TRANSITIONS,
        by=by,
        at=at,
        action="plan.withdrawn",
        root=plan,
        data={"version": version.number, **({"reason": reason} if reason else {})},
    )
    Plan.objects.filter(pk=plan.pk).update(current=latest_received(plan, besides=version))
    return copy_as_draft(version, by=by, at=at)
