"""Saving what somebody is still writing: asked by the page's script, answered with what it shows."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.plans import actions, drafts, queries, rules
from campaigns.plans.forms.autosave import Savable, savable
from campaigns.plans.forms.editor import SectionEditor
from campaigns.plans.merging import base_of, merge, read_base
from campaigns.plans.models import PlanSection
from campaigns.plans.queries import SectionContent
from campaigns.plans.views.editor import EDITORS, vn_time
from campaigns.plans.views.shared import now, open_draft, person_id, visible_plan
from emulation_portal.core import access
from emulation_portal.core.errors import DomainError


@access.roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def plan_section_autosave(request: HttpRequest, pk: int, key: str) -> JsonResponse:
    """Save a section as far as it can be; say what waits and why.

    GET tells whether writing can go on: who is signed in, a fresh token, the section's version.
    """
    section = drafts.section_of_draft(request.mandate, pk, key)
    if section is None or not rules.may_edit(request.mandate, section.version):
        return _no_section(request, pk, key)
    stored = drafts.content_as_read(section)
    if request.method == "GET":
        return JsonResponse(
            {
                "state": "open",
                "token": get_token(request),
                "person": person_id(request),
                "lock_version": stored.lock_version,
            }
        )
    if request.POST.get("writer", "") not in ("", str(person_id(request))):
        return _paused("other_person", _("Somebody else has signed in in this browser."), 409)
    return _Autosave(request, section, stored).answer()


class _Autosave:
    """One request of the script; holds what each of its answers needs."""

    def __init__(self, request: HttpRequest, section: PlanSection, stored: SectionContent) -> None:
        self.request, self.section, self.stored = request, section, stored
        plan = section.version.plan
        self.indicators = drafts.indicators_of(section, plan.unit)
        self.editor = SectionEditor(
            section,
            lines=[queries.IndicatorLine(indicator, ()) for indicator in self.indicators.values()],
            years=plan.phase.years,
            content=stored,
            data=request.POST,
        )

    def answer(self) -> JsonResponse:
        found = savable(self.editor, self.stored) if self.editor.text.is_bound else None
        if found is None:
            reason = _("The page did not arrive whole. Press “Save” to see what is wrong.")
            return _paused("refused", reason, 422)
        try:
            saved = actions.autosave_section(
                section=self.section,
                content=found.content,
                stored=self.stored,
                indicators=self.indicators,
                by=self.request.actor,
                at=now(),
            )
        except actions.SectionConflict as conflict:
            return self._conflict(conflict)
        except actions.VersionFrozen:
            return _frozen(self.section.version.plan_id)
        except DomainError as refusal:
            return _paused("refused", str(refusal), 422)
        return self._saved(saved, found)

    def _saved(self, saved: SectionContent, found: Savable) -> JsonResponse:
        return JsonResponse(
            {
                "state": "saved",
                "time": vn_time(saved.saved_at),
                "lock_version": saved.lock_version,
                "base": base_of(saved),
                "identities": found.identities(saved.tasks),
                "held": [{"anchor": line.anchor, "text": line.text} for line in found.held],
            }
        )

    def _conflict(self, conflict: actions.SectionConflict) -> JsonResponse:
        time, who = vn_time(conflict.theirs.saved_at), conflict.theirs.saved_by
        if conflict.is_own:
            reason = _("You saved this part in another tab or on another device at %(time)s.") % {
                "time": time
            }
        else:
            reason = _("%(person)s saved this part at %(time)s.") % {
                "person": who or _("Somebody else"),
                "time": time,
            }
        found = merge(conflict.mine, conflict.theirs, read_base(self.request.POST.get("base", "")))
        return _paused("conflict", reason, 409, clean=found.is_clean)


def _no_section(request: HttpRequest, pk: int, key: str) -> JsonResponse:
    """Answer as the section's own page would: 404, 403, or that the version has been sent."""
    plan = visible_plan(request, pk)
    version = open_draft(request, plan)
    if version is None or queries.section_by_key(version, key) is not None:
        return _frozen(plan.pk)
    return _paused("refused", _("This part does not exist any more."), 404)


def _frozen(plan_id: int) -> JsonResponse:
    reason = _("This version has been sent in the meantime and can no longer be changed.")
    return _paused("frozen", reason, 409, url=reverse("campaigns:plan-detail", args=[plan_id]))


def _paused(state: str, reason: str, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"state": state, "reason": reason, **more}, status=status)
