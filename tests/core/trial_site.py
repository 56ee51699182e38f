"""The portal's own addresses, and a few that go wrong in ways no real page may."""

from django.core.exceptions import PermissionDenied
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.http.request import UnreadablePostError
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from emulation_portal.core import access
from emulation_portal.core.errors import Conflict, DomainError, NotAllowed
from emulation_portal.core.fields import FORM_KEY
from emulation_portal.urls import (  # noqa: F401 - a site has handlers
    handler400,
    handler403,
    handler404,
    handler500,
)
from emulation_portal.urls import urlpatterns as portal

FAILURES = {
    "operational": OperationalError("server closed the connection unexpectedly"),
    "interface": InterfaceError("connection already closed"),
    "bug": RuntimeError("secret detail"),
    "refused": DomainError(),
    "not-allowed": NotAllowed(),
    "conflict": Conflict(),
    "forbidden": PermissionDenied("Only on Mondays."),
    "data": DataError("integer out of range"),
    "overflow": OverflowError("Python int too large"),
    "unreadable": UnreadablePostError("gone"),
}


@access.anyone
@csrf_exempt
def fail(request, how):
    raise FAILURES[how]


@access.signed_in
def narrative(request):
    """A form as a feature has one."""
    if request.method == "POST":
        return HttpResponse(f"{len(request.POST['text'])} {request.POST.get(FORM_KEY, '')}")
    return HttpResponse("form")


urlpatterns = [
    *portal,
    path("trial/fail/<str:how>/", fail),
    path("trial/narrative/", narrative),
]
