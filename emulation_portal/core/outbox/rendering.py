"""Writing a mail from templates."""

from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template, select_template
from django.utils import translation

from emulation_portal.core.outbox import kinds
from emulation_portal.core.outbox.kinds import Rendered
from emulation_portal.core.outbox.models import Message
from emulation_portal.core.outbox.states import MessageState


def language_of(message: Message) -> str:
    """The language the recipient reads; the portal's own where nobody is the recipient."""
    return getattr(message.recipient, "language", "") or settings.LANGUAGE_CODE


def preview(message: Message) -> Rendered | None:
    """Return a waiting message as it would go out now; None when nothing would.

    None also for a secret kind, whose text would hold a personal link, and for one that does
    not wait. Changes nothing.
    """
    kind = kinds.find(message.kind)
    waits = message.state in (MessageState.QUEUED, MessageState.HELD)
    if kind is None or kind.secret or not waits:
        return None
    with translation.override(language_of(message)):
        return kind.render(message)


def render_templates(base: str, context: dict[str, Any]) -> Rendered:
    """Render `<base>.subject.txt`, `<base>.txt` and, where there is one, `<base>.html`.

    The text files are not HTML-escaped. `portal_url` (scheme and host, no slash at the end) is
    added to the context: mails carry whole addresses.
    """
    context = {"portal_url": settings.PORTAL_URL.rstrip("/"), **context}
    html = select_template([f"{base}.html", "core/outbox/_no_html.html"]).render(context).strip()
    return Rendered(
        subject=_plain_text(f"{base}.subject.txt", context),
        text=_plain_text(f"{base}.txt", context) + "\n",
        html=html,
    )


def _plain_text(name: str, context: dict[str, Any]) -> str:
    template = get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(context, autoescape=False))).strip()
