"""Lists that come back as files: tasks of open drafts, and plans issued on paper."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.plans.forms.imports import PaperPlansForm
from campaigns.plans.imports.papers import PLANS, file_key
from campaigns.plans.imports.tasks import TASKS
from campaigns.plans.views.editor import EDITORS
from campaigns.plans.views.shared import now, phase_for
from campaigns.programme.queries import campaign_or_404
from emulation_portal.core import access
from emulation_portal.core.attachments import UploadRefused, accept_upload
from emulation_portal.core.import_views import import_pages, kept_files
from emulation_portal.core.imports import Scope
from emulation_portal.core.spreadsheets import Row
from units.api import DEPARTMENT_ROLES


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def task_import(request: HttpRequest, code: str) -> HttpResponse:
    """Take back an exported table of tasks: what may be edited on the screen may be edited here."""
    campaign = campaign_or_404(request.mandate, code)
    back = reverse("campaigns:task-list", args=[campaign.code])
    context = {
        "title": _("Import tasks"),
        "crumbs": [(_("Tasks of the plans"), back)],
        "back": back,
        "export_url": reverse("campaigns:task-export-xlsx", args=[campaign.code])
        + "?version=draft",
        "hints": [
            _("A row changes the task it was exported from. A row without a task code adds a "
              "task: give the number of the content area, and the unit where you write for several."),
            _("Write x in the column “Remove (x)” to take a task away. A task that stands in no row "
              "stays as it is."),
            _("Only open drafts change. A row of a version that has been sent is skipped while it "
              "is unchanged, and refused when it is not."),
        ],
    }  # fmt: skip
    scope: Scope = {"mandate": request.mandate.pk, "campaign": campaign.code}
    return import_pages(request, TASKS, scope, context=context)


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def plan_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Register plans issued on paper in bulk, from the exported list of plans and their scans."""
    phase = phase_for(request, pk)
    code = phase.campaign.code
    back = reverse("campaigns:plan-list", args=[code]) + f"?phase={phase.pk}"
    context = {
        "title": _("Register paper plans from a table"),
        "crumbs": [(_("Units' plans"), back)],
        "back": back,
        "export_url": reverse("campaigns:plan-export-xlsx", args=[code])
        + f"?phase={phase.pk}&status=missing",
        "hints": [
            _("Fill in the rows of units without a plan: number and symbol, date of issue, signer, "
              "the signer's office, and the name of the file with the scan."),
            _("Rows that stay empty, and rows of plans the portal has already, are skipped."),
        ],
    }  # fmt: skip
    scope: Scope = {"mandate": request.mandate.pk, "campaign": code, "phase": phase.pk}

    def take(form: Any, rows: list[Row], scope: Scope) -> Scope:
        send = form.cleaned_data["after"] == "send"
        return {**scope, "kept": _keep_scans(request, form, rows), "send": send}

    return import_pages(
        request, PLANS, scope, context=context, form_class=PaperPlansForm, take=take
    )


def _keep_scans(request: HttpRequest, form: PaperPlansForm, rows: list[Row]) -> dict[str, str]:
    """Take in the files that rows name; a refused one leaves its sentence in its place.

    Files kept by an earlier try of the same form need not be chosen again.
    """
    named = {file_key(cells.get("scan", "")) for _number, cells in rows}
    kept = kept_files(form, mandate=request.mandate.pk)
    kept = {key: value for key, value in kept.items() if not value.startswith("!")}
    for upload in form.cleaned_data["scans"]:
        key = file_key(str(upload.name))
        if key not in named:
            continue
        try:
            kept[key] = str(accept_upload(upload, by=request.actor, at=now()).pk)
        except UploadRefused as refusal:
            kept[key] = f"!{refusal}"
    return kept
