"""Sign-in, sign-out, passwords and the profile page."""

from datetime import datetime
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from emulation_portal.core import access
from emulation_portal.core.actors import Actor
from emulation_portal.core.addresses import client_address
from emulation_portal.core.middleware import keep_language
from units.people import actions
from units.people.backends import account_key
from units.people.forms import (
    ChangePasswordForm,
    ChoosePasswordForm,
    PasswordResetForm,
    ProfileForm,
    SignInForm,
)
from units.people.models import User

# In the place of the token, once the token is in the session: so that it stands neither in the
# browser's history nor in a Referer header while the form is open.
_TOKEN_IN_SESSION = "choose"  # noqa: S105 - a word of the address
_SESSION_TOKEN = "set_password_token"  # noqa: S105 - a session key
# Says of the device, whoever signs in next, that nothing typed is kept in its browser.
SHARED_COMPUTER_COOKIE = "shared_computer"
_SHARED_COMPUTER_AGE = 365 * 24 * 3600


@access.anyone
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in, and return to where the person wanted to go."""
    goal = _goal(request)
    if request.user.is_authenticated and request.method == "GET":
        return redirect(goal)
    form = SignInForm(
        request.POST if request.method == "POST" else None,
        request=request,
        initial={"shared_computer": SHARED_COMPUTER_COOKIE in request.COOKIES},
    )
    if form.is_bound and form.is_valid() and form.person:
        login(request, form.person)
        response = redirect(goal)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            keep_language(response, form.person.language)
        _keep_device(response, is_shared=form.cleaned_data["shared_computer"])
        return response
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    context["ended"] = request.GET.get("ended") == "1"
    return render(request, "units/people/sign_in.html", context, status=_status(form))


@access.anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, _("You have signed out."))
    return redirect(settings.LOGOUT_REDIRECT_URL)


def locked_out(
    request: HttpRequest, original: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer a sign-in that came after too many failures, saying until when none is taken.

    Called by django-axes for this account and this network address only.
    """
    last = (
        AccessAttempt.objects.filter(
            username=account_key(request, credentials), ip_address=client_address(request)
        )
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
        .first()
    )
    span = get_cool_off(request)
    until: datetime | None = (last or timezone.now()) + span if span else None
    return render(request, "units/people/locked_out.html", {"until": until}, status=429)


@access.anyone
@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is the same whether the account exists or not."""
    form = PasswordResetForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        identifier = form.cleaned_data["identifier"]
        # The cost of a password hash hides whether a mail was queued.
        make_password(identifier)
        actions.request_password_reset(identifier=identifier, at=timezone.now())
        return redirect("units:password-reset-done")
    return render(request, "units/people/password_reset.html", {"form": form}, status=_status(form))


@access.anyone
@require_http_methods(["GET"])
def password_reset_done(request: HttpRequest) -> HttpResponse:
    return render(request, "units/people/password_reset_done.html")


@access.anyone
@sensitive_post_parameters("password", "password_again")
@never_cache
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """Choose a password through a one-time link from an invitation or a reset mail."""
    person = _person_of(uidb64)
    if token != _TOKEN_IN_SESSION:
        if person is None or not default_token_generator.check_token(person, token):
            return render(request, "units/people/link_expired.html", status=410)
        request.session[_SESSION_TOKEN] = token
        return redirect("units:set-password", uidb64=uidb64, token=_TOKEN_IN_SESSION)
    kept = request.session.get(_SESSION_TOKEN, "")
    if person is None or not default_token_generator.check_token(person, kept):
        return render(request, "units/people/link_expired.html", status=410)
    form = ChoosePasswordForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_bound and form.is_valid():
        actions.choose_password(
            person,
            password=form.cleaned_data["password"],
            by=Actor(person_id=person.pk),
            at=timezone.now(),
        )
        request.session.pop(_SESSION_TOKEN, None)
        messages.success(request, _("Your password is set. Sign in with it now."))
        return redirect("units:sign-in")
    context = {"form": form, "person": person}
    return render(request, "units/people/set_password.html", context, status=_status(form))


@access.signed_in
@sensitive_post_parameters("current_password", "password", "password_again")
@never_cache
@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Change one's own password; also the only way on after a one-time password."""
    person = _self(request)
    was_one_time = person.must_change_password
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_bound and form.is_valid():
        actions.choose_password(
            person, password=form.cleaned_data["password"], by=request.actor, at=timezone.now()
        )
        # This session stays; all others of the person end with the old password.
        update_session_auth_hash(request, person)
        messages.success(request, _("Your password has been changed."))
        return redirect(settings.LOGIN_REDIRECT_URL if was_one_time else "units:profile")
    context = {"form": form, "one_time": was_one_time}
    return render(request, "units/people/password_change.html", context, status=_status(form))


@access.signed_in
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The person's own details, and the language of pages and mails."""
    person = _self(request)
    initial = {"language": person.language}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        language = form.cleaned_data["language"]
        actions.choose_language(person, language=language, by=request.actor, at=timezone.now())
        messages.success(request, _("The language has been saved."))
        response = redirect("units:profile")
        keep_language(response, language)
        return response
    context = {"form": form, "person": person, "mandates": request.mandates}
    return render(request, "units/people/profile.html", context, status=_status(form))


def _keep_device(response: HttpResponse, *, is_shared: bool) -> None:
    """Remember on the device whether others use it too; templates/base.html tells the scripts."""
    if not is_shared:
        response.delete_cookie(SHARED_COMPUTER_COOKIE, samesite="Lax")
        return
    response.set_cookie(
        SHARED_COMPUTER_COOKIE,
        "1",
        max_age=_SHARED_COMPUTER_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _goal(request: HttpRequest) -> str:
    """Return the page wanted, when it is a page of this portal; else the home page."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if is_ours and wanted.startswith("/"):  # a bare word would be taken for the name of a page
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _person_of(uidb64: str) -> User | None:
    try:
        number = int(urlsafe_base64_decode(uidb64).decode("ascii"))
    except ValueError:
        return None
    if not 0 < number < 2**63:
        return None
    return User.objects.filter(pk=number, is_active=True).first()


def _self(request: HttpRequest) -> User:
    """Return the signed-in person, read anew: forms may change the instance."""
    return User.objects.get(pk=request.user.pk)


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200
