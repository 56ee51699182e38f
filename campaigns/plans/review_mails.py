"""The mail about the department's decision. Rendered at delivery, when it may be out of date."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from campaigns.plans.models import PlanVersion
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from emulation_portal.core.outbox import Rendered, render_templates
from units.models import User

if TYPE_CHECKING:
    from emulation_portal.core.models import Message


def render_plan_decided(message: "Message") -> Rendered | None:
    """Tell the unit what the department decided; nothing once a newer version is on its way."""
    rows = PlanVersion.objects.select_related("plan__unit", "plan__phase__campaign", "issue")
    version = rows.filter(pk=message.context.get("version")).first()
    if version is None or version.state not in (PlanState.RETURNED, PlanState.ACCEPTED):
        return None
    if version.plan.current_id != version.pk:
        return None
    return _letter(version, remark_count=version.remarks.count())


@dataclass(frozen=True)
class Letter:
    """The letter as those people will get it who read in one language."""

    language: str
    recipients: list[User]
    rendered: Rendered


def letters_before_decision(
    version: PlanVersion,
    recipients: Iterable[User],
    *,
    accepts: bool,
    reason: str,
    remark_count: int,
    at: datetime,
) -> list[Letter]:
    """Return the letters that a decision taken now would send, one for each language read.

    `version` needs its plan, unit, phase, campaign and issue. Writes nothing.
    """
    decided = copy(version)
    decided.state = PlanState.ACCEPTED if accepts else PlanState.RETURNED
    decided.decided_at, decided.decision_reason = at, reason.strip()
    by_language: dict[str, list[User]] = {}
    for person in recipients:
        by_language.setdefault(person.language or settings.LANGUAGE_CODE, []).append(person)
    letters = []
    for language, people in sorted(by_language.items(), reverse=True):
        with translation.override(language):
            letters.append(Letter(language, people, _letter(decided, remark_count=remark_count)))
    return letters


def _letter(version: PlanVersion, *, remark_count: int) -> Rendered:
    plan = version.plan
    review_first = plan.phase.campaign.plan_flow == PlanFlow.REVIEW_FIRST
    return render_templates(
        "campaigns/plans/emails/plan_decided",
        {
            "version": version,
            "plan": plan,
            "is_accepted": version.state == PlanState.ACCEPTED,
            "to_issue": review_first and not hasattr(version, "issue"),
            "remark_count": remark_count,
            "path": reverse("campaigns:plan-version", args=[plan.pk, version.number]),
        },
    )
