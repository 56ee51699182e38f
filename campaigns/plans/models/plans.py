"""A plan and its numbered versions. State belongs to the version."""

import uuid
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.plans.states import PlanState
from campaigns.programme.models import Phase
from campaigns.programme.queries import visible_campaigns
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
        held = models.Q(papers__attachment_id=attachment_id) | models.Q(
            issue__scan_id=attachment_id
        )
        return self.filter(pk__in=self.model.objects.filter(held).values("pk"))


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
        ordering = ["plan_id", "number"]
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
