"""The mail about a file in which malware was found after it had been taken in."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from emulation_portal.core import outbox
from emulation_portal.core.attachments.models import Attachment
from emulation_portal.core.attachments.scanning import FILE_INFECTED
from emulation_portal.core.outbox import Rendered, render_templates

if TYPE_CHECKING:
    from emulation_portal.core.models import Message


def register() -> None:
    """Announce the mail to the outbox. Called once, by `CoreConfig.ready()`."""
    outbox.register_kind(
        FILE_INFECTED, render=render_file_infected, label=_("Malware found in a file")
    )


def render_file_infected(message: "Message") -> Rendered | None:
    """Tell the uploader, or whoever answers for the file, what was found and what follows."""
    attachment = Attachment.objects.select_related("scan", "uploaded_by").get(
        pk=message.context["attachment"]
    )
    return render_templates(
        "core/emails/file_infected",
        {
            "attachment": attachment,
            "is_uploader": message.recipient_id == attachment.uploaded_by_id,
        },
    )
