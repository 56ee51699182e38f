"""What reading and reviewing tell the foundations when the portal starts."""

from django.utils.translation import gettext_lazy as _

from campaigns.plans import obligations
from campaigns.plans.actions.reviewing import PLAN_DECIDED
from campaigns.plans.review_mails import render_plan_decided
from emulation_portal.core import outbox
from emulation_portal.core.navigation import register_nav
from units.api import DEPARTMENT_ROLES


def register() -> None:
    """Announce the mail about a decision, who owes a plan, and the pages of the navigation."""
    outbox.register_kind(
        PLAN_DECIDED, render=render_plan_decided, label=_("The department has answered a plan")
    )
    obligations.register()
    register_nav(_("Units' plans"), "campaigns:plans", order=30)
    register_nav(_("Review queue"), "campaigns:reviews", roles=DEPARTMENT_ROLES, order=35)
