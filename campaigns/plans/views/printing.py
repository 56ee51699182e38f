"""A version of a plan as the administration's own paper, to be read, signed or filed."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from campaigns.plans import queries, rules
from campaigns.plans.completeness import Missing
from campaigns.plans.document import SectionView, document_of
from campaigns.plans.fitness import Fitness, fitness_of, who_confirms
from campaigns.plans.models import PlanIssue, PlanVersion
from campaigns.plans.paper import as_draft, draft_reasons, paper_of
from campaigns.plans.receipt_paper import receipt_paper
from campaigns.plans.receipts import receipt_number
from campaigns.plans.record_codes import record_code
from campaigns.plans.signing import head_of
from campaigns.plans.views.editor import EDITORS
from campaigns.plans.views.shared import visible_plan
from emulation_portal.core import access
from emulation_portal.core.documents.model import Paper
from emulation_portal.core.documents.pdf import pdf_of
from emulation_portal.core.documents.word import docx_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FORMS: dict[str, tuple[Callable[[Paper], bytes], str, str]] = {
    "pdf": (pdf_of, "application/pdf", "inline"),
    "docx": (docx_of, WORD, "attachment"),
}


@access.mandated
@require_safe
def plan_print(request: HttpRequest, pk: int, number: int, form: str) -> HttpResponse:
    """The version as it stands; 404 for a version the mandate may not read.

    With the watermark of a draft and the code that leads back, until it is sent and issued and
    everything in it is confirmed. Vietnamese whatever the interface language: official paper
    has one language.
    """
    version = _readable_version(request, pk, number)
    with translation.override("vi"):
        sections, issue = document_of(version), queries.issue_of(version)
        paper = _paper(version, sections, issue)
        if draft_reasons(version, issue, sections):
            paper = as_draft(paper, record_code(version))
    return _file(paper, f"ke-hoach-{version.plan.unit.code}-phien-ban-{version.number}", form)


@access.mandated
@require_safe
def plan_final(request: HttpRequest, pk: int, number: int, form: str) -> HttpResponse:
    """The version as paper to be signed: no watermark, no code.

    409 with a page that names everything in the way: what is not confirmed and who confirms
    it, what is still to be written.
    """
    version = _readable_version(request, pk, number)
    fitness = fitness_of(version, document_of(version))
    if not fitness:
        context = _refusal(request, version, fitness)
        return render(request, "campaigns/plans/print_refused.html", context, status=409)
    with translation.override("vi"):
        paper = _paper(version, document_of(version), queries.issue_of(version))
    return _file(paper, f"ke-hoach-{version.plan.unit.code}-ban-ky", form)


@access.roles(*EDITORS)
@require_safe
def plan_receipt_pdf(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The receipt of a sent version as a PDF, for those who may see the receipt's page."""
    plan = visible_plan(request, pk)
    version = get_object_or_404(
        PlanVersion.objects.select_related("sent_by__person", "sent_by__unit"),
        plan=plan, number=number, sent_at__isnull=False,
    )  # fmt: skip
    version.plan = plan
    if not (
        rules.may_read(request.mandate, version) and rules.may_see_trail(request.mandate, plan)
    ):
        raise Http404
    paper = receipt_paper(version, issue=queries.issue_of(version))
    return _file(paper, f"bien-nhan-{receipt_number(version).lower()}", "pdf")


def _readable_version(request: HttpRequest, pk: int, number: int) -> PlanVersion:
    plan = visible_plan(request, pk)
    version = get_object_or_404(PlanVersion, plan=plan, number=number)
    version.plan = plan
    if not rules.may_read(request.mandate, version):
        raise Http404
    return version


def _paper(version: PlanVersion, sections: list[SectionView], issue: PlanIssue | None) -> Paper:
    return paper_of(
        version,
        sections=sections,
        issue=issue,
        papers=queries.papers_of(version),
        head=None if issue else head_of(version.plan.unit, on=timezone.localdate()),
    )


def _file(paper: Paper, name: str, form: str) -> HttpResponse:
    make, content_type, disposition = _FORMS[form]
    response = HttpResponse(make(paper), content_type=content_type)
    response["Content-Disposition"] = f'{disposition}; filename="{name}.{form}"'
    return response


def _refusal(request: HttpRequest, version: PlanVersion, fitness: Fitness) -> dict[str, Any]:
    may_write = bool(rules.may_edit(request.mandate, version))
    return {
        "plan": version.plan,
        "version": version,
        "fitness": fitness,
        "missing": [
            (_address(version, item) if may_write else "", str(item)) for item in fitness.missing
        ],
        "administrators": who_confirms(timezone.localdate()) if fitness.unconfirmed else [],
    }


def _address(version: PlanVersion, item: Missing) -> str:
    page = reverse("campaigns:plan-section", args=[version.plan_id, item.section_key])
    return f"{page}#{item.anchor}"
