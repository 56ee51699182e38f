"""The register of files. It knows no owner: features link to it and decide who may read."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.attachments import scanner
from emulation_portal.core.attachments.kinds import Kind
from emulation_portal.core.attachments.states import ScanState


class Attachment(models.Model):
    """A file kept byte for byte. Append-only by trigger; the stored file is written once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    original_name = models.CharField(_("file name"), max_length=255)
    kind = models.CharField(_("type"), max_length=4, choices=Kind.choices)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, db_index=True)
    file = models.FileField(_("stored file"), max_length=100, unique=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    mandate_id = models.BigIntegerField(_("mandate"), null=True)
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["uploaded_by", "uploaded_at"], name="attachment_of_a_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="attachment_kind_is_known"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="attachment_has_content"),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def scan_state(self) -> ScanState:
        """What is known of its harmlessness; a file older than the scans has not been scanned."""
        try:
            return ScanState(self.scan.state)
        except AttachmentScan.DoesNotExist:
            return ScanState.NOT_SCANNED

    @property
    def is_served(self) -> bool:
        """Whether anybody may open it: clean, or taken in where no scanner has ever looked.

        With a scanner set up, only clean files are served. A file that waits does not become
        harmless because the scanner was taken away.
        """
        if self.scan_state == ScanState.NOT_SCANNED:
            return not scanner.is_configured()
        return self.scan_state == ScanState.CLEAN

    @property
    def is_infected(self) -> bool:
        return self.scan_state == ScanState.INFECTED


class AttachmentScan(models.Model):
    """What the virus scanner has said of a file, or that it has not been asked or not answered.

    A table of its own, because the register of files is append-only.
    """

    attachment = models.OneToOneField(
        Attachment, on_delete=models.PROTECT, primary_key=True, related_name="scan"
    )
    state = models.CharField(_("state"), max_length=11, choices=ScanState.choices)
    signature = models.CharField(_("malware found"), max_length=200, blank=True)
    scanned_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    problem = models.CharField(_("why there is no answer"), max_length=300, blank=True)
    quarantined_at = models.DateTimeField(_("moved to quarantine at"), null=True, blank=True)

    class Meta:
        verbose_name = _("virus check")
        verbose_name_plural = _("virus checks")
        indexes = [models.Index(fields=["state", "tried_at"], name="scans_still_to_do")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ScanState.values), name="scan_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[ScanState.CLEAN, ScanState.INFECTED])
                | models.Q(scanned_at__isnull=False),
                name="scan_with_a_result_says_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ScanState.INFECTED) & ~models.Q(signature="")
                | ~models.Q(state=ScanState.INFECTED) & models.Q(signature=""),
                name="infected_file_names_the_malware",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id}: {self.state}"

    @property
    def tone(self) -> str:
        """The tone its state is shown in."""
        return {"infected": "danger", "pending": "progress", "clean": "success"}.get(
            self.state, "neutral"
        )
