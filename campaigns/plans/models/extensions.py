"""Extra days: an exception that lets one unit send its plan while nobody else may."""

from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.programme.models import Phase
from units.models import Mandate, Unit


class ExtensionState(models.TextChoices):
    """Expired is no state: a day passes without anybody's doing (`PlanExtension.is_in_force`)."""

    ASKED = "asked", pgettext_lazy("extension state", "Asked for")
    GRANTED = "granted", pgettext_lazy("extension state", "Granted")
    DECLINED = "declined", pgettext_lazy("extension state", "Declined")


EXTENSION_TRANSITIONS: dict[str, frozenset[str]] = {
    ExtensionState.ASKED: frozenset({ExtensionState.GRANTED, ExtensionState.DECLINED}),
    ExtensionState.GRANTED: frozenset(),
    ExtensionState.DECLINED: frozenset(),
}


class PlanExtensionQuerySet(models.QuerySet["PlanExtension"]):
    def of(self, unit_id: int, phase_id: int) -> Self:
        return self.filter(unit_id=unit_id, phase_id=phase_id)

    def waiting(self) -> Self:
        return self.filter(state=ExtensionState.ASKED)

    def granted(self) -> Self:
        return self.filter(state=ExtensionState.GRANTED)

    def in_force(self, on: date) -> Self:
        """Granted, and not expired on the day `on`: the last day counts until its end."""
        return self.granted().filter(valid_until__gte=on)


class PlanExtension(models.Model):
    """Extra days of a unit for the plan of a phase: asked for by the unit, or given unasked.

    Of unit and phase, not of a plan: a unit that has not begun may need them most.
    """

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="extensions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plan_extensions")
    state = models.CharField(
        _("state"), max_length=10, choices=ExtensionState.choices, default=ExtensionState.ASKED
    )
    # Both null where the department gave the days unasked.
    asked_by = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked for at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # The last day on which the unit may send.
    valid_until = models.DateField(_("last day"), null=True, blank=True)

    objects = PlanExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extra days")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ExtensionState.values),
                name="extension_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["unit", "phase"],
                condition=models.Q(state="asked"),
                name="one_open_request_per_unit_and_phase",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_at__isnull=True, asked_by__isnull=True)
                | models.Q(asked_at__isnull=False, asked_by__isnull=False),
                name="request_for_extra_days_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state="asked",
                    asked_at__isnull=False,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | (
                    ~models.Q(state="asked")
                    & models.Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="only_a_decided_request_says_who_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(state="granted", valid_until__isnull=False)
                | (~models.Q(state="granted") & models.Q(valid_until__isnull=True)),
                name="only_granted_days_have_a_last_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="declined")
                | (~models.Q(note="") & models.Q(asked_at__isnull=False)),
                name="declined_request_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["phase", "asked_at"],
                name="requests_for_extra_days",
                condition=models.Q(state="asked"),
            )
        ]

    def __str__(self) -> str:
        return _("Extra days of %(unit)s, %(phase)s") % {"unit": self.unit, "phase": self.phase}

    def is_in_force(self, on: date) -> bool:
        """Whether the unit may still use it on the day `on`."""
        return self.valid_until is not None and on <= self.valid_until
