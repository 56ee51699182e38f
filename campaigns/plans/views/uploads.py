"""Taking a file in before the form around it is sent: what shows progress needs an answer in JSON.

The file belongs to whoever uploaded it until a form names it. Pages work without this: their
forms carry the file themselves.
"""

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.plans.actions import VersionFrozen
from campaigns.plans.earlier_files import usable_files
from campaigns.plans.views.editor import EDITORS
from campaigns.plans.views.shared import now, open_draft, person_id, visible_plan
from emulation_portal.core import access
from emulation_portal.core.attachments import UploadRefused, accept_upload
from emulation_portal.core.models import Attachment
from emulation_portal.formats.writing import show_date


@access.roles(*EDITORS)
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take in the one file of a form that will name it. 200 with its id; 422 with the reason."""
    return _take(request, None)


@access.roles(*EDITORS)
@require_POST
def paper_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in a file for the plan's papers; the same bytes among the unit's files are used again.

    200 with its id; 409 when there is no draft; 422 with the reason.
    """
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return JsonResponse({"error": str(VersionFrozen())}, status=409)
    usable = usable_files(
        version, person_id=person_id(request), sees_all=request.mandate.unit_id == plan.unit_id
    )
    return _take(request, usable)


def _take(request: HttpRequest, reuse_from: QuerySet[Attachment] | None) -> HttpResponse:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return JsonResponse({"error": _("The file did not arrive. Choose it again.")}, status=422)
    at = now()
    try:
        attachment = accept_upload(sent, by=request.actor, at=at, reuse_from=reuse_from)
    except UploadRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    is_reused = attachment.uploaded_at < at
    said = _told(attachment, str(sent.name), is_reused=is_reused)
    return JsonResponse(
        {
            "id": str(attachment.pk),
            "name": attachment.original_name,
            "reused": is_reused,
            "state": attachment.scan_state,
            "message": said,
        }
    )


def _told(attachment: Attachment, sent_as: str, *, is_reused: bool) -> str:
    """What the person reads once the file is in."""
    if is_reused:
        return same_file_sentence(attachment, sent_as)
    if not attachment.is_served:
        return _("“%(name)s” is in and is being checked for viruses.") % {
            "name": attachment.original_name
        }
    return _("“%(name)s” is in.") % {"name": attachment.original_name}


def same_file_sentence(attachment: Attachment, sent_as: str) -> str:
    """Say that the very same file was here already and is used again under its former name."""
    return _(
        "“%(sent)s” is the very same file as “%(name)s” of %(date)s, which is used again: "
        "no second copy is kept."
    ) % {
        "sent": sent_as,
        "name": attachment.original_name,
        "date": show_date(timezone.localtime(attachment.uploaded_at)),
    }
