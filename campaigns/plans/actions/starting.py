"""Beginning a plan, registering one issued on paper, and opening the next version of one."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaigns.plans.actions.locking import lock_plan
from campaigns.plans.actions.papers import IssueFacts, write_issue
from campaigns.plans.models import (
    PaperKind,
    Plan,
    PlanIssue,
    PlanPaper,
    PlanSection,
    PlanTarget,
    PlanTargetYear,
    PlanTask,
    PlanVersion,
    SectionKind,
)
from campaigns.plans.queries import applicable_counts, draft_of
from campaigns.plans.states import PlanState
from campaigns.programme.models import (
    Campaign,
    CampaignDocument,
    ContentArea,
    Participant,
    Phase,
    PlanFlow,
)
from campaigns.programme.queries import plans_counted_on
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from emulation_portal.core.models import Attachment
from emulation_portal.formats.writing import show_date
from units.models import Mandate, Unit

# What the head has signed, and what the department has typed from, is one version: a copy
# would let another text pass under the same signature.
_BOUND_TO_VERSION = (PaperKind.HEAD_SIGNED, PaperKind.SOURCE)


class UnitOwesNoPlan(DomainError):
    """The unit takes no part in the campaign, owes no plan, or no longer exists."""

    message = _("%(unit)s does not owe a plan in this campaign.")


class PlanExists(DomainError):
    """A version of the plan has been sent already; a change to it is an amendment."""

    message = _(
        "The plan of %(unit)s for this phase has been sent already. "
        "Open the plan and amend it instead of beginning a new one."
    )


class NothingToAmend(DomainError):
    """No version of the plan has been sent yet."""

    message = _("This plan has not been sent yet: go on with its draft.")


class VersionUnderReview(DomainError):
    """The department has a version before it; two cannot be under way at once."""

    message = _(
        "Version %(number)s is with the department. Wait for its answer, or withdraw that "
        "version while nobody has taken it for review."
    )


@transaction.atomic
def start_plan(
    *, unit: Unit, phase: Phase, by: Actor, at: datetime, source: Attachment | None = None
) -> Plan:
    """Begin the plan of `unit` for `phase` and return it; one begun already is returned as it is.

    `source` is the paper from which the department types on the unit's behalf.

    Side effects, in order: the plan and its version 1 are made, with a section for the legal
    bases (prefilled from the campaign's confirmed documents), the purpose, each content area
    and the organisation; the source is attached; "plan.started" is audited.

    Raises UnitOwesNoPlan; PlanExists when a version was sent already and no draft is open.
    """
    _check_owes_plan(unit, phase, on=timezone.localdate(at))
    plan, created = Plan.objects.get_or_create(unit=unit, phase=phase, defaults={"created_at": at})
    plan = lock_plan(plan.pk)
    if plan.versions.exists():
        if draft_of(plan) is None:
            raise PlanExists(unit=unit)
        return plan
    version = _first_version(plan, by=by, at=at)
    if source is not None:
        PlanPaper.objects.create(version=version, attachment=source, kind=PaperKind.SOURCE)
    audit.record(
        "plan.started",
        root=plan,
        by=by,
        at=at,
        data={"unit": unit.code, "on_behalf": version.entered_on_behalf, "new": created},
    )
    return plan


@transaction.atomic
def register_paper_plan(
    *, unit: Unit, phase: Phase, issue: IssueFacts, by: Actor, at: datetime
) -> PlanVersion:
    """Register a plan the unit has issued on paper, with its scan; return the draft that holds it.

    The draft may be sent as it stands: sections and targets are optional, now and in later
    versions. Where the department registers it, the scan is also the source of the entry.

    Side effects, in order: the plan is begun unless a draft is open, the draft is marked as
    registered from paper, the issue is recorded, "plan.registered_from_paper" is audited.

    Raises what `start_plan` raises, and IssueDateRefused.
    """
    plan = start_plan(unit=unit, phase=phase, by=by, at=at)
    version = plan.versions.get(state=PlanState.DRAFT)
    version.registered_from_paper = True
    version.save(update_fields=["registered_from_paper"])
    write_issue(version, issue, on=timezone.localdate(at))
    if version.entered_on_behalf:
        PlanPaper.objects.get_or_create(
            version=version, attachment=issue.scan, kind=PaperKind.SOURCE
        )
    audit.record(
        "plan.registered_from_paper",
        root=plan,
        by=by,
        at=at,
        data={"version": version.number, **issue.facts()},
    )
    return version


@transaction.atomic
def amend_plan(*, plan: Plan, by: Actor, at: datetime) -> PlanVersion:
    """Open the next version as a copy of the latest and return it; an open draft is returned.

    Tasks and targets keep their identities. The issue and the papers are copied, except the
    document signed by the head and the department's source: they speak for one version only.

    Side effects, in order: the draft and its content are made, "plan.amendment_opened" is audited.

    Raises NothingToAmend; VersionUnderReview while the department has a version before it.
    """
    plan = lock_plan(plan.pk)
    draft = draft_of(plan)
    if draft is not None:
        return draft
    latest = plan.versions.order_by("-number").first()
    if latest is None:
        raise NothingToAmend
    if latest.state == PlanState.SENT:
        raise VersionUnderReview(number=latest.number)
    draft = copy_as_draft(latest, by=by, at=at)
    audit.record(
        "plan.amendment_opened",
        root=plan,
        by=by,
        at=at,
        data={"version": draft.number, "based_on": latest.number},
    )
    return draft


def copy_as_draft(latest: PlanVersion, *, by: Actor, at: datetime) -> PlanVersion:
    """Make the draft that follows `latest`, the plan's highest version. The plan is locked."""
    draft = PlanVersion.objects.create(
        plan_id=latest.plan_id,
        number=latest.number + 1,
        based_on=latest,
        created_at=at,
        created_by_id=by.mandate_id,
        registered_from_paper=latest.registered_from_paper,
        entered_on_behalf=_on_behalf(by, latest.plan.unit),
    )
    sections: dict[int, PlanSection] = {}
    for section in latest.sections.order_by("position"):
        old = section.pk
        section.pk, section.version, section.lock_version = None, draft, 0
        sections[old] = section
    PlanSection.objects.bulk_create(sections.values())
    _copy_tasks(latest, draft, sections)
    _copy_targets(latest, draft, sections)
    _copy_papers(latest, draft)
    return draft


def _copy_tasks(latest: PlanVersion, draft: PlanVersion, sections: dict[int, PlanSection]) -> None:
    tasks = list(latest.tasks.order_by("pk"))
    for task in tasks:
        task.pk, task.version, task.section = None, draft, sections[task.section_id]
    PlanTask.objects.bulk_create(tasks, batch_size=500)


def _copy_targets(
    latest: PlanVersion, draft: PlanVersion, sections: dict[int, PlanSection]
) -> None:
    targets: dict[int, PlanTarget] = {}
    for target in latest.targets.order_by("pk"):
        old = target.pk
        target.pk, target.version, target.section = None, draft, sections[target.section_id]
        targets[old] = target
    years = list(PlanTargetYear.objects.filter(version=latest).order_by("pk"))
    PlanTarget.objects.bulk_create(targets.values(), batch_size=500)
    for year in years:
        year.pk, year.version, year.target = None, draft, targets[year.target_id]
    PlanTargetYear.objects.bulk_create(years, batch_size=500)


def _copy_papers(latest: PlanVersion, draft: PlanVersion) -> None:
    papers = list(latest.papers.exclude(kind__in=_BOUND_TO_VERSION).order_by("pk"))
    for paper in papers:
        paper.pk, paper.version = None, draft
    PlanPaper.objects.bulk_create(papers)
    issue = PlanIssue.objects.filter(version=latest).first()
    # Where review comes first, each accepted version is issued anew.
    issued_before_sending = latest.plan.phase.campaign.plan_flow == PlanFlow.ISSUE_FIRST
    if issue is not None and (issued_before_sending or latest.registered_from_paper):
        issue.pk, issue.version = None, draft
        issue.save(force_insert=True)


def _first_version(plan: Plan, *, by: Actor, at: datetime) -> PlanVersion:
    campaign = plan.phase.campaign
    version = PlanVersion.objects.create(
        plan=plan,
        number=1,
        created_at=at,
        created_by_id=by.mandate_id,
        entered_on_behalf=_on_behalf(by, plan.unit),
    )
    applicable = applicable_counts(plan.unit, campaign)
    areas = list(ContentArea.objects.filter(campaign=campaign).order_by("number"))
    sections = [
        PlanSection(kind=SectionKind.LEGAL_BASES, narrative=legal_bases(campaign)),
        PlanSection(kind=SectionKind.PURPOSE),
        *(
            PlanSection(
                kind=SectionKind.AREA, area=area, applicable_count=applicable.get(area.pk, 0)
            )
            for area in areas
        ),
        PlanSection(kind=SectionKind.ORGANISATION),
    ]
    for position, section in enumerate(sections, start=1):
        section.version, section.position = version, position
    PlanSection.objects.bulk_create(sections)
    return version


def legal_bases(campaign: Campaign) -> str:
    """Return the opening lines of a plan, one per confirmed document of the campaign.

    In Vietnamese whatever the reader's language, because the plan is a Vietnamese document.
    """
    documents = CampaignDocument.objects.filter(campaign=campaign, confirmed=True)
    with override("vi"):
        return "\n".join(_basis(document) for document in documents.order_by("position"))


def _basis(document: CampaignDocument) -> str:
    facts = {
        "abstract": document.abstract,
        "issuer": document.issuer,
        "number": document.number_symbol,
        "date": show_date(document.issue_date) if document.issue_date else "",
    }
    if document.number_symbol and document.issue_date:
        return (
            _("Pursuant to document No. %(number)s of %(date)s by %(issuer)s: %(abstract)s;")
            % facts
        )
    if document.number_symbol:
        return _("Pursuant to document No. %(number)s by %(issuer)s: %(abstract)s;") % facts
    return _("Pursuant to the document by %(issuer)s: %(abstract)s;") % facts


def _check_owes_plan(unit: Unit, phase: Phase, *, on: date) -> None:
    takes_part = Participant.objects.filter(campaign_id=phase.campaign_id, unit=unit).exists()
    # A unit merged since may have issued its plan on paper in time.
    existed = unit.exists_on(on) or unit.exists_on(plans_counted_on(phase, on))
    if not (takes_part and unit.owes_plan and existed):
        raise UnitOwesNoPlan(unit=unit)


def _on_behalf(by: Actor, unit: Unit) -> bool:
    """Whether the actor types for a unit other than the one the mandate is for."""
    if by.mandate_id is None:
        return False
    return not Mandate.objects.filter(pk=by.mandate_id, unit=unit).exists()
