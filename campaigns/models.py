"""Every model of the app, by name. A feature's model missing here would get no table."""

from campaigns.indicators.models import Indicator, MinistryTarget
from campaigns.plans.models import (
    ChecklistAnswer,
    Plan,
    PlanExtension,
    PlanImport,
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    Remark,
    RemarkReply,
    RemarkTick,
)
from campaigns.programme.model_plan import ModelSection, ModelTask
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
from campaigns.programme.review_aids import ChecklistItem, StockPhrase
from campaigns.reminders.models import ReminderRelease

__all__ = [
    "Campaign",
    "CampaignDocument",
    "ChecklistAnswer",
    "ChecklistItem",
    "ContentArea",
    "Deliverable",
    "Holiday",
    "Indicator",
    "MinistryTarget",
    "ModelSection",
    "ModelTask",
    "Participant",
    "Phase",
    "Plan",
    "PlanExtension",
    "PlanImport",
    "PlanIssue",
    "PlanPaper",
    "PlanSection",
    "PlanTarget",
    "PlanTargetYear",
    "PlanTask",
    "PlanVersion",
    "Remark",
    "RemarkReply",
    "RemarkTick",
    "ReminderRelease",
    "ReminderRule",
    "ReportingPeriod",
    "StockPhrase",
]
