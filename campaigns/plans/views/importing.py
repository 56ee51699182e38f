"""Bringing text of another source into a draft: choose the source, check the guess, confirm."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.plans import actions, queries, source_plans
from campaigns.plans.actions.seeding import SectionMoved, SeedSource, keep_document
from campaigns.plans.actions.seeding import bring_in as bring
from campaigns.plans.forms.importing import BringInForm, ImportDocumentForm
from campaigns.plans.importing.borrowing import (
    proposal_from_foreign_plan,
    proposal_from_model,
    proposal_from_own_plan,
)
from campaigns.plans.importing.headings import Sections
from campaigns.plans.importing.proposal import Proposal
from campaigns.plans.importing.reading import proposal_from_document
from campaigns.plans.models import Plan, PlanImport, PlanTarget, PlanVersion
from campaigns.plans.views.editor import EDITORS
from campaigns.plans.views.shared import (
    no_draft,
    now,
    open_draft,
    person_id,
    visible_plan,
)
from emulation_portal.core import access
from emulation_portal.core.archives import ArchiveRefused
from emulation_portal.core.attachments import UploadRefused, accept_upload
from emulation_portal.core.documents.word_faults import WordHostile, WordUnreadable
from emulation_portal.core.documents.word_reading import read_word
from emulation_portal.core.errors import DomainError
from emulation_portal.core.idempotency import once
from emulation_portal.core.models import Attachment

_PAGE_SIZE = 20


@access.roles(*EDITORS)
@require_safe
def bring_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The sources from which text can be brought into the draft."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    context = {
        "plan": plan,
        "version": version,
        "has_model": source_plans.has_model(plan.phase.campaign),
        "earlier": source_plans.earlier_plans(request.mandate, version),
        "uploaded": _own_imports(request, version),
    }
    return render(request, "campaigns/plans/bring_in.html", context)


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def bring_in_model(request: HttpRequest, pk: int) -> HttpResponse:
    """The ministry's model plan, part by part."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    campaign = plan.phase.campaign
    rows = source_plans.model_of(campaign)
    if not rows:
        raise Http404
    unconfirmed = [row for row in rows if not row.confirmed]
    return _Confirming(
        request,
        plan,
        version,
        proposal=proposal_from_model(rows, campaign.areas.all()),
        source=SeedSource("model", {"campaign": campaign.code, "confirmed": not unconfirmed}),
        title=_("The ministry's model plan"),
        extra={"kind": "model", "unconfirmed": unconfirmed, "model_source": rows[0].source},
    ).answer()


@access.roles(*EDITORS)
@require_safe
def bring_in_plans(request: HttpRequest, pk: int) -> HttpResponse:
    """Other units' issued plans, found by the name of the unit."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    search = request.GET.get("q", "")[:200]
    found = source_plans.issued_plans(request.mandate, version, search=search)
    page = Paginator(found, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"plan": plan, "version": version, "page": page, "search": search}
    return render(request, "campaigns/plans/bring_in_plans.html", context)


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def bring_in_plan(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """The text of another plan: another unit's issued one, or an earlier one of the own unit."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    sections = Sections(plan.phase.campaign.areas.order_by("number"))
    earlier = source_plans.earlier_plans(request.mandate, version)
    own = next((one for one in earlier if one.plan.pk == source_pk), None)
    if own is not None:
        lending = own.version
        proposal = proposal_from_own_plan(lending, sections, plan.phase.years)
    else:
        source = get_object_or_404(
            source_plans.issued_plans(request.mandate, version), pk=source_pk
        )
        found = source_plans.lending_version(source)
        if found is None:
            raise Http404
        lending = found
        lending.plan = source
        proposal = proposal_from_foreign_plan(lending, sections)
    facts = {
        "plan": lending.plan_id,
        "unit": lending.plan.unit.code,
        "phase": lending.plan.phase.number,
        "source_version": lending.number,
        "content_hash": lending.content_hash,
    }
    title = _("Plan of %(unit)s, %(phase)s") % {
        "unit": lending.plan.unit.name,
        "phase": lending.plan.phase.name,
    }
    kind = "earlier" if own is not None else "plan"
    return _Confirming(
        request,
        plan,
        version,
        proposal=proposal,
        source=SeedSource(kind, facts),
        title=title,
        extra={"kind": kind, "lending": lending},
    ).answer()


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def bring_in_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a .docx. It is read at once, so that one that cannot be read is never kept."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    form = ImportDocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = ImportDocumentForm(request.POST, request.FILES)
        if form.is_valid():
            upload = form.cleaned_data["document"]
            try:
                read_word(upload.file)
                upload.seek(0)
                with transaction.atomic():
                    kept = accept_upload(upload, by=request.actor, at=now())
                    keep_document(version=version, attachment=kept, by=request.actor, at=now())
            except actions.VersionFrozen:
                return no_draft(request, plan)
            except ArchiveRefused:
                form.add_error("document", str(WordHostile()))
            except (WordUnreadable, UploadRefused) as refusal:
                form.add_error("document", str(refusal))
            else:
                return redirect("campaigns:plan-bring-in-confirm", plan.pk, kept.pk)
    context = {
        "plan": plan,
        "version": version,
        "form": form,
        "uploaded": _own_imports(request, version),
    }
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/plans/bring_in_document.html", context, status=status)


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def bring_in_confirm(request: HttpRequest, pk: int, attachment_id: UUID) -> HttpResponse:
    """What was read in a document, for its uploader to confirm. The file is read anew each time."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    kept = get_object_or_404(
        PlanImport.objects.select_related("attachment__scan"),
        version=version,
        attachment_id=attachment_id,
        attachment__uploaded_by=person_id(request),
    )
    attachment = kept.attachment
    context = {"plan": plan, "version": version, "attachment": attachment}
    if not attachment.is_served:
        status = 409 if request.method == "POST" else 200
        return render(request, "campaigns/plans/bring_in_waiting.html", context, status=status)
    try:
        proposal = _read(attachment, plan)
    except (WordUnreadable, ArchiveRefused) as refusal:
        sentence = refusal if isinstance(refusal, WordUnreadable) else WordHostile()
        messages.error(request, str(sentence))
        return redirect("campaigns:plan-bring-in-document", plan.pk)
    return _Confirming(
        request,
        plan,
        version,
        proposal=proposal,
        source=SeedSource("document", {"sha256": attachment.sha256}, attachment),
        title=attachment.original_name,
        extra={"kind": "document", "attachment": attachment},
    ).answer()


def _read(attachment: Attachment, plan: Plan) -> Proposal:
    with attachment.file.open("rb") as stream:
        blocks = read_word(stream)
    return proposal_from_document(
        blocks,
        sections=Sections(plan.phase.campaign.areas.order_by("number")),
        indicators=list(queries.indicators_answered_by(plan.unit, plan.phase.campaign_id)),
        years=plan.phase.years,
    )


def _own_imports(request: HttpRequest, version: PlanVersion) -> list[PlanImport]:
    """Documents this person has uploaded to this draft before, the latest first."""
    rows = PlanImport.objects.filter(version=version, attachment__uploaded_by=person_id(request))
    return list(rows.select_related("attachment").order_by("-pk")[:10])


class _Confirming:
    """The page that shows a proposal, and what it answers when it is confirmed."""

    def __init__(
        self,
        request: HttpRequest,
        plan: Plan,
        version: PlanVersion,
        *,
        proposal: Proposal,
        source: SeedSource,
        title: str,
        extra: dict[str, Any],
    ) -> None:
        self.request, self.plan, self.version = request, plan, version
        self.proposal, self.source, self.title, self.extra = proposal, source, title, extra

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self.show(self.form())
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            outcome = once(
                user_id=person_id(self.request),
                key=form.cleaned_data["form_key"],
                at=now(),
                act=self._act(form),
            )
        except actions.VersionFrozen:
            return no_draft(self.request, self.plan)
        except SectionMoved as conflict:
            return self.show(self.form(self._seen_anew()), status=409, conflict=conflict)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return self.show(form, status=422)
        return redirect(outcome)

    def form(self, data: Any = None) -> BringInForm:
        sections = queries.sections_of(self.version)
        rows = PlanTarget.objects.filter(version=self.version)
        targets = list(rows.values_list("section_id", "indicator_id"))
        with_targets = {section_id for section_id, _indicator in targets}
        written = frozenset(
            one.key
            for one in sections
            if one.narrative.strip() or one.task_count or one.pk in with_targets
        )
        promised = frozenset(indicator for _section, indicator in targets)
        return BringInForm(
            data, proposal=self.proposal, sections=sections, written=written, promised=promised
        )

    def _seen_anew(self) -> Any:
        """The choices made, on the sections as they stand now."""
        data = self.request.POST.copy()
        for section in queries.sections_of(self.version):
            data[f"seen-{section.key}"] = str(section.lock_version)
            data.setdefault(f"mode-{section.key}", "append")
        return data

    def _act(self, form: BringInForm) -> Callable[[], str]:
        def act() -> str:
            changed = bring(
                version=self.version,
                seeds=form.seeds(),
                source=self.source,
                by=self.request.actor,
                at=now(),
            )
            said = ngettext(
                "Text has been brought into %(count)s part: %(parts)s. Read it, complete it and "
                "mark the part as finished.",
                "Text has been brought into %(count)s parts: %(parts)s. Read them, complete them "
                "and mark them as finished.",
                len(changed),
            )
            parts = "; ".join(str(section.title) for section in changed)
            messages.success(self.request, said % {"count": len(changed), "parts": parts})
            return reverse("campaigns:plan-detail", args=[self.plan.pk])

        return act

    def show(
        self, form: BringInForm, *, status: int = 200, conflict: DomainError | None = None
    ) -> HttpResponse:
        context = {
            "plan": self.plan,
            "version": self.version,
            "proposal": self.proposal,
            "form": form,
            "source_title": self.title,
            "conflict": conflict,
            **self.extra,
        }
        return render(self.request, "campaigns/plans/bring_in_confirm.html", context, status=status)
