"""The pages of every table that comes back: choose it, see what it would do, write it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation_portal.core import jobs
from emulation_portal.core.errors import DomainError
from emulation_portal.core.forms import BaseForm, FormKeyField
from emulation_portal.core.idempotency import once
from emulation_portal.core.imports import (
    ROWS_CHECKED_AT_ONCE,
    ROWS_WRITTEN_AT_ONCE,
    SHOWN,
    Importer,
    Preview,
    PreviewExpired,
    RowsRefused,
    Scope,
    opened,
    sealed,
    write_rows,
)
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.jobs.rules import may_see_job
from emulation_portal.core.spreadsheets import Row, read_rows
from emulation_portal.core.tables import recognised

_PREVIEW, _CHOOSE = "core/table_preview.html", "core/table_import.html"


class TableForm(BaseForm):
    """The table itself."""

    table = forms.FileField(
        label=gettext_lazy("Table"),
        allow_empty_file=True,
        help_text=gettext_lazy(
            "The portal's own export, changed: .xlsx or .csv, in Vietnamese or English, at most "
            "50.000 rows and 20 MB."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].widget.attrs["accept"] = ".csv,.xlsx"


class ConfirmForm(BaseForm):
    """What was previewed, signed, so that exactly this is written."""

    form_key = FormKeyField()
    payload = forms.CharField(widget=forms.HiddenInput)


def import_pages(
    request: HttpRequest,
    importer: Importer,
    scope: Scope,
    *,
    context: dict[str, Any],
    form_class: type[TableForm] = TableForm,
    take: Any = None,
) -> HttpResponse:
    """Answer every request of an importer's one address.

    GET shows the form, or with `?job=` the preview a job has made; POST with a file judges it,
    POST with a signed payload writes it. `take(form, rows, scope)` may keep further files of the
    form and returns the scope that names them. The view has seen to it that the mandate may
    import at all; what each row may do is for `importer.judge`.
    """
    context = {**context, "importer": importer, "columns": importer.columns}
    if request.method == "GET":
        if asked := request.GET.get("job"):
            return _preview_of_job(request, importer, asked, context, form_class)
        return render(request, _CHOOSE, {**context, "form": form_class()})
    if "payload" in request.POST:
        return _confirm(request, importer, scope, context, form_class)
    form = form_class(request.POST, request.FILES)
    rows = _rows(form, importer) if form.is_valid() else None
    if rows is None:
        return render(request, _CHOOSE, {**context, "form": form}, status=422)
    if take is not None:
        scope = take(form, rows, scope)
    now = timezone.now()
    if len(rows) > ROWS_CHECKED_AT_ONCE:
        payload = sealed(rows, scope)
        job = jobs.request_job(
            kind=importer.check_kind,
            params={"payload": payload},
            by=request.actor,
            at=now,
            key=_key(payload),
        )
        return redirect("core:job-detail", job_id=job.pk)
    preview = Preview.of(importer.judge(rows, scope, now), scope)
    return _show(request, preview, context, form_class, scope)


def _rows(form: TableForm, importer: Importer) -> list[Row] | None:
    """Return the rows of the chosen file, or None with the fault at its field."""
    upload = form.cleaned_data["table"]
    try:
        return list(
            recognised(
                read_rows(upload, filename=upload.name),
                importer.columns,
                required=importer.required,
                filename=upload.name,
            )
        )
    except DomainError as refusal:
        form.add_error("table", str(refusal))
        return None


def _show(
    request: HttpRequest,
    preview: Preview,
    context: dict[str, Any],
    form_class: type[TableForm],
    scope: Scope,
    *,
    status: int = 422,
) -> HttpResponse:
    if preview.error_count:
        form = form_class(initial={"kept": sealed([], scope)})
        refused = {**context, "form": form, "preview": preview, "has_errors": True, "most": SHOWN}
        return render(request, _CHOOSE, refused, status=status)
    confirm = ConfirmForm(initial={"payload": preview.payload})
    shown = {**context, "form": confirm, "preview": preview, "most": SHOWN}
    return render(request, _PREVIEW, shown)


def _preview_of_job(
    request: HttpRequest,
    importer: Importer,
    asked: str,
    context: dict[str, Any],
    form_class: type[TableForm],
) -> HttpResponse:
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    job = Job.objects.filter(pk=number, kind=importer.check_kind).first()
    if job is None or not may_see_job(job, by=request.actor, administers=False):
        raise Http404
    if job.mandate_id != request.actor.mandate_id or "preview" not in job.result:
        return redirect("core:job-detail", job_id=job.pk)
    preview = Preview.stored(job.result["preview"])
    scope = opened(job.params["payload"], mandate=job.mandate_id, max_age=None)[1]
    return _show(request, preview, context, form_class, scope, status=200)


def _confirm(
    request: HttpRequest,
    importer: Importer,
    scope: Scope,
    context: dict[str, Any],
    form_class: type[TableForm],
) -> HttpResponse:
    form = ConfirmForm(request.POST)
    try:
        payload = form.cleaned_data["payload"] if form.is_valid() else ""
        rows, meant = opened(payload, mandate=request.actor.mandate_id)
        if any(meant.get(name) != value for name, value in scope.items()):
            raise PreviewExpired
    except PreviewExpired as refusal:
        messages.error(request, str(refusal))
        return redirect(request.path)
    now = timezone.now()
    if len(rows) > ROWS_WRITTEN_AT_ONCE:
        job = jobs.request_job(
            kind=importer.write_kind,
            params={"payload": payload},
            by=request.actor,
            at=now,
            key=_key(payload),
        )
        return redirect("core:job-detail", job_id=job.pk)
    done: list[str] = []

    def act() -> str:
        done.append(write_rows(importer, rows, meant, by=request.actor, at=now))
        return importer.back(meant)

    try:
        address = once(
            user_id=int(request.user.pk or 0),
            key=form.cleaned_data["form_key"],
            at=now,
            act=act,
        )
    except RowsRefused as refusal:
        messages.error(
            request, _("Something has changed since the preview. Nothing has been written.")
        )
        preview = Preview(
            error_count=len(refusal.errors),
            errors=[asdict(error) for error in refusal.errors[:SHOWN]],
        )
        return _show(request, preview, context, form_class, meant, status=409)
    for sentence in done:
        messages.success(request, sentence)
    return redirect(address)


def _key(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()[:40]


def kept_files(form: forms.BaseForm, *, mandate: int | None) -> dict[str, str]:
    """Return the files a refused form has kept, by name; none where the note is not ours."""
    note: Sequence[Any] = form.data.get("kept", "")
    try:
        return opened(str(note), mandate=mandate)[1].get("kept", {})
    except PreviewExpired:
        return {}
