"""What a version says: its sections, their tasks and targets."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator, Measured
from campaigns.plans.models.plans import PlanVersion
from campaigns.programme.models import ContentArea
from units.models import Mandate


class SectionKind(models.TextChoices):
    LEGAL_BASES = "legal_bases", _("Legal bases")
    PURPOSE = "purpose", _("Purpose and requirements")
    AREA = "area", _("Content area")
    ORGANISATION = "organisation", _("Organisation and resources")


class PlanSection(models.Model):
    """A part of a version with its text. `lock_version` counts saves, so that the second of
    two editors is shown both texts; the counters are kept in the same transaction.
    """

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="sections")
    kind = models.CharField(_("section"), max_length=20, choices=SectionKind.choices)
    area = models.ForeignKey(
        ContentArea, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField()
    narrative = models.TextField(_("text"), blank=True)
    completed = models.BooleanField(_("completed"), default=False)
    lock_version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    task_count = models.PositiveIntegerField(default=0)
    # Of the area's indicators: how many apply to the unit, and how many of those have a target.
    applicable_count = models.PositiveIntegerField(default=0)
    target_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("plan section")
        ordering = ["version_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "area"],
                condition=models.Q(area__isnull=False),
                name="one_section_per_area",
            ),
            models.UniqueConstraint(
                fields=["version", "kind"],
                condition=models.Q(area__isnull=True),
                name="one_section_per_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=SectionKind.values), name="section_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="area", area__isnull=False)
                | (~models.Q(kind="area") & models.Q(area__isnull=True)),
                name="only_area_sections_name_an_area",
            ),
            models.CheckConstraint(
                condition=models.Q(target_count__lte=models.F("applicable_count")),
                name="targets_are_set_for_applicable_indicators",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """Its name in addresses: "purpose", "area-3"."""
        return f"area-{self.area.number}" if self.area else self.kind

    @property
    def title(self) -> str:
        if self.area:
            return _("Content %(number)s: %(name)s") % {
                "number": self.area.number,
                "name": self.area.name,
            }
        return self.get_kind_display()


class PlanTask(models.Model):
    """A row of the plan: task, lead, partners, deadline, product."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="tasks")
    section = models.ForeignKey(PlanSection, on_delete=models.PROTECT, related_name="tasks")
    identity = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("task"), max_length=1000)
    lead = models.CharField(_("lead"), max_length=255, blank=True)
    partners = models.CharField(_("partners"), max_length=500, blank=True)
    due_date = models.DateField(_("deadline"), null=True, blank=True)
    product = models.CharField(_("product"), max_length=500, blank=True)
    search_key = models.CharField(max_length=2500, editable=False, default="")

    class Meta:
        verbose_name = _("plan task")
        ordering = ["section_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "identity"], name="task_stands_once_in_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanTarget(Measured):
    """What the unit promises for an indicator. The measured fields hold the baseline."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="targets")
    section = models.ForeignKey(PlanSection, on_delete=models.PROTECT, related_name="targets")
    identity = models.UUIDField(default=uuid.uuid4, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    not_applicable = models.BooleanField(_("not applicable"), default=False)
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("plan target")
        ordering = ["section_id", "indicator_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "indicator"], name="one_target_per_version_and_indicator"
            ),
            models.UniqueConstraint(
                fields=["version", "identity"], name="target_stands_once_in_a_version"
            ),
            models.CheckConstraint(
                condition=models.Q(denominator__isnull=True) | models.Q(denominator__gt=0),
                name="baseline_denominator_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.indicator_id}"


class PlanTargetYear(Measured):
    """The value promised for one year."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(PlanTarget, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))

    class Meta:
        verbose_name = _("target of a year")
        ordering = ["target_id", "year"]
        constraints = [
            models.UniqueConstraint(fields=["target", "year"], name="one_target_per_year"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False), name="target_of_a_year_has_a_value"
            ),
            models.CheckConstraint(
                condition=models.Q(denominator__isnull=True) | models.Q(denominator__gt=0),
                name="target_denominator_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.year}: {self.value}"
