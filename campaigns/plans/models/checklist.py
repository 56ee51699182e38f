"""How a reviewer answered the campaign's checklist about one version."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.plans.models.plans import PlanVersion
from campaigns.programme.review_aids import ChecklistItem
from units.models import Mandate


class Answer(models.TextChoices):
    YES = "yes", pgettext_lazy("checklist answer", "Yes")
    NO = "no", pgettext_lazy("checklist answer", "No")
    NOT_APPLICABLE = "na", pgettext_lazy("checklist answer", "Not applicable")


class ChecklistAnswer(models.Model):
    """One answer; it changes while the version is under review and stands from the decision on."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="checklist")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(_("answer"), max_length=3, choices=Answer.choices)
    answered_by = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("checklist answer")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "item"], name="one_answer_per_version_and_item"
            ),
            models.CheckConstraint(
                condition=models.Q(answer__in=Answer.values), name="checklist_answer_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.item_id}: {self.answer}"
