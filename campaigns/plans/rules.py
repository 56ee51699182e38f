"""Who may do what with a plan. Each rule answers True or a Refusal that says why not.

Rules look at mandate and version. Whether it can happen now (window, completeness, somebody
faster) is for the actions. Views load plans through `Plan.objects.visible_to`, so that what a
mandate may not even know of is not found at all.
"""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.sending import sending_authority
from campaigns.plans.locks import lock_on_withdrawing
from campaigns.plans.models import Plan, PlanIssue, PlanVersion
from campaigns.plans.refusals import Answer, Refusal
from campaigns.plans.states import PlanState
from units.api import DEPARTMENT_ROLES, UNIT_ROLES
from units.models import Mandate, Unit

RECEIVED_STATES = (PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED)


def may_start(mandate: Mandate, unit: Unit) -> Answer:
    """The unit's own people, or the department on the behalf of a unit other than its own."""
    own = mandate.unit_id == unit.pk
    if (mandate.is_unit_side and own) or (mandate.is_department and not own):
        return True
    return Refusal(
        _("Only %(unit)s, or the department on its behalf, begins its plan.") % {"unit": unit}
    )


def may_edit(mandate: Mandate, version: PlanVersion) -> Answer:
    """The unit's own people its draft; the department a draft it has entered itself."""
    if not version.is_draft:
        return Refusal(_("This version has been sent and can no longer be changed."))
    if _is_own(mandate, version.plan) or _entered_by_department(mandate, version):
        return True
    return Refusal(_("Only %(unit)s edits this draft.") % {"unit": version.plan.unit})


def may_amend(mandate: Mandate, plan: Plan) -> Answer:
    """The unit's own people, or the department on the unit's behalf."""
    return may_start(mandate, plan.unit)


def may_send(mandate: Mandate, version: PlanVersion) -> Answer:
    """Whoever may edit the draft and has the authority its papers give (`sending_authority`)."""
    answer = may_edit(mandate, version)
    return answer and sending_authority(mandate, version)


def may_withdraw(mandate: Mandate, version: PlanVersion) -> Answer:
    """The unit's head or deputy; an officer what an officer sent; the department its own entry."""
    if not (_is_own(mandate, version.plan) or _entered_by_department(mandate, version)):
        return Refusal(_("Only %(unit)s withdraws this version.") % {"unit": version.plan.unit})
    lock = lock_on_withdrawing(version, mandate)
    return True if lock is None else Refusal(lock)


def may_read(mandate: Mandate, version: PlanVersion) -> Answer:
    """The unit its own versions; the department and administrators what was received, or what
    the department entered; everybody with a mandate in the campaign what is issued.
    """
    if mandate.unit_id == version.plan.unit_id and (mandate.is_unit_side or mandate.is_department):
        return True
    received = version.state in RECEIVED_STATES
    if mandate.is_department or mandate.is_administrator:
        if received or (mandate.is_department and version.entered_on_behalf):
            return True
    elif received and PlanIssue.objects.filter(version=version).exists():
        return True
    return Refusal(_("This version cannot be read before it is issued and sent."))


def may_review(mandate: Mandate, version: PlanVersion, *, on: date) -> Answer:
    """The department's people who hold no mandate in the plan's own unit on the day `on`.

    So the department's own plan is reviewed by somebody mandated from another unit.
    """
    if mandate.role not in DEPARTMENT_ROLES:
        return Refusal(_("Only the department reviews plans."))
    plan = version.plan
    if plan.unit_id in units_not_reviewed(mandate, on=on):
        return Refusal(
            _(
                "You hold a mandate in %(unit)s: its plan is reviewed by somebody "
                "mandated from another unit."
            )
            % {"unit": plan.unit}
        )
    return True


def may_ask_extra_days(mandate: Mandate, unit: Unit) -> Answer:
    """The unit's own people ask; the department gives without being asked."""
    if mandate.role in UNIT_ROLES and mandate.unit_id == unit.pk:
        return True
    return Refusal(_("Only %(unit)s asks for extra days for its plan.") % {"unit": unit})


def may_decide_extra_days(mandate: Mandate, unit: Unit, *, on: date) -> Answer:
    """The department's people who hold no mandate in the unit on the day `on`."""
    if mandate.role not in DEPARTMENT_ROLES:
        return Refusal(_("Only the department grants extra days."))
    if unit.pk in units_not_reviewed(mandate, on=on):
        return Refusal(
            _(
                "You hold a mandate in %(unit)s: somebody mandated from another unit decides "
                "about its extra days."
            )
            % {"unit": unit}
        )
    return True


def units_not_reviewed(mandate: Mandate, *, on: date) -> set[int]:
    """Return the units whose plans this person does not review: those the person acts for, or
    will, under any mandate that has not ended on the day `on`.
    """
    held = Mandate.objects.filter(person_id=mandate.person_id).filter(
        models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=on)
    )
    return {mandate.unit_id, *held.values_list("unit_id", flat=True)}


def may_see_remarks(mandate: Mandate, version: PlanVersion) -> bool:
    """The department and administrators always; the plan's own unit, also where that is the
    department, once somebody has decided. What a unit was asked to add is nobody else's affair.
    """
    if mandate.unit_id == version.plan.unit_id:
        decided = version.state in (PlanState.RETURNED, PlanState.ACCEPTED)
        return decided and (mandate.is_unit_side or mandate.is_department)
    return mandate.is_department or mandate.is_administrator


def may_see_trail(mandate: Mandate, plan: Plan) -> bool:
    """The plan's own unit, the department and administrators."""
    return _is_own(mandate, plan) or mandate.is_department or mandate.is_administrator


def _is_own(mandate: Mandate, plan: Plan) -> bool:
    return mandate.role in UNIT_ROLES and mandate.unit_id == plan.unit_id


def _entered_by_department(mandate: Mandate, version: PlanVersion) -> bool:
    return mandate.is_department and version.entered_on_behalf
