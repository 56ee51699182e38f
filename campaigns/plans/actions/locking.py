"""Locks in one order, phase → plan → version, so that no two writers wait for each other.

SQLite ignores row locks; there every write transaction is alone from its first statement.
"""

from django.utils.translation import gettext_lazy as _

from campaigns.plans.models import Plan, PlanVersion
from campaigns.programme.models import Phase
from emulation_portal.core.errors import Conflict


class VersionFrozen(Conflict):
    """Somebody sent the version since the page was opened; what was typed stays on the page."""

    message = _(
        "This version has been sent in the meantime and can no longer be changed. "
        "What you typed is still on this page: copy what you need into the next version."
    )


def lock_phase(phase_id: int) -> Phase:
    """Lock the phase and return it with its campaign and who closed its window."""
    return (
        Phase.objects.select_for_update(no_key=True, of=("self",))
        .select_related("campaign", "plans_closed_by__person", "plans_closed_by__unit")
        .get(pk=phase_id)
    )


def lock_plan(plan_id: int) -> Plan:
    """Lock the plan and return it with its unit, phase and campaign."""
    return (
        Plan.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "phase__campaign")
        .get(pk=plan_id)
    )


def lock_version(version_id: int) -> PlanVersion:
    """Lock the version and return it with its plan, unit, phase and campaign."""
    return (
        PlanVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("plan__unit", "plan__phase__campaign")
        .get(pk=version_id)
    )


def lock_draft(version_id: int) -> PlanVersion:
    """Lock the version, which must be a draft. Raises VersionFrozen when it is not."""
    version = lock_version(version_id)
    if not version.is_draft:
        raise VersionFrozen
    return version
