"""How a plan was issued, and its papers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns.plans import actions, queries, rules
from campaigns.plans.earlier_files import earlier_files, last_papers, usable_files
from campaigns.plans.forms.papers import IssueForm, PaperBatch, PaperDetailsForm, PaperForm
from campaigns.plans.models import Plan, PlanPaper, PlanVersion
from campaigns.plans.paper_groups import grouped
from campaigns.plans.views.editor import EDITORS
from campaigns.plans.views.shared import (
    no_draft,
    now,
    open_draft,
    permit,
    person_id,
    status_of,
    visible_plan,
)
from campaigns.plans.views.uploads import same_file_sentence
from campaigns.programme.models import PlanFlow
from emulation_portal.core import access
from emulation_portal.core.attachments import ScanState
from emulation_portal.core.errors import DomainError
from emulation_portal.core.forms import SummaryEntry, error_summary
from emulation_portal.core.models import Attachment
from emulation_portal.formats.writing import show_number

MOST_AT_ONCE = 50


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
    """The draft's papers: attach one, take one off, change their order."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    if request.method == "GET":
        return _papers_page(request, version, PaperForm(**_facts(version)))
    form = PaperForm(request.POST, request.FILES, **_facts(version))
    try:
        for verb, act in (("remove", _detach), ("up", _move), ("down", _move)):
            if verb in request.POST:
                return act(request, version, verb)
        at = now()
        form.take_file(by=request.actor, at=at, reuse_from=_usable(request, version))
        if form.is_valid() and form.attachment is not None:
            return _attach(request, version, form)
    except actions.VersionFrozen:
        return no_draft(request, plan)
    except actions.PaperGone:
        raise Http404 from None
    except actions.PaperAttachedTwice as refusal:
        form.add_error("file", str(refusal))
    return _papers_page(request, version, form)


def _facts(version: PlanVersion) -> dict[str, Any]:
    return {"today": timezone.localdate(), "on_behalf": version.entered_on_behalf}


def _sees_all(request: HttpRequest, version: PlanVersion) -> bool:
    """Whether the mandate may read every version of the unit's plans, also unsent ones."""
    return bool(request.mandate.unit_id == version.plan.unit_id)


def _usable(request: HttpRequest, version: PlanVersion) -> QuerySet[Attachment]:
    return usable_files(version, person_id=person_id(request), sees_all=_sees_all(request, version))


def _attach(request: HttpRequest, version: PlanVersion, form: PaperForm) -> HttpResponse:
    assert form.attachment is not None  # noqa: S101 - checked by the caller
    paper = actions.attach_paper(
        version=version,
        attachment=form.attachment,
        by=request.actor,
        at=now(),
        **vars(form.details()),
    )
    messages.success(
        request, _("“%(file)s” has been attached.") % {"file": paper.attachment.original_name}
    )
    if form.sent_name and form.reused:
        messages.info(request, same_file_sentence(paper.attachment, form.sent_name))
    return _to_papers(version, paper)


def _to_papers(version: PlanVersion, paper: PlanPaper | None = None) -> HttpResponse:
    url = reverse("campaigns:plan-papers", args=[version.plan_id])
    return redirect(f"{url}#paper-{paper.pk}" if paper is not None else url)


def _paper(version: PlanVersion, wanted: str) -> PlanPaper:
    """The paper of this version with the id `wanted`; 404 for any other."""
    paper = next((p for p in queries.papers_of(version) if str(p.pk) == wanted), None)
    if paper is None:
        raise Http404
    return paper


def _detach(request: HttpRequest, version: PlanVersion, verb: str) -> HttpResponse:
    paper = _paper(version, request.POST[verb])
    actions.detach_paper(paper=paper, by=request.actor, at=now())
    messages.success(
        request, _("“%(file)s” has been taken off.") % {"file": paper.attachment.original_name}
    )
    return _to_papers(version)


def _move(request: HttpRequest, version: PlanVersion, verb: str) -> HttpResponse:
    paper = _paper(version, request.POST[verb])
    actions.move_paper(paper=paper, up=verb == "up", by=request.actor, at=now())
    return _to_papers(version, paper)


def _papers_page(request: HttpRequest, version: PlanVersion, form: PaperForm) -> HttpResponse:
    search = request.GET.get("q", "")[:100]
    context = {
        "plan": version.plan,
        "version": version,
        "form": form,
        "groups": grouped(queries.papers_of(version)),
        "search": search,
        "earlier": earlier_files(
            version,
            person_id=person_id(request),
            sees_all=_sees_all(request, version),
            search=search,
        ),
    }
    return render(request, "campaigns/plans/papers.html", context, status=status_of(form))


# --- Details -----------------------------------------------------------------------------


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_paper(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    """Correct what a paper of the draft is and says of itself; the file stays."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    paper = _paper(version, str(paper_pk))
    facts = _facts(version)
    if request.method == "GET":
        form = PaperDetailsForm(paper=paper, **facts)
    else:
        form = PaperDetailsForm(request.POST, paper=paper, **facts)
        if form.is_valid():
            try:
                actions.correct_paper(
                    paper=paper, details=form.details(), by=request.actor, at=now()
                )
            except actions.VersionFrozen:
                return no_draft(request, plan)
            except actions.PaperGone:
                raise Http404 from None
            except DomainError as refusal:
                form.add_error("kind", str(refusal))
            else:
                messages.success(
                    request,
                    _("The details of “%(file)s” have been saved.")
                    % {"file": paper.attachment.original_name},
                )
                return _to_papers(version, paper)
    context = {"plan": plan, "version": version, "form": form, "paper": paper}
    return render(request, "campaigns/plans/paper_details.html", context, status=status_of(form))


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def papers_describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what files are that are in already, several at once, and attach them."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    chosen = _chosen(request, version)
    if not chosen:
        messages.info(request, _("Choose at least one file."))
        return _to_papers(version)
    known = last_papers(version, chosen, sees_all=_sees_all(request, version))
    data = request.POST if request.method == "POST" else None
    batch = PaperBatch(chosen, data=data, papers=known, earlier=set(known), **_facts(version))
    refused = ""
    if data is not None and batch.is_valid():
        try:
            papers = actions.attach_papers(
                version=version, papers=batch.papers(), by=request.actor, at=now()
            )
        except actions.VersionFrozen:
            return no_draft(request, plan)
        except actions.PaperAttachedTwice as refusal:
            refused = str(refusal)
        else:
            messages.success(
                request,
                ngettext(
                    "%(number)s file has been attached.",
                    "%(number)s files have been attached.",
                    len(papers),
                )
                % {"number": show_number(len(papers))},
            )
            return _to_papers(version, papers[0])
    context = {
        "plan": plan,
        "version": version,
        "batch": batch,
        "lines": [
            *([SummaryEntry("", refused)] if refused else []),
            *(error_summary(*batch.forms) if data is not None else []),
        ],
    }
    status = 200 if data is None else 422
    return render(request, "campaigns/plans/papers_describe.html", context, status=status)


def _chosen(request: HttpRequest, version: PlanVersion) -> list[Attachment]:
    """The files named by the address or the form that this person may attach, as ordered there."""
    sent = request.POST if request.method == "POST" else request.GET
    wanted: list[UUID] = []
    for text in sent.getlist("file")[:MOST_AT_ONCE]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    rows = _usable(request, version).exclude(scan__state=ScanState.INFECTED)
    found = rows.select_related("scan").in_bulk(wanted)
    return [found[pk] for pk in dict.fromkeys(wanted) if pk in found]
