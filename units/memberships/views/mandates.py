"""Choosing the mandate to act under; giving and ending mandates."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from emulation_portal.core import access
from emulation_portal.core.errors import DomainError
from emulation_portal.core.idempotency import once
from units.memberships import actions
from units.memberships.choice import MANDATE_ID, choose
from units.memberships.forms import EndMandateForm, MandateForm
from units.memberships.models import Mandate, Role
from units.organization.models import Unit
from units.people.models import User


@access.signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def mandate_choose(request: HttpRequest) -> HttpResponse:
    """Show the mandates in force and act under the one chosen; without any, say whom to ask."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    not_in_force = False
    if request.method == "POST":
        typed = request.POST.get("mandate", "")
        mandate = next((held for held in request.mandates if str(held.pk) == typed), None)
        if mandate is not None:
            choose(request, mandate)
            messages.success(
                request, _("You are now acting as: %(mandate)s.") % {"mandate": mandate}
            )
            return redirect(_inside(request, wanted))
        not_in_force = True
    context = {
        "mandates": request.mandates,
        "next": wanted,
        "has_ended": MANDATE_ID in request.session and request.mandate is None,
        "has_errors": not_in_force,
    }
    status = 422 if not_in_force else 200
    return render(request, "units/memberships/mandate_choose.html", context, status=status)


@access.roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def mandate_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person another mandate."""
    person = get_object_or_404(User, pk=pk)
    now = timezone.now()
    today = timezone.localdate(now)
    initial = {"valid_from": today, "unit": _unit_asked_for(request)}
    data = request.POST if request.method == "POST" else None
    form = MandateForm(data, today=today, initial=initial)
    if form.is_bound and form.is_valid():

        def act() -> str:
            actions.grant_mandate(person, form.terms, by=request.actor, at=now)
            return resolve_url("units:person-detail", person.pk)

        try:
            key = form.cleaned_data["form_key"]
            goal = once(user_id=request.actor.person_id, key=key, at=now, act=act)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The mandate has been given."))
            return redirect(goal)
    context = {"form": form, "person": person}
    status = 422 if form.is_bound else 200
    return render(request, "units/memberships/mandate_add.html", context, status=status)


@access.roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def mandate_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a mandate on a day; today takes effect at once."""
    mandate = get_object_or_404(Mandate.objects.select_related("person", "unit"), pk=pk)
    now = timezone.now()
    today = timezone.localdate(now)
    data = request.POST if request.method == "POST" else None
    form = EndMandateForm(data, mandate=mandate, initial={"valid_to": today})
    if form.is_bound and form.is_valid():
        try:
            actions.end_mandate(
                mandate, valid_to=form.cleaned_data["valid_to"], by=request.actor, at=now
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The end of the mandate has been recorded."))
            return redirect("units:person-detail", pk=mandate.person_id)
    context = {
        "form": form,
        "mandate": mandate,
        "delegations": mandate.delegations.valid_on(today).select_related("person", "unit"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "units/memberships/mandate_end.html", context, status=status)


def _unit_asked_for(request: HttpRequest) -> Unit | None:
    return Unit.objects.filter(code=request.GET.get("unit", "").replace("\0", "")).first()


def _inside(request: HttpRequest, wanted: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if is_ours and wanted.startswith("/"):  # a bare word would be taken for the name of a page
        return wanted
    return resolve_url("campaigns:home")
