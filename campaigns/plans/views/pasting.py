"""Rows from a spreadsheet: pasted, looked at, added. Nothing is stored before the section is."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaigns.plans import queries
from campaigns.plans.forms.editor import TASKS
from campaigns.plans.forms.pasting import (
    TARGETS,
    Paste,
    PasteForm,
    paste_targets,
    paste_tasks,
    undo_of,
    with_fields,
)
from campaigns.plans.models import SectionKind
from campaigns.plans.pasting import PasteRefused
from campaigns.plans.views.editor import EDITORS, SectionPage, kept_fields
from campaigns.plans.views.shared import no_draft, open_draft, visible_plan
from emulation_portal.core import access

_OWN_FIELDS = {"csrfmiddlewaretoken", "do", "what", "pasted", "undo"}


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_section_paste(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Preview pasted tasks or targets, and add those that can be added to what is typed.

    What is typed on the section's page travels along in hidden fields.
    """
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    section = queries.section_by_key(version, key)
    if section is None or section.kind != SectionKind.AREA:
        raise Http404
    if request.method == "GET":  # a language switch, or an address kept
        return redirect("campaigns:plan-section", plan.pk, section.key)
    page = SectionPage(request, plan, version, section)
    data, do = request.POST, request.POST.get("do", "")
    what = TARGETS if TARGETS in (data.get("what"), do.removeprefix("paste-")) else TASKS
    form = PasteForm(data if do in ("preview", "apply") else None)
    found: Paste | None = None
    if form.is_bound and form.is_valid():
        try:
            found = _read(page, what, form.cleaned_data["pasted"])
        except PasteRefused as refusal:
            form.add_error("pasted", str(refusal))
    if found and found.count and do == "apply":
        added: QueryDict = with_fields(data, what, found.fields)
        editor = page.editor(added, unchecked=True)
        return page.show(editor, rearranged=True, undo=undo_of(data, what))
    context = {
        **page.context(),
        "form": form,
        "what": what,
        "paste": found,
        "kept": kept_fields(data, besides=_OWN_FIELDS),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/plans/paste.html", context, status=status)


def _read(page: SectionPage, what: str, text: str) -> Paste:
    if what == TARGETS:
        return paste_targets(text, page.request.POST, lines=page.lines, years=page.years)
    return paste_tasks(text, page.request.POST, years=page.years)
