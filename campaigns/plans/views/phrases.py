"""The department's own list of stock phrases."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.plans.actions.phrases import PhraseText, add_phrase, change_phrase
from campaigns.plans.forms.reviewing import PhraseForm
from campaigns.plans.views.shared import now, status_of
from campaigns.programme.queries import campaign_or_404, visible_campaigns
from campaigns.programme.review_aids import PhraseKind, StockPhrase
from emulation_portal.core import access
from units.api import DEPARTMENT_ROLES


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def phrase_list(request: HttpRequest, code: str) -> HttpResponse:
    """All phrases by where they are used, and a form to add one."""
    campaign = campaign_or_404(request.mandate, code)
    form = PhraseForm(request.POST or None)
    if form.is_bound and form.is_valid():
        phrase = PhraseText(**form.cleaned_data)
        add_phrase(campaign=campaign, phrase=phrase, by=request.actor, at=now())
        messages.success(request, _("The sentence has been added."))
        return redirect("campaigns:phrase-list", campaign.code)
    rows = list(StockPhrase.objects.filter(campaign=campaign).order_by("kind", "position", "pk"))
    context = {
        "campaign": campaign,
        "groups": [(kind, [row for row in rows if row.kind == kind]) for kind in PhraseKind],
        "form": form,
    }
    return render(request, "campaigns/plans/phrase_list.html", context, status=status_of(form))


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def phrase_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one phrase, or no longer offer it."""
    rows = StockPhrase.objects.filter(campaign__in=visible_campaigns(request.mandate))
    row = get_object_or_404(rows.select_related("campaign"), pk=pk)
    fields = ("text_vi", "kind", "position", "active")
    form = PhraseForm(request.POST or None, initial={name: getattr(row, name) for name in fields})
    if form.is_bound and form.is_valid():
        phrase = PhraseText(**form.cleaned_data)
        change_phrase(row=row, phrase=phrase, by=request.actor, at=now())
        messages.success(request, _("The sentence has been changed."))
        return redirect("campaigns:phrase-list", row.campaign.code)
    context = {"campaign": row.campaign, "row": row, "form": form}
    return render(request, "campaigns/plans/phrase_change.html", context, status=status_of(form))
