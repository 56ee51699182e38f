"""What the unit does with the department's remarks: answer them, tick them off."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.locking import lock_plan
from campaigns.plans.models import Plan, PlanVersion, Remark, RemarkReply, RemarkTick
from campaigns.plans.queries import draft_of
from campaigns.plans.remarks import remarks_to_answer
from campaigns.plans.states import PlanState
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import Conflict, NotAllowed


class NotDecidedYet(Conflict):
    """The remark is still the reviewer's own: the unit has not been told."""

    message = _("This remark can be answered once the department has decided about the version.")


class NothingToTick(Conflict):
    """No open draft answers the remark: it was sent, or the remark is from an earlier round."""

    message = _(
        "No draft of this plan answers this remark any more, so it can no longer be ticked off."
    )


@transaction.atomic
def reply_to_remark(*, remark: Remark, body: str, by: Actor, at: datetime) -> RemarkReply:
    """Answer a remark on a version that has been decided; return the answer. It stands for good.

    Side effects, in order: the answer is written, "plan.remark_answered" is audited. Raises
    NotDecidedYet.
    """
    if by.mandate_id is None:
        raise NotAllowed
    version = PlanVersion.objects.select_related("plan").get(pk=remark.version_id)
    if version.state not in (PlanState.RETURNED, PlanState.ACCEPTED):
        raise NotDecidedYet
    reply = RemarkReply.objects.create(
        remark=remark, author_id=by.mandate_id, body=body, created_at=at
    )
    audit.record(
        "plan.remark_answered", root=version.plan, by=by, at=at,
        data={"version": version.number, "remark": remark.pk, "reply": reply.pk},
    )  # fmt: skip
    return reply


@transaction.atomic
def tick_remark(*, remark: Remark, done: bool, by: Actor, at: datetime) -> bool:
    """Tick a remark off, or take the tick back; return whether that changed anything.

    From the moment the draft is sent, the ticks stand as they were.

    Side effects, in order: the plan is locked, the tick is written or removed,
    "plan.remark_ticked" or "plan.remark_unticked" is audited. Raises NothingToTick.
    """
    if by.mandate_id is None:
        raise NotAllowed
    plan: Plan = lock_plan(remark.version.plan_id)
    draft = draft_of(plan)
    if draft is None or not remarks_to_answer(draft).filter(pk=remark.pk).exists():
        raise NothingToTick
    if done:
        _tick, changed = RemarkTick.objects.get_or_create(
            remark=remark, defaults={"ticked_by_id": by.mandate_id, "ticked_at": at}
        )
    else:
        deleted, _by_model = RemarkTick.objects.filter(remark=remark).delete()
        changed = bool(deleted)
    if changed:
        audit.record(
            "plan.remark_ticked" if done else "plan.remark_unticked", root=plan, by=by, at=at,
            data={"version": draft.number, "remark": remark.pk},
        )  # fmt: skip
    return changed
