"""Plans: one per unit and phase, in numbered versions that freeze when they are sent.

State belongs to the version. `Plan.current` is the version the department last received,
`Plan.in_force` the one last accepted: it stays in force until an amendment is accepted.
Tasks and targets keep their `identity` through every version.
"""

import uuid
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator, Measured
from campaigns.plans.states import PlanState
from campaigns.programme.models import ContentArea, Phase
from campaigns.programme.queries import visible_campaigns
from emulation_portal.core.models import Attachment
from units.models import Mandate, Unit


class PlanQuerySet(models.QuerySet["Plan"]):
    def of_unit(self, unit_id: int) -> Self:
        return self.filter(unit_id=unit_id)

    def visible_to(self, mandate: Mandate) -> Self:
        """What a mandate may see, in the campaigns it sees: its own unit's plans; for the
        department and administrators all received ones, for the department also those it has
        entered for a unit; otherwise issued ones. Another unit's plan is not there before.
        """
        in_campaign = self.filter(phase__campaign__in=visible_campaigns(mandate))
        own = models.Q(unit_id=mandate.unit_id)
        if mandate.is_department:
            entered = PlanVersion.objects.filter(plan=models.OuterRef("pk"), entered_on_behalf=True)
            return in_campaign.filter(
                models.Q(current__isnull=False) | own | models.Exists(entered)
            )
        if mandate.is_administrator:
            return in_campaign.filter(models.Q(current__isnull=False) | own)
        issued = models.Q(
            current__issue__isnull=False,
            current__state__in=[PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED],
        ) | models.Q(in_force__issue__isnull=False)
        return in_campaign.filter(issued | own if mandate.is_unit_side else issued)


class Plan(models.Model):
    """A unit's plan for a phase, in all its versions."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plans")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="plans")
    current = models.ForeignKey(
        "PlanVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    in_force = models.ForeignKey(
        "PlanVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        constraints = [
            models.UniqueConstraint(fields=["unit", "phase"], name="one_plan_per_unit_and_phase")
        ]

    def __str__(self) -> str:
        return _("Plan of %(unit)s, %(phase)s") % {"unit": self.unit, "phase": self.phase}

    def get_absolute_url(self) -> str:
        return reverse("campaigns:plan-detail", args=[self.pk])


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def holding(self, attachment_id: uuid.UUID) -> Self:
        """Versions of which the file is a paper or the scan of the issue."""
        papers = PlanPaper.objects.filter(attachment_id=attachment_id).values("version")
        issues = PlanIssue.objects.filter(scan_id=attachment_id).values("version")
        return self.filter(models.Q(pk__in=papers) | models.Q(pk__in=issues))


class PlanVersion(models.Model):
    """One version. A draft is edited; sending freezes it and everything below it for good."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"), validators=[MinValueValidator(1)])
    state = models.CharField(
        _("state"), max_length=10, choices=PlanState.choices, default=PlanState.DRAFT
    )
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )
    created_at = models.DateTimeField(_("entered at"))
    created_by = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Issued on paper before or outside the portal: sections may follow in a later version.
    registered_from_paper = models.BooleanField(_("registered from paper"), default=False)
    # The department typed it for the unit, with the source attached.
    entered_on_behalf = models.BooleanField(_("entered on the unit's behalf"), default=False)

    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Decided once, when sent: issued after the deadline. Null where no deadline is known.
    is_late = models.BooleanField(_("late"), null=True, blank=True)
    content_hash = models.CharField(_("content hash"), max_length=64, blank=True)

    reviewer = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_reason = models.TextField(_("reason"), blank=True)

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan version")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="draft"), name="one_draft_per_plan"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="sent"), name="one_version_under_review"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=PlanState.values), name="plan_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", sent_at__isnull=True)
                | (~models.Q(state="draft") & models.Q(sent_at__isnull=False)),
                name="sent_version_says_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned") | ~models.Q(decision_reason=""),
                name="returned_version_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "sent_at"],
                name="versions_in_the_queue",
                condition=models.Q(state="sent"),
            )
        ]

    def __str__(self) -> str:
        return _("Version %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("campaigns:plan-version", args=[self.plan_id, self.number])

    @property
    def is_draft(self) -> bool:
        return self.state == PlanState.DRAFT


class PlanIssue(models.Model):
    """How the unit issued the plan: number and symbol, date, signer, scan.

    The date of issue decides whether the plan is on time; the date of entry is another matter.
    """

    version = models.OneToOneField(PlanVersion, on_delete=models.PROTECT, related_name="issue")
    number_symbol = models.CharField(_("number and symbol"), max_length=100)
    issue_date = models.DateField(_("date of issue"))
    signer_name = models.CharField(_("signer"), max_length=150)
    signer_title = models.CharField(_("signer's office"), max_length=150)
    signing_capacity = models.CharField(_("signing capacity"), max_length=4, blank=True)
    scan = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("plan issue")

    def __str__(self) -> str:
        return self.number_symbol


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
        ordering = ["version", "position"]
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
        ordering = ["section", "position"]
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
        ordering = ["section", "indicator__position"]
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
        ordering = ["target", "year"]
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


class PaperKind(models.TextChoices):
    HEAD_SIGNED = "head_signed", _("Document signed by the head")
    SOURCE = "source", _("Source of an entry made on the unit's behalf")
    LEGAL_BASIS = "legal_basis", _("Legal basis")
    ANNEX = "annex", _("Annex")


class PlanPaper(models.Model):
    """A file that belongs to a version, with the metadata official paper carries."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="papers")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=PaperKind.choices)
    number_symbol = models.CharField(_("number and symbol"), max_length=100, blank=True)
    issue_date = models.DateField(_("date"), null=True, blank=True)
    issuer = models.CharField(_("issuing body"), max_length=255, blank=True)
    abstract = models.CharField(_("abstract"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("plan paper")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "attachment", "kind"], name="file_stands_once_per_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=PaperKind.values), name="paper_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.abstract or self.attachment.original_name


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
