"""Documents from which text was brought, or is about to be brought, into a draft."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models.plans import PlanVersion
from emulation_portal.core.models import Attachment


class PlanImport(models.Model):
    """A .docx uploaded to be read into one draft. It is no paper of the plan: nobody but the
    person who uploaded it sees it, and what was brought in is in the sections.
    """

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="imports")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    brought_in_at = models.DateTimeField(_("brought in at"), null=True, blank=True)

    class Meta:
        verbose_name = _("document to be brought in")
        ordering = ["version_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "attachment"], name="document_is_brought_in_from_once"
            )
        ]

    def __str__(self) -> str:
        return self.attachment.original_name
