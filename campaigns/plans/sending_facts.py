"""What a sender is told before sending: in whose name, what freezes, on time or late."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.plans.actions.sending import lateness
from campaigns.plans.models import PlanIssue, PlanPaper, PlanVersion
from campaigns.plans.queries import SectionReading
from campaigns.plans.receipts import review_due
from campaigns.programme.models import PlanFlow
from emulation_portal.formats.writing import show_date
from units.models import Mandate, Role


@dataclass(frozen=True)
class Sender:
    """Who sends, under which mandate, in which capacity, and for whom."""

    person: str
    mandate: str
    capacity: str
    unit: str
    statement: str


def sender_of(mandate: Mandate, version: PlanVersion) -> Sender:
    """Return in whose name `mandate` sends `version`."""
    unit = str(version.plan.unit)
    person = mandate.person.full_name
    facts = {
        "person": person,
        "body": mandate.unit,
        "office": mandate.position_title or mandate.get_role_display(),
        "unit": unit,
    }
    if not mandate.is_unit_side:
        capacity = _("on the unit's behalf, with the source attached")
        statement = _("You, %(person)s, %(body)s, send this plan on behalf of %(unit)s.")
    elif mandate.delegated_by_id:
        capacity = _("by delegation (TUQ.)")
        statement = _("You, %(person)s, send this plan as delegated by the head of %(unit)s.")
    elif mandate.role != Role.UNIT_OFFICER:
        capacity = _capacity(mandate)
        statement = _("You, %(person)s, send this plan as %(office)s, %(unit)s.")
    else:
        capacity = _("for the head, on the strength of the signed document attached")
        statement = _(
            "You, %(person)s, send this plan for the head of %(unit)s, on the strength of the "
            "signed document attached."
        )
    return Sender(person, str(mandate), capacity, unit, statement % facts)


def _capacity(mandate: Mandate) -> str:
    """How the sender stands to the head (Decree 30/2020/NĐ-CP, Annex I, element 7a)."""
    if mandate.signing_capacity:
        return str(mandate.get_signing_capacity_display())
    return _("as head") if mandate.role == Role.UNIT_HEAD else _("in their own right")


@dataclass(frozen=True)
class Frozen:
    """How much sending freezes."""

    parts: int
    tasks: int
    targets: int
    papers: int
    has_issue: bool


def frozen_by_sending(
    readings: list[SectionReading], papers: list[PlanPaper], issue: PlanIssue | None
) -> Frozen:
    """Count what can no longer be changed once the version is sent."""
    return Frozen(
        parts=len(readings),
        tasks=sum(len(reading.tasks) for reading in readings),
        targets=sum(len(reading.targets) for reading in readings),
        papers=len(papers),
        has_issue=issue is not None,
    )


@dataclass(frozen=True)
class Punctuality:
    """Whether the plan is late with this version, in a sentence with its dates."""

    is_late: bool | None
    sentence: str


def punctuality_of(version: PlanVersion, issue: PlanIssue | None, *, at: datetime) -> Punctuality:
    """Return how `version` stands against the deadline if it is sent at `at`."""
    phase = version.plan.phase
    is_late = lateness(version, phase, at=at)
    deadline = phase.plan_deadline
    if is_late is None or deadline is None:
        return Punctuality(None, _undetermined(deadline, issue, phase.campaign.plan_flow))
    facts = {"deadline": show_date(deadline), "issued": _issued(issue)}
    if phase.campaign.plan_flow == PlanFlow.ISSUE_FIRST:
        if is_late:
            sentence = _(
                "Issued on %(issued)s, after the deadline of %(deadline)s: the plan is taken and "
                "marked late."
            )
        elif issue is not None and issue.issue_date > deadline:
            sentence = _(
                "On time: an earlier version was issued by the deadline of %(deadline)s; an "
                "amendment does not make the plan late."
            )
        else:
            sentence = _("On time: issued on %(issued)s, the deadline was %(deadline)s.")
    elif is_late:
        sentence = _("Sent after the deadline of %(deadline)s: the plan is taken and marked late.")
    else:
        sentence = _("On time: the deadline is %(deadline)s.")
    return Punctuality(is_late, sentence % facts)


def _issued(issue: PlanIssue | None) -> str:
    return show_date(issue.issue_date) if issue else ""


def _undetermined(deadline: date | None, issue: PlanIssue | None, flow: str) -> str:
    if deadline is None:
        return _("Nobody has set a deadline for this phase: no plan is late.")
    if flow == PlanFlow.ISSUE_FIRST and issue is None:
        return _(
            "The deadline is %(deadline)s. Whether the plan is on time is decided by its date of "
            "issue, which is not recorded yet."
        ) % {"deadline": show_date(deadline)}
    return _("The deadline of %(deadline)s is older than the portal: it makes no plan late.") % {
        "deadline": show_date(deadline)
    }


def answer_due(version: PlanVersion, *, at: datetime) -> date:
    """Return by when the department answers if the version is sent at `at`."""
    return review_due(version.plan.phase.campaign, timezone.localdate(at))
