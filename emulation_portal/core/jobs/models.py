"""The job table."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.jobs import kinds
from emulation_portal.core.jobs.states import JobState

ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class Job(models.Model):
    """One piece of long work: what, for whom, how far it is, and what came of it.

    The row is the truth; the broker only carries its number. While a worker holds the lease
    nobody else starts the job; a lease that ran out means the worker died.
    """

    kind = models.CharField(_("kind"), max_length=60)
    # Names the work, where asking twice at once should give one job; empty: each its own.
    key = models.CharField(max_length=200, blank=True, default="")
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    step = models.CharField(_("step"), max_length=200, blank=True)
    progress = models.PositiveSmallIntegerField(
        _("progress"), default=0, validators=[MaxValueValidator(100)]
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # When the sweep last gave its number to the broker.
    offered_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # By number: core does not know mandates.
    mandate_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=JobState.values), name="job_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(progress__lte=100), name="job_progress_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=models.Q(state="running", claim__isnull=False, lease_until__isnull=False)
                | (~models.Q(state="running") & models.Q(claim__isnull=True)),
                name="running_job_is_claimed",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="ended_job_says_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="failed") | ~models.Q(error=""),
                name="failed_job_says_why",
            ),
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(state__in=["queued", "running"]) & ~models.Q(key=""),
                name="one_active_job_per_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                name="jobs_not_ended",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(fields=["created_by", "-created_at"], name="jobs_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("core:job-detail", args=[self.pk])

    @property
    def kind_label(self) -> str:
        return kinds.label_of(self.kind)

    @property
    def is_active(self) -> bool:
        """Whether its page should go on asking."""
        return self.state in ACTIVE

    @property
    def result_message(self) -> str:
        """The sentence the work ended with; empty when it gave none."""
        return str(self._result().get("message", ""))

    @property
    def result_url(self) -> str:
        """Where the work's outcome is, a path of the portal; empty when it gave none."""
        url = str(self._result().get("url", ""))
        return url if url.startswith("/") and not url.startswith("//") else ""

    def _result(self) -> dict[str, Any]:
        return self.result if isinstance(self.result, dict) else {}
