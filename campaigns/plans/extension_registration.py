"""What extra days tell the foundations when the portal starts."""

from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.extensions import EXTENSION_ASKED, EXTENSION_DECIDED
from campaigns.plans.extension_mails import render_extension_asked, render_extension_decided
from campaigns.plans.models import EXTENSION_TRANSITIONS, ExtensionState, PlanExtension
from emulation_portal.core import immutability, outbox
from emulation_portal.core.navigation import register_nav
from emulation_portal.core.transitions import pairs_of
from units.api import DEPARTMENT_ROLES


def register() -> None:
    """Put requests under protection, announce their mails and the department's page."""
    immutability.register_transitions(
        PlanExtension, state_field="state", pairs=pairs_of(EXTENSION_TRANSITIONS)
    )
    immutability.register_frozen_columns(
        PlanExtension,
        state_field="state",
        open_states=[ExtensionState.ASKED],
        columns=(
            "phase", "unit", "asked_by", "asked_at", "reason", "decided_by", "decided_at", "note",
            "valid_until",
        ),
    )  # fmt: skip
    outbox.register_kind(
        EXTENSION_ASKED, render=render_extension_asked, label=_("A unit asks for extra days")
    )
    outbox.register_kind(
        EXTENSION_DECIDED,
        render=render_extension_decided,
        label=_("The department has answered about extra days"),
    )
    register_nav(_("Extra days"), "campaigns:extensions", roles=DEPARTMENT_ROLES, order=36)
