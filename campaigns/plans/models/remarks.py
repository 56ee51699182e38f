"""What the department asks of a version under review, what the unit answers, and what is done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models.plans import PlanVersion
from campaigns.plans.models.sections import PlanSection
from units.models import Mandate

QUOTE_LENGTH = 300


class PinKind(models.TextChoices):
    """What a remark is pinned to."""

    SECTION = "section", _("the whole part")
    PARAGRAPH = "paragraph", _("a paragraph")
    TASK = "task", _("a task")
    TARGET = "target", _("a target")
    ISSUE = "issue", _("the issue of the plan")
    PAPERS = "papers", _("the papers")


class Remark(models.Model):
    """A reviewer's remark on the version under review, pinned to a place in it.

    A paragraph is named by its number among the lines of the part's text, a task or target by
    its identity, which it keeps through every version. `quote` holds the words the place had,
    so that the remark can be read when they are gone.
    """

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="remarks")
    # None where the remark is about the issue of the plan or its papers.
    section = models.ForeignKey(
        PlanSection, null=True, blank=True, on_delete=models.PROTECT, related_name="remarks"
    )
    pin_kind = models.CharField(
        _("pinned to"), max_length=10, choices=PinKind.choices, default=PinKind.SECTION
    )
    paragraph = models.PositiveSmallIntegerField(_("paragraph"), null=True, blank=True)
    row = models.UUIDField(_("task or target"), null=True, blank=True)
    quote = models.CharField(_("words quoted"), max_length=QUOTE_LENGTH, blank=True)
    author = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("remark"))
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("remark")
        ordering = ["version_id", "section__position", "created_at"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(body=""), name="remark_says_something"),
            models.CheckConstraint(
                condition=models.Q(pin_kind__in=PinKind.values), name="pin_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    pin_kind__in=["section", "paragraph", "task", "target"], section__isnull=False
                )
                | models.Q(pin_kind__in=["issue", "papers"], section__isnull=True),
                name="pin_stands_in_a_section_or_beside_all",
            ),
            models.CheckConstraint(
                condition=models.Q(pin_kind="paragraph", paragraph__gte=1)
                | (~models.Q(pin_kind="paragraph") & models.Q(paragraph__isnull=True)),
                name="only_pins_to_paragraphs_count_them",
            ),
            models.CheckConstraint(
                condition=models.Q(pin_kind__in=["task", "target"], row__isnull=False)
                | (~models.Q(pin_kind__in=["task", "target"]) & models.Q(row__isnull=True)),
                name="only_pins_to_rows_name_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(pin_kind__in=["paragraph", "task", "target"])
                | ~models.Q(quote=""),
                name="pin_to_words_quotes_them",
            ),
        ]

    def __str__(self) -> str:
        return self.body


class RemarkReply(models.Model):
    """An answer to a remark, by the unit's people or again by the department. Never changed."""

    remark = models.ForeignKey(Remark, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("answer"))
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to a remark")
        ordering = ["remark_id", "created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(body=""), name="reply_says_something")
        ]

    def __str__(self) -> str:
        return self.body


class RemarkTick(models.Model):
    """The unit has ticked the remark off: it is seen to in the draft that answers it."""

    remark = models.OneToOneField(Remark, on_delete=models.PROTECT, related_name="tick")
    ticked_by = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("remark ticked off")

    def __str__(self) -> str:
        return f"{self.remark_id}: {self.ticked_at}"
