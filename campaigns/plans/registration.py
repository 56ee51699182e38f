"""What plans tell the foundations when the portal starts. Called by `CampaignsConfig.ready()`."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from campaigns.plans import review_registration
from campaigns.plans.actions.sending import PLAN_RECEIPT, PLAN_SENT
from campaigns.plans.mails import render_plan_receipt, render_plan_sent
from campaigns.plans.models import (
    Plan,
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    Remark,
)
from campaigns.plans.rules import may_read
from campaigns.plans.states import PLAN_TRANSITIONS, PlanState
from emulation_portal.core import attachments, immutability, outbox
from emulation_portal.core.attachments import Viewer
from emulation_portal.core.navigation import register_nav
from emulation_portal.core.transitions import pairs_of
from units.api import UNIT_ROLES

_OPEN = (PlanState.DRAFT,)
_DECIDED_WHEN_SENT = (
    "plan",
    "number",
    "based_on",
    "created_at",
    "created_by",
    "registered_from_paper",
    "entered_on_behalf",
    "sent_at",
    "sent_by",
    "is_late",
    "content_hash",
)


def register() -> None:
    """Put the feature's tables under protection and announce its mails, files and pages."""
    _protect()
    outbox.register_kind(PLAN_SENT, render=render_plan_sent, label=_("A plan has come in"))
    outbox.register_kind(
        PLAN_RECEIPT, render=render_plan_receipt, label=_("Receipt for a sent plan")
    )
    attachments.register_link("plan", file_is_visible)
    review_registration.register()
    register_nav(_("The unit's plans"), "campaigns:unit-plans", roles=UNIT_ROLES, order=20)


def _protect() -> None:
    for model in (PlanSection, PlanTask, PlanTarget, PlanTargetYear, PlanPaper):
        immutability.register_frozen_with_parent(
            model, parent=PlanVersion, fk="version", state_field="state", open_states=_OPEN
        )
    # Where review comes before issue, an accepted version is issued later, and once.
    immutability.register_frozen_with_parent(
        PlanIssue,
        parent=PlanVersion,
        fk="version",
        state_field="state",
        open_states=_OPEN,
        insert_states=(*_OPEN, PlanState.ACCEPTED),
    )
    immutability.register_frozen_columns(
        PlanVersion, state_field="state", open_states=_OPEN, columns=_DECIDED_WHEN_SENT
    )
    immutability.register_transitions(
        PlanVersion, state_field="state", pairs=pairs_of(PLAN_TRANSITIONS)
    )
    immutability.register_append_only(Remark)


def file_is_visible(viewer: Viewer, attachment_id: UUID) -> bool:
    """Whether the mandate acted in may read a version that holds the file as paper or scan."""
    mandate = viewer.mandate
    if mandate is None:
        return False
    holders = PlanVersion.objects.holding(attachment_id).filter(
        plan__in=Plan.objects.visible_to(mandate)
    )
    return any(may_read(mandate, version) for version in holders.select_related("plan"))
