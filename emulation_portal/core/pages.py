"""Error pages. They are rendered without a session and without a query: the database may be away.

Whatever was typed into a form that could not be taken is shown again, ready to be sent.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from emulation_portal.core import logs

# Never sent back into a page: secrets, and the token of the page that failed.
_NOT_KEPT = re.compile(r"passw|csrf|token|secret|otp|one_time", re.IGNORECASE)


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return (name, value) of everything typed into the form sent, except secrets and files.

    Nothing comes back when the body is too large or broken to be read, or when the form was not
    one of our own pages: another site must not be able to put its text behind our button.
    """
    if request.method != "POST" or not _comes_from_us(request):
        return []
    try:
        fields = list(request.POST.lists())
    except (BadRequest, SuspiciousOperation, UnreadablePostError, MultiPartParserError):
        return []
    return [
        (name, value) for name, values in fields if not _NOT_KEPT.search(name) for value in values
    ]


def error_page(request: HttpRequest, template: str, *, status: int, **context: Any) -> HttpResponse:
    """Return the page `template` with `status`; what was typed stands in it, with a fresh token.

    A page in the place of an htmx fragment takes the whole body, so that nothing is lost inside
    a table cell.
    """
    context.setdefault("fields", typed_fields(request))
    if context["fields"]:
        context["csrf_token"] = get_token(request)
        context["action"] = request.get_full_path()
    number = logs.request_id.get()
    html = render_to_string(template, {"status": status, "request_id": number, **context})
    response = HttpResponse(html, status=status)
    if request.headers.get("HX-Request") == "true" and status != 503:
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


def outage(request: HttpRequest) -> HttpResponse:
    """Return the 503 page: the database or the files are out of reach. Touches neither.

    It asks the browser to wait half a minute.

    An htmx request gets the same; its page stands as it is and says so in its status line.
    """
    response = error_page(request, "503.html", status=503)
    response["Retry-After"] = "30"
    return response


def _comes_from_us(request: HttpRequest) -> bool:
    """Return whether the browser says that one of our own pages sent the form."""
    try:
        host = request.get_host()
    except SuspiciousOperation:
        return False
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    try:
        return origin is None or urlsplit(origin).netloc == host
    except ValueError:  # no address at all
        return False
