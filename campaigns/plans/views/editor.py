"""The hub of a draft, and one page per section."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns.plans import actions, queries, rules
from campaigns.plans.forms.conflict import ConflictForm
from campaigns.plans.forms.editor import SectionEditor
from campaigns.plans.models import Plan, PlanSection, PlanVersion, SectionKind
from campaigns.plans.queries import IndicatorLine, SectionContent
from campaigns.plans.views.shared import no_draft, now, open_draft, visible_plan
from campaigns.programme.models import PlanFlow
from emulation_portal.core import access
from emulation_portal.core.errors import DomainError
from units.api import DEPARTMENT_ROLES, UNIT_ROLES

EDITORS = (*UNIT_ROLES, *DEPARTMENT_ROLES)


@access.mandated
@require_http_methods(["GET"])
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The hub for whoever writes the draft; everybody else is led to the version to be read."""
    plan = visible_plan(request, pk)
    draft = queries.draft_of(plan)
    if draft is not None:
        draft.plan = plan
        if rules.may_edit(request.mandate, draft):
            return render(request, "campaigns/plans/hub.html", _hub(plan, draft))
    for version in (plan.current, plan.in_force, draft):
        if version is None:
            continue
        version.plan = plan
        if rules.may_read(request.mandate, version):
            return redirect("campaigns:plan-version", plan.pk, version.number)
    raise Http404


def _hub(plan: Plan, version: PlanVersion) -> dict[str, Any]:
    remarks = queries.remarks_for(version)
    sections = queries.sections_of(version)
    issue = queries.issue_of(version)
    papers = queries.papers_of(version)
    tasks = [
        {
            "title": section.title,
            "url": reverse("campaigns:plan-section", args=[plan.pk, section.key]),
            "hint": _section_hint(section, len(remarks.get(section.key, ()))),
            **_section_status(section),
        }
        for section in sections
    ]
    paper_tasks = []
    if plan.phase.campaign.plan_flow == PlanFlow.ISSUE_FIRST or version.registered_from_paper:
        paper_tasks.append(
            {
                "title": _("How the plan was issued"),
                "url": reverse("campaigns:plan-issue", args=[plan.pk]),
                "hint": issue.number_symbol
                if issue
                else _("Number and symbol, date, signer, scan"),
                **(_finished() if issue else _not_started()),
            }
        )
    paper_tasks.append(
        {
            "title": _("Papers"),
            "url": reverse("campaigns:plan-papers", args=[plan.pk]),
            "hint": _("The head's signed document, annexes, legal bases"),
            "status": ngettext("%(count)s file", "%(count)s files", len(papers))
            % {"count": len(papers)}
            if papers
            else _("No file"),
        }
    )
    done = sum(section.completed for section in sections)
    return {
        "plan": plan,
        "version": version,
        "tasks": tasks,
        "paper_tasks": paper_tasks,
        "issue": issue,
        "done": done,
        "total": len(sections),
        "remark_count": sum(len(found) for found in remarks.values()),
        "window_closed": plan.phase.plans_closed_at is not None,
    }


def _section_hint(section: PlanSection, remarks: int) -> str:
    if remarks:
        return ngettext(
            "%(count)s remark of the department", "%(count)s remarks of the department", remarks
        ) % {"count": remarks}
    if section.kind != SectionKind.AREA:
        return ""
    return _("%(tasks)s tasks; targets set for %(targets)s of %(indicators)s indicators") % {
        "tasks": section.task_count,
        "targets": section.target_count,
        "indicators": section.applicable_count,
    }


def _section_status(section: PlanSection) -> dict[str, str]:
    if section.completed:
        return _finished()
    if section.narrative or section.task_count or section.target_count:
        return {"status": _("Being written"), "tone": "progress"}
    return _not_started()


def _finished() -> dict[str, str]:
    # Plain text: colour marks only what still needs work.
    return {"status": _("Finished")}


def _not_started() -> dict[str, str]:
    return {"status": _("Not begun"), "tone": "neutral"}


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Write one section. A second editor's save shows both texts; nothing typed is lost."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None:
        return no_draft(request, plan)
    section = queries.section_by_key(version, key)
    if section is None:
        raise Http404
    page = _SectionPage(request, plan, version, section)
    if request.method == "GET":
        return page.show(page.editor())
    editor = page.editor(request.POST)
    if not editor.text.is_bound:
        return page.show(editor, rearranged=True)
    if not editor.is_valid():
        return page.show(editor, status=422)
    if request.POST.get("do") == "resolve":
        return page.resolve(editor.content())
    return page.save(editor, editor.content())


class _SectionPage:
    """One request for a section's page; holds what each of its answers needs."""

    def __init__(
        self, request: HttpRequest, plan: Plan, version: PlanVersion, section: PlanSection
    ) -> None:
        self.request, self.plan, self.version, self.section = request, plan, version, section
        self.years = plan.phase.years
        self.lines: list[IndicatorLine] = queries.indicator_lines(section, plan.unit, self.years)
        self.stored = queries.section_content(section)

    def editor(self, data: Any = None) -> SectionEditor:
        return SectionEditor(
            self.section, lines=self.lines, years=self.years, content=self.stored, data=data
        )

    def show(
        self, editor: SectionEditor, *, status: int = 200, rearranged: bool = False
    ) -> HttpResponse:
        context = {
            **self._context(),
            "editor": editor,
            "errors": editor.errors,
            "has_errors": bool(editor.errors),
            "rearranged": rearranged,
            "supplied": queries.supplied_for_all(self.section, self.plan.unit),
            "remarks": queries.remarks_for(self.version).get(self.section.key, []),
        }
        return render(self.request, "campaigns/plans/section.html", context, status=status)

    def save(self, editor: SectionEditor, content: SectionContent) -> HttpResponse:
        try:
            self._save(content)
        except actions.SectionConflict as conflict:
            return self.conflict(conflict.mine, conflict.theirs)
        except actions.VersionFrozen:
            return no_draft(self.request, self.plan)
        except DomainError as refusal:
            editor.text.add_error(None, str(refusal))
            return self.show(editor, status=422)
        return self._saved()

    def resolve(self, mine: SectionContent) -> HttpResponse:
        """Save what was chosen on the conflict page; ask again if a third save came between."""
        form = ConflictForm(self.request.POST, mine=mine, theirs=self.stored)
        if not form.is_valid():
            return self.conflict(mine, self.stored, form=form, status=422)
        if form.cleaned_data["saved_version"] != self.stored.lock_version:
            return self.conflict(mine, self.stored)
        try:
            self._save(form.resolved())
        except actions.SectionConflict as conflict:
            return self.conflict(mine, conflict.theirs)
        except actions.VersionFrozen:
            return no_draft(self.request, self.plan)
        return self._saved()

    def conflict(
        self,
        mine: SectionContent,
        theirs: SectionContent,
        *,
        form: ConflictForm | None = None,
        status: int = 409,
    ) -> HttpResponse:
        names = {line.indicator.pk: line.indicator for line in self.lines}
        dropped = {"csrfmiddlewaretoken", "do", "merged", "saved_version"}
        context = {
            **self._context(),
            "mine": mine,
            "theirs": theirs,
            "my_targets": [(names[row.indicator_id], row) for row in mine.targets],
            "their_targets": [
                (names[row.indicator_id], row)
                for row in theirs.targets
                if row.indicator_id in names
            ],
            "form": form or ConflictForm(mine=mine, theirs=theirs),
            "message": actions.SectionConflict(mine=mine, theirs=theirs),
            "kept": [
                (name, value)
                for name, values in self.request.POST.lists()
                if name not in dropped and not name.startswith("keep_")
                for value in values
            ],
        }
        return render(self.request, "campaigns/plans/conflict.html", context, status=status)

    def _save(self, content: SectionContent) -> None:
        actions.save_section(
            section=self.section,
            narrative=content.narrative,
            tasks=content.tasks,
            targets=content.targets,
            expected_lock_version=content.lock_version,
            completed=content.completed,
            by=self.request.actor,
            at=now(),
        )

    def _saved(self) -> HttpResponse:
        messages.success(
            self.request, _("“%(section)s” has been saved.") % {"section": self.section.title}
        )
        if self.request.POST.get("do") == "stay":
            return redirect("campaigns:plan-section", self.plan.pk, self.section.key)
        return redirect("campaigns:plan-detail", self.plan.pk)

    def _context(self) -> dict[str, Any]:
        return {"plan": self.plan, "version": self.version, "section": self.section}
