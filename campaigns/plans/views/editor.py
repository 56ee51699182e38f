"""The hub of a draft, and one page per section."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns.plans import actions, queries, rules
from campaigns.plans.fixing import fixes_for
from campaigns.plans.forms.conflict import ConflictForm
from campaigns.plans.forms.editor import SectionEditor
from campaigns.plans.forms.pasting import undone
from campaigns.plans.lock_panel import lock_panel
from campaigns.plans.merging import Merge, merge, read_base
from campaigns.plans.models import Plan, PlanSection, PlanVersion, SectionKind
from campaigns.plans.queries import IndicatorLine, SectionContent
from campaigns.plans.views.shared import no_draft, now, open_draft, visible_plan
from campaigns.programme.models import PlanFlow
from emulation_portal.core import access
from emulation_portal.core.errors import DomainError
from units.api import DEPARTMENT_ROLES, UNIT_ROLES

EDITORS = (*UNIT_ROLES, *DEPARTMENT_ROLES)
# How long a browser keeps what the portal does not have yet; static/js/drafts.js counts alike.
KEPT_IN_BROWSER = timedelta(days=14)
SAVED_COOKIE = "draft_saved"
_ANSWERS = {"csrfmiddlewaretoken", "do", "merged", "saved_version", "undo"}


@access.mandated
@require_http_methods(["GET"])
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The hub for whoever writes the draft; everybody else is led to the version to be read."""
    plan = visible_plan(request, pk)
    draft = queries.draft_of(plan)
    if draft is not None:
        draft.plan = plan
        if rules.may_edit(request.mandate, draft):
            panel = lock_panel(plan, draft, request.mandate, on=timezone.localdate())
            context = {**_hub(plan, draft), "lock_panel": panel}
            return render(request, "campaigns/plans/hub.html", context)
    for version in (plan.current, plan.in_force, draft):
        if version is None:
            continue
        version.plan = plan
        if rules.may_read(request.mandate, version):
            return redirect("campaigns:plan-version", plan.pk, version.number)
    raise Http404


def _hub(plan: Plan, version: PlanVersion) -> dict[str, Any]:
    fixes = fixes_for(version)
    remarks = fixes.by_section()
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
        "fixes": fixes,
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
    page = SectionPage(request, plan, version, section)
    if request.method == "GET":
        return page.show(page.editor())
    if request.POST.get("do") in ("undo", "back"):  # from rows pasted, or from pasting them
        typed = undone(request.POST) if request.POST["do"] == "undo" else request.POST
        return page.show(page.editor(typed, unchecked=True), rearranged=True)
    editor = page.editor(request.POST)
    if not editor.text.is_bound:
        return page.show(editor, rearranged=True)
    if not editor.is_valid():
        return page.show(editor, status=422)
    if request.POST.get("do") == "resolve":
        return page.resolve(editor.content())
    return page.save(editor, editor.content())


class SectionPage:
    """One request for a section's page; holds what each of its answers needs."""

    def __init__(
        self, request: HttpRequest, plan: Plan, version: PlanVersion, section: PlanSection
    ) -> None:
        self.request, self.plan, self.version, self.section = request, plan, version, section
        self.years = plan.phase.years
        self.lines: list[IndicatorLine] = queries.indicator_lines(section, plan.unit, self.years)
        self.stored = queries.section_content(section)

    def editor(self, data: Any = None, *, unchecked: bool = False) -> SectionEditor:
        return SectionEditor(
            self.section,
            lines=self.lines,
            years=self.years,
            content=self.stored,
            data=data,
            unchecked=unchecked,
        )

    def show(
        self,
        editor: SectionEditor,
        *,
        status: int = 200,
        rearranged: bool = False,
        undo: str = "",
    ) -> HttpResponse:
        """The page of the section; `undo` brings back what stood there before rows were pasted."""
        context = {
            **self.context(),
            "editor": editor,
            "is_dirty": rearranged or editor.text.is_bound,
            "undo": undo,
            "kept_until": timezone.localdate() + KEPT_IN_BROWSER,
            "errors": editor.errors,
            "has_errors": bool(editor.errors),
            "rearranged": rearranged,
            "supplied": queries.supplied_for_all(self.section, self.plan.unit),
            "fixes": fixes_for(self.version).of_section(self.section.key),
        }
        return render(self.request, "campaigns/plans/section.html", context, status=status)

    def save(self, editor: SectionEditor, content: SectionContent) -> HttpResponse:
        """Save; what somebody else saved meanwhile in other places stays beside it."""
        try:
            self._save(content)
        except actions.SectionConflict as conflict:
            return self.bring_together(conflict)
        except actions.VersionFrozen:
            return no_draft(self.request, self.plan)
        except DomainError as refusal:
            editor.text.add_error(None, str(refusal))
            return self.show(editor, status=422)
        return self._saved()

    def bring_together(self, conflict: actions.SectionConflict) -> HttpResponse:
        """Save both where they touch nothing in common; otherwise ask what stays."""
        found = self._merge(conflict.mine, conflict.theirs)
        if not found.is_clean:
            return self.conflict(found)
        try:
            self._save(found.content())
        except actions.SectionConflict as third:
            return self.conflict(self._merge(conflict.mine, third.theirs))
        except actions.VersionFrozen:
            return no_draft(self.request, self.plan)
        messages.info(self.request, kept_both(conflict))
        return self._saved()

    def resolve(self, mine: SectionContent) -> HttpResponse:
        """Save what was chosen on the conflict page; ask again if a third save came between."""
        found = self._merge(mine, self.stored)
        if self.request.POST.get("saved_version") != str(self.stored.lock_version):
            return self.conflict(found)
        form = self._conflict_form(found, self.request.POST)
        if not form.is_valid():
            return self.conflict(found, form=form, status=422)
        try:
            self._save(form.resolved())
        except actions.SectionConflict as conflict:
            return self.conflict(self._merge(mine, conflict.theirs))
        except actions.VersionFrozen:
            return no_draft(self.request, self.plan)
        return self._saved()

    def _merge(self, mine: SectionContent, theirs: SectionContent) -> Merge:
        return merge(mine, theirs, read_base(self.request.POST.get("base", "")))

    def _conflict_form(self, found: Merge, data: Any = None) -> ConflictForm:
        indicators = {line.indicator.pk: line.indicator for line in self.lines}
        return ConflictForm(data, merge=found, indicators=indicators, years=self.years)

    def conflict(
        self, found: Merge, *, form: ConflictForm | None = None, status: int = 409
    ) -> HttpResponse:
        """Both contents with their differences, and a question for each."""
        conflict = actions.SectionConflict(
            mine=found.mine, theirs=found.theirs, by=self.request.actor
        )
        context = {
            **self.context(),
            "merge": found,
            "theirs": found.theirs,
            "form": form or self._conflict_form(found),
            "conflict": conflict,
            "has_errors": bool(form and form.errors),
            "kept": kept_fields(self.request.POST, besides=_ANSWERS),
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
            response = redirect("campaigns:plan-section", self.plan.pk, self.section.key)
        else:
            response = redirect("campaigns:plan-detail", self.plan.pk)
        # Tells drafts.js that text begun from this save need not be kept any longer.
        begun_from = self.request.POST["lock_version"]
        response.set_cookie(
            SAVED_COOKIE,
            f"{self.version.pk}:{self.section.key}:{begun_from}",
            max_age=60,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response

    def context(self) -> dict[str, Any]:
        return {"plan": self.plan, "version": self.version, "section": self.section}


def kept_fields(data: QueryDict, *, besides: set[str]) -> list[tuple[str, str]]:
    """Return what was typed as pairs for hidden fields; answers to conflicts are left out."""
    return [
        (name, value)
        for name, values in data.lists()
        if name not in besides and not name.startswith("keep_")
        for value in values
    ]


def kept_both(conflict: actions.SectionConflict) -> str:
    """Say whose save was met, and that nothing of either is lost."""
    time = vn_time(conflict.theirs.saved_at)
    if conflict.is_own:
        return _(
            "You saved this part in another tab or on another device at %(time)s, in other "
            "places. Both are kept."
        ) % {"time": time}
    return _("%(person)s saved this part at %(time)s, in other places than you. Both are kept.") % {
        "person": conflict.theirs.saved_by or _("Somebody else"),
        "time": time,
    }


def vn_time(at: datetime | None) -> str:
    """Return the hour and minute, 10:42, in the portal's zone."""
    return f"{timezone.localtime(at):%H:%M}" if at else ""
