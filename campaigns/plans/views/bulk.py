"""All issued plans of the list as one file: asking for it, and fetching it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from campaigns.plans import bulk_download
from campaigns.plans.views.listing import selected_plans
from emulation_portal.core import access, jobs, prepared
from emulation_portal.core.errors import DomainError
from emulation_portal.core.jobs import JobState
from emulation_portal.core.jobs.models import Job
from units.api import DEPARTMENT_ROLES

_TYPES = {bulk_download.ZIP: "application/zip", bulk_download.PDF: "application/pdf"}


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def plans_download(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the file; the address carries the filters of the list. A double click asks once."""
    selection = selected_plans(request, code)
    form = request.POST.get("form", "")
    query = urlencode({name: value for name, value in selection.wanted.items() if value})
    back = f"{reverse('campaigns:plan-list', args=[code])}{f'?{query}' if query else ''}"
    if form not in _TYPES or selection.phase is None:
        return redirect(back)
    try:
        bulk_download.check_number(len(bulk_download.issued_versions(selection.units)), form)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    wanted = bulk_download.Wanted(selection.phase.pk, form, selection.wanted)
    job = jobs.request_job(
        kind=bulk_download.DOWNLOAD_PLANS,
        params=wanted.as_params(),
        by=request.actor,
        at=timezone.now(),
        key=f"{request.actor.mandate_id}:{wanted.key}",
    )
    return redirect("core:job-detail", job_id=job.pk)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def plans_file(request: HttpRequest, job_id: int) -> HttpResponse | FileResponse:
    """Send the file to the person who asked for it; 410 once it has expired, 404 to others."""
    job = get_object_or_404(
        Job,
        pk=job_id, kind=bulk_download.DOWNLOAD_PLANS, state=JobState.DONE,
        created_by=request.user.pk, mandate_id=request.actor.mandate_id,
    )  # fmt: skip
    result = job.result if isinstance(job.result, dict) else {}
    if "file" not in result:
        raise Http404
    stream = prepared.open_file(str(result["file"]), at=timezone.now())
    if stream is None:
        return render(request, "campaigns/plans/print_expired.html", status=410)
    response = FileResponse(
        stream, as_attachment=True, filename=result["name"],
        content_type=_TYPES[job.params["form"]],
    )  # fmt: skip
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response
