"""Pages of the programme: the campaign itself, its deliverables, facts and plan windows."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.programme import actions, rules
from campaigns.programme.facts import Fact, fact_kind, unconfirmed_facts
from campaigns.programme.forms import (
    ConfirmFactForm,
    DeliverableFilters,
    DeliverableForm,
    PlanWindowForm,
    ReopenWindowForm,
)
from campaigns.programme.models import Campaign, Deliverable, Phase
from campaigns.programme.queries import (
    DeliverableFilter,
    campaign_or_404,
    campaign_page,
    current_campaigns_for,
    deliverables,
    department_heads,
    lead_units,
    possible_leads,
    visible_campaigns,
    window_history,
)
from emulation_portal.core import access
from emulation_portal.core.errors import DomainError
from emulation_portal.core.searching import words_of
from units.api import DEPARTMENT_ROLES
from units.models import Role

PAGE = 50

# The field beside which a refusal of `update_deliverable` is shown.
_FIELD_OF = {
    actions.CompletionUndated: "done_date",
    actions.CompletionInFuture: "done_date",
    actions.NotCompleted: "done_date",
    actions.CompletionUnfounded: "evidence",
}


@access.mandated
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The campaigns the mandate sees; a single one is shown at once."""
    campaigns = current_campaigns_for(request.mandate)
    if len(campaigns) == 1:
        return redirect("campaigns:campaign-detail", campaigns[0].code)
    return render(request, "campaigns/programme/campaign_list.html", {"campaigns": campaigns})


@access.mandated
@require_safe
def campaign_detail(request: HttpRequest, code: str) -> HttpResponse:
    campaign = campaign_or_404(request.mandate, code)
    return render(
        request,
        "campaigns/programme/campaign_detail.html",
        {
            "campaign": campaign,
            "page": campaign_page(campaign),
            "today": timezone.localdate(),
            "sees_windows": request.mandate.role in DEPARTMENT_ROLES,
        },
    )


@dataclass(frozen=True)
class DeliverableSelection:
    """The deliverables as one address asks for them; the page and the files show the same."""

    campaign: Campaign
    form: DeliverableFilters
    wanted: DeliverableFilter
    rows: QuerySet[Deliverable]


def selected_deliverables(request: HttpRequest, code: str) -> DeliverableSelection:
    """Return the deliverables that the address asks for; Http404 for an unseen campaign."""
    campaign = campaign_or_404(request.mandate, code)
    form = DeliverableFilters(
        request.GET, areas=list(campaign.areas.all()), leads=list(lead_units(campaign))
    )
    wanted = form.wanted()
    return DeliverableSelection(campaign, form, wanted, deliverables(campaign, wanted))


@access.mandated
@require_safe
def deliverable_list(request: HttpRequest, code: str) -> HttpResponse:
    selection = selected_deliverables(request, code)
    campaign, wanted = selection.campaign, selection.wanted
    page = Paginator(selection.rows, PAGE).get_page(request.GET.get("page"))
    is_narrowed = wanted != DeliverableFilter(order=wanted.order)
    return render(
        request,
        "campaigns/programme/deliverable_list.html",
        {
            "campaign": campaign,
            "form": selection.form,
            "page": page,
            "words": words_of(wanted.text),
            "total": campaign.deliverables.count() if is_narrowed else page.paginator.count,
            "may_update": rules.may_update_deliverables(request.mandate, campaign),
            "is_narrowed": is_narrowed,
        },
    )


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def deliverable_update(request: HttpRequest, code: str, deliverable: str) -> HttpResponse:
    """How a deliverable stands, kept by the department that leads the campaign."""
    campaign = campaign_or_404(request.mandate, code)
    if not rules.may_update_deliverables(request.mandate, campaign):
        raise PermissionDenied
    row = get_object_or_404(
        Deliverable.objects.select_related("area", "lead_unit"), campaign=campaign, code=deliverable
    )
    now = timezone.now()
    leads = possible_leads(campaign, timezone.localdate(now), keep=row.lead_unit_id)
    data = request.POST if request.method == "POST" else None
    form = DeliverableForm(data, deliverable=row, leads=leads)
    moved = None
    if form.is_bound and form.is_valid():
        try:
            actions.update_deliverable(
                deliverable=row,
                progress=form.progress(),
                seen=form.seen_progress(),
                by=request.actor,
                at=now,
            )
        except actions.DeliverableMoved as refusal:
            form.add_error(None, str(refusal))
            form.see_again()
            moved = row
        except DomainError as refusal:
            form.add_error(_FIELD_OF.get(type(refusal)), str(refusal))
        else:
            messages.success(request, _("The deliverable has been updated."))
            return redirect("campaigns:deliverable-list", campaign.code)
    context = {"campaign": campaign, "deliverable": row, "form": form, "moved": moved}
    status = 409 if moved else 422 if form.is_bound else 200
    return render(request, "campaigns/programme/deliverable_update.html", context, status=status)


@access.roles(Role.ADMINISTRATOR)
@require_safe
def unconfirmed_list(request: HttpRequest, code: str) -> HttpResponse:
    """Everything of the campaign that rests on no text of the ministry."""
    campaign = campaign_or_404(request.mandate, code)
    groups = unconfirmed_facts(campaign)
    return render(
        request,
        "campaigns/programme/unconfirmed_list.html",
        {"campaign": campaign, "groups": groups, "total": sum(len(facts) for _, facts in groups)},
    )


@access.roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def fact_confirm(request: HttpRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """Confirm one fact by naming the document that says so."""
    campaign = campaign_or_404(request.mandate, code)
    if not rules.may_confirm_facts(request.mandate, campaign):
        raise PermissionDenied
    fact_of = fact_kind(kind)
    if fact_of is None:
        raise Http404
    row = get_object_or_404(fact_of.rows(campaign), pk=pk)
    form = ConfirmFactForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.confirm_fact(
                kind=fact_of,
                pk=row.pk,
                campaign=campaign,
                reference=form.cleaned_data["reference"],
                by=request.actor,
                at=timezone.now(),
            )
        except actions.AlreadyConfirmed as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("The fact has been confirmed."))
        return redirect("campaigns:unconfirmed-list", campaign.code)
    context: dict[str, Any] = {
        "campaign": campaign,
        "fact": Fact(fact_of, row),
        "is_confirmed": getattr(row, fact_of.flag),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/programme/fact_confirm.html", context, status=status)


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def phase_window(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a phase to plans, or reopen it; who did so, when and why."""
    phase = get_object_or_404(
        Phase.objects.select_related("campaign__host_unit", "plans_closed_by__person"),
        pk=pk,
        campaign__in=visible_campaigns(request.mandate).values("pk"),
    )
    may_manage = rules.may_manage_window(request.mandate, phase)
    is_closed = phase.plans_closed_at is not None
    now = timezone.now()
    # The form names the act it was shown for: a page gone stale never does the opposite.
    wants_reopening = request.POST.get("act") == "reopen" if request.method == "POST" else is_closed
    form_class = ReopenWindowForm if wants_reopening else PlanWindowForm
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_bound and not may_manage:
        raise PermissionDenied
    if form.is_bound and form.is_valid():
        act = actions.reopen_plan_window if wants_reopening else actions.close_plan_window
        try:
            act(phase=phase, reason=form.cleaned_data["reason"], by=request.actor, at=now)
        except DomainError as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(
                request,
                _("The department takes plans for this phase again.")
                if wants_reopening
                else _("The department takes no more plans for this phase."),
            )
        return redirect("campaigns:phase-window", phase.pk)
    context = {
        "campaign": phase.campaign,
        "phase": phase,
        "form": form,
        "act": "reopen" if wants_reopening else "close",
        "may_manage": may_manage,
        "heads": department_heads(phase.campaign, timezone.localdate(now)),
        "history": window_history(phase),
    }
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/programme/phase_window.html", context, status=status)
