"""Every model of the app, by name. A feature's model missing here would get no table."""

from campaigns.indicators.models import Indicator, MinistryTarget
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
from campaigns.programme.models import (
    Campaign,
    CampaignDocument,
    ContentArea,
    Deliverable,
    Holiday,
    Participant,
    Phase,
    ReminderRule,
    ReportingPeriod,
)
from campaigns.reminders.models import ReminderRelease

__all__ = [
    "Campaign",
    "CampaignDocument",
    "ContentArea",
    "Deliverable",
    "Holiday",
    "Indicator",
    "MinistryTarget",
    "Participant",
    "Phase",
    "Plan",
    "PlanIssue",
    "PlanPaper",
    "PlanSection",
    "PlanTarget",
    "PlanTargetYear",
    "PlanTask",
    "PlanVersion",
    "Remark",
    "ReminderRelease",
    "ReminderRule",
    "ReportingPeriod",
]
