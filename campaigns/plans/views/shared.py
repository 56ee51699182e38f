"""What the plan pages have in common: finding the plan for the mandate, and saying no."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from campaigns.plans import queries, rules
from campaigns.plans.actions import VersionFrozen
from campaigns.plans.lock_panel import lock_panel
from campaigns.plans.models import Plan, PlanVersion
from campaigns.plans.refusals import Answer
from campaigns.programme.models import Phase
from campaigns.programme.queries import visible_campaigns

_NOT_TEXT = {
    "csrfmiddlewaretoken", "form_key", "lock_version", "saved_version", "do", "completed", "base",
    "undo", "writer", "what",
}  # fmt: skip


def visible_plan(request: HttpRequest, pk: int) -> Plan:
    """Return the plan for the mandate acted in; 404 for what it may not know of."""
    plans = Plan.objects.visible_to(request.mandate).select_related("unit", "phase__campaign")
    return get_object_or_404(plans, pk=pk)


def open_draft(request: HttpRequest, plan: Plan) -> PlanVersion | None:
    """Return the plan's draft, or None when there is none.

    Raises Http404 for a mandate that may not know of the draft, PermissionDenied for one that
    may read but not write it.
    """
    version = queries.draft_of(plan)
    if version is None:
        may_know = rules.may_amend(request.mandate, plan)
        if not may_know:
            raise Http404
        return None
    version.plan = plan
    if not rules.may_read(request.mandate, version):
        raise Http404
    permit(rules.may_edit(request.mandate, version))
    return version


def permit(answer: Answer) -> None:
    """Raise PermissionDenied with the rule's sentence when it says no."""
    if not answer:
        raise PermissionDenied(str(answer))


def no_draft(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Answer for a draft that is gone: lead to the plan; keep what was typed on the page."""
    if request.method != "POST":
        return redirect("campaigns:plan-detail", plan.pk)
    typed = [
        value
        for name, values in request.POST.lists()
        if name not in _NOT_TEXT and not name.endswith(("_FORMS", "-identity"))
        for value in values
        if value.strip()
    ]
    people = ("sent_by__person", "reviewer__person", "reviewer__unit", "decided_by__person")
    sent = plan.versions.select_related(*people).filter(pk=plan.current_id or 0).first()
    panel = lock_panel(plan, sent, request.mandate, on=timezone.localdate())
    context = {"plan": plan, "message": VersionFrozen(), "typed": typed, "lock_panel": panel}
    return render(request, "campaigns/plans/frozen.html", context, status=409)


def phase_for(request: HttpRequest, pk: int) -> Phase:
    """Return a phase of a campaign in which the mandate stands; 404 for any other."""
    phases = Phase.objects.filter(campaign__in=visible_campaigns(request.mandate)).select_related(
        "campaign", "plans_closed_by__person", "plans_closed_by__unit"
    )
    return get_object_or_404(phases, pk=pk)


def person_id(request: HttpRequest) -> int:
    """The signed-in person, by id; the access check has seen to it that there is one."""
    return int(request.user.pk or 0)


def now() -> datetime:
    return timezone.now()


def status_of(form: Any) -> int:
    """422 for a form that came back with errors, 200 for one shown for the first time."""
    return 422 if form.is_bound else 200
