"""The lists of a campaign: its plans, one row per unit, and the tasks of the plans."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.plans import listing, task_listing
from campaigns.plans.forms.listing import PlanListFilters, TaskListFilters
from campaigns.plans.models import PlanTask
from campaigns.programme.models import Campaign, Phase, PlanFlow
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access
from emulation_portal.core.searching import words_of
from units.models import Block, Unit

PAGE = 50


@dataclass(frozen=True)
class PlanSelection:
    """The list of plans as one address asks for it; the page and the files show the same."""

    campaign: Campaign
    phase: Phase | None
    form: PlanListFilters
    wanted: dict[str, str]
    today: date
    units: QuerySet[Unit, Any]

    @property
    def is_narrowed(self) -> bool:
        return any(self.wanted[name] for name in ("block", "kind", "status", "q"))


def selected_plans(request: HttpRequest, code: str) -> PlanSelection:
    """Return the plans that the address asks for; Http404 for an unseen campaign."""
    campaign = campaign_or_404(request.mandate, code)
    today = timezone.localdate()
    phases = _phases(campaign)
    form = PlanListFilters(
        request.GET,
        phases=phases,
        blocks=list(Block.objects.all()),
        sees_every_unit=listing.sees_every_unit(request.mandate),
        review_first=campaign.plan_flow == PlanFlow.REVIEW_FIRST,
    )
    wanted = form.wanted()
    phase = listing.phase_shown(phases, wanted["phase"], on=today)
    units: QuerySet[Unit, Any] = Unit.objects.none()
    if phase is not None:
        units = listing.listed_units(
            request.mandate, phase, on=today,
            status=wanted["status"], order=wanted["sort"], kind=wanted["kind"],
            block_id=int(wanted["block"]) if wanted["block"] else None, search=wanted["q"],
        )  # fmt: skip
    return PlanSelection(campaign, phase, form, wanted, today, units)


@dataclass(frozen=True)
class TaskSelection:
    """The list of tasks as one address asks for it."""

    campaign: Campaign
    form: TaskListFilters
    wanted: task_listing.TaskFilter
    today: date
    tasks: QuerySet[PlanTask]

    @property
    def is_narrowed(self) -> bool:
        whole = task_listing.TaskFilter(order=self.wanted.order)
        return self.wanted != whole


def selected_tasks(request: HttpRequest, code: str) -> TaskSelection:
    """Return the tasks that the address asks for; Http404 for an unseen campaign."""
    campaign = campaign_or_404(request.mandate, code)
    today = timezone.localdate()
    form = TaskListFilters(
        request.GET,
        phases=_phases(campaign),
        areas=list(campaign.areas.all()),
        blocks=list(Block.objects.all()),
        writes=request.mandate.is_unit_side or request.mandate.is_department,
    )
    wanted = form.wanted()
    tasks = task_listing.listed_tasks(request.mandate, campaign, wanted, on=today)
    return TaskSelection(campaign, form, wanted, today, tasks)


@access.mandated
@require_safe
def plans_index(request: HttpRequest) -> HttpResponse:
    """The list of the latest campaign the mandate sees."""
    campaign = campaign_or_404(request.mandate, None)
    return redirect("campaigns:plan-list", campaign.code)


@access.mandated
@require_safe
def plan_list(request: HttpRequest, code: str) -> HttpResponse:
    """The expected units of a phase with their plans; readers from outside see issued plans."""
    selection = selected_plans(request, code)
    campaign, phase = selection.campaign, selection.phase
    context: dict[str, Any] = {
        "campaign": campaign,
        "form": selection.form,
        "phase": phase,
        "sees_every_unit": listing.sees_every_unit(request.mandate),
        "is_narrowed": selection.is_narrowed,
    }
    if phase is not None:
        today = selection.today
        page = Paginator(selection.units.values(*listing.ROW_COLUMNS), PAGE).get_page(
            request.GET.get("page")
        )
        context |= {
            "page": page,
            "total": listing.listed_units(request.mandate, phase, on=today).order_by().count()
            if selection.is_narrowed
            else page.paginator.count,
            "rows": [
                listing.plan_row(row, phase=phase, on=today, mandate=request.mandate)
                for row in page
            ],
            "before_go_live": phase.plan_deadline is not None
            and phase.plan_deadline < campaign.go_live_date,
            "enter_url": _enter_url(request, phase),
        }
    return render(request, "campaigns/plans/list.html", context)


@access.mandated
@require_safe
def task_list(request: HttpRequest, code: str) -> HttpResponse:
    """The tasks of the plans that may be read, of one version of each."""
    selection = selected_tasks(request, code)
    wanted = selection.wanted
    page = Paginator(selection.tasks.values(*task_listing.TASK_COLUMNS), PAGE).get_page(
        request.GET.get("page")
    )
    words = words_of(wanted.text)
    context = {
        "campaign": selection.campaign,
        "form": selection.form,
        "page": page,
        "total": task_listing.tasks_total(
            request.mandate, selection.campaign, wanted, on=selection.today
        )
        if selection.is_narrowed
        else page.paginator.count,
        "rows": [task_listing.task_line(row, mandate=request.mandate, words=words) for row in page],
        "is_narrowed": selection.is_narrowed,
        "may_import": request.mandate.is_unit_side or request.mandate.is_department,
    }
    return render(request, "campaigns/plans/tasks.html", context)


def _phases(campaign: Campaign) -> list[Phase]:
    phases = list(campaign.phases.all())
    for known in phases:
        known.campaign = campaign
    return phases


def _enter_url(request: HttpRequest, phase: Phase) -> str:
    """Where the department registers a plan on paper for a unit that has none here."""
    if not request.mandate.is_department:
        return ""
    return reverse("campaigns:plan-register-paper", args=[phase.pk])
