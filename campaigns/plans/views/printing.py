"""A version of a plan as the administration's own paper, to be signed or filed."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import require_safe

from campaigns.plans import queries, rules
from campaigns.plans.document import document_of
from campaigns.plans.models import PlanVersion
from campaigns.plans.paper import paper_of
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
    """The version as a PDF or .docx; 404 for a version the mandate may not read.

    Vietnamese whatever the interface language: official paper has one language.
    """
    plan = visible_plan(request, pk)
    version = get_object_or_404(PlanVersion, plan=plan, number=number)
    version.plan = plan
    if not rules.may_read(request.mandate, version):
        raise Http404
    render, content_type, disposition = _FORMS[form]
    with translation.override("vi"):
        paper = paper_of(
            version,
            sections=document_of(version),
            issue=queries.issue_of(version),
            papers=queries.papers_of(version),
        )
    response = HttpResponse(render(paper), content_type=content_type)
    name = f"ke-hoach-{plan.unit.code}-phien-ban-{version.number}.{form}"
    response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    return response
