"""What is done to plans, one intention per function."""

from campaigns.plans.actions.drafting import NotApplicableRefused, SectionConflict, save_section
from campaigns.plans.actions.locking import VersionFrozen
from campaigns.plans.actions.papers import (
    IssueDateRefused,
    IssueFacts,
    IssueNotDue,
    PaperAttachedTwice,
    attach_paper,
    detach_paper,
    issue_accepted_plan,
    record_issue,
)
from campaigns.plans.actions.sending import (
    ContentChanged,
    NothingToSend,
    NothingToWithdraw,
    PlanIncomplete,
    PlanWindowClosed,
    SendingRefused,
    WithdrawalTooLate,
    send_plan,
    sending_authority,
    withdraw_plan,
)
from campaigns.plans.actions.starting import (
    NothingToAmend,
    PlanExists,
    UnitOwesNoPlan,
    VersionUnderReview,
    amend_plan,
    register_paper_plan,
    start_plan,
)

__all__ = [
    "ContentChanged",
    "IssueDateRefused",
    "IssueFacts",
    "IssueNotDue",
    "NotApplicableRefused",
    "NothingToAmend",
    "NothingToSend",
    "NothingToWithdraw",
    "PaperAttachedTwice",
    "PlanExists",
    "PlanIncomplete",
    "PlanWindowClosed",
    "SectionConflict",
    "SendingRefused",
    "UnitOwesNoPlan",
    "VersionFrozen",
    "VersionUnderReview",
    "WithdrawalTooLate",
    "amend_plan",
    "attach_paper",
    "detach_paper",
    "issue_accepted_plan",
    "record_issue",
    "register_paper_plan",
    "save_section",
    "send_plan",
    "sending_authority",
    "start_plan",
    "withdraw_plan",
]
