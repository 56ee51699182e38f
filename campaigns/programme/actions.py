"""Writes to the programme after it has been loaded: deliverables, confirmations, plan windows."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from campaigns.programme.facts import FactKind
from campaigns.programme.models import Campaign, Deliverable, DeliverableState, Phase
from campaigns.programme.sync import show
from emulation_portal.core.actors import Actor
from emulation_portal.core.audit import record
from emulation_portal.core.errors import Conflict, DomainError
from units.models import Unit


class DeliverableMoved(Conflict):
    message = _(
        "Somebody else has changed this deliverable since you opened it. What it says now stands "
        "beside what you typed; check it and save again."
    )


class CompletionUndated(DomainError):
    message = _("Say on which day the deliverable was completed.")


class CompletionInFuture(DomainError):
    message = _("The day of completion lies in the future.")


class CompletionUnfounded(DomainError):
    message = _("Name the evidence: the decision or document by which it was completed.")


class NotCompleted(DomainError):
    message = _("Only a deliverable that is done has a day of completion.")


class AlreadyConfirmed(DomainError):
    message = _("This has already been confirmed.")


class WindowAlreadyClosed(DomainError):
    message = _("The department takes no plans for this phase already.")


class WindowNotClosed(DomainError):
    message = _("The department takes plans for this phase; there is nothing to reopen.")


@dataclass(frozen=True)
class DeliverableProgress:
    """How a deliverable stands: what the department keeps of it."""

    state: str
    lead_unit_id: int | None
    due_date: date | None
    done_date: date | None
    evidence: str

    @classmethod
    def of(cls, deliverable: Deliverable) -> "DeliverableProgress":
        return cls(
            deliverable.state,
            deliverable.lead_unit_id,
            deliverable.due_date,
            deliverable.done_date,
            deliverable.evidence,
        )


@transaction.atomic
def update_deliverable(
    *,
    deliverable: Deliverable,
    progress: DeliverableProgress,
    seen: DeliverableProgress,
    by: Actor,
    at: datetime,
) -> Deliverable:
    """Keep how a deliverable stands. `seen` is what the person had before them.

    Saving what is already there writes nothing. Raises DeliverableMoved where it is no longer
    as seen, CompletionUndated, CompletionUnfounded or CompletionInFuture where something done
    lacks its day or evidence, NotCompleted where something not done has a day.

    Side effects, in order: the row is locked and changed, one audit entry on the campaign.
    """
    row = Deliverable.objects.select_for_update().get(pk=deliverable.pk)
    current = DeliverableProgress.of(row)
    if current not in (seen, progress):
        raise DeliverableMoved
    check_completion(progress, today=localdate(at))
    if current == progress:
        return row
    for name, value in asdict(progress).items():
        setattr(row, name, value)
    row.save(update_fields=[name.removesuffix("_id") for name in asdict(progress)])
    record(
        "deliverable.updated",
        root=Campaign(pk=row.campaign_id),
        by=by,
        at=at,
        data={
            "deliverable": row.code,
            "before": _readable(current),
            "after": _readable(progress),
        },
    )
    return row


def check_completion(progress: DeliverableProgress, *, today: date) -> None:
    """Raise what `update_deliverable` raises about day and evidence of completion."""
    if progress.state != DeliverableState.DONE:
        if progress.done_date:
            raise NotCompleted
        return
    if progress.done_date is None:
        raise CompletionUndated
    if progress.done_date > today:
        raise CompletionInFuture
    if not progress.evidence:
        raise CompletionUnfounded


def _readable(progress: DeliverableProgress) -> dict[str, Any]:
    lead = Unit.objects.get(pk=progress.lead_unit_id) if progress.lead_unit_id else None
    return {
        "state": progress.state,
        "lead_unit": lead.code if lead else None,
        "due_date": progress.due_date,
        "done_date": progress.done_date,
        "evidence": progress.evidence,
    }


@transaction.atomic
def confirm_fact(
    *, kind: FactKind, pk: int, campaign: Campaign, reference: str, by: Actor, at: datetime
) -> Any:
    """Mark a fact as confirmed by the document `reference`, which becomes its source.

    Raises the model's DoesNotExist where the campaign has no such fact, AlreadyConfirmed where
    somebody was quicker.

    Side effects, in order: the row is locked and changed, one audit entry on the campaign that
    keeps the source named before.
    """
    row = kind.rows(campaign).select_related(None).select_for_update(of=("self",)).get(pk=pk)
    if getattr(row, kind.flag):
        raise AlreadyConfirmed
    earlier = row.source
    setattr(row, kind.flag, True)
    row.source = reference
    row.save(update_fields=[kind.flag, "source"])
    record(
        "fact.confirmed",
        root=campaign,
        by=by,
        at=at,
        data={
            "kind": kind.slug,
            "fact": pk,
            "title": kind.title(row),
            "reference": reference,
            "earlier_source": show(earlier),
        },
    )
    return row


@transaction.atomic
def close_plan_window(*, phase: Phase, reason: str, by: Actor, at: datetime) -> Phase:
    """Take no more plans for a phase; `by` must act under a mandate.

    Raises WindowAlreadyClosed where somebody was quicker.

    Side effects, in order: the phase is locked and says who closed it, when and why; one audit
    entry on the campaign.
    """
    row = Phase.objects.select_for_update().get(pk=phase.pk)
    if row.plans_closed_at is not None:
        raise WindowAlreadyClosed
    row.plans_closed_at, row.plans_closed_by_id, row.plans_closed_reason = at, by.mandate_id, reason
    row.save(update_fields=["plans_closed_at", "plans_closed_by", "plans_closed_reason"])
    record(
        "phase.plans_closed",
        root=Campaign(pk=row.campaign_id),
        by=by,
        at=at,
        data={"phase": row.number, "reason": reason},
    )
    return row


@transaction.atomic
def reopen_plan_window(*, phase: Phase, reason: str, by: Actor, at: datetime) -> Phase:
    """Take plans for a phase again. Raises WindowNotClosed where nothing is closed.

    Side effects, in order: the phase is locked and forgets the closing, which the audit trail
    keeps; one audit entry on the campaign.
    """
    row = Phase.objects.select_for_update().get(pk=phase.pk)
    if row.plans_closed_at is None:
        raise WindowNotClosed
    row.plans_closed_at, row.plans_closed_by, row.plans_closed_reason = None, None, ""
    row.save(update_fields=["plans_closed_at", "plans_closed_by", "plans_closed_reason"])
    record(
        "phase.plans_reopened",
        root=Campaign(pk=row.campaign_id),
        by=by,
        at=at,
        data={"phase": row.number, "reason": reason},
    )
    return row
