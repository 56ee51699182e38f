"""What reading and reviewing tell the foundations when the portal starts."""

from django.utils.translation import gettext_lazy as _

from campaigns.plans import obligations
from campaigns.plans.actions.reviewing import PLAN_DECIDED
from campaigns.plans.models import ChecklistAnswer, PlanVersion, RemarkReply
from campaigns.plans.review_mails import render_plan_decided
from campaigns.plans.states import PlanState
from emulation_portal.core import immutability, outbox
from emulation_portal.core.navigation import register_nav
from units.api import DEPARTMENT_ROLES


def register() -> None:
    """Protect what reviewers and units have said; announce the mail about a decision, who owes a
    plan, and the pages of the navigation.
    """
    immutability.register_append_only(RemarkReply)
    immutability.register_frozen_with_parent(
        ChecklistAnswer,
        parent=PlanVersion,
        fk="version",
        state_field="state",
        open_states=(PlanState.SENT,),
    )
    outbox.register_kind(
        PLAN_DECIDED, render=render_plan_decided, label=_("The department has answered a plan")
    )
    obligations.register()
    register_nav(_("Units' plans"), "campaigns:plans", order=30)
    register_nav(_("Review queue"), "campaigns:reviews", roles=DEPARTMENT_ROLES, order=35)
