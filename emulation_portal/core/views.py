"""Pages and answers that belong to no feature."""

import logging
import sys
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from emulation_portal.core import access, audit, health, jobs
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import Viewer, may_download, scanner
from emulation_portal.core.attachments.kinds import CONTENT_TYPES, Kind
from emulation_portal.core.attachments.models import Attachment
from emulation_portal.core.attachments.queries import scan_report
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.jobs.rules import may_cancel_job, may_see_job
from emulation_portal.core.middleware import OUTAGES, keep_language
from emulation_portal.core.pages import error_page, outage
from emulation_portal.core.style_samples import style_context
from emulation_portal.core.text import fold

logger = logging.getLogger(__name__)


# --- Probes -----------------------------------------------------------------------------


@access.anyone
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives. Asks nothing of anybody."""
    return JsonResponse({"status": "ok"})


@access.anyone
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether database, broker, worker and beat are well; 503 when one of them is not.

    A virus scanner that does not answer makes the portal "degraded", and still 200: taking it out
    of service would help nobody.
    """
    parts, lesser = health.readiness(timezone.now()), health.hindrances()
    is_ready = all(parts.values())
    degraded = "ok" if all(lesser.values()) else "degraded"
    answer = {
        "status": degraded if is_ready else "unavailable",
        **{name: "ok" if well else "unavailable" for name, well in {**parts, **lesser}.items()},
    }
    return JsonResponse(answer, status=200 if is_ready else 503)


# --- Language ---------------------------------------------------------------------------


@access.anyone
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the interface and return to the same page, its query included.

    A signed-in person's mails follow the choice: it is kept with the person, and audited.
    """
    language = request.POST.get("language", "")
    response = redirect(_own_address(request, request.POST.get("next", "")))
    if language not in dict(settings.LANGUAGES):
        return response
    person: Any = request.user
    if person.is_authenticated and getattr(person, "language", language) != language:
        _keep_persons_language(person, language, actor_of(request))
    keep_language(response, language)
    return response


def _keep_persons_language(person: Any, language: str, actor: Actor) -> None:
    person.language = language
    person.save(update_fields=["language"])
    audit.record(
        "person.language_chosen",
        root=person,
        by=actor,
        at=timezone.now(),
        data={"language": language},
    )


# --- Files ------------------------------------------------------------------------------


@access.mandated
@require_safe
def attachment_download(request: HttpRequest, attachment_id: UUID) -> FileResponse | HttpResponse:
    """Send a file as a download to whoever sees something that links to it; 404 to all others.

    A file the virus scanner has not found clean is not sent: 409 while it is being checked, with
    a link that asks again, 410 once malware was found. 503 while the store is out of reach.
    """
    attachment = get_object_or_404(Attachment.objects.select_related("scan"), pk=attachment_id)
    viewer = Viewer(
        person=request.user, mandate=getattr(request, "mandate", None), actor=actor_of(request)
    )
    if not may_download(viewer, attachment.pk):
        raise Http404
    if not attachment.is_served:
        context = {"attachment": attachment}
        return render(
            request, "core/file_closed.html", context, status=410 if attachment.is_infected else 409
        )
    try:
        stream = attachment.file.open("rb")
    except FileNotFoundError as fault:
        logger.exception("stored file is missing", extra={"attachment_id": str(attachment.pk)})
        raise Http404 from fault
    except OSError:  # the disk, or the object store, is out of reach for the moment
        logger.exception("stored file is out of reach", extra={"attachment_id": str(attachment.pk)})
        return outage(request)
    response = FileResponse(stream, content_type=CONTENT_TYPES[Kind(attachment.kind)])
    response["Content-Length"] = str(attachment.size)
    response["Content-Disposition"] = _disposition(attachment.original_name)
    response["X-Content-Type-Options"] = "nosniff"
    # Should a browser show it after all, it runs nothing and belongs to no origin.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store, private"
    return response


@access.roles(access.ADMINISTRATOR)
@require_safe
def file_checks(request: HttpRequest) -> HttpResponse:
    """Show whether the virus scanner answers, and which files wait for it or were condemned."""
    context = {"report": scan_report(), "answers": scanner.is_configured() and scanner.ping()}
    return render(request, "core/file_checks.html", context)


def _disposition(name: str) -> str:
    """Return a header by RFC 6266: the Vietnamese name, and one without accents for old readers."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in fold(name))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


# --- Jobs -------------------------------------------------------------------------------


@access.signed_in
@require_GET
def job_detail(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show how far a job is; the page asks again by itself, and has a link that does."""
    job = _visible_job(request, job_id)
    may_cancel = may_cancel_job(job, by=actor_of(request), administers=_administers(request))
    return render(request, "core/job_detail.html", {"job": job, "may_cancel": may_cancel})


@access.signed_in
@require_POST
def job_cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Call a job off. One that has ended in the meantime stays as it is; its page says how."""
    job = _visible_job(request, job_id)
    if may_cancel_job(job, by=actor_of(request), administers=_administers(request)):
        jobs.cancel_job(job, by=actor_of(request), at=timezone.now())
    return redirect("core:job-detail", job_id=job.pk)


def _visible_job(request: HttpRequest, job_id: int) -> Job:
    job = get_object_or_404(Job, pk=job_id)
    if not may_see_job(job, by=actor_of(request), administers=_administers(request)):
        raise Http404
    return job


def _administers(request: HttpRequest) -> bool:
    return getattr(getattr(request, "mandate", None), "role", "") == access.ADMINISTRATOR


# --- Style page -------------------------------------------------------------------------


@access.roles(access.ADMINISTRATOR)
@require_GET
def style_page(request: HttpRequest) -> HttpResponse:
    """Show each component in each state."""
    return render(request, "core/style.html", style_context(request.GET))


# --- What goes wrong --------------------------------------------------------------------


@access.anyone
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what cannot be read: 413 when it is too much, otherwise 400."""
    if isinstance(exception, RequestDataTooBig):
        return error_page(request, "413.html", status=413, fields=[])
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        reason = _("The form sent more fields or files than the portal takes. Send fewer at once.")
        return error_page(request, "413.html", status=413, fields=[], reason=reason)
    return error_page(request, "400.html", status=400)


@access.anyone
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what this mandate may not do; what was typed is kept for the right mandate."""
    return error_page(request, "403.html", status=403, reason=str(exception or ""))


@access.anyone
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere, or nowhere for this mandate."""
    return error_page(request, "404.html", status=404)


@access.anyone
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a failure of ours without details; 503 when it is the database that went away."""
    if isinstance(sys.exc_info()[1], OUTAGES):
        return outage(request)
    return error_page(request, "500.html", status=500)


@access.anyone
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token no longer fits: all that was typed, and a button with a fresh one."""
    return error_page(request, "core/stale_form.html", status=403)


@access.anyone
def session_lost(request: HttpRequest, *, choice_url: str = "") -> HttpResponse:
    """Answer a form sent after the session ended: what was typed, and a way to sign in beside it.

    Signing in changes the token, so sending again leads once to `stale_form`, whose button works.
    `choice_url` is where somebody who is signed in chooses a mandate, when only that is missing.
    """
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        came_from = urlsplit("")
    back = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    query = urlencode({"next": _own_address(request, back)})
    return error_page(
        request,
        "core/session_lost.html",
        status=403,
        sign_in_url=f"{choice_url or reverse(settings.LOGIN_URL)}?{query}",
        is_mandate_missing=bool(choice_url),
    )


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts. The mandate middleware has put it on the request; before that, the person."""
    actor: Actor | None = getattr(request, "actor", None)
    return actor or Actor(person_id=request.user.pk)


def _own_address(request: HttpRequest, address: str) -> str:
    """Return `address` when it is a path of this portal, otherwise the home page."""
    is_own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_own and address.startswith("/") else "/"
