"""Units over time. A unit is never deleted: it ends, and successions say what became of it."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.text import fold, search_key, vietnamese_sort_key


class UnitKind(models.TextChoices):
    MINISTRY = "ministry", _("Ministry")
    DEPARTMENT = "department", _("Department (Vụ)")
    AUTHORITY = "authority", _("Authority (Cục)")
    OFFICE = "office", _("Office (Văn phòng)")
    BOARD = "board", _("Management board (Ban)")
    INSPECTORATE = "inspectorate", _("Inspectorate (Thanh tra)")
    SERVICE_UNIT = "service_unit", _("Public service unit")
    COUNCIL = "council", _("Council (Hội đồng)")


class UnitQuerySet(models.QuerySet["Unit"]):
    def existing(self, on: date) -> Self:
        """Units that exist on the day `on` (half-open: the last day is not part)."""
        return self.filter(valid_from__lte=on).filter(
            models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=on)
        )

    def owing_plans(self) -> Self:
        return self.filter(owes_plan=True)

    def matching(self, text: str) -> Self:
        """Units whose names, code or abbreviation hold `text`, accents or not."""
        return self.filter(search_key__contains=search_key(text))


class Unit(models.Model):
    """A body of the ministry: department, authority, school, theatre, council.

    `name_vi` and `name_en` repeat the name in force, `sort_key` and `search_key` derive from
    it; the dated names themselves are `UnitName` rows. Written by organization.actions only.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    # As document symbols carry it: 05/KH-DSVH.
    abbreviation = models.CharField(_("abbreviation"), max_length=30)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind.choices)
    name_vi = models.CharField(_("name"), max_length=255)
    name_en = models.CharField(_("name in English"), max_length=255)
    sort_key = models.CharField(max_length=1000, editable=False)
    search_key = models.CharField(max_length=1000, editable=False)
    place = models.CharField(_("place"), max_length=100, blank=True)
    # A unit without a seal issues under the ministry's head.
    has_own_seal = models.BooleanField(_("has its own seal"), default=True)
    # A council or the ministry itself is a body that owes no plan.
    owes_plan = models.BooleanField(_("owes a plan"), default=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=UnitKind.values), name="unit_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="unit_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("pk")),
                name="unit_is_not_its_own_parent",
            ),
        ]
        indexes = [models.Index(fields=["sort_key"], name="units_by_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_keys()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("units:unit-detail", args=[self.code])

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi

    def set_keys(self) -> None:
        """Compute the stored keys; bulk writers call it, `save` does so by itself."""
        self.sort_key = vietnamese_sort_key(self.name_vi)
        words = f"{self.name_vi} {self.name_en} {self.code} {self.abbreviation}"
        self.search_key = fold(words)[:1000]

    def exists_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class UnitName(models.Model):
    """A unit's names in both languages from a day on, until the next row's day."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="names")
    name_vi = models.CharField(_("name"), max_length=255)
    name_en = models.CharField(_("name in English"), max_length=255)
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("unit name")
        ordering = ["unit_id", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "valid_from"], name="one_name_per_unit_and_first_day"
            )
        ]

    def __str__(self) -> str:
        return self.name_vi


class Block(models.Model):
    """Khối thi đua: similar units, compared with one another."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_vi = models.CharField(_("name"), max_length=255)
    name_en = models.CharField(_("name in English"), max_length=255)
    sort_key = models.CharField(max_length=1000, editable=False)
    source = models.CharField(_("source"), max_length=500, blank=True)
    confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        verbose_name = _("block")
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = vietnamese_sort_key(self.name_vi)
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi


class BlockMembership(models.Model):
    """The block a unit belongs to in a year; blocks are decided anew each year."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="block_memberships")
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="memberships")
    year = models.PositiveSmallIntegerField(_("year"))

    class Meta:
        verbose_name = _("block membership")
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="one_block_per_unit_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.block_id} ({self.year})"


class Succession(models.Model):
    """A merger (several rows to one unit) or a split (several rows from one)."""

    predecessor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="precessions")
    succession_date = models.DateField(_("date"))
    decision = models.CharField(_("decision"), max_length=255)

    class Meta:
        verbose_name = _("succession")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"], name="one_succession_per_pair"
            ),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")),
                name="unit_does_not_succeed_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"
