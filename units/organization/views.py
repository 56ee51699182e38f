"""Units: the list, one unit over time, import and export."""

import hashlib
import io
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from emulation_portal.core import access, jobs
from emulation_portal.core.spreadsheets import SpreadsheetRefused, read_rows, write_csv, write_xlsx
from units.organization import actions, queries
from units.organization.forms import ConfirmImportForm, UnitFilesForm, UnitFilterForm
from units.organization.importing import ImportPlan, RowsRefused, plan_import
from units.organization.jobs import (
    IMPORT_UNITS,
    ROWS_AT_ONCE,
    Files,
    opened,
    reading_of,
    result_sentence,
    sealed,
)
from units.organization.models import Unit
from units.organization.rows import RowError

PAGE_SIZE = 50
_SHOWN = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access.mandated
@require_GET
def unit_list(request: HttpRequest) -> HttpResponse:
    """All units, searched and filtered by the address."""
    form = UnitFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    units = queries.listed_units(
        text=wanted.get("q", ""),
        kind=wanted.get("kind", ""),
        block=wanted.get("block", ""),
        state=wanted.get("state", ""),
        on=timezone.localdate(),
    )
    page = Paginator(units, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "is_filtered": any(request.GET.values()),
        "may_import": request.mandate.is_administrator,
    }
    return render(request, "units/organization/unit_list.html", context)


@access.mandated
@require_GET
def unit_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: its names and blocks over time, what it came from and what became of it."""
    unit = get_object_or_404(Unit.objects.select_related("parent"), code=code)
    today = timezone.localdate()
    sees_people = request.mandate.is_department or request.mandate.is_administrator
    context: dict[str, Any] = {
        "unit": unit,
        "is_existing": unit.exists_on(today),
        "names": unit.names.order_by("-valid_from"),
        "blocks": unit.block_memberships.select_related("block").order_by("-year"),
        "children": unit.children.existing(today).order_by("sort_key"),
        "came_from": unit.precessions.select_related("predecessor").order_by("succession_date"),
        "became": unit.successions.select_related("successor").order_by("succession_date"),
        "sees_people": sees_people,
        "may_manage": request.mandate.is_administrator,
    }
    if sees_people:
        context["mandates"] = (
            unit.mandates.valid_on(today)
            .select_related("person")
            .order_by("role", "person__name_sort_key")
        )
    return render(request, "units/organization/unit_detail.html", context)


@access.roles(access.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def unit_import(request: HttpRequest) -> HttpResponse:
    """Read the files and show every fault, or everything that would change. Writes nothing."""
    if request.method == "GET":
        return render(request, "units/organization/unit_import.html", {"form": UnitFilesForm()})
    form = UnitFilesForm(request.POST, request.FILES)
    files = _files(form) if form.is_valid() else None
    if files is None:
        context: dict[str, Any] = {"form": form}
        return render(request, "units/organization/unit_import.html", context, status=422)
    plan = plan_import(reading_of(files), today=timezone.localdate())
    if plan.errors:
        return _refused(request, plan.errors)
    return render(request, "units/organization/unit_import_preview.html", _preview(plan, files))


@access.roles(access.ADMINISTRATOR)
@require_POST
def unit_import_confirm(request: HttpRequest) -> HttpResponse:
    """Write what was previewed: at once, or as a job when it is much."""
    form = ConfirmImportForm(request.POST)
    try:
        payload = form.cleaned_data["payload"] if form.is_valid() else ""
        files = opened(payload)
    except signing.BadSignature:
        messages.error(
            request, _("The preview is older than an hour or was changed. Choose the file again.")
        )
        return redirect("units:unit-import")
    now = timezone.now()
    if len(files["units"]) > ROWS_AT_ONCE:
        job = jobs.request_job(
            kind=IMPORT_UNITS,
            params={"payload": payload},
            by=request.actor,
            at=now,
            key=hashlib.sha256(payload.encode()).hexdigest()[:40],
        )
        return redirect("core:job-detail", job_id=job.pk)
    try:
        result = actions.import_units(reading_of(files), by=request.actor, at=now)
    except RowsRefused as refusal:
        return _refused(request, refusal.errors)
    messages.success(request, result_sentence(result))
    return redirect("units:unit-list")


@access.roles(access.ADMINISTRATOR)
@require_GET
def unit_export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """All units as a table that the import takes back; `?format=xlsx` or CSV."""
    header, rows = queries.export_rows()
    day = timezone.localdate().isoformat()
    if request.GET.get("format") == "xlsx":
        stream = io.BytesIO()
        write_xlsx(stream, header, rows, title="units")
        response = HttpResponse(stream.getvalue(), content_type=_XLSX)
        response["Content-Disposition"] = f'attachment; filename="units-{day}.xlsx"'
        return response
    csv = StreamingHttpResponse(write_csv(header, rows), content_type="text/csv; charset=utf-8")
    csv["Content-Disposition"] = f'attachment; filename="units-{day}.csv"'
    return csv


def _files(form: UnitFilesForm) -> Files | None:
    """Return the rows of the chosen files, or None with the fault at its field."""
    files: Files = {"units": [], "blocks": [], "successions": []}
    for name in ("units", "blocks", "successions"):
        upload = form.cleaned_data[name]
        if not upload:
            continue
        try:
            files[name] = list(read_rows(upload, filename=upload.name))
        except SpreadsheetRefused as refusal:
            form.add_error(name, str(refusal))
    return None if form.errors else files


def _refused(request: HttpRequest, errors: list[RowError]) -> HttpResponse:
    context = {
        "form": UnitFilesForm(),
        "row_errors": errors[:_SHOWN],
        "error_count": len(errors),
        "has_errors": True,
    }
    return render(request, "units/organization/unit_import.html", context, status=422)


def _preview(plan: ImportPlan, files: Files) -> dict[str, Any]:
    return {
        "plan": plan,
        "created": plan.created[:_SHOWN],
        "changed": plan.changed[:_SHOWN],
        "shown": _SHOWN,
        "payload": sealed(files),
    }
