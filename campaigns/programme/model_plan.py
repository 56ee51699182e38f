"""The ministry's model plan of a campaign: text and tasks for each section, to begin from.

In Vietnamese only: a plan is a Vietnamese document.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Campaign, Sourced


class ModelSection(Sourced):
    """What the model says in one section. `section` is the section's name in addresses:
    "legal_bases", "purpose", "area-3", "organisation".
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="model_sections")
    section = models.SlugField(_("section"), max_length=20)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("section of the model plan")
        ordering = ["campaign_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "section"], name="one_model_text_per_section"
            )
        ]

    def __str__(self) -> str:
        return self.section


class ModelTask(models.Model):
    """A task of the model plan. Lead and deadline are each unit's own."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="model_tasks")
    section = models.ForeignKey(ModelSection, on_delete=models.PROTECT, related_name="tasks")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("task"), max_length=1000)
    partners = models.CharField(_("partners"), max_length=500, blank=True)
    product = models.CharField(_("product"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("task of the model plan")
        ordering = ["section_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "position"], name="one_model_task_per_position"
            )
        ]

    def __str__(self) -> str:
        return self.title
