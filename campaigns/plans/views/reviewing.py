"""The department's queue, and what is done with a version: take it, put it back, decide."""

import re

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.plans import review_queue, rules
from campaigns.plans.actions import reviewing as actions
from campaigns.plans.forms.reviewing import Decision, DecisionForm, TakeForm
from campaigns.plans.models import PlanVersion
from campaigns.plans.phrases import with_phrase
from campaigns.plans.states import PlanState
from campaigns.plans.turn_round import holidays_of, pace_of
from campaigns.plans.views.review_page import (
    act_once,
    kept_query,
    not_under_review,
    refused,
    review_address,
    review_page,
    version_for_review,
    view_of,
)
from campaigns.plans.views.shared import now
from campaigns.programme.models import Campaign
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access
from emulation_portal.core.errors import Conflict
from units.api import DEPARTMENT_ROLES
from units.models import Role

PAGE = 50


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def reviews_index(request: HttpRequest) -> HttpResponse:
    """The queue of the latest campaign the mandate sees."""
    campaign = campaign_or_404(request.mandate, None)
    return redirect("campaigns:review-queue", campaign.code)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def queue(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for the department, the oldest first, in saved views that stand in the address."""
    campaign = campaign_or_404(request.mandate, code)
    today = timezone.localdate()
    view = view_of(request)
    waiting = review_queue.waiting(campaign)
    holidays = holidays_of(campaign)
    views = review_queue.conditions(request.mandate, on=today, holidays=holidays)
    counts = review_queue.counts_of(waiting, views)
    page = Paginator(waiting.filter(views[view]), PAGE).get_page(request.GET.get("page"))
    not_reviewed = rules.units_not_reviewed(request.mandate, on=today)
    overdue_before = review_queue.overdue_before(today, holidays)
    rows = [
        review_queue.queue_row(
            version, mandate=request.mandate, not_reviewed=not_reviewed,
            overdue_before=overdue_before, on=today,
        )
        for version in page
    ]  # fmt: skip
    context = {
        "campaign": campaign,
        "view": view,
        "tabs": [(choice, choice.label, counts[choice]) for choice in review_queue.QueueView],
        "page": page,
        "rows": rows,
        "kept": kept_query(request),
        "pace": pace_of(campaign, holidays=holidays, on=today),
        "next": review_queue.next_to_take(
            campaign,
            mandate=request.mandate,
            not_reviewed=not_reviewed,
            holidays=holidays,
            on=today,
            view=view,
        ),
    }
    return render(request, "campaigns/plans/review_queue.html", context)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def review_next(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the version of the saved view that has waited longest for this person.

    With `?after=` a version is skipped: the next one in the queue follows.
    """
    campaign = campaign_or_404(request.mandate, code)
    after = request.GET.get("after", "")
    version = _next(
        request, campaign, after=int(after) if re.fullmatch("[0-9]{1,18}", after) else None
    )
    if version is None:
        messages.info(request, _("No other plan in this view waits for you."))
        return redirect(_queue_address(request, campaign.code))
    return redirect(review_address(request, version))


def _next(request: HttpRequest, campaign: Campaign, *, after: int | None) -> PlanVersion | None:
    """The version that comes next for this person in the saved view."""
    today = timezone.localdate()
    return review_queue.next_to_take(
        campaign,
        mandate=request.mandate,
        not_reviewed=rules.units_not_reviewed(request.mandate, on=today),
        holidays=holidays_of(campaign),
        on=today,
        view=view_of(request),
        after=after,
    )


def _queue_address(request: HttpRequest, code: str) -> str:
    return reverse("campaigns:review-queue", args=[code]) + kept_query(request)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """A version under review with its remarks, and the decision."""
    version = version_for_review(request, pk)
    if version.state == PlanState.WITHDRAWN:
        messages.info(request, str(not_under_review(version)))
        return redirect("campaigns:review-queue", version.plan.phase.campaign.code)
    if version.state != PlanState.SENT:
        return redirect("campaigns:plan-version", version.plan_id, version.number)
    return review_page(request, version)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a version for review; the head of the department may take it over from somebody."""
    version = version_for_review(request, pk)
    form = TakeForm(request.POST)
    over = form.is_valid() and form.cleaned_data["take_over"]
    act = actions.take_review
    if over and request.mandate.role == Role.DEPARTMENT_HEAD:
        act = actions.take_over_review
    try:
        act(version=version, by=request.actor, at=now())
    except Conflict as refusal:
        return refused(request, version, refusal)
    return redirect(review_address(request, version))


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one's version back into the queue."""
    version = version_for_review(request, pk)
    try:
        actions.release_review(version=version, by=request.actor, at=now())
    except Conflict as refusal:
        return refused(request, version, refusal)
    messages.success(
        request,
        _("The plan of %(unit)s waits in the queue again.") % {"unit": version.plan.unit},
    )
    return redirect(_queue_address(request, version.plan.phase.campaign.code))


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the version or ask for additions, and return to the queue or go to the next plan.

    A double click decides once. The button beside the stock phrases only inserts one.
    """
    version = version_for_review(request, pk)
    form = DecisionForm(request.POST)
    if request.POST.get("do") == "insert" and version.state == PlanState.SENT:
        return review_page(request, version, decision=_with_phrase(request, version))
    valid = form.is_valid()
    if not valid and version.state != PlanState.SENT:
        return refused(request, version, not_under_review(version))
    if not valid:
        return review_page(request, version, decision=form, broken=form, status=422)
    accepts = form.cleaned_data["decision"] == Decision.ACCEPT
    text = form.cleaned_data["reason"]

    def act() -> str:
        unit = {"unit": version.plan.unit}
        if accepts:
            actions.accept_plan(version=version, note=text, by=request.actor, at=now())
            messages.success(request, _("You have accepted the plan of %(unit)s.") % unit)
        else:
            actions.return_plan(version=version, reason=text, by=request.actor, at=now())
            messages.success(request, _("You have asked %(unit)s for additions.") % unit)
        return _after_decision(request, version)

    return act_once(request, version, form, act)


def _with_phrase(request: HttpRequest, version: PlanVersion) -> DecisionForm:
    campaign = version.plan.phase.campaign
    text = with_phrase(request.POST.get("reason", ""), request.POST.get("phrase", ""), campaign)
    return DecisionForm(initial={"decision": request.POST.get("decision", ""), "reason": text})


def _after_decision(request: HttpRequest, version: PlanVersion) -> str:
    """Where a decision leads: to the queue, or to the next plan that waits in the same view."""
    campaign = version.plan.phase.campaign
    if request.POST.get("then") != "next":
        return _queue_address(request, campaign.code)
    following = _next(request, campaign, after=version.pk)
    if following is None:
        messages.info(request, _("No other plan in this view waits for you."))
        return _queue_address(request, campaign.code)
    return review_address(request, following)
