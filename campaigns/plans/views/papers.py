"""How a plan was issued, and its papers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.plans import actions, queries, rules
from campaigns.plans.forms.papers import IssueForm, PaperForm
from campaigns.plans.models import Plan, PlanPaper, PlanVersion
from campaigns.plans.views.editor import EDITORS
from campaigns.plans.views.shared import (
    no_draft,
    now,
    open_draft,
    permit,
    status_of,
    visible_plan,
)
from campaigns.programme.models import PlanFlow
from emulation_portal.core import access
from emulation_portal.core.errors import DomainError


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Record how the draft was issued, or, where review comes first, issue what was accepted."""
    plan = visible_plan(request, pk)
    accepted = _waiting_to_be_issued(plan)
    if accepted is not None:
        permit(rules.may_amend(request.mandate, plan))
        return _issue(request, plan, accepted)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    return _issue(request, plan, version)


def _waiting_to_be_issued(plan: Plan) -> PlanVersion | None:
    """The accepted version of a plan that is issued after review, while it is not issued yet."""
    if plan.phase.campaign.plan_flow != PlanFlow.REVIEW_FIRST or plan.in_force is None:
        return None
    return None if queries.issue_of(plan.in_force) else plan.in_force


def _issue(request: HttpRequest, plan: Plan, version: PlanVersion) -> HttpResponse:
    issue = queries.issue_of(version)
    dates: dict[str, Any] = {
        "today": timezone.localdate(),
        "first_day": plan.phase.campaign.starts_on,
    }
    if request.method == "GET":
        form = IssueForm(issue=issue, **dates)
        return _issue_page(request, plan, version, form)
    form = IssueForm(request.POST, request.FILES, issue=issue, **dates)
    form.take_file(by=request.actor, at=now(), offered=issue.scan if issue else None)
    if form.is_valid():
        act = actions.record_issue if version.is_draft else actions.issue_accepted_plan
        try:
            act(version=version, issue=form.facts(), by=request.actor, at=now())
        except actions.VersionFrozen:
            return no_draft(request, plan)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("How the plan was issued has been recorded."))
            return redirect("campaigns:plan-detail", plan.pk)
    return _issue_page(request, plan, version, form)


def _issue_page(
    request: HttpRequest, plan: Plan, version: PlanVersion, form: IssueForm
) -> HttpResponse:
    context = {"plan": plan, "version": version, "form": form}
    return render(request, "campaigns/plans/issue.html", context, status=status_of(form))


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft's papers: attach one, take one off."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    facts: dict[str, Any] = {
        "today": timezone.localdate(),
        "on_behalf": version.entered_on_behalf,
    }
    if request.method == "GET":
        return _papers_page(request, version, PaperForm(**facts))
    try:
        if "remove" in request.POST:
            return _detach(request, version)
        form = PaperForm(request.POST, request.FILES, **facts)
        form.take_file(by=request.actor, at=now())
        if form.is_valid() and form.attachment is not None:
            return _attach(request, version, form)
    except actions.VersionFrozen:
        return no_draft(request, plan)
    except actions.PaperAttachedTwice as refusal:
        form.add_error("file", str(refusal))
    return _papers_page(request, version, form)


def _attach(request: HttpRequest, version: PlanVersion, form: PaperForm) -> HttpResponse:
    cleaned = form.cleaned_data
    assert form.attachment is not None  # noqa: S101 - checked by the caller
    paper = actions.attach_paper(
        version=version,
        attachment=form.attachment,
        kind=cleaned["kind"],
        number_symbol=cleaned["number_symbol"],
        issue_date=cleaned["issue_date"],
        issuer=cleaned["issuer"],
        abstract=cleaned["abstract"],
        by=request.actor,
        at=now(),
    )
    messages.success(
        request, _("“%(file)s” has been attached.") % {"file": paper.attachment.original_name}
    )
    return redirect("campaigns:plan-papers", version.plan_id)


def _detach(request: HttpRequest, version: PlanVersion) -> HttpResponse:
    wanted = request.POST["remove"]
    paper: PlanPaper | None = next(
        (paper for paper in queries.papers_of(version) if str(paper.pk) == wanted), None
    )
    if paper is None:
        raise Http404
    actions.detach_paper(paper=paper, by=request.actor, at=now())
    messages.success(
        request, _("“%(file)s” has been taken off.") % {"file": paper.attachment.original_name}
    )
    return redirect("campaigns:plan-papers", version.plan_id)


def _papers_page(request: HttpRequest, version: PlanVersion, form: PaperForm) -> HttpResponse:
    context = {
        "plan": version.plan,
        "version": version,
        "form": form,
        "papers": queries.papers_of(version),
    }
    return render(request, "campaigns/plans/papers.html", context, status=status_of(form))
