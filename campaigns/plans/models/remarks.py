"""What the department asks of a version under review."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models.plans import PlanVersion
from campaigns.plans.models.sections import PlanSection
from units.models import Mandate


class Remark(models.Model):
    """A reviewer's remark, pinned to a section of the version under review."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="remarks")
    section = models.ForeignKey(PlanSection, on_delete=models.PROTECT, related_name="remarks")
    author = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("remark"))
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("remark")
        ordering = ["version", "section__position", "created_at"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(body=""), name="remark_says_something")
        ]

    def __str__(self) -> str:
        return self.body
