"""Accepting or returning several plans at once, after a look at every letter."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.plans import rules
from campaigns.plans.actions.deciding_many import decide_many
from campaigns.plans.actions.reviewing import (
    NotUnderReview,
    TakenByAnother,
    holder_of,
    told_of_decision,
)
from campaigns.plans.forms.deciding_many import MOST_AT_ONCE, ManyDecisionForm
from campaigns.plans.forms.reviewing import Decision
from campaigns.plans.models import PlanVersion
from campaigns.plans.phrases import phrases_of, with_phrase
from campaigns.plans.review_mails import Letter, letters_before_decision
from campaigns.plans.states import PlanState
from campaigns.plans.views.review_page import kept_query
from campaigns.plans.views.shared import now
from campaigns.programme.models import Campaign
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access
from emulation_portal.core.fields import new_key
from units.api import DEPARTMENT_ROLES


@dataclass
class Chosen:
    """A plan that was ticked: its field for a word of its own, and the letters to its unit."""

    version: PlanVersion
    field: Any
    remark_count: int
    letters: list[Letter]


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def review_many(request: HttpRequest, code: str) -> HttpResponse:
    """Decide about the ticked plans: type the reason, look at each letter, confirm.

    What cannot be decided (one's own unit's, taken by somebody else, decided or withdrawn
    meanwhile) is listed with the reason, and the rest goes through. Confirming sends exactly
    what was looked at: letters that have changed since are shown again.
    """
    campaign = campaign_or_404(request.mandate, code)
    queue = reverse("campaigns:review-queue", args=[campaign.code]) + kept_query(request)
    confirmed = request.POST.get("do") == "confirm"
    # `x` are those already told to be impossible: told again, and never decided.
    ticked = _ids(request, "v") if confirmed else _ids(request, "v") | _ids(request, "x")
    if len(ticked) > MOST_AT_ONCE:
        messages.error(
            request,
            _("At most %(most)s plans can be decided at once; you ticked %(ticked)s.")
            % {"most": MOST_AT_ONCE, "ticked": len(ticked)},
        )
        return redirect(queue)
    versions = _versions(campaign, ticked)
    if not versions:
        messages.error(request, _("Tick the plans you want to decide about first."))
        return redirect(queue)
    stale = False
    if confirmed:
        # Also what has been decided meanwhile: by the first of two clicks, it must not read as
        # a failure on the second; by somebody else, it is refused by itself.
        mine, foreign = _sorted_out(request, versions, only_own_unit=True)
        form = _form(request, campaign, mine)
        if form.is_valid() and form.cleaned_data["seen"] == form.digest():
            return _decide(request, campaign, form, foreign)
        stale = form.is_valid()
    possible, refused = _sorted_out(request, versions)
    form = _form(request, campaign, possible)
    return _page(request, campaign, form, possible, refused, stale=stale)


def _ids(request: HttpRequest, name: str) -> set[int]:
    data = request.POST if request.method == "POST" else request.GET
    return {
        int(one)
        for one in data.getlist(name)
        if one.isascii() and one.isdecimal() and len(one) < 19
    }


def _versions(campaign: Campaign, ids: set[int]) -> list[PlanVersion]:
    """The versions of the campaign among `ids`, the oldest first. One query."""
    if not ids:
        return []
    rows = (
        PlanVersion.objects.filter(plan__phase__campaign=campaign, pk__in=ids)
        .exclude(state=PlanState.DRAFT)
        .select_related(
            "plan__unit", "plan__phase__campaign", "reviewer__person", "sent_by__person", "issue"
        )
        .annotate(remark_count=Count("remarks"))
    )
    return list(rows.order_by("sent_at", "pk"))


def _sorted_out(
    request: HttpRequest, versions: list[PlanVersion], *, only_own_unit: bool = False
) -> tuple[list[PlanVersion], list[tuple[PlanVersion, str]]]:
    """What this person may decide about now, and the rest with the reason. One query."""
    today = timezone.localdate()
    not_reviewed = rules.units_not_reviewed(request.mandate, on=today)
    possible, refused = [], []
    for version in versions:
        holder = holder_of(version, on=today)
        if version.plan.unit_id in not_reviewed:
            reason = _(
                "You hold a mandate in %(unit)s: its plan is reviewed by somebody "
                "mandated from another unit."
            ) % {"unit": version.plan.unit}
            refused.append((version, reason))
        elif only_own_unit:
            possible.append(version)
        elif version.state != PlanState.SENT:
            refused.append((version, str(NotUnderReview(state=version.get_state_display()))))
        elif holder is not None and holder.person_id != request.mandate.person_id:
            refused.append((version, str(TakenByAnother(reviewer=holder.person.full_name))))
        else:
            possible.append(version)
    return possible, refused


def _form(
    request: HttpRequest, campaign: Campaign, versions: list[PlanVersion]
) -> ManyDecisionForm:
    """What was typed; of the ticked plans to be accepted the letters can be shown at once."""
    if request.POST.get("do") == "insert":
        typed = request.POST.dict()
        typed["reason"] = with_phrase(typed.get("reason", ""), typed.get("phrase", ""), campaign)
        return ManyDecisionForm(initial=typed, versions=versions)
    if request.method == "POST":
        return ManyDecisionForm(request.POST, versions=versions)
    decision = request.GET.get("decision", "")
    if decision == Decision.ACCEPT:
        return ManyDecisionForm({"decision": decision, "form_key": new_key()}, versions=versions)
    return ManyDecisionForm(initial={"decision": decision}, versions=versions)


def _page(
    request: HttpRequest,
    campaign: Campaign,
    form: ManyDecisionForm,
    possible: list[PlanVersion],
    refused: list[tuple[PlanVersion, str]],
    *,
    stale: bool,
) -> HttpResponse:
    ready = bool(possible) and form.is_bound and form.is_valid()
    told = told_of_decision(possible, on=timezone.localdate()) if ready else {}
    chosen = []
    for version in possible:
        count: int = version.remark_count
        letters: list[Letter] = []
        if ready:
            letters = letters_before_decision(
                version, told[version.pk].values(), accepts=form.accepts,
                reason=form.text_for(version), remark_count=count, at=now(),
            )  # fmt: skip
        chosen.append(Chosen(version, form.addition(version), count, letters))
    is_wrong = form.is_bound and not ready and bool(possible)
    context = {
        "campaign": campaign,
        "form": form,
        "chosen": chosen,
        "refused": refused,
        "ready": ready,
        "accepts": ready and form.accepts,
        "digest": form.digest() if ready else "",
        "stale": stale,
        "phrases": phrases_of(campaign),
        "kept": kept_query(request),
        "has_errors": is_wrong,
    }
    return render(
        request, "campaigns/plans/review_many.html", context, status=422 if is_wrong else 200
    )


def _decide(
    request: HttpRequest,
    campaign: Campaign,
    form: ManyDecisionForm,
    foreign: list[tuple[PlanVersion, str]],
) -> HttpResponse:
    outcome = decide_many(
        versions=form.versions,
        accepts=form.accepts,
        reasons={version.pk: form.text_for(version) for version in form.versions},
        key=form.cleaned_data["form_key"],
        by=request.actor,
        at=now(),
    )
    context = {
        "campaign": campaign,
        "accepts": form.accepts,
        "decided": outcome.decided,
        "refused": [*outcome.refused, *foreign],
        "kept": kept_query(request),
    }
    return render(request, "campaigns/plans/review_many_done.html", context)
