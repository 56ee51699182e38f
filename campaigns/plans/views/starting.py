"""A unit's plans at a glance, and beginning, registering or amending one."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.plans import actions, queries, rules, source_plans
from campaigns.plans.forms.starting import (
    RegisterPaperForm,
    RegisterPaperOnBehalfForm,
    StartForm,
    StartOnBehalfForm,
    StartWay,
)
from campaigns.plans.models import Plan
from campaigns.plans.views.editor import EDITORS
from campaigns.plans.views.shared import (
    now,
    permit,
    person_id,
    phase_for,
    status_of,
    visible_plan,
)
from campaigns.programme.models import Phase
from emulation_portal.core import access
from emulation_portal.core.errors import DomainError
from emulation_portal.core.idempotency import once
from units.api import UNIT_ROLES
from units.models import Unit


@access.roles(*UNIT_ROLES)
@require_http_methods(["GET"])
def unit_plans(request: HttpRequest) -> HttpResponse:
    """The plans of the mandate's own unit: one line per phase of each campaign."""
    unit = request.mandate.unit
    plans = queries.plans_of_unit(unit)
    campaigns = [
        {"campaign": campaign, "lines": [_line(phase, plans.get(phase.pk)) for phase in phases]}
        for campaign, phases in queries.phases_of_unit(unit).items()
    ]
    context = {"unit": unit, "campaigns": campaigns}
    return render(request, "campaigns/plans/unit_plans.html", context)


def _line(phase: Phase, plan: Plan | None) -> dict[str, Any]:
    draft = plan.open_drafts[0] if plan is not None and plan.open_drafts else None
    if plan is None:
        url = reverse("campaigns:plan-start", args=[phase.pk])
    else:
        url = plan.get_absolute_url()
    return {"phase": phase, "plan": plan, "draft": draft, "url": url}


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a plan for one's own unit, or, as the department, on a unit's behalf."""
    phase = phase_for(request, pk)
    own = _own_unit(request)
    if own is not None and (plan := Plan.objects.filter(unit=own, phase=phase).first()):
        return redirect("campaigns:plan-detail", plan.pk)
    form: StartForm | StartOnBehalfForm
    closed = _closed_ways(request, phase, own)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    if own is not None:
        form = StartForm(*data, closed=closed)
    else:
        form = StartOnBehalfForm(
            *data,
            units=_units(request, phase),
            initial=_asked(request),
            closed=closed,
        )
    if request.method == "POST":
        if isinstance(form, StartOnBehalfForm):
            form.take_file(by=request.actor, at=now())
        if form.is_valid():
            unit = own or form.cleaned_data["unit"]
            source = form.attachment if isinstance(form, StartOnBehalfForm) else None

            def act() -> str:
                permit(rules.may_start(request.mandate, unit))
                plan = actions.start_plan(
                    unit=unit, phase=phase, source=source, by=request.actor, at=now()
                )
                return _next_page(plan, form.cleaned_data["way"], request)

            if outcome := _once(request, form, act):
                return redirect(outcome)
    context = {"phase": phase, "form": form, "own": own}
    return render(request, "campaigns/plans/start.html", context, status=status_of(form))


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_register_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a plan that was issued on paper, with its scan."""
    phase = phase_for(request, pk)
    own = _own_unit(request)
    facts: dict[str, Any] = {
        "today": timezone.localdate(),
        "first_day": phase.campaign.starts_on,
    }
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form: RegisterPaperForm | RegisterPaperOnBehalfForm
    if own is not None:
        form = RegisterPaperForm(*data, **facts)
    else:
        form = RegisterPaperOnBehalfForm(
            *data, units=_units(request, phase), initial=_asked(request), **facts
        )
    if form.is_bound:
        form.take_file(by=request.actor, at=now())
        if form.is_valid():
            unit = own or form.cleaned_data["unit"]

            def act() -> str:
                permit(rules.may_start(request.mandate, unit))
                version = actions.register_paper_plan(
                    unit=unit, phase=phase, issue=form.facts(), by=request.actor, at=now()
                )
                return reverse("campaigns:plan-check", args=[version.plan_id])

            if outcome := _once(request, form, act):
                return redirect(outcome)
    context = {"phase": phase, "form": form, "own": own}
    return render(request, "campaigns/plans/register_paper.html", context, status=status_of(form))


@access.roles(*EDITORS)
@require_POST
def plan_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the next version of a plan."""
    plan = visible_plan(request, pk)
    permit(rules.may_amend(request.mandate, plan))
    try:
        draft = actions.amend_plan(plan=plan, by=request.actor, at=now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Version %(number)s is open. The version in force stays in force until the "
              "department has accepted this one.") % {"number": draft.number},
        )  # fmt: skip
    return redirect("campaigns:plan-detail", plan.pk)


def _closed_ways(request: HttpRequest, phase: Phase, own: Unit | None) -> dict[str, Any]:
    """The ways that are not open now, each with the reason."""
    closed: dict[str, Any] = {}
    if not source_plans.has_model(phase.campaign):
        closed[StartWay.MODEL] = _("This campaign has no model plan.")
    if own is not None and not source_plans.has_earlier_plan(request.mandate, own):
        closed[StartWay.EARLIER] = _("The unit has sent no earlier plan in the portal.")
    return closed


def _next_page(plan: Plan, way: str, request: HttpRequest) -> str:
    """Where the draft is filled from, or the draft itself where it begins blank."""
    draft = queries.draft_of(plan)
    if way == StartWay.BLANK or draft is None:
        return plan.get_absolute_url()
    draft.plan = plan
    if way == StartWay.EARLIER:
        earlier = source_plans.earlier_plans(request.mandate, draft)
        if len(earlier) == 1:
            return reverse("campaigns:plan-bring-in-plan", args=[plan.pk, earlier[0].plan.pk])
        return reverse("campaigns:plan-bring-in", args=[plan.pk])
    return reverse(f"campaigns:{_PAGE_OF_WAY[way]}", args=[plan.pk])


_PAGE_OF_WAY = {
    StartWay.MODEL.value: "plan-bring-in-model",
    StartWay.PLAN.value: "plan-bring-in-plans",
    StartWay.DOCUMENT.value: "plan-bring-in-document",
}


def _own_unit(request: HttpRequest) -> Unit | None:
    """The unit whose plan the mandate writes; None for the department, which chooses one."""
    return request.mandate.unit if request.mandate.is_unit_side else None


def _units(request: HttpRequest, phase: Phase) -> QuerySet[Unit]:
    """The units the department may enter a plan for: its own writes its plan itself."""
    units = queries.units_without_plan(phase, on=timezone.localdate())
    return units.exclude(pk=request.mandate.unit_id)


def _asked(request: HttpRequest) -> dict[str, str]:
    """The unit a link has chosen beforehand."""
    wanted = request.GET.get("unit", "")
    return {"unit": wanted} if wanted.isascii() and wanted.isdecimal() else {}


def _once(request: HttpRequest, form: Any, act: Any) -> str:
    """Act once per form key; a refusal becomes the form's own error and yields no address."""
    try:
        return once(
            user_id=person_id(request), key=form.cleaned_data["form_key"], at=now(), act=act
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return ""
