"""Check your answers, send, the receipt, and taking a version back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.plans import actions, queries, rules, sending_facts
from campaigns.plans.completeness import ISSUE, PAPERS, Missing, what_is_missing
from campaigns.plans.content import content_hash_of
from campaigns.plans.fixing import fixes_for
from campaigns.plans.forms.sending import SendForm, WithdrawForm
from campaigns.plans.lock_panel import lock_panel
from campaigns.plans.models import Plan, PlanVersion
from campaigns.plans.receipts import hash_groups, receipt_number, review_due_of
from campaigns.plans.record_codes import record_code
from campaigns.plans.refusals import Answer
from campaigns.plans.states import PlanState
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
from emulation_portal.core import access
from emulation_portal.core.audit import entries_of
from emulation_portal.core.errors import Conflict, DomainError
from emulation_portal.core.idempotency import once
from emulation_portal.core.models import AuditEntry


@access.roles(*EDITORS)
@require_http_methods(["GET"])
def plan_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole draft on one page, what is missing, and who sends it."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    return _check_page(request, plan, version, what_is_missing(version))


def _check_page(
    request: HttpRequest,
    plan: Plan,
    version: PlanVersion,
    missing: list[Missing],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    authority: Answer = rules.may_send(request.mandate, version)
    panel = lock_panel(plan, version, request.mandate, on=timezone.localdate())
    lines = [("", refusal)] if refusal else []
    lines += [("#locks", lock.reason) for lock in panel.locks if not refusal]
    lines += [(_address(plan, item), str(item)) for item in missing]
    if not authority and not any(item.section_key == PAPERS for item in missing):
        lines.append(
            (f"{reverse('campaigns:plan-papers', args=[plan.pk])}#id_file", str(authority))
        )
    readings = queries.readings_of(version)
    issue, papers = queries.issue_of(version), queries.papers_of(version)
    at = now()
    context = {
        "plan": plan,
        "version": version,
        "readings": readings,
        "years": plan.phase.years,
        "issue": issue,
        "papers": papers,
        "lock_panel": panel,
        "fixes_left": fixes_for(version).left,
        "problems": lines,
        "can_send": not lines,
        "form": SendForm(initial={"checked_hash": content_hash_of(version)}),
        "sender": sending_facts.sender_of(request.mandate, version),
        "frozen": sending_facts.frozen_by_sending(readings, papers, issue),
        "punctuality": sending_facts.punctuality_of(version, issue, at=at),
        "answer_due": sending_facts.answer_due(version, at=at),
    }
    return render(request, "campaigns/plans/check.html", context, status=status)


def _address(plan: Plan, item: Missing) -> str:
    """Where the missing thing is filled in."""
    if item.section_key in (ISSUE, PAPERS):
        page = reverse(f"campaigns:plan-{item.section_key}", args=[plan.pk])
    else:
        page = reverse("campaigns:plan-section", args=[plan.pk, item.section_key])
    return f"{page}#{item.anchor}"


@access.roles(*EDITORS)
@require_POST
def plan_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the draft. A double click leads to the same receipt."""
    plan = visible_plan(request, pk)
    permit(rules.may_amend(request.mandate, plan))
    form = SendForm(request.POST)
    if not form.is_valid():
        return redirect("campaigns:plan-check", plan.pk)

    def act() -> str:
        version = queries.draft_of(plan)
        if version is None:
            raise actions.NothingToSend
        permit(rules.may_edit(request.mandate, version))
        sent = actions.send_plan(
            version=version,
            checked_hash=form.cleaned_data["checked_hash"],
            by=request.actor,
            at=now(),
        )
        return reverse("campaigns:plan-receipt", args=[plan.pk, sent.number])

    try:
        outcome = once(
            user_id=person_id(request), key=form.cleaned_data["form_key"], at=now(), act=act
        )
    except actions.NothingToSend:
        latest = queries.latest_received(plan)
        if latest is None:
            return redirect("campaigns:plan-detail", plan.pk)
        return redirect("campaigns:plan-receipt", plan.pk, latest.number)
    except actions.PlanIncomplete as refusal:
        return _refused(request, plan, missing=refusal.missing)
    except DomainError as refusal:
        status = 409 if isinstance(refusal, Conflict | actions.PlanLocked) else 403
        return _refused(request, plan, refusal=str(refusal), status=status)
    return redirect(outcome)


def _refused(
    request: HttpRequest,
    plan: Plan,
    *,
    missing: list[Missing] | None = None,
    refusal: str = "",
    status: int = 422,
) -> HttpResponse:
    version = open_draft(request, plan)
    if version is None:
        return redirect("campaigns:plan-detail", plan.pk)
    lacking = what_is_missing(version) if missing is None else missing
    return _check_page(request, plan, version, lacking, refusal=refusal, status=status)


@access.roles(*EDITORS)
@require_http_methods(["GET"])
def plan_receipt(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What was sent, when, by whom, with its content hash, and what happens next."""
    plan = visible_plan(request, pk)
    version = get_object_or_404(
        PlanVersion.objects.select_related(
            "sent_by__person",
            "sent_by__unit",
            "reviewer__person",
            "reviewer__unit",
            "decided_by__person",
        ).exclude(state=PlanState.DRAFT),
        plan=plan,
        number=number,
    )
    version.plan = plan
    # Readers of an issued plan read the plan; the receipt is for those who sent or review it.
    if not (
        rules.may_read(request.mandate, version) and rules.may_see_trail(request.mandate, plan)
    ):
        raise Http404
    context: dict[str, Any] = {
        "plan": plan,
        "version": version,
        "receipt_number": receipt_number(version),
        "hash_groups": hash_groups(version.content_hash),
        "record": record_code(version),
        "issue": queries.issue_of(version),
        "review_due": review_due_of(version),
        "may_withdraw": bool(rules.may_withdraw(request.mandate, version)),
        "withdrawal": _withdrawal(version) if version.state == PlanState.WITHDRAWN else None,
    }
    return render(request, "campaigns/plans/receipt.html", context)


def _withdrawal(version: PlanVersion) -> AuditEntry | None:
    """Who took the version back, when and why: the trail keeps it."""
    entries = entries_of(version.plan).filter(action="plan.withdrawn", data__version=version.number)
    return entries.order_by("-sequence").first()


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the version under review back, after a question."""
    plan = visible_plan(request, pk)
    permit(rules.may_amend(request.mandate, plan))
    version = (
        plan.versions.select_related("sent_by__person", "reviewer__person", "reviewer__unit")
        .filter(state=PlanState.SENT)
        .first()
    )
    if version is not None:
        version.plan = plan
        permit(rules.may_withdraw(request.mandate, version))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid() or version is None:
        return _withdraw(request, plan, version, form)
    context = {"plan": plan, "version": version, "form": form}
    return render(request, "campaigns/plans/withdraw.html", context, status=status_of(form))


def _withdraw(
    request: HttpRequest, plan: Plan, version: PlanVersion | None, form: WithdrawForm
) -> HttpResponse:
    """Take it back once; a double click finds nothing left to withdraw, and need not be told."""

    def act() -> str:
        if version is None:
            raise actions.NothingToWithdraw
        draft = actions.withdraw_plan(
            version=version, reason=form.cleaned_data["reason"], by=request.actor, at=now()
        )
        messages.success(
            request,
            _("Version %(number)s has been withdrawn. Version %(draft)s is a draft with the same "
              "content.") % {"number": version.number, "draft": draft.number},
        )  # fmt: skip
        return plan.get_absolute_url()

    key = form.cleaned_data.get("form_key", "") if form.is_bound else ""
    try:
        return redirect(once(user_id=person_id(request), key=key, at=now(), act=act))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("campaigns:plan-detail", plan.pk)
