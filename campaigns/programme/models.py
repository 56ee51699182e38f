"""The campaign as data: what the ministry founded, its areas, deliverables, phases, calendar.

Loaded from one file (`load_campaign`). Whatever rests on no text of the ministry is kept with
`confirmed=False`, reads "chưa xác nhận", scores nobody and is listed for the administrator.
"""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from units.models import Unit


def in_language(vietnamese: str, english: str) -> str:
    """The text of the reader's language, Vietnamese where English is missing."""
    return english if get_language() == "en" and english else vietnamese


class Sourced(models.Model):
    """A fact with its source; `confirmed` once a text of the ministry is seen to say it."""

    source = models.CharField(_("source"), max_length=500, blank=True)
    confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        abstract = True


class Named(models.Model):
    name_vi = models.CharField(_("name"), max_length=500)
    name_en = models.CharField(_("name in English"), max_length=500)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)


class PlanFlow(models.TextChoices):
    """Who comes first: the unit's head who issues, or the department that reviews."""

    ISSUE_FIRST = "issue_first", _("The unit issues its plan, then sends it")
    REVIEW_FIRST = "review_first", _("The department reviews the plan, then the unit issues it")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def of_unit(self, unit_id: int) -> Self:
        """Campaigns in which the unit takes part, or which it hosts."""
        return self.filter(
            models.Q(participants__unit_id=unit_id) | models.Q(host_unit_id=unit_id)
        ).distinct()


class Campaign(Named, Sourced):
    """An emulation campaign (phong trào thi đua)."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    purpose_vi = models.TextField(_("purpose"))
    purpose_en = models.TextField(_("purpose in English"))
    # The standing body: the department that leads the campaign.
    host_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="hosted_campaigns")
    starts_on = models.DateField(_("starts on"))
    # Before this day the portal did not exist: nothing due earlier may look late.
    go_live_date = models.DateField(_("go-live date"))
    plan_flow = models.CharField(
        _("flow of plans"), max_length=20, choices=PlanFlow.choices, default=PlanFlow.ISSUE_FIRST
    )
    # Hash of the file as last loaded, so that loading it again is seen to change nothing.
    file_hash = models.CharField(max_length=64, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        ordering = ["starts_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(plan_flow__in=PlanFlow.values), name="plan_flow_is_known"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("campaigns:campaign-detail", args=[self.code])

    @property
    def purpose(self) -> str:
        return in_language(self.purpose_vi, self.purpose_en)


class Participant(models.Model):
    """A unit that takes part in a campaign, from its own first to its own last day."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="participants")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="participations")

    class Meta:
        verbose_name = _("participant")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit"], name="unit_takes_part_once_in_a_campaign"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.unit_id}"


class DocumentRole(models.TextChoices):
    FOUNDING = "founding", _("Founding document")
    GUIDANCE = "guidance", _("Guidance")
    LEGAL_BASIS = "legal_basis", _("Legal basis")


class CampaignDocument(Sourced):
    """A text the campaign rests on; number and date may be unknown ("chưa xác định")."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="documents")
    code = models.SlugField(_("code"), max_length=60)
    role = models.CharField(_("role"), max_length=20, choices=DocumentRole.choices)
    number_symbol = models.CharField(_("number and symbol"), max_length=100, blank=True)
    issue_date = models.DateField(_("date"), null=True, blank=True)
    issuer_vi = models.CharField(_("issuing body"), max_length=255)
    issuer_en = models.CharField(_("issuing body in English"), max_length=255)
    abstract_vi = models.CharField(_("abstract"), max_length=1000)
    abstract_en = models.CharField(_("abstract in English"), max_length=1000)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("campaign document")
        ordering = ["campaign_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "code"], name="one_campaign_document_per_code"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=DocumentRole.values), name="document_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number_symbol} {self.abstract}".strip()

    @property
    def issuer(self) -> str:
        return in_language(self.issuer_vi, self.issuer_en)

    @property
    def abstract(self) -> str:
        return in_language(self.abstract_vi, self.abstract_en)


class ContentArea(Named, Sourced):
    """One of the campaign's contents (nội dung thi đua), the fixed axis of plans and charts."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="areas")
    number = models.PositiveSmallIntegerField(_("number"))
    short_vi = models.CharField(_("short name"), max_length=80)
    short_en = models.CharField(_("short name in English"), max_length=80)
    description_vi = models.TextField(_("description"))
    description_en = models.TextField(_("description in English"))

    class Meta:
        verbose_name = _("content area")
        ordering = ["campaign_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_area_per_number")
        ]

    @property
    def short_name(self) -> str:
        return in_language(self.short_vi, self.short_en)

    @property
    def description(self) -> str:
        return in_language(self.description_vi, self.description_en)


class DeliverableState(models.TextChoices):
    UNDETERMINED = "undetermined", _("Not determined")
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")


class Deliverable(Named, Sourced):
    """A product the announcement names; lead unit and due date may be undetermined."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="deliverables")
    area = models.ForeignKey(ContentArea, on_delete=models.PROTECT, related_name="deliverables")
    code = models.SlugField(_("code"), max_length=60)
    lead_unit = models.ForeignKey(
        Unit,
        verbose_name=_("lead unit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliverables",
    )
    due_date = models.DateField(_("due date"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=DeliverableState.choices,
        default=DeliverableState.UNDETERMINED,
    )
    done_date = models.DateField(_("done on"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    search_key = models.CharField(max_length=1100, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("deliverable")
        ordering = ["campaign_id", "area__number", "position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="one_deliverable_per_code"),
            models.CheckConstraint(
                condition=models.Q(state__in=DeliverableState.values),
                name="deliverable_state_is_known",
            ),
        ]


class ReviewKind(models.TextChoices):
    INTERIM = "interim", _("Interim review (sơ kết)")
    FINAL = "final", _("Final review (tổng kết)")


class PhaseQuerySet(models.QuerySet["Phase"]):
    def current(self, on: date) -> Self:
        return self.filter(starts_on__lte=on, ends_on__gt=on)


class Phase(Named, Sourced):
    """A stretch of the campaign, [starts_on, ends_on); each unit owes one plan for it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="phases")
    number = models.PositiveSmallIntegerField(_("number"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends before"))
    # Last day on which a plan issued counts as on time; null while the ministry has not said.
    plan_deadline = models.DateField(_("plans issued by"), null=True, blank=True)
    plan_deadline_confirmed = models.BooleanField(default=False)
    review_kind = models.CharField(_("review"), max_length=10, choices=ReviewKind.choices)
    review_year = models.PositiveSmallIntegerField(_("review year"))
    # Set while the department takes no plans; who did it is who can undo it.
    plans_closed_at = models.DateTimeField(null=True, blank=True)
    plans_closed_by = models.ForeignKey(
        "units.Mandate", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    plans_closed_reason = models.CharField(max_length=500, blank=True)

    objects = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        ordering = ["campaign_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_phase_per_number"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="phase_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(review_kind__in=ReviewKind.values), name="review_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(plans_closed_at__isnull=True, plans_closed_by__isnull=True)
                | models.Q(plans_closed_at__isnull=False, plans_closed_by__isnull=False),
                name="closed_window_names_who_closed_it",
            ),
        ]

    @property
    def last_day(self) -> date:
        """The last day that is part of it, as people name ranges."""
        return self.ends_on - timedelta(days=1)

    @property
    def years(self) -> list[int]:
        """Calendar years that the phase touches, for yearly targets."""
        last = (
            self.ends_on.year
            if (self.ends_on.month, self.ends_on.day) > (1, 1)
            else self.ends_on.year - 1
        )
        return list(range(self.starts_on.year, last + 1))


class PeriodKind(models.TextChoices):
    QUARTER = "quarter", _("Quarter")
    HALF_YEAR = "half_year", _("Half-year")
    YEAR = "year", _("Year")


class ReportingPeriod(models.Model):
    """What units report on: [starts_on, ends_on), in exactly one phase, due on `deadline`."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="periods")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="periods")
    kind = models.CharField(_("kind"), max_length=10, choices=PeriodKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends before"))
    deadline = models.DateField(_("deadline"))

    class Meta:
        verbose_name = _("reporting period")
        ordering = ["campaign_id", "starts_on", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "kind", "year", "number"],
                name="one_period_in_exactly_one_phase",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=PeriodKind.values), name="period_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="period_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(deadline__gte=models.F("ends_on")),
                name="period_is_due_after_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def last_day(self) -> date:
        """The last day that is part of it, as people name ranges."""
        return self.ends_on - timedelta(days=1)

    @property
    def label(self) -> str:
        roman = ("I", "II", "III", "IV")[self.number - 1]
        if self.kind == PeriodKind.QUARTER:
            return _("Quarter %(number)s/%(year)s") % {"number": roman, "year": self.year}
        if self.kind == PeriodKind.HALF_YEAR and self.number == 1:
            return _("First six months of %(year)s") % {"year": self.year}
        if self.kind == PeriodKind.HALF_YEAR:
            return _("Last six months of %(year)s") % {"year": self.year}
        return _("Year %(year)s") % {"year": self.year}


class Holiday(Named, Sourced):
    """A public holiday or Tết day: nothing is sent on it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="holidays")
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("holiday")
        ordering = ["campaign_id", "day"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day"], name="one_holiday_per_day")
        ]


class ReminderRule(Sourced):
    """When units that owe a plan are told: days before and after, then every quarter."""

    campaign = models.OneToOneField(
        Campaign, on_delete=models.PROTECT, related_name="reminder_rule"
    )
    # Lists of whole days, for example [14, 7, 1] and [1, 7].
    days_before = models.JSONField(_("days before the deadline"), default=list)
    days_after = models.JSONField(_("days after the deadline"), default=list)
    # Day of the month, in the first month of each quarter, until the plan is in.
    quarterly_day = models.PositiveSmallIntegerField(_("day of the quarter"), default=5)

    class Meta:
        verbose_name = _("reminder rule")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quarterly_day__gte=1, quarterly_day__lte=28),
                name="quarterly_day_exists_in_every_month",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: -{self.days_before} +{self.days_after}"
