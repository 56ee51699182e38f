"""The paper of a version: how it was issued, and the files that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.locking import lock_draft, lock_plan, lock_version
from campaigns.plans.models import PlanIssue, PlanPaper, PlanVersion
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from emulation_portal.core.models import Attachment
from emulation_portal.formats.writing import show_date


class IssueDateRefused(DomainError):
    """A date of issue outside the time in which the plan can have been issued."""

    message = _(
        "The date of issue is %(date)s. It must lie between %(first)s, when the campaign began, "
        "and today, %(last)s."
    )


class IssueNotDue(DomainError):
    """The plan is issued after the department has accepted it, and only once."""

    message = _("This version is not waiting to be issued.")


class PaperGone(DomainError):
    """Somebody else took the paper off in the meantime."""

    message = _("This paper has been taken off in the meantime.")


class PaperAttachedTwice(DomainError):
    """The very same file stands there already under the same kind."""

    message = _("This file is attached already as “%(kind)s”.")


@dataclass(frozen=True)
class PaperDetails:
    """What a paper is, and what its official form says of itself."""

    kind: str
    number_symbol: str = ""
    issue_date: date | None = None
    issuer: str = ""
    abstract: str = ""


@dataclass(frozen=True)
class IssueFacts:
    """How a unit issued its plan, as the document's head and foot say it."""

    number_symbol: str
    issue_date: date
    signer_name: str
    signer_title: str
    scan: Attachment
    signing_capacity: str = ""

    def facts(self) -> dict[str, Any]:
        """Return what the audit trail keeps; the signer's name is personal and left out."""
        return {
            "number_symbol": self.number_symbol,
            "issue_date": self.issue_date,
            "scan": self.scan.sha256,
        }


@transaction.atomic
def record_issue(*, version: PlanVersion, issue: IssueFacts, by: Actor, at: datetime) -> PlanIssue:
    """Record, or correct, how the draft was issued; return it.

    Side effects, in order: the version is locked, the issue is written, "plan.issue_recorded"
    is audited. Raises VersionFrozen, IssueDateRefused.
    """
    version = lock_draft(version.pk)
    recorded = write_issue(version, issue, on=timezone.localdate(at))
    audit.record(
        "plan.issue_recorded",
        root=version.plan,
        by=by,
        at=at,
        data={"version": version.number, **issue.facts()},
    )
    return recorded


@transaction.atomic
def issue_accepted_plan(
    *, version: PlanVersion, issue: IssueFacts, by: Actor, at: datetime
) -> PlanIssue:
    """Record how the unit issued a version that the department accepted first; return it.

    Only where the campaign's flow is review before issue. Recorded once: what is issued stands.

    Side effects, in order: plan and version are locked, the issue is written, "plan.issued" is
    audited. Raises IssueNotDue, IssueDateRefused.
    """
    plan = lock_plan(version.plan_id)
    version = lock_version(version.pk)
    issued = PlanIssue.objects.filter(version=version).exists()
    review_first = plan.phase.campaign.plan_flow == PlanFlow.REVIEW_FIRST
    if not review_first or version.state != PlanState.ACCEPTED or issued:
        raise IssueNotDue
    recorded = write_issue(version, issue, on=timezone.localdate(at))
    audit.record(
        "plan.issued", root=plan, by=by, at=at, data={"version": version.number, **issue.facts()}
    )
    return recorded


def write_issue(version: PlanVersion, issue: IssueFacts, *, on: date) -> PlanIssue:
    """Write the issue of a version that is locked. Raises IssueDateRefused."""
    first = version.plan.phase.campaign.starts_on
    if not first <= issue.issue_date <= on:
        raise IssueDateRefused(
            date=show_date(issue.issue_date), first=show_date(first), last=show_date(on)
        )
    recorded, _created = PlanIssue.objects.update_or_create(
        version=version,
        defaults={
            "number_symbol": issue.number_symbol,
            "issue_date": issue.issue_date,
            "signer_name": issue.signer_name,
            "signer_title": issue.signer_title,
            "signing_capacity": issue.signing_capacity,
            "scan": issue.scan,
        },
    )
    return recorded


@transaction.atomic
def attach_paper(
    *,
    version: PlanVersion,
    attachment: Attachment,
    kind: str,
    by: Actor,
    at: datetime,
    number_symbol: str = "",
    issue_date: date | None = None,
    issuer: str = "",
    abstract: str = "",
) -> PlanPaper:
    """Attach a file to the draft, as the last paper, with what it says of itself; return it.

    Side effects, in order: the version is locked, the paper is written, "plan.paper_attached"
    is audited. Raises VersionFrozen, PaperAttachedTwice.
    """
    version = lock_draft(version.pk)
    last = version.papers.aggregate(last=Max("position"))["last"]
    paper = PlanPaper(
        version=version,
        attachment=attachment,
        kind=kind,
        number_symbol=number_symbol,
        issue_date=issue_date,
        issuer=issuer,
        abstract=abstract,
        position=0 if last is None else last + 1,
    )
    _refuse_second(paper)
    paper.save()
    audit.record(
        "plan.paper_attached",
        root=version.plan,
        by=by,
        at=at,
        data={"version": version.number, "kind": kind, "sha256": attachment.sha256},
    )
    return paper


@transaction.atomic
def attach_papers(
    *,
    version: PlanVersion,
    papers: Sequence[tuple[Attachment, PaperDetails]],
    by: Actor,
    at: datetime,
) -> list[PlanPaper]:
    """Attach several files at once, in this order: all of them or none. Raises as `attach_paper`."""
    return [
        attach_paper(version=version, attachment=attachment, by=by, at=at, **vars(details))
        for attachment, details in papers
    ]


@transaction.atomic
def correct_paper(*, paper: PlanPaper, details: PaperDetails, by: Actor, at: datetime) -> PlanPaper:
    """Change what a paper of the draft is and says of itself; the file stays. Return the paper.

    Side effects, in order: the version is locked, the paper is written, "plan.paper_corrected"
    is audited with the former details. Raises VersionFrozen, PaperGone, PaperAttachedTwice.
    """
    version = lock_draft(paper.version_id)
    standing = version.papers.filter(pk=paper.pk).select_related("attachment").first()
    if standing is None:
        raise PaperGone
    former = {name: getattr(standing, name) for name in vars(details)}
    if former == vars(details):
        return standing
    for name, value in vars(details).items():
        setattr(standing, name, value)
    _refuse_second(standing)
    standing.save(update_fields=list(vars(details)))
    audit.record(
        "plan.paper_corrected",
        root=version.plan,
        by=by,
        at=at,
        data={
            "version": version.number,
            "sha256": standing.attachment.sha256,
            "before": former,
            "after": vars(details),
        },
    )
    return standing


@transaction.atomic
def move_paper(*, paper: PlanPaper, up: bool, by: Actor, at: datetime) -> None:
    """Let a paper of the draft change places with its neighbour of the same kind.

    At the edge nothing happens. Side effects, in order: the version is locked, the positions are
    written, "plan.papers_ordered" is audited. Raises VersionFrozen, PaperGone.
    """
    version = lock_draft(paper.version_id)
    papers = list(version.papers.order_by("position", "pk"))
    place = next((place for place, other in enumerate(papers) if other.pk == paper.pk), None)
    if place is None:
        raise PaperGone
    others = range(place - 1, -1, -1) if up else range(place + 1, len(papers))
    neighbour = next((n for n in others if papers[n].kind == papers[place].kind), None)
    if neighbour is None:
        return
    papers[place], papers[neighbour] = papers[neighbour], papers[place]
    for position, standing in enumerate(papers):
        standing.position = position
    PlanPaper.objects.bulk_update(papers, ["position"])
    audit.record(
        "plan.papers_ordered",
        root=version.plan,
        by=by,
        at=at,
        data={"version": version.number, "papers": [standing.pk for standing in papers]},
    )


def _refuse_second(paper: PlanPaper) -> None:
    same = PlanPaper.objects.filter(
        version=paper.version_id, attachment=paper.attachment_id, kind=paper.kind
    )
    if same.exclude(pk=paper.pk).exists():
        raise PaperAttachedTwice(kind=paper.get_kind_display())


@transaction.atomic
def detach_paper(*, paper: PlanPaper, by: Actor, at: datetime) -> None:
    """Take a paper off the draft. The file itself stays: other versions may hold it.

    Side effects, in order: the version is locked, the paper's row is deleted,
    "plan.paper_detached" is audited. One detached already is no error. Raises VersionFrozen.
    """
    version = lock_draft(paper.version_id)
    deleted, _by_model = PlanPaper.objects.filter(pk=paper.pk).delete()
    if deleted:
        audit.record(
            "plan.paper_detached",
            root=version.plan,
            by=by,
            at=at,
            data={
                "version": version.number,
                "kind": paper.kind,
                "sha256": paper.attachment.sha256,
            },
        )
