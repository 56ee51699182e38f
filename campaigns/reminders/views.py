"""The list of duties older than the portal, which the department sees before anybody is told."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns.programme.queries import campaign_or_404
from campaigns.reminders.actions import Released, release_reminders
from campaigns.reminders.queries import owed_before_go_live, release_of
from emulation_portal.core import access
from emulation_portal.core.templatetags.portal import vn_date, vn_number
from units.api import DEPARTMENT_ROLES
from units.models import Mandate, Unit, User

PAGE = 50


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def held_reminders(request: HttpRequest, code: str) -> HttpResponse:
    """Show who owes what since before go-live and who would be told; on POST let the letters go."""
    campaign = campaign_or_404(request.mandate, code)
    if request.method == "POST":
        released = release_reminders(campaign=campaign, by=request.mandate, at=timezone.now())
        _say_what_happened(request, released, request.mandate)
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
            "letters": len({person for o in owed for person in o.person_ids}),
            "without_people": sum(not o.person_ids for o in owed),
            "release": release_of(campaign),
        },
    )


def _say_what_happened(request: HttpRequest, released: Released, mandate: Mandate) -> None:
    release = released.release
    if released.letters == 0 and release.released_by_id != mandate.pk:
        who = {"who": release.released_by.person.full_name, "when": vn_date(release.released_at)}
        messages.info(request, _("%(who)s released the reminders at %(when)s.") % who)
        return
    if released.letters == 0:
        messages.info(request, _("The reminders have been released; no letter was waiting."))
        return
    text = ngettext(
        "%(count)s reminder has been released and leaves from %(when)s on.",
        "%(count)s reminders have been released and leave from %(when)s on.",
        released.letters,
    )
    facts = {"count": vn_number(released.letters), "when": vn_date(released.leaves_at)}
    messages.success(request, text % facts)
