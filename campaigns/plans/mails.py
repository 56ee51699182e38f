"""The mails about a sent plan. Rendered at delivery: what has changed since is asked again."""

from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.plans.models import PlanVersion
from campaigns.plans.receipts import receipt_number
from campaigns.plans.states import PlanState
from emulation_portal.core.outbox import Rendered, render_templates

if TYPE_CHECKING:
    from emulation_portal.core.models import Message


def _version(message: "Message") -> PlanVersion:
    rows = PlanVersion.objects.select_related(
        "plan__unit", "plan__phase__campaign", "issue", "sent_by__person", "sent_by__unit"
    )
    return rows.get(pk=message.context["version"])


def render_plan_sent(message: "Message") -> Rendered | None:
    """Tell a reviewer that a plan has come in; nothing once it is taken back or decided."""
    version = _version(message)
    if version.state != PlanState.SENT:
        return None
    return render_templates(
        "campaigns/plans/emails/plan_sent",
        {
            "version": version,
            "plan": version.plan,
            "path": reverse("campaigns:review", args=[version.pk]),
        },
    )


def render_plan_receipt(message: "Message") -> Rendered | None:
    """Confirm to the sender what was sent, when, and its content hash."""
    version = _version(message)
    path = reverse("campaigns:plan-receipt", args=[version.plan_id, version.number])
    return render_templates(
        "campaigns/plans/emails/plan_receipt",
        {
            "version": version,
            "plan": version.plan,
            "receipt_number": receipt_number(version),
            "path": path,
        },
    )
