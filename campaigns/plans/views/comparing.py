"""Any two versions of a plan side by side."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from campaigns.plans.comparing import compare_versions
from campaigns.plans.document import readable_versions
from campaigns.plans.forms.comparing import ChooseForm
from campaigns.plans.models import Plan, PlanVersion
from campaigns.plans.views.shared import visible_plan
from emulation_portal.core import access
from units.models import Mandate


@access.mandated
@require_safe
def plan_compare_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the comparison chosen; without a choice, to that of the newest version with the
    one it follows.
    """
    plan = visible_plan(request, pk)
    versions = _versions(request.mandate, plan)
    if not versions:
        raise Http404
    form = ChooseForm(request.GET or None, versions=versions)
    if form.is_valid():
        return redirect(
            "campaigns:plan-compare", plan.pk, form.cleaned_data["old"], form.cleaned_data["new"]
        )
    if len(versions) == 1:
        return render(request, "campaigns/plans/compare.html", {"plan": plan, "only": versions[0]})
    newest = versions[0]
    base = next((row for row in versions if row.pk == newest.based_on_id), versions[1])
    return redirect("campaigns:plan-compare", plan.pk, base.number, newest.number)


@access.mandated
@require_safe
def plan_compare(request: HttpRequest, pk: int, old: int, new: int) -> HttpResponse:
    """What changed from version `old` to version `new`; 404 where either may not be read."""
    plan = visible_plan(request, pk)
    versions = _versions(request.mandate, plan)
    by_number = {version.number: version for version in versions}
    if old not in by_number or new not in by_number:
        raise Http404
    form = ChooseForm(initial={"old": old, "new": new}, versions=versions)
    context = {"plan": plan, "form": form, "old": by_number[old], "new": by_number[new]}
    if old != new:
        context["comparison"] = compare_versions(by_number[old], by_number[new])
    return render(request, "campaigns/plans/compare.html", context)


def _versions(mandate: Mandate, plan: Plan) -> list[PlanVersion]:
    """The versions the reader may open, the newest first. One query."""
    own = mandate.unit_id == plan.unit_id and (mandate.is_unit_side or mandate.is_department)
    rows = readable_versions(
        PlanVersion.objects.filter(plan=plan),
        own=own, department=mandate.is_department, administrator=mandate.is_administrator,
    )  # fmt: skip
    return list(rows.order_by("-number"))
