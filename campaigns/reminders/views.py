"""The list of duties older than the portal, which the department sees before anybody is told."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns.programme.queries import campaign_or_404
from campaigns.reminders.actions import KIND, release_reminders
from campaigns.reminders.models import ReminderRelease
from campaigns.reminders.queries import owed_before_go_live
from emulation_portal.core import access
from emulation_portal.core.models import Message
from units.api import DEPARTMENT_ROLES
from units.models import Unit, User

PAGE = 50


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def held_reminders(request: HttpRequest, code: str) -> HttpResponse:
    campaign = campaign_or_404(request.mandate, code)
    if request.method == "POST":
        freed = release_reminders(campaign=campaign, by=request.mandate, at=timezone.now())
        messages.success(
            request,
            ngettext(
                "%(count)s reminder has been released and goes out within minutes.",
                "%(count)s reminders have been released and go out within minutes.",
                freed,
            )
            % {"count": freed},
        )
        return redirect("campaigns:held-reminders", campaign.code)
    owed = owed_before_go_live(campaign, on=timezone.localdate())
    page = Paginator(owed, PAGE).get_page(request.GET.get("page"))
    units = Unit.objects.in_bulk({o.unit_id for o in page})
    people = User.objects.in_bulk({person for o in page for person in o.person_ids})
    rows = [
        {
            "obligation": obligation,
            "unit": units[obligation.unit_id],
            "people": [people[person] for person in obligation.person_ids],
        }
        for obligation in page
    ]
    return render(
        request,
        "campaigns/reminders/held.html",
        {
            "campaign": campaign,
            "page": page,
            "rows": rows,
            "held": Message.objects.held(KIND).filter(context__campaign=campaign.pk).count(),
            "release": ReminderRelease.objects.select_related("released_by__person")
            .filter(campaign=campaign)
            .first(),
        },
    )
