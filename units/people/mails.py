"""The mails about accounts. Links are made at delivery and never stored."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from emulation_portal.core import outbox
from emulation_portal.core.outbox import Rendered
from emulation_portal.core.outbox.models import Message
from units.people.actions import INVITATION, PASSWORD_RESET
from units.people.models import User


def password_link(person: User) -> str:
    """Return the whole address at which `person` may choose a password, once, for three days."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    return settings.PORTAL_URL.rstrip("/") + reverse("units:set-password", args=[uid, token])


def render_invitation(message: Message) -> Rendered | None:
    """Return the invitation, or None when the person has been deactivated meanwhile."""
    return _render(message, "invitation")


def render_password_reset(message: Message) -> Rendered | None:
    """Return the mail with the reset link, or None when the person has been deactivated."""
    return _render(message, "password_reset")


def _render(message: Message, template: str) -> Rendered | None:
    person = message.recipient
    if person is None or not person.is_active:
        return None
    context = {
        "person": person,
        "link": password_link(person),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
    }
    return outbox.render_templates(f"units/people/emails/{template}", context)


def register() -> None:
    """Tell the outbox about the two kinds; called once at start."""
    outbox.register_kind(INVITATION, render=render_invitation, secret=True, label=_("Invitation"))
    outbox.register_kind(
        PASSWORD_RESET,
        render=render_password_reset,
        secret=True,
        label=_("Password reset"),
    )
