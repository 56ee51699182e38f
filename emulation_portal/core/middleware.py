"""What happens to every request: a number, a language, no caching, and pages for what goes wrong."""

import logging
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.cache import patch_vary_headers

from emulation_portal.core import logs
from emulation_portal.core.errors import Conflict, DomainError, NotAllowed
from emulation_portal.core.pages import error_page, outage

logger = logging.getLogger(__name__)

OUTAGES = (OperationalError, InterfaceError)
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request a number that its log lines and its error page carry."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid.uuid4().hex[:12]
        token = logs.request_id.set(number)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = number
        return response


class NoStoreMiddleware:
    """Keeps pages out of every cache: they show what only this person, under this mandate, may see.

    A view that sets Cache-Control itself knows better.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class DatabaseOutageMiddleware:
    """Answers 503 with everything typed when the database goes away while a view works.

    What goes wrong in other middleware arrives at `views.server_error`, which does the same.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an outage; leave everything else to others."""
        if not isinstance(exception, OUTAGES):
            return None
        logger.error("database unavailable", exc_info=exception, extra={"request": request})
        return outage(request)


class RefusalMiddleware:
    """The net below the views: an expected refusal nobody worded is a page, not a crash.

    Views catch the refusals they know. NUL in an address and numbers no column can hold are
    refused here once for all views.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_page(request, "400.html", status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal with its sentence; leave everything else to others."""
        if isinstance(exception, DomainError):
            status = {NotAllowed: 403, Conflict: 409}.get(_kind(exception), 400)
            return error_page(request, "core/refused.html", status=status, reason=str(exception))
        if isinstance(exception, DataError | OverflowError | UnreadablePostError):
            logger.warning("unusable request", exc_info=exception, extra={"request": request})
            is_read = request.method in ("GET", "HEAD")
            status = 404 if is_read else 400
            return error_page(request, f"{status}.html", status=status)
        return None


class LanguageMiddleware:
    """The language of the page: the one chosen in this browser, else the person's, else Vietnamese.

    The browser's own preference does not count: most are set to English by their maker. The
    person's choice reaches the browser as a cookie with the first answer after signing in, so
    that no request has to look it up.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.languages = frozenset(dict(settings.LANGUAGES))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.languages else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or language)
        patch_vary_headers(response, ["Cookie"])
        if not chosen and settings.LANGUAGE_COOKIE_NAME not in response.cookies:
            self._remember_persons_language(request, response)
        return response

    def _remember_persons_language(self, request: HttpRequest, response: HttpResponse) -> None:
        # Only a person somebody has looked up already: this must not cost a query.
        person = getattr(request, "_cached_user", None)
        language = getattr(person, "language", "")
        if language in self.languages:
            keep_language(response, language)


def keep_language(response: HttpResponse, language: str) -> None:
    """Make the browser ask for `language` from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _kind(refusal: DomainError) -> type[DomainError]:
    return next((kind for kind in (NotAllowed, Conflict) if isinstance(refusal, kind)), DomainError)
