"""The mail about the department's decision. Rendered at delivery, when it may be out of date."""

from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.plans.models import PlanVersion
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from emulation_portal.core.outbox import Rendered, render_templates

if TYPE_CHECKING:
    from emulation_portal.core.models import Message


def render_plan_decided(message: "Message") -> Rendered | None:
    """Tell the unit what the department decided; nothing once a newer version is on its way."""
    rows = PlanVersion.objects.select_related("plan__unit", "plan__phase__campaign", "issue")
    version = rows.filter(pk=message.context.get("version")).first()
    if version is None or version.state not in (PlanState.RETURNED, PlanState.ACCEPTED):
        return None
    plan = version.plan
    if plan.current_id != version.pk:
        return None
    review_first = plan.phase.campaign.plan_flow == PlanFlow.REVIEW_FIRST
    return render_templates(
        "campaigns/plans/emails/plan_decided",
        {
            "version": version,
            "plan": plan,
            "is_accepted": version.state == PlanState.ACCEPTED,
            "to_issue": review_first and not hasattr(version, "issue"),
            "remark_count": version.remarks.count(),
            "path": reverse("campaigns:plan-version", args=[plan.pk, version.number]),
        },
    )
