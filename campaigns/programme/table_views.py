"""The deliverables as a file, and the file coming back."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.programme import rules
from campaigns.programme.importing import DELIVERABLES
from campaigns.programme.queries import campaign_or_404
from campaigns.programme.tables import DELIVERABLE_TABLE, about_table, deliverable_cells
from campaigns.programme.views import selected_deliverables
from emulation_portal.core import access
from emulation_portal.core.import_views import import_pages
from emulation_portal.core.imports import Scope
from emulation_portal.core.table_views import Form, table_response
from units.api import DEPARTMENT_ROLES


@access.mandated
@require_safe
def deliverable_export(request: HttpRequest, code: str, form: Form) -> HttpResponseBase:
    """The deliverables that the list at the same address shows, on all of its pages."""
    selection = selected_deliverables(request, code)
    title = _("Deliverables")
    return table_response(
        form=form,
        name="san-pham",
        title=title,
        columns=DELIVERABLE_TABLE,
        rows=deliverable_cells(selection.rows),
        about=about_table(
            campaign=selection.campaign,
            title=title,
            filters=selection.form,
            person=request.user,
            mandate=request.mandate,
        ),
    )


@access.roles(*DEPARTMENT_ROLES)
@require_http_methods(["GET", "POST"])
def deliverable_import(request: HttpRequest, code: str) -> HttpResponse:
    """Take back an exported table, by the department that leads the campaign."""
    campaign = campaign_or_404(request.mandate, code)
    if not rules.may_update_deliverables(request.mandate, campaign):
        raise PermissionDenied
    back = reverse("campaigns:deliverable-list", args=[campaign.code])
    context = {
        "title": _("Import deliverables"),
        "crumbs": [(_("Deliverables"), back)],
        "back": back,
        "export_url": reverse("campaigns:deliverable-export-xlsx", args=[campaign.code]),
        "hints": [
            _("State, lead unit, due date, day of completion and evidence are read; the other "
              "columns are there for your orientation."),
            _("A deliverable that stands in no row stays as it is. None is added or removed."),
        ],
    }  # fmt: skip
    scope: Scope = {"mandate": request.mandate.pk, "campaign": campaign.code}
    return import_pages(request, DELIVERABLES, scope, context=context)
