"""The register of files. It knows no owner: features link to it and decide who may read."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.attachments.kinds import Kind


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
