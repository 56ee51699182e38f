"""A version of a plan to be read in full, and the trail of what was done to the plan."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.plans import queries, rules
from campaigns.plans.changes import answered_before
from campaigns.plans.checklist import checklist_of
from campaigns.plans.document import SectionView, document_of, readable_versions
from campaigns.plans.listing import entry_words, punctuality_mark
from campaigns.plans.lock_panel import lock_panel
from campaigns.plans.models import PinKind, Plan, PlanVersion
from campaigns.plans.paper import draft_reasons
from campaigns.plans.receipts import grouped_hash
from campaigns.plans.remarks import pin_remarks, remarks_on
from campaigns.plans.states import PlanState
from campaigns.plans.trail import lines_of, trail_of
from campaigns.plans.turn_round import TurnRound, holidays_of, turn_round_of
from campaigns.plans.views.shared import visible_plan
from campaigns.programme.models import PlanFlow
from emulation_portal.core import access
from units.models import Mandate

TRAIL_PAGE = 50


@access.mandated
@require_safe
def plan_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version in full; 404 for a version the mandate may not know of."""
    plan = visible_plan(request, pk)
    version = get_object_or_404(
        PlanVersion.objects.select_related(
            "created_by__person", "created_by__unit", "sent_by__person", "sent_by__unit",
            "decided_by__person", "decided_by__unit", "reviewer__person", "reviewer__unit",
        ),
        plan=plan, number=number,
    )  # fmt: skip
    version.plan = plan
    if not rules.may_read(request.mandate, version):
        raise Http404
    mandate: Mandate = request.mandate
    sees_remarks = rules.may_see_remarks(mandate, version)
    sections = document_of(version)
    remarks = remarks_on([version], shown=version) if sees_remarks else []
    beside = pin_remarks(sections, remarks)
    versions = _versions(mandate, plan)
    shown = document_context(version, sections)
    sees_trail = rules.may_see_trail(mandate, plan)
    context = {
        **shown,
        "versions": versions,
        "sees_remarks": sees_remarks,
        "sees_trail": sees_trail,
        "issue_remarks": [view for view in beside if view.pin.kind == PinKind.ISSUE],
        "papers_remarks": [view for view in beside if view.pin.kind == PinKind.PAPERS],
        "turn_round": _turn_round(version) if sees_trail else None,
        "checklist": checklist_of(version)
        if mandate.is_department and mandate.unit_id != plan.unit_id and version.decided_at
        else None,
        "next_steps": _next_steps(mandate, version),
        "newer": _newer(version, versions),
        "lock_panel": lock_panel(plan, version, mandate, on=timezone.localdate()),
        "waits_for_issue": _waits_for_issue(version),
        "draft_reasons": draft_reasons(version, shown["issue"], sections),
    }
    return render(request, "campaigns/plans/read.html", context)


def document_context(version: PlanVersion, sections: list[SectionView]) -> dict[str, Any]:
    """What the pages that show a version as a document need. Two queries."""
    plan = version.plan
    issue = queries.issue_of(version)
    return {
        "campaign": plan.phase.campaign,
        "plan": plan,
        "version": version,
        "sections": sections,
        "years": plan.phase.years,
        "issue": issue,
        "papers": queries.papers_of(version),
        "punctuality": punctuality_mark(version.is_late, issue.issue_date if issue else None),
        "entry": entry_words(
            plan.phase,
            issue_date=issue.issue_date if issue else None,
            sent_at=version.sent_at,
            from_paper=version.registered_from_paper,
        ),
        "content_hash": grouped_hash(version.content_hash),
    }


def _turn_round(version: PlanVersion) -> TurnRound | None:
    """How long both sides took; None for what was never with the department."""
    if version.state not in rules.RECEIVED_STATES:
        return None
    holidays = holidays_of(version.plan.phase.campaign)
    before = answered_before(version)
    return turn_round_of(version, before, holidays=holidays, on=timezone.localdate())


def _versions(mandate: Mandate, plan: Plan) -> list[PlanVersion]:
    own = mandate.unit_id == plan.unit_id and (mandate.is_unit_side or mandate.is_department)
    rows = readable_versions(
        PlanVersion.objects.filter(plan=plan),
        own=own, department=mandate.is_department, administrator=mandate.is_administrator,
    )  # fmt: skip
    return list(rows.select_related("issue").order_by("-number"))


def _newer(version: PlanVersion, versions: list[PlanVersion]) -> PlanVersion | None:
    """The newest version received after this one, of those the reader may open."""
    received = (row for row in versions if row.state in rules.RECEIVED_STATES)
    newest = next(received, None)
    return newest if newest is not None and newest.number > version.number else None


def _waits_for_issue(version: PlanVersion) -> bool:
    """Whether an accepted plan still has to be issued: review comes first in this campaign."""
    plan = version.plan
    return (
        plan.phase.campaign.plan_flow == PlanFlow.REVIEW_FIRST
        and version.pk == plan.in_force_id
        and queries.issue_of(version) is None
    )


def _next_steps(mandate: Mandate, version: PlanVersion) -> list[dict[str, Any]]:
    """The buttons of the page, the main one first; those with `post` change something."""
    plan = version.plan
    steps: list[dict[str, Any]] = []
    may_write = bool(rules.may_amend(mandate, plan))
    draft = queries.draft_of(plan) if may_write or version.is_draft else None
    if draft is not None:
        draft.plan = plan
        if rules.may_edit(mandate, draft):
            steps.append({"kind": "draft", "url": plan.get_absolute_url(), "number": draft.number})
    elif may_write and version.pk == plan.current_id and version.state != PlanState.SENT:
        url = reverse("campaigns:plan-amend", args=[plan.pk])
        steps.append({"kind": "amend", "url": url, "post": True, "state": version.state})
    if may_write and _waits_for_issue(version):
        steps.insert(0, {"kind": "issue", "url": reverse("campaigns:plan-issue", args=[plan.pk])})
    if version.state == PlanState.SENT:
        if mandate.is_department and mandate.unit_id != plan.unit_id:
            steps.append({"kind": "review", "url": reverse("campaigns:review", args=[version.pk])})
        if rules.may_withdraw(mandate, version):
            url = reverse("campaigns:plan-withdraw", args=[plan.pk])
            steps.append({"kind": "withdraw", "url": url})
    return steps


@access.mandated
@require_safe
def plan_trail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done to the plan, the newest first, by whom and under which mandate."""
    plan = visible_plan(request, pk)
    if not rules.may_see_trail(request.mandate, plan):
        raise Http404
    sees_remarks = request.mandate.unit_id != plan.unit_id
    page = Paginator(trail_of(plan, sees_remarks=sees_remarks), TRAIL_PAGE).get_page(
        request.GET.get("page")
    )
    latest = plan.versions.order_by("-number").first()
    titles = {part.key: part.title for part in queries.sections_of(latest)} if latest else {}
    context = {
        "campaign": plan.phase.campaign,
        "plan": plan,
        "page": page,
        "lines": lines_of(page, titles),
    }
    return render(request, "campaigns/plans/trail.html", context)
