"""The mails about extra days. Rendered at delivery: what has changed since is asked again."""

from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.plans.models import ExtensionState, PlanExtension
from emulation_portal.core.outbox import Rendered, render_templates

if TYPE_CHECKING:
    from emulation_portal.core.models import Message


def _extension(message: "Message") -> PlanExtension:
    rows = PlanExtension.objects.select_related(
        "unit", "phase__campaign", "asked_by__person", "decided_by__person", "decided_by__unit"
    )
    return rows.get(pk=message.context["extension"])


def render_extension_asked(message: "Message") -> Rendered | None:
    """Tell whoever may decide that a unit asks for extra days; nothing once it is decided."""
    extension = _extension(message)
    if extension.state != ExtensionState.ASKED:
        return None
    path = reverse("campaigns:extension-list", args=[extension.phase.campaign.code])
    return render_templates(
        "campaigns/plans/emails/extension_asked", {"extension": extension, "path": path}
    )


def render_extension_decided(message: "Message") -> Rendered:
    """Tell the unit what the department decided, and until when it can send."""
    extension = _extension(message)
    path = reverse("campaigns:plan-start", args=[extension.phase_id])
    return render_templates(
        "campaigns/plans/emails/extension_decided",
        {
            "extension": extension,
            "is_granted": extension.state == ExtensionState.GRANTED,
            "path": path,
        },
    )
