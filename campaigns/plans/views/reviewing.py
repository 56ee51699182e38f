"""The department's queue, and the page on which a version is reviewed and decided."""

import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.plans import queries, review_queue, rules
from campaigns.plans.actions import reviewing as actions
from campaigns.plans.changes import answered_before, changes_since
from campaigns.plans.document import document_of
from campaigns.plans.forms.reviewing import Decision, DecisionForm, RemarkForm, TakeForm
from campaigns.plans.models import PlanSection, PlanVersion
from campaigns.plans.review_queue import QueueView
from campaigns.plans.states import PlanState
from campaigns.plans.views.reading import document_context, pin_remarks
from campaigns.plans.views.shared import now, permit
from campaigns.programme.queries import campaign_or_404, visible_campaigns
from emulation_portal.core import access
from emulation_portal.core.errors import Conflict
from emulation_portal.core.idempotency import once
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
    asked = request.GET.get("view", "")
    view = QueueView(asked) if asked in QueueView.values else QueueView.ALL
    waiting = review_queue.waiting(campaign)
    views = review_queue.conditions(request.mandate, on=today)
    counts = review_queue.counts_of(waiting, views)
    page = Paginator(waiting.filter(views[view]), PAGE).get_page(request.GET.get("page"))
    not_reviewed = rules.units_not_reviewed(request.mandate, on=today)
    rows = [
        review_queue.queue_row(
            version, mandate=request.mandate, not_reviewed=not_reviewed, on=today
        )
        for version in page
    ]
    context = {
        "campaign": campaign,
        "view": view,
        "tabs": [(choice, choice.label, counts[choice]) for choice in QueueView],
        "page": page,
        "rows": rows,
        "next": review_queue.next_to_take(campaign, not_reviewed=not_reviewed, on=today),
    }
    return render(request, "campaigns/plans/review_queue.html", context)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def review_next(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the version that has waited longest and that nobody has taken.

    With `?after=` a version is skipped: the next one in the queue follows.
    """
    campaign = campaign_or_404(request.mandate, code)
    today = timezone.localdate()
    after = request.GET.get("after", "")
    version = review_queue.next_to_take(
        campaign,
        not_reviewed=rules.units_not_reviewed(request.mandate, on=today),
        on=today,
        after=int(after) if re.fullmatch("[0-9]{1,18}", after) else None,
    )
    if version is None:
        messages.info(request, _("No plan is left that nobody has taken."))
        return redirect("campaigns:review-queue", campaign.code)
    return redirect("campaigns:review", version.pk)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """A version under review with its remarks, and the decision."""
    version = _version(request, pk)
    if version.state == PlanState.WITHDRAWN:
        messages.info(request, str(_not_under_review(version)))
        return redirect("campaigns:review-queue", version.plan.phase.campaign.code)
    if version.state != PlanState.SENT:
        return redirect("campaigns:plan-version", version.plan_id, version.number)
    return _page(request, version)


def _version(request: HttpRequest, pk: int) -> PlanVersion:
    """The version, which was sent once, in a campaign of the mandate's; 403 for one's own unit's."""
    versions = PlanVersion.objects.filter(
        plan__phase__campaign__in=visible_campaigns(request.mandate)
    ).exclude(state=PlanState.DRAFT)
    version = get_object_or_404(
        versions.select_related(
            "plan__unit", "plan__phase__campaign", "reviewer__person", "reviewer__unit",
            "created_by__person", "created_by__unit", "sent_by__person", "sent_by__unit",
        ),
        pk=pk,
    )  # fmt: skip
    permit(rules.may_review(request.mandate, version, on=timezone.localdate()))
    return version


def _page(
    request: HttpRequest,
    version: PlanVersion,
    *,
    decision: DecisionForm | None = None,
    remark: RemarkForm | None = None,
    remark_section: str = "",
    status: int = 200,
) -> HttpResponse:
    holder = actions.holder_of(version, on=timezone.localdate())
    held_by_me = holder is not None and holder.person_id == request.mandate.person_id
    may_write = holder is None or held_by_me
    sections = document_of(version)
    pin_remarks(sections, version)
    for part in sections:
        key = part.section.key
        if may_write:
            typed_here = remark is not None and key == remark_section
            part.form = remark if typed_here else RemarkForm(section_key=key)
    before = answered_before(version)
    context: dict[str, Any] = {
        **document_context(version, sections),
        "holder": holder,
        "held_by_me": held_by_me,
        "may_write": may_write,
        "may_take_over": not may_write and request.mandate.role == Role.DEPARTMENT_HEAD,
        "before": before,
        "changes": changes_since(before, version, [part.section for part in sections])
        if before
        else [],
        "remark_count": sum(len(part.remarks) for part in sections),
        "decision": (decision or DecisionForm()) if may_write else None,
        "broken": decision or remark,
        "has_errors": status == 422,
        "arrival": review_queue.arrival_of(before.state if before else None),
        "age_days": (timezone.localdate() - timezone.localdate(version.sent_at)).days,
    }
    return render(request, "campaigns/plans/review.html", context, status=status)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a version for review; the head of the department may take it over from somebody."""
    version = _version(request, pk)
    form = TakeForm(request.POST)
    over = form.is_valid() and form.cleaned_data["take_over"]
    act = actions.take_review
    if over and request.mandate.role == Role.DEPARTMENT_HEAD:
        act = actions.take_over_review
    try:
        act(version=version, by=request.actor, at=now())
    except Conflict as refusal:
        return _refused(request, version, refusal)
    return redirect("campaigns:review", version.pk)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one's version back into the queue."""
    version = _version(request, pk)
    try:
        actions.release_review(version=version, by=request.actor, at=now())
    except Conflict as refusal:
        return _refused(request, version, refusal)
    messages.success(
        request,
        _("The plan of %(unit)s waits in the queue again.") % {"unit": version.plan.unit},
    )
    return redirect("campaigns:review-queue", version.plan.phase.campaign.code)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_remark(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Pin a remark to the section `key`. What was typed is never lost."""
    version = _version(request, pk)
    section: PlanSection | None = queries.section_by_key(version, key)
    if section is None:
        raise Http404
    form = RemarkForm(request.POST, section_key=section.key)
    if version.state != PlanState.SENT:
        return _refused(request, version, _not_under_review(version))
    if not form.is_valid():
        return _page(request, version, remark=form, remark_section=section.key, status=422)
    address = f"{reverse('campaigns:review', args=[version.pk])}#part-{section.key}"

    def act() -> str:
        actions.add_remark(
            version=version, section=section, body=form.cleaned_data["body"],
            by=request.actor, at=now(),
        )  # fmt: skip
        messages.success(
            request, _("Your remark on “%(section)s” has been saved.") % {"section": section.title}
        )
        return address

    return _act_once(request, version, form, act)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the version or ask for additions. A double click decides once."""
    version = _version(request, pk)
    form = DecisionForm(request.POST)
    valid = form.is_valid()
    if not valid and version.state != PlanState.SENT:
        return _refused(request, version, _not_under_review(version))
    if not valid:
        return _page(request, version, decision=form, status=422)
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
        return reverse("campaigns:review-queue", args=[version.plan.phase.campaign.code])

    return _act_once(request, version, form, act)


def _act_once(request: HttpRequest, version: PlanVersion, form: Any, act: Any) -> HttpResponse:
    try:
        outcome = once(
            user_id=request.mandate.person_id, key=form.cleaned_data["form_key"], at=now(), act=act
        )
    except Conflict as refusal:
        return _refused(request, version, refusal)
    return redirect(outcome)


def _not_under_review(version: PlanVersion) -> Conflict:
    return actions.NotUnderReview(state=version.get_state_display())


def _refused(request: HttpRequest, version: PlanVersion, refusal: Conflict) -> HttpResponse:
    """Say who or what was faster, and show again what was typed."""
    version.refresh_from_db()
    context = {
        "campaign": version.plan.phase.campaign,
        "plan": version.plan,
        "version": version,
        "refusal": refusal,
        "is_under_review": version.state == PlanState.SENT,
        "is_readable": bool(rules.may_read(request.mandate, version)),
        "typed": [
            value
            for name in ("body", "reason")
            for value in request.POST.getlist(name)
            if value.strip()
        ],
    }
    return render(request, "campaigns/plans/review_refused.html", context, status=409)
