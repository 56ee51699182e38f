"""Outgoing mail: what was sent, what waits, what failed and why. For the department."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from emulation_portal.core import access, idempotency
from emulation_portal.core.errors import DomainError
from emulation_portal.core.outbox import actions
from emulation_portal.core.outbox.forms import MessageFilterForm, RetryForm
from emulation_portal.core.outbox.queries import message_list as queried_messages
from emulation_portal.core.outbox.queries import messages_for
from emulation_portal.core.outbox.rendering import preview
from emulation_portal.core.outbox.rules import MAIL_READERS
from emulation_portal.core.outbox.states import MessageState

PAGE_SIZE = 50


@require_safe
@access.roles(*MAIL_READERS)
def message_list(request: HttpRequest) -> HttpResponse:
    form = MessageFilterForm(request.GET)
    form.is_valid()  # an unknown value is said beside its field and filters nothing
    chosen = form.cleaned_data
    found = queried_messages(
        request.mandate,
        state=chosen.get("state", ""),
        kind=chosen.get("kind", ""),
        text=chosen.get("q", ""),
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "core/outbox/list.html",
        {"form": form, "page": page, "is_filtered": any(chosen.values())},
    )


@require_safe
@access.roles(*MAIL_READERS)
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(messages_for(request.mandate), pk=pk)
    return render(
        request,
        "core/outbox/detail.html",
        {
            "message": message,
            "preview": preview(message),
            "retry_form": RetryForm() if message.state == MessageState.FAILED else None,
        },
    )


@require_POST
@access.roles(*MAIL_READERS)
def message_retry(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(messages_for(request.mandate), pk=pk)
    form = RetryForm(request.POST)
    key = form.cleaned_data["form_key"] if form.is_valid() else ""

    def act() -> str:
        actions.retry(message, by=request.actor, at=now)
        messages.success(request, _("The mail is waiting to be sent again."))
        return message.get_absolute_url()

    now = timezone.now()
    try:
        idempotency.once(user_id=request.actor.person_id, key=key, at=now, act=act)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(message)
