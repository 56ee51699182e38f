"""Who may answer the department's remarks. Gives answers as `rules` does."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from campaigns.plans import rules
from campaigns.plans.models import PlanVersion
from campaigns.plans.refusals import Answer, Refusal
from units.models import Mandate


def may_reply(mandate: Mandate, version: PlanVersion, *, on: date) -> Answer:
    """The plan's own unit, and the department's people who may review the plan: never about the
    plan of one's own unit on the department's side.
    """
    if _is_own_side(mandate, version):
        return True
    if mandate.is_department:
        return rules.may_review(mandate, version, on=on)
    return Refusal(_("Remarks are answered by the unit and the department."))


def _is_own_side(mandate: Mandate, version: PlanVersion) -> bool:
    """Whether the mandate speaks for the unit: its people, or, where the plan is the
    department's own, the department's people as authors.
    """
    return mandate.unit_id == version.plan.unit_id and (
        mandate.is_unit_side or mandate.is_department
    )
