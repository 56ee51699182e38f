"""The lists as files: exactly the rows of the page, in its order, for whoever may see them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.plans import exporting
from campaigns.plans.views.listing import selected_plans, selected_tasks
from campaigns.programme.models import Campaign
from campaigns.programme.tables import about_table
from emulation_portal.core import access
from emulation_portal.core.spreadsheets import MAX_ROWS
from emulation_portal.core.table_views import Form, table_response
from emulation_portal.formats.writing import show_number


@access.mandated
@require_safe
def plan_export(request: HttpRequest, code: str, form: Form) -> HttpResponseBase:
    """The plans that the list at the same address shows, on all of its pages."""
    selection = selected_plans(request, code)
    rows: Any = ()
    if selection.phase is not None:
        rows = exporting.plan_cells(
            selection.units, phase=selection.phase, on=selection.today, mandate=request.mandate
        )
    return _answer(
        request, form, selection.campaign, filters=selection.form,
        name="ke-hoach", title=_("Units' plans"), columns=exporting.PLAN_COLUMNS, rows=rows,
    )  # fmt: skip


@access.mandated
@require_safe
def task_export(request: HttpRequest, code: str, form: Form) -> HttpResponseBase:
    """The tasks that the list at the same address shows, on all of its pages."""
    selection = selected_tasks(request, code)
    # Writing a workbook keeps the browser waiting, and what is larger does not come back.
    if form == "xlsx" and (count := selection.tasks.order_by().count()) > MAX_ROWS:
        facts = {"rows": show_number(count), "most": show_number(MAX_ROWS)}
        messages.warning(
            request,
            _(
                "The list has %(rows)s rows; a workbook takes %(most)s. Narrow the list, or export "
                "it as CSV."
            )
            % facts,
        )
        address = reverse("campaigns:task-list", args=[code])
        return redirect(f"{address}?{request.GET.urlencode()}")
    return _answer(
        request, form, selection.campaign, filters=selection.form,
        name="nhiem-vu", title=_("Tasks"), columns=exporting.TASK_TABLE,
        rows=exporting.task_cells(selection.tasks),
    )  # fmt: skip


def _answer(
    request: HttpRequest, form: Form, campaign: Campaign, *, filters: Any, title: str, **table: Any
) -> HttpResponseBase:
    about = about_table(
        campaign=campaign,
        title=title,
        filters=filters,
        person=request.user,
        mandate=request.mandate,
    )
    return table_response(form=form, title=title, about=about, **table)
