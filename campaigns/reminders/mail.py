"""The reminder as a letter: written at delivery, about what is owed at that moment."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Campaign
from campaigns.reminders.queries import KIND
from emulation_portal.core.models import Message
from emulation_portal.core.obligations import Obligation, still_owed
from emulation_portal.core.outbox import Rendered, register_kind, render_templates


@dataclass(frozen=True)
class OwedLine:
    """A duty as the letter shows it: due in `days`, or past by as many."""

    obligation: Obligation
    days: int

    @property
    def is_past(self) -> bool:
        return self.days < 0

    @property
    def is_older_than_portal(self) -> bool:
        """Whether it fell due before anybody could have met it here; then it is no reproach."""
        return self.obligation.state == "recorded_afterwards"


def render_reminder(message: Message) -> Rendered | None:
    """Return the letter, or None when the person owes none of it any more.

    Runs at the moment of sending, outside the domain: "today" is that moment's day.
    """
    today = timezone.localdate()
    owed = _still_owed_by(message, today)
    campaign = (
        Campaign.objects.select_related("host_unit").filter(pk=message.context["campaign"]).first()
    )
    if not owed or campaign is None:
        return None
    return render_templates(
        "campaigns/reminders/emails/reminder",
        {
            "person": message.recipient,
            "campaign": campaign,
            "lines": [OwedLine(o, (o.due_date - today).days) for o in owed],
        },
    )


def _still_owed_by(message: Message, today: date) -> list[Obligation]:
    asked = [still_owed(kind, key, on=today) for kind, key in message.context["obligations"]]
    owed = [o for o in asked if o is not None and message.recipient_id in o.person_ids]
    return sorted(owed, key=lambda o: (o.due_date, o.key))


def register() -> None:
    """Called from the app's `ready()`."""
    register_kind(KIND, render=render_reminder, label=_("Reminder"))
