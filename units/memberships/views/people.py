"""The administrator's pages about people."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from emulation_portal.core import access, audit
from emulation_portal.core.errors import DomainError
from emulation_portal.core.idempotency import once
from emulation_portal.core.text import search_key
from units.memberships import actions
from units.memberships.forms import CorrectPersonForm, InviteForm, PersonFilterForm
from units.memberships.history import lines_of
from units.memberships.models import Mandate, Role
from units.people import actions as account
from units.people.models import User, UserQuerySet

PAGE_SIZE = 50


@access.roles(Role.ADMINISTRATOR)
@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, by given name, with the mandates in force."""
    today = timezone.localdate()
    form = PersonFilterForm(request.GET)
    people = _filtered(form, today).order_by("name_sort_key", "pk")
    in_force = (
        Mandate.objects.valid_on(today).select_related("unit").order_by("unit__sort_key", "pk")
    )
    people = people.prefetch_related(Prefetch("mandates", queryset=in_force, to_attr="held"))
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "is_filtered": any(request.GET.values())}
    return render(request, "units/memberships/people_list.html", context)


@access.roles(Role.ADMINISTRATOR)
@require_GET
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: account, all mandates past and future, and what was done about them."""
    person = get_object_or_404(User, pk=pk)
    today = timezone.localdate()
    mandates = person.mandates.select_related("unit", "delegated_by__person")
    context = {
        "person": person,
        "mandates": [
            (mandate, _phase(mandate, today)) for mandate in mandates.order_by("-valid_from", "pk")
        ],
        "history": lines_of(audit.entries_of(person).order_by("-sequence")[:50]),
        "can_sign_in": person.has_usable_password(),
    }
    return render(request, "units/memberships/person_detail.html", context)


@access.roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def person_invite(request: HttpRequest) -> HttpResponse:
    """Take in a new person with a first mandate."""
    now = timezone.now()
    today = timezone.localdate(now)
    data = request.POST if request.method == "POST" else None
    form = InviteForm(data, today=today, initial={"valid_from": today, "language": "vi"})
    if form.is_bound and form.is_valid():
        by_email = form.cleaned_data["way"] == "email"

        def act() -> str:
            person = actions.invite_person(
                username=form.cleaned_data["username"],
                full_name=form.cleaned_data["full_name"],
                email=form.cleaned_data["email"],
                language=form.cleaned_data["language"],
                terms=form.terms,
                by_email=by_email,
                by=request.actor,
                at=now,
            )
            return resolve_url(
                "units:person-detail" if by_email else "units:person-sheet", person.pk
            )

        try:
            key = form.cleaned_data["form_key"]
            goal = once(user_id=request.actor.person_id, key=key, at=now, act=act)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            if by_email:
                messages.success(request, _("The invitation is on its way."))
            return redirect(goal)
    status = 422 if form.is_bound else 200
    return render(request, "units/memberships/person_invite.html", {"form": form}, status=status)


@access.roles(Role.ADMINISTRATOR)
@require_POST
def person_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send another one-time link; earlier links stop working once one has been used."""
    person = get_object_or_404(User, pk=pk)
    try:
        account.invite_by_email(person, by=request.actor, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation is on its way."))
    return redirect("units:person-detail", pk=pk)


@access.roles(Role.ADMINISTRATOR)
@never_cache
@require_http_methods(["GET", "POST"])
def person_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first; then show a sheet with a fresh one-time password, this once."""
    person = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        try:
            password = account.make_one_time_password(person, by=request.actor, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return redirect("units:person-detail", pk=pk)
        context = {
            "person": person,
            "password": password,
            "address": request.build_absolute_uri("/"),
        }
        return render(request, "units/memberships/person_sheet.html", context)
    return render(request, "units/memberships/person_sheet_ask.html", {"person": person})


@access.roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def person_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a name, user name or address."""
    person = get_object_or_404(User, pk=pk)
    form = CorrectPersonForm.of(person, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            account.correct_person(person, **form.cleaned_data, by=request.actor, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The correction has been saved."))
            return redirect("units:person-detail", pk=pk)
    context = {"form": form, "name": User.objects.get(pk=pk).full_name, "pk": pk}
    status = 422 if form.is_bound else 200
    return render(request, "units/memberships/person_correct.html", context, status=status)


@access.roles(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first; then shut the account."""
    person = get_object_or_404(User, pk=pk)
    if request.method == "GET":
        return render(request, "units/memberships/person_deactivate.html", {"person": person})
    try:
        actions.deactivate_person(person, by=request.actor, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The account has been deactivated."))
    return redirect("units:person-detail", pk=pk)


@access.roles(Role.ADMINISTRATOR)
@require_POST
def person_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the account again."""
    person = get_object_or_404(User, pk=pk)
    actions.reactivate_person(person, by=request.actor, at=timezone.now())
    messages.success(request, _("The account is active again."))
    return redirect("units:person-detail", pk=pk)


def _filtered(form: PersonFilterForm, today: date) -> UserQuerySet:
    people: UserQuerySet = User.objects.all()
    if not form.is_valid():
        return people
    wanted = form.cleaned_data
    if wanted["q"]:
        people = people.matching(wanted["q"])
    held = Mandate.objects.valid_on(today).filter(person=OuterRef("pk"))
    if wanted["unit"]:
        held = held.filter(unit__search_key__contains=search_key(wanted["unit"]))
    if wanted["role"]:
        held = held.in_roles(wanted["role"])
    if wanted["unit"] or wanted["role"]:
        people = people.filter(Exists(held))
    if wanted["state"] == "without":
        return people.filter(~Exists(Mandate.objects.valid_on(today).filter(person=OuterRef("pk"))))
    if wanted["state"]:
        people = people.filter(is_active=wanted["state"] == "active")
    return people


def _phase(mandate: Mandate, today: date) -> str:
    if mandate.valid_on(today):
        return "in_force"
    return (
        "future"
        if mandate.valid_from > today and mandate.valid_to != mandate.valid_from
        else "ended"
    )
