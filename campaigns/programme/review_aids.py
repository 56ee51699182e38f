"""What helps the department to review: a checklist for each area, and sentences used often.

Both begin as campaign data; the sentences are from then on the department's own.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Campaign, ContentArea, Sourced, in_language


class ChecklistItem(Sourced):
    """A question a reviewer answers about a plan: about one area, or about the whole plan."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="checklist")
    area = models.ForeignKey(
        ContentArea, null=True, blank=True, on_delete=models.PROTECT, related_name="checklist"
    )
    code = models.SlugField(_("code"), max_length=60)
    text_vi = models.CharField(_("question"), max_length=500)
    text_en = models.CharField(_("question in English"), max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("checklist item")
        ordering = ["campaign_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "code"], name="one_checklist_item_per_code"
            ),
            models.CheckConstraint(
                condition=~models.Q(text_vi=""), name="checklist_item_asks_something"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)


class PhraseKind(models.TextChoices):
    RETURN = "return", _("When additions are asked for")
    REMARK = "remark", _("In a remark")
    ACCEPT = "accept", _("When a plan is accepted")


class StockPhrase(models.Model):
    """A sentence the department uses often. `code` names those that came with the campaign.

    In Vietnamese only: it becomes part of a letter to a unit.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="phrases")
    code = models.SlugField(_("code"), max_length=60, blank=True)
    kind = models.CharField(_("used"), max_length=10, choices=PhraseKind.choices)
    text_vi = models.CharField(_("sentence"), max_length=500)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("stock phrase")
        ordering = ["campaign_id", "kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "code"],
                condition=~models.Q(code=""),
                name="one_stock_phrase_per_code",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=PhraseKind.values), name="phrase_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(text_vi=""), name="stock_phrase_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.text_vi
