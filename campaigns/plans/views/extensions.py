"""Extra days: the unit asks, the department grants, declines, or gives them unasked."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns.plans import extra_days, rules
from campaigns.plans.actions import extensions as actions
from campaigns.plans.forms.extensions import AskForm, DeclineForm, GiveForm, GrantForm
from campaigns.plans.models import ExtensionState, Plan, PlanExtension
from campaigns.plans.views.shared import now, permit, person_id, phase_for
from campaigns.programme.models import Campaign, Phase
from campaigns.programme.queries import campaign_or_404, visible_campaigns
from emulation_portal.core import access
from emulation_portal.core.errors import DomainError
from emulation_portal.core.idempotency import once
from emulation_portal.formats.writing import show_date
from units.api import DEPARTMENT_ROLES, UNIT_ROLES
from units.models import Unit

PAGE = 50


@access.roles(*UNIT_ROLES)
@require_POST
def extension_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for extra days for the own unit's plan of a phase; a second click asks nothing more."""
    phase = phase_for(request, pk)
    unit = request.mandate.unit
    permit(rules.may_ask_extra_days(request.mandate, unit))
    form = AskForm(request.POST)
    plan = Plan.objects.filter(unit=unit, phase=phase).first()
    back = plan.get_absolute_url() if plan else reverse("campaigns:unit-plans")
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(back)

    def act() -> str:
        actions.ask_extension(
            phase=phase, unit=unit, reason=form.cleaned_data["reason"], by=request.actor, at=now()
        )
        messages.success(
            request,
            _("You have asked for extra days. The department has been told; its answer reaches "
              "you by mail."),
        )  # fmt: skip
        return back

    try:
        return redirect(
            once(user_id=person_id(request), key=form.cleaned_data["form_key"], at=now(), act=act)
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def extensions_index(request: HttpRequest) -> HttpResponse:
    """The requests of the latest campaign the mandate sees."""
    return redirect("campaigns:extension-list", campaign_or_404(request.mandate, None).code)


@access.roles(*DEPARTMENT_ROLES)
@require_safe
def extension_list(request: HttpRequest, code: str) -> HttpResponse:
    """What units ask for, the oldest first, each decided by one click; below, what was decided."""
    return _list(request, campaign_or_404(request.mandate, code))


def _list(
    request: HttpRequest,
    campaign: Campaign,
    *,
    broken: Any = None,
    broken_pk: int | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    last_day = extra_days.usual_last_day(campaign, on=today)
    not_decided = rules.units_not_reviewed(request.mandate, on=today)
    page = Paginator(extra_days.requests_of(campaign), PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "extension": extension,
            "is_own": extension.unit_id in not_decided,
            "grant": _form(GrantForm, broken, extension.pk == broken_pk, last_day, extension.pk),
            "decline": _form(
                DeclineForm, broken, extension.pk == broken_pk, last_day, extension.pk
            ),
        }
        for extension in page
    ]
    give = broken if isinstance(broken, GiveForm) else _give_form(campaign, not_decided, last_day)
    context = {
        "campaign": campaign,
        "page": page,
        "rows": rows,
        "decisions": extra_days.decisions_of(campaign)[:PAGE],
        "today": today,
        "give": give,
        "broken": broken,
        "errors": [("", refusal)] if refusal else [],
        "has_errors": status != 200,
        "last_day": last_day,
    }
    return render(request, "campaigns/plans/extensions.html", context, status=status)


def _form(
    kind: type[GrantForm] | type[DeclineForm], broken: Any, is_here: bool, last_day: Any, pk: int
) -> Any:
    """The row's form, or the one that came back with errors; ids differ from row to row."""
    if is_here and type(broken) is kind:
        return broken
    initial = {"valid_until": last_day} if kind is GrantForm else None
    return kind(initial=initial, auto_id=f"id_{kind.__name__.lower()}_{pk}_%s")


def _give_form(
    campaign: Campaign, not_decided: set[int], last_day: Any, data: Any = None
) -> GiveForm:
    units = Unit.objects.owing_plans().filter(participations__campaign=campaign)
    return GiveForm(
        data,
        units=units.exclude(pk__in=not_decided).order_by("sort_key", "pk"),
        phases=Phase.objects.filter(campaign=campaign).order_by("number"),
        initial={"valid_until": last_day},
        auto_id="id_give_%s",
    )


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def extension_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant a request until the end of a day: five working days unless another is typed."""
    extension = _extension(request, pk)
    form = GrantForm(request.POST, auto_id=f"id_grantform_{extension.pk}_%s")

    def act() -> PlanExtension:
        return actions.grant_extension(
            extension=extension, by=request.actor, at=now(), note=form.cleaned_data["note"],
            valid_until=form.cleaned_data["valid_until"],
        )  # fmt: skip

    return _decide(request, extension, form, act)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def extension_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Decline a request, saying why."""
    extension = _extension(request, pk)
    form = DeclineForm(request.POST, auto_id=f"id_declineform_{extension.pk}_%s")

    def act() -> PlanExtension:
        return actions.decline_extension(
            extension=extension, note=form.cleaned_data["note"], by=request.actor, at=now()
        )

    return _decide(request, extension, form, act)


@access.roles(*DEPARTMENT_ROLES)
@require_POST
def extension_give(request: HttpRequest, code: str) -> HttpResponse:
    """Give a unit extra days it has not asked for."""
    campaign = campaign_or_404(request.mandate, code)
    today = timezone.localdate()
    form = _give_form(
        campaign, rules.units_not_reviewed(request.mandate, on=today),
        extra_days.usual_last_day(campaign, on=today), request.POST,
    )  # fmt: skip
    if not form.is_valid():
        return _list(request, campaign, broken=form, status=422)
    given = form.cleaned_data
    permit(rules.may_decide_extra_days(request.mandate, given["unit"], on=today))

    def act() -> PlanExtension:
        return actions.give_extension(
            phase=given["phase"], unit=given["unit"], valid_until=given["valid_until"],
            note=given["note"], by=request.actor, at=now(),
        )  # fmt: skip

    return _act(request, campaign, form, act, broken_pk=None)


def _extension(request: HttpRequest, pk: int) -> PlanExtension:
    """A request in a campaign of the mandate's; 403 for one of a unit the person belongs to."""
    rows = PlanExtension.objects.filter(
        phase__campaign__in=visible_campaigns(request.mandate)
    ).select_related("unit", "phase__campaign__host_unit")
    extension = get_object_or_404(rows, pk=pk)
    permit(rules.may_decide_extra_days(request.mandate, extension.unit, on=timezone.localdate()))
    return extension


def _decide(
    request: HttpRequest, extension: PlanExtension, form: Any, act: Callable[[], PlanExtension]
) -> HttpResponse:
    campaign = extension.phase.campaign
    if not form.is_valid():
        return _list(request, campaign, broken=form, broken_pk=extension.pk, status=422)
    return _act(request, campaign, form, act, broken_pk=extension.pk)


def _act(
    request: HttpRequest,
    campaign: Campaign,
    form: Any,
    act: Callable[[], PlanExtension],
    *,
    broken_pk: int | None,
) -> HttpResponse:
    """Do it once, say so, and lead back to where the button was."""

    def acted() -> str:
        messages.success(request, _sentence(act()))
        return _back(request, campaign)

    try:
        return redirect(
            once(user_id=person_id(request), key=form.cleaned_data["form_key"], at=now(), act=acted)
        )
    except actions.ExtensionDecided as refusal:
        return _list(request, campaign, refusal=str(refusal), status=409)
    except DomainError as refusal:
        form.add_error(_FIELD_OF.get(type(refusal)), str(refusal))
        return _list(request, campaign, broken=form, broken_pk=broken_pk, status=422)


# The field beside which a refusal is shown.
_FIELD_OF: dict[type[DomainError], str] = {
    actions.LastDayPast: "valid_until",
    actions.LastDayTooFar: "valid_until",
    actions.UnitHasNoPlanToSend: "unit",
    actions.DeclineUnexplained: "note",
}


def _sentence(extension: PlanExtension) -> str:
    if extension.state == ExtensionState.GRANTED and extension.valid_until is not None:
        return _("%(unit)s can send its plan until the end of %(date)s.") % {
            "unit": extension.unit,
            "date": show_date(extension.valid_until),
        }
    return _("You have declined the request of %(unit)s; it is told why.") % {
        "unit": extension.unit
    }


def _back(request: HttpRequest, campaign: Campaign) -> str:
    """The plan's page where the button stood there, otherwise the list."""
    asked = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=False):
        return asked
    return reverse("campaigns:extension-list", args=[campaign.code])
