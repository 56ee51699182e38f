"""The page on which a version is reviewed, and what every answer to its forms has in common."""

import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.plans import queries, review_queue, rules
from campaigns.plans.actions import reviewing as actions
from campaigns.plans.changes import answered_before, changes_since
from campaigns.plans.checklist import ChecklistState, checklist_of, put_checklist
from campaigns.plans.document import SectionView, document_of
from campaigns.plans.forms.reviewing import DecisionForm, RemarkForm
from campaigns.plans.models import PinKind, PlanVersion
from campaigns.plans.phrases import Phrases, phrases_of
from campaigns.plans.pins import quote_of, read_pin
from campaigns.plans.remarks import RemarkView, pin_remarks, remarks_on
from campaigns.plans.review_queue import QueueView
from campaigns.plans.states import PlanState
from campaigns.plans.turn_round import holidays_of, turn_round_of
from campaigns.plans.views.reading import document_context
from campaigns.plans.views.shared import now, permit
from campaigns.programme.queries import visible_campaigns
from emulation_portal.core.errors import Conflict
from emulation_portal.core.forms import BaseForm
from emulation_portal.core.idempotency import once
from units.models import Role

# What a remark may be about besides the sections, by the name in addresses.
BESIDE = {"issue": PinKind.ISSUE, "papers": PinKind.PAPERS}


def version_for_review(request: HttpRequest, pk: int) -> PlanVersion:
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


def view_of(request: HttpRequest) -> QueueView:
    """The saved view of the queue from which the reviewer came."""
    return review_queue.view_named(request.GET.get("view", ""))


def kept_query(request: HttpRequest, **more: str) -> str:
    """What the addresses of a review carry along: the saved view, and whether all is shown."""
    kept = {}
    if view_of(request) != QueueView.ALL:
        kept["view"] = view_of(request).value
    if request.GET.get("show") == "all":
        kept["show"] = "all"
    query = urlencode(kept | more)
    return f"?{query}" if query else ""


def review_address(request: HttpRequest, version: PlanVersion, anchor: str = "") -> str:
    address = reverse("campaigns:review", args=[version.pk]) + kept_query(request)
    return f"{address}#{anchor}" if anchor else address


def review_page(
    request: HttpRequest,
    version: PlanVersion,
    *,
    decision: DecisionForm | None = None,
    remark: RemarkForm | None = None,
    remark_part: str = "",
    broken: BaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the version with its remarks and forms.

    A `decision` or `remark` (for the part `remark_part`) that came back stands in the place of
    an empty one; `broken` is the form whose errors are told.
    """
    today = timezone.localdate()
    holder = actions.holder_of(version, on=today)
    held_by_me = holder is not None and holder.person_id == request.mandate.person_id
    may_write = holder is None or held_by_me
    sections = document_of(version)
    before = answered_before(version)
    views = remarks_on([version, *([before] if before else [])], shown=version)
    beside = pin_remarks(sections, views)
    checklist = checklist_of(version, before=before)
    put_checklist(sections, checklist)
    changes = changes_since(before, version, [part.section for part in sections]) if before else []
    phrases = phrases_of(version.plan.phase.campaign) if may_write else Phrases()
    forms: dict[str, RemarkForm] = {}
    if may_write:
        forms = {part.section.key: _remark_form(part.section.key) for part in sections}
        forms |= {name: _remark_form(name) for name in BESIDE}
        _prefill(request, version, sections, forms, checklist)
        if remark is not None:
            forms[remark_part] = _opened(remark, version, sections, remark_part)
    show_all = request.GET.get("show") == "all"
    changed = {change.anchor for change in changes}
    for part in sections:
        part.form = forms.get(part.section.key)
        is_open = part.form is not None and getattr(part.form, "is_open", False)
        part.is_changed = part.anchor in changed
        part.folded = not (before is None or show_all or part.is_changed or is_open)
    holidays = holidays_of(version.plan.phase.campaign)
    place, total = _position(request, version, holidays)
    context: dict[str, Any] = {
        **document_context(version, sections),
        "holder": holder,
        "held_by_me": held_by_me,
        "may_write": may_write,
        "may_take_over": not may_write and request.mandate.role == Role.DEPARTMENT_HEAD,
        "before": before,
        "changes": changes,
        "show_all": show_all,
        "folded_count": sum(part.folded for part in sections),
        "issue_remarks": [view for view in beside if view.pin.kind == PinKind.ISSUE],
        "papers_remarks": [view for view in beside if view.pin.kind == PinKind.PAPERS],
        "issue_form": forms.get("issue"),
        "papers_form": forms.get("papers"),
        "my_remarks": [view for view in views if not view.is_earlier],
        "earlier": _earlier(views),
        "checklist": checklist,
        "phrases": phrases,
        "decision": (decision or DecisionForm()) if may_write else None,
        "broken": broken,
        "has_errors": status == 422,
        "arrival": review_queue.arrival_of(before.state if before else None),
        "age_days": (today - timezone.localdate(version.sent_at)).days,
        "turn_round": turn_round_of(version, before, holidays=holidays, on=today),
        "kept": kept_query(request),
        "pin_query": f"{kept_query(request) or '?'}&pin=".replace("?&", "?"),
        "kept_for_skip": kept_query(request, after=str(version.pk)),
        "show_all_query": kept_query(request, show="all"),
        "queue_view": view_of(request),
        "place": place,
        "total": total,
        "marks_places": may_write,
    }
    return render(request, "campaigns/plans/review.html", context, status=status)


def _remark_form(key: str, **initial: str) -> RemarkForm:
    return RemarkForm(section_key=key, initial=initial)


def _prefill(
    request: HttpRequest,
    version: PlanVersion,
    sections: list[SectionView],
    forms: dict[str, RemarkForm],
    checklist: ChecklistState,
) -> None:
    """Open the one form for which the address asks: `?pin=area-1:p3`, with `&item=` also the
    question of the checklist that was answered with no. What names nothing opens nothing.
    """
    key, _colon, token = request.GET.get("pin", "").partition(":")
    if key not in forms:
        return
    body = ""
    item = request.GET.get("item", "")
    if re.fullmatch("[0-9]{1,18}", item):
        asked = [one.item.text_vi for one in checklist.questions if one.item.pk == int(item)]
        body = "".join(_("Not yet met: %(question)s") % {"question": text} for text in asked)
    opened = _opened(_remark_form(key, pin=token, body=body), version, sections, key)
    if opened.is_open:
        forms[key] = opened


def _opened(
    form: RemarkForm, version: PlanVersion, sections: list[SectionView], key: str
) -> RemarkForm:
    """The form unfolded, with the words of the place it is pinned to."""
    section = next((part.section for part in sections if part.section.key == key), None)
    pin = read_pin(form["pin"].value() or "")
    words = quote_of(version, section, pin) if pin is not None and section is not None else ""
    form.is_open = words is not None and pin is not None
    form.pinned_words = words or ""
    return form


def _earlier(views: list[RemarkView]) -> dict[str, int]:
    """How the unit has dealt with what was asked before."""
    earlier = [view for view in views if view.is_earlier]
    return {
        "total": len(earlier),
        "ticked": sum(view.tick is not None for view in earlier),
        "replies": sum(len(view.replies) for view in earlier),
    }


def _position(
    request: HttpRequest, version: PlanVersion, holidays: Collection[date]
) -> tuple[int, int]:
    """The version's place in the saved view the reviewer came from, and how many stand there."""
    today = timezone.localdate()
    views = review_queue.conditions(request.mandate, on=today, holidays=holidays)
    rows = review_queue.waiting(version.plan.phase.campaign).filter(views[view_of(request)])
    return review_queue.position_of(version, rows)


def part_or_404(version: PlanVersion, key: str) -> Any:
    """The section named `key`, or None for what stands beside the sections; 404 for neither."""
    if key in BESIDE:
        return None
    section = queries.section_by_key(version, key)
    if section is None:
        raise Http404
    return section


def act_once(
    request: HttpRequest, version: PlanVersion, form: BaseForm, act: Callable[[], str]
) -> HttpResponse:
    """Do what the form says once, however often it is sent, and go where that leads."""
    try:
        outcome = once(
            user_id=request.mandate.person_id, key=form.cleaned_data["form_key"], at=now(), act=act
        )
    except Conflict as refusal:
        return refused(request, version, refusal)
    return redirect(outcome)


def not_under_review(version: PlanVersion) -> Conflict:
    return actions.NotUnderReview(state=version.get_state_display())


def refused(request: HttpRequest, version: PlanVersion, refusal: Conflict) -> HttpResponse:
    """Say who or what was faster, and show again what was typed."""
    version.refresh_from_db()
    context = {
        "campaign": version.plan.phase.campaign,
        "plan": version.plan,
        "version": version,
        "refusal": refusal,
        "is_under_review": version.state == PlanState.SENT,
        "is_readable": bool(rules.may_read(request.mandate, version)),
        "kept": kept_query(request),
        "typed": [
            value
            for name in ("body", "reason")
            for value in request.POST.getlist(name)
            if value.strip()
        ],
    }
    return render(request, "campaigns/plans/review_refused.html", context, status=409)
