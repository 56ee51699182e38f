"""Remarks: written by the reviewer, answered by both sides, ticked off by the unit."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.plans import review_rules, rules
from campaigns.plans.actions import answering
from campaigns.plans.actions import reviewing as actions
from campaigns.plans.checklist import WHOLE_PLAN, ChecklistState, checklist_of
from campaigns.plans.fixing import fixes_for
from campaigns.plans.forms.reviewing import ChecklistForm, RemarkForm, ReplyForm
from campaigns.plans.models import Plan, PlanVersion, Remark
from campaigns.plans.phrases import with_phrase
from campaigns.plans.pins import Pin, quote_of, read_pin
from campaigns.plans.queries import draft_of
from campaigns.plans.remarks import RemarkView, remarks_on, remarks_to_answer
from campaigns.plans.states import PlanState
from campaigns.plans.views.review_page import (
    BESIDE,
    act_once,
    not_under_review,
    part_or_404,
    refused,
    review_address,
    review_page,
    version_for_review,
)
from campaigns.plans.views.shared import no_draft, now, open_draft, permit, visible_plan
from emulation_portal.core import access
from emulation_portal.core.errors import Conflict
from emulation_portal.core.idempotency import once
from units.api import DEPARTMENT_ROLES, UNIT_ROLES

# Set by our own scripts: they want to know how things stand, not a page.
QUIET = "X-Quiet"


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_remark(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Pin a remark to the section `key`, a place in it, the issue or the papers.

    What was typed is never lost. The button beside the stock phrases only inserts one.
    """
    version = version_for_review(request, pk)
    section = part_or_404(version, key)
    form = RemarkForm(request.POST, section_key=key)
    pin = read_pin(request.POST.get("pin", "")) if section else Pin(BESIDE[key])
    if pin is None or quote_of(version, section, pin) is None:
        raise Http404
    if version.state != PlanState.SENT:
        return refused(request, version, not_under_review(version))
    if request.POST.get("do") == "insert":
        text = with_phrase(
            request.POST.get("body", ""),
            request.POST.get("phrase", ""),
            version.plan.phase.campaign,
        )
        form = RemarkForm(section_key=key, initial={"pin": pin.token, "body": text})
        return review_page(request, version, remark=form, remark_part=key)
    if not form.is_valid():
        return review_page(request, version, remark=form, remark_part=key, broken=form, status=422)

    def act() -> str:
        remark = actions.add_remark(
            version=version, section=section, pin=pin, body=form.cleaned_data["body"],
            by=request.actor, at=now(),
        )  # fmt: skip
        place = section.title if section else remark.get_pin_kind_display()
        messages.success(
            request, _("Your remark on “%(section)s” has been saved.") % {"section": place}
        )
        anchor = f"remark-{remark.pk}" if pin.token else (f"part-{key}" if section else key)
        return review_address(request, version, anchor)

    return act_once(request, version, form, act)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def review_checklist(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Keep the answers to the questions about one part, or about the whole plan."""
    version = version_for_review(request, pk)
    questions = checklist_of(version).of_part(part)
    if not questions:
        raise Http404
    if version.state != PlanState.SENT:
        return refused(request, version, not_under_review(version))
    form = ChecklistForm(request.POST, questions=questions)
    if not form.is_valid():
        return review_page(request, version, broken=form, status=422)
    try:
        actions.answer_checklist(
            version=version, answers=form.answers(), by=request.actor, at=now()
        )
    except Conflict as refusal:
        return refused(request, version, refusal)
    if request.headers.get(QUIET):
        return JsonResponse({"summary": checklist_summary(checklist_of(version))})
    messages.success(request, _("Your answers to the checklist have been saved."))
    anchor = "checklist" if part == WHOLE_PLAN else f"part-{part}-checklist"
    return redirect(review_address(request, version, anchor))


def checklist_summary(checklist: ChecklistState) -> str:
    """How far the checklist is answered, in one sentence."""
    if not checklist.open:
        return ngettext(
            "The question of the checklist is answered.",
            "All %(total)s questions of the checklist are answered.",
            checklist.total,
        ) % {"total": checklist.total}
    return _("%(open)s of %(total)s questions of the checklist are not answered.") % {
        "open": checklist.open,
        "total": checklist.total,
    }


@access.mandated
@require_http_methods(["GET", "POST"])
def remark_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """One remark with the answers to it, and a form to answer. 404 for whom it is not for."""
    remark = get_object_or_404(
        Remark.objects.select_related("version__plan__unit", "version__plan__phase__campaign"),
        pk=pk,
    )
    version = remark.version
    known = Plan.objects.visible_to(request.mandate).filter(pk=version.plan_id).exists()
    if not (known and rules.may_see_remarks(request.mandate, version)):
        raise Http404
    permission = review_rules.may_reply(request.mandate, version, on=timezone.localdate())
    if request.method == "GET":
        return _thread(request, remark, version, ReplyForm() if permission else None)
    permit(permission)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _thread(request, remark, version, form, status=422)

    def act() -> str:
        reply = answering.reply_to_remark(
            remark=remark, body=form.cleaned_data["body"], by=request.actor, at=now()
        )
        messages.success(request, _("Your answer has been saved; the other side can read it."))
        return f"{reverse('campaigns:remark', args=[remark.pk])}#reply-{reply.pk}"

    try:
        outcome = once(
            user_id=request.mandate.person_id, key=form.cleaned_data["form_key"], at=now(), act=act
        )
    except Conflict as refusal:
        form.add_error(None, str(refusal))
        return _thread(request, remark, version, form, status=409)
    return redirect(outcome)


def _thread(
    request: HttpRequest,
    remark: Remark,
    version: PlanVersion,
    form: ReplyForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    plan = version.plan
    view: RemarkView = next(
        one for one in remarks_on([version], shown=None) if one.remark.pk == remark.pk
    )
    draft = draft_of(plan) if request.mandate.unit_id == plan.unit_id else None
    fix = None
    if draft is not None:
        draft.plan = plan
        if rules.may_edit(request.mandate, draft):
            fix = next((one for one in fixes_for(draft).fixes if one.remark.pk == remark.pk), None)
    decided = version.state in (PlanState.RETURNED, PlanState.ACCEPTED)
    context = {
        "campaign": plan.phase.campaign,
        "plan": plan,
        "version": version,
        "view": view,
        "fix": fix,
        "form": form if decided or status != 200 else None,
        "is_decided": decided,
        "has_errors": status != 200,
    }
    return render(request, "campaigns/plans/remark.html", context, status=status)


@access.roles(*UNIT_ROLES, *DEPARTMENT_ROLES)
@require_POST
def plan_fixes(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick one remark off in the list “fix here”, or take the tick back."""
    plan = visible_plan(request, pk)
    draft = open_draft(request, plan)
    if draft is None:
        return no_draft(request, plan)
    done = "tick" in request.POST
    named = request.POST.get("tick" if done else "untick", "")
    if not (named.isascii() and named.isdecimal() and len(named) < 19):
        raise Http404
    remark = get_object_or_404(remarks_to_answer(draft), pk=int(named))
    try:
        answering.tick_remark(remark=remark, done=done, by=request.actor, at=now())
    except Conflict as refusal:
        context = {"plan": plan, "message": refusal, "typed": []}
        return render(request, "campaigns/plans/frozen.html", context, status=409)
    if request.headers.get(QUIET):
        fixes = fixes_for(draft)
        text = _("%(done)s of %(total)s done") % {"done": fixes.done, "total": fixes.total}
        return JsonResponse({"done": fixes.done, "total": fixes.total, "text": text})
    section = remark.section
    if request.POST.get("from") == "section" and section is not None:
        page = reverse("campaigns:plan-section", args=[plan.pk, section.key])
    else:
        page = reverse("campaigns:plan-detail", args=[plan.pk])
    return redirect(f"{page}#fix-{remark.pk}")
