"""Plans: one per unit and phase, in numbered versions that freeze when they are sent.

State belongs to the version. `Plan.current` is the version the department last received,
`Plan.in_force` the one last accepted: it stays in force until an amendment is accepted.
Tasks and targets keep their `identity` through every version.
"""

from campaigns.plans.models.checklist import Answer, ChecklistAnswer
from campaigns.plans.models.extensions import (
    EXTENSION_TRANSITIONS,
    ExtensionState,
    PlanExtension,
)
from campaigns.plans.models.imports import PlanImport
from campaigns.plans.models.papers import PaperKind, PlanIssue, PlanPaper
from campaigns.plans.models.plans import Plan, PlanQuerySet, PlanVersion, PlanVersionQuerySet
from campaigns.plans.models.remarks import PinKind, Remark, RemarkReply, RemarkTick
from campaigns.plans.models.sections import (
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    SectionKind,
)

__all__ = [
    "EXTENSION_TRANSITIONS",
    "Answer",
    "ChecklistAnswer",
    "ExtensionState",
    "PaperKind",
    "PinKind",
    "Plan",
    "PlanExtension",
    "PlanImport",
    "PlanIssue",
    "PlanPaper",
    "PlanQuerySet",
    "PlanSection",
    "PlanTarget",
    "PlanTargetYear",
    "PlanTask",
    "PlanVersion",
    "PlanVersionQuerySet",
    "Remark",
    "RemarkReply",
    "RemarkTick",
    "SectionKind",
]
