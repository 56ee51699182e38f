"""What the department has let out of the drawer: reminders of duties older than the portal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Campaign
from units.models import Mandate


class ReminderRelease(models.Model):
    """The department has seen the reminders of duties due before go-live and released them.

    Until this row stands, such reminders are queued as held: the units could not have
    entered anything when they fell due.
    """

    campaign = models.OneToOneField(
        Campaign, on_delete=models.PROTECT, related_name="reminder_release"
    )
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("reminder release")

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.released_at}"
