"""Who is asking, under which mandate, and whether the view is open to them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.access import AccessPolicy
from emulation_portal.core.actors import Actor
from emulation_portal.core.views import session_lost
from units.memberships.choice import chosen
from units.memberships.queries import valid_mandates
from units.people.sessions import end_if_stale

GetResponse = Callable[[HttpRequest], HttpResponse]

# What somebody with a one-time password may do before choosing a password of their own.
_BEFORE_OWN_PASSWORD = {"units:password-change"}


class MandateMiddleware:
    """Sets `request.mandate`, `request.mandates` (all in force) and `request.actor`.

    Mandates are read at each request, in one query, so that an ended one gives no access at the
    next. Sessions that have run out end here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        request.session_ended = False
        if request.user.is_authenticated:
            request.session_ended = end_if_stale(request, now)
        if request.user.is_authenticated:
            request.mandates = valid_mandates(request.user.pk, on=timezone.localdate(now))
            request.mandate = chosen(request, request.mandates)
        else:
            request.mandates, request.mandate = [], None
        mandate_id = request.mandate.pk if request.mandate else None
        request.actor = Actor(person_id=request.user.pk, mandate_id=mandate_id)
        return self.get_response(request)


class AccessMiddleware:
    """Lets a request through to a view only as the view's own mark says (core.access)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        policy: AccessPolicy | None = getattr(view, "access_policy", None)
        if policy is None:
            raise PermissionDenied(_("Nobody has been given access to this page."))
        if not policy.needs_sign_in:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        here = request.resolver_match.view_name if request.resolver_match else ""
        if request.user.must_change_password and here not in _BEFORE_OWN_PASSWORD:
            return _go(request, reverse("units:password-change"))
        if policy.needs_mandate and request.mandate is None:
            return _to_choice(request)
        if policy.roles and request.mandate.role not in policy.roles:
            raise PermissionDenied
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask to sign in and come back; what was typed into a form is kept on the page."""
    if request.method not in ("GET", "HEAD"):
        return session_lost(request)
    query = {"next": _wanted(request)}
    if request.session_ended:
        query["ended"] = "1"
    return _go(request, f"{reverse('units:sign-in')}?{urlencode(query)}")


def _to_choice(request: HttpRequest) -> HttpResponse:
    """Ask which mandate to act under; a form sent without one is kept on the page, not lost."""
    if request.method not in ("GET", "HEAD"):
        return session_lost(request, choice_url=reverse("units:mandate-choose"))
    return _go(
        request, f"{reverse('units:mandate-choose')}?{urlencode({'next': _wanted(request)})}"
    )


def _wanted(request: HttpRequest) -> str:
    """Return the page to come back to: for a fragment, the page that shows it."""
    if request.headers.get("HX-Request"):
        try:
            return request.htmx.current_url_abs_path or "/"
        except ValueError:  # no address at all
            return "/"
    return request.get_full_path()


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect the page; htmx would put the target of an ordinary redirect inside a fragment."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
