"""Indicators: what is counted, and how it adds up over time and over units."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.programme.models import Campaign, ContentArea, Named, Sourced, in_language
from units.models import Unit


class ValueKind(models.TextChoices):
    COUNT = "count", _("Whole number")
    DECIMAL = "decimal", _("Number")
    RATIO = "ratio", _("Ratio (%)")
    YES_NO = "yes_no", _("Yes or no")


class Direction(models.TextChoices):
    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")


class OverTime(models.TextChoices):
    """How the periods of one unit add up. Headcount is the last value, never a sum."""

    SUM = "sum", _("Sum of the periods")
    LAST = "last", _("Last period")
    AVERAGE = "average", _("Average of the periods")
    MAXIMUM = "maximum", _("Highest period")


class OverUnits(models.TextChoices):
    """How units add up. Ratios sum numerators and denominators, never percentages."""

    SUM = "sum", _("Sum of the units")
    AVERAGE = "average", _("Average of the units")
    RATIO = "ratio", _("Numerators ÷ denominators")
    SHARE_YES = "share_yes", _("Share of units that say yes")


class Indicator(Named, Sourced):
    """A chỉ tiêu of one content area. An unconfirmed one scores nobody."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="indicators")
    area = models.ForeignKey(ContentArea, on_delete=models.PROTECT, related_name="indicators")
    code = models.SlugField(_("code"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    unit_of_measure_vi = models.CharField(_("unit of measure"), max_length=60)
    unit_of_measure_en = models.CharField(_("unit of measure in English"), max_length=60)
    value_kind = models.CharField(_("kind of value"), max_length=10, choices=ValueKind.choices)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction.choices)
    over_time = models.CharField(_("over time"), max_length=10, choices=OverTime.choices)
    over_units = models.CharField(_("over units"), max_length=10, choices=OverUnits.choices)
    numerator_vi = models.CharField(_("numerator"), max_length=255, blank=True)
    numerator_en = models.CharField(_("numerator in English"), max_length=255, blank=True)
    denominator_vi = models.CharField(_("denominator"), max_length=255, blank=True)
    denominator_en = models.CharField(_("denominator in English"), max_length=255, blank=True)
    # A theatre has no administrative procedures.
    not_applicable_allowed = models.BooleanField(_("may be not applicable"), default=True)
    # The body that reports for all units; null where each unit reports its own.
    supplier = models.ForeignKey(
        Unit,
        verbose_name=_("supplier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supplied_indicators",
    )

    class Meta:
        verbose_name = _("indicator")
        ordering = ["campaign_id", "area__number", "position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="one_indicator_per_code"),
            models.CheckConstraint(
                condition=models.Q(value_kind__in=ValueKind.values), name="value_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(direction__in=Direction.values), name="direction_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(over_time__in=OverTime.values), name="time_rule_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(over_units__in=OverUnits.values), name="unit_rule_is_known"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(value_kind="ratio", over_units="ratio")
                    & ~models.Q(numerator_vi="")
                    & ~models.Q(denominator_vi="")
                )
                | (~models.Q(value_kind="ratio") & ~models.Q(over_units="ratio")),
                name="ratio_keeps_numerator_and_denominator",
            ),
        ]

    @property
    def unit_of_measure(self) -> str:
        return in_language(self.unit_of_measure_vi, self.unit_of_measure_en)

    @property
    def numerator(self) -> str:
        return in_language(self.numerator_vi, self.numerator_en)

    @property
    def denominator(self) -> str:
        return in_language(self.denominator_vi, self.denominator_en)

    @property
    def is_ratio(self) -> bool:
        return self.value_kind == ValueKind.RATIO


class Measured(models.Model):
    """A measured or promised value; a ratio keeps numerator and denominator beside it.

    `value` of a ratio is 100 × numerator ÷ denominator where both are known, or a bare
    percentage where only the percentage was promised. Decimals only, never floats.
    """

    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True, blank=True)
    numerator = models.DecimalField(
        _("numerator"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    denominator = models.DecimalField(
        _("denominator"), max_digits=18, decimal_places=4, null=True, blank=True
    )

    class Meta:
        abstract = True

    @staticmethod
    def percentage(numerator: Decimal, denominator: Decimal) -> Decimal:
        """100 × `numerator` ÷ `denominator`, to four decimals; raises on a zero denominator."""
        return (100 * numerator / denominator).quantize(Decimal("0.0001"))


class MinistryTarget(Measured, Sourced):
    """What the ministry asks of an indicator in a year."""

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="ministry_targets"
    )
    year = models.PositiveSmallIntegerField(_("year"))

    class Meta:
        verbose_name = _("ministry target")
        ordering = ["indicator_id", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "year"], name="one_ministry_target_per_year"
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False), name="ministry_target_has_a_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year}: {self.value}"
