"""Who may change what of the programme. Seeing a campaign is `queries.visible_campaigns`."""

from campaigns.programme.models import Campaign, Phase
from units.models import Mandate, Role


def may_update_deliverables(mandate: Mandate, campaign: Campaign) -> bool:
    """Reviewers and heads of the department that leads the campaign keep its deliverables."""
    return mandate.is_department and mandate.unit_id == campaign.host_unit_id


def may_confirm_facts(mandate: Mandate, campaign: Campaign) -> bool:
    """An administrator who sees the campaign confirms its facts by a text of the ministry."""
    return mandate.is_administrator


def may_manage_window(mandate: Mandate, phase: Phase) -> bool:
    """Only a head of the department that leads the campaign closes and reopens plan taking."""
    return mandate.role == Role.DEPARTMENT_HEAD and mandate.unit_id == phase.campaign.host_unit_id
