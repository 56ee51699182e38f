"""The reminder as a letter: written at delivery, about what is owed at that moment."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Campaign
from campaigns.reminders.actions import KIND, context_keys
from emulation_portal.core.obligations import Obligation, still_owed
from emulation_portal.core.outbox import Rendered, register_kind, render_templates
from emulation_portal.core.outbox.models import Message


def render_reminder(message: Message) -> Rendered | None:
    """Return the letter, or None when the person owes none of it any more.

    Runs at the moment of sending, outside the domain: "today" is that moment's day.
    """
    today = timezone.localdate()
    owed = _still_owed_by(message, today)
    if not owed:
        return None
    campaign = Campaign.objects.get(pk=message.context["campaign"])
    return render_templates(
        "campaigns/reminders/emails/reminder",
        {
            "person": message.recipient,
            "campaign": campaign,
            "today": today,
            "obligations": [
                {"obligation": o, "days": abs((o.due_date - today).days), "late": o.due_date < today}
                for o in owed
            ],
        },
    )


def _still_owed_by(message: Message, today: date) -> list[Obligation]:
    asked = [still_owed(kind, key, on=today) for kind, key in context_keys(message.context)]
    owed = [o for o in asked if o is not None and message.recipient_id in o.person_ids]
    return sorted(owed, key=lambda o: (o.due_date, o.key))


def register() -> None:
    """Called from the app's `ready()`."""
    register_kind(KIND, render=render_reminder, label=_("Reminder"))
