"""The paper of a version: how it was issued, and the files that belong to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models.plans import PlanVersion
from emulation_portal.core.models import Attachment


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


class PaperKind(models.TextChoices):
    HEAD_SIGNED = "head_signed", _("Document signed by the head")
    SOURCE = "source", _("Source of an entry made on the unit's behalf")
    LEGAL_BASIS = "legal_basis", _("Legal basis")
    ANNEX = "annex", _("Annex")


# What a paper of a kind must say of itself. A legal basis is cited by all four in official paper;
# an annex is announced by its title. The signed document and the source speak for themselves.
REQUIRED_DETAILS: dict[str, tuple[str, ...]] = {
    PaperKind.LEGAL_BASIS: ("number_symbol", "issue_date", "issuer", "abstract"),
    PaperKind.ANNEX: ("abstract",),
}


_DETAIL_NAMES = {
    "number_symbol": _("number and symbol"),
    "issue_date": _("date"),
    "issuer": _("issuing body"),
    "abstract": _("abstract"),
}


class PlanPaper(models.Model):
    """A file that belongs to a version, with the metadata official paper carries."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="papers")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=PaperKind.choices)
    number_symbol = models.CharField(_("number and symbol"), max_length=100, blank=True)
    issue_date = models.DateField(_("date"), null=True, blank=True)
    issuer = models.CharField(_("issuing body"), max_length=255, blank=True)
    abstract = models.CharField(_("abstract"), max_length=500, blank=True)
    # The order within the version; annexes are numbered by it. Equal ones stand as attached.
    position = models.PositiveSmallIntegerField(_("position"), default=0)

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

    @property
    def missing_details(self) -> list[str]:
        """The names of the details its kind demands and it lacks: papers of earlier versions."""
        return [
            str(_DETAIL_NAMES[name])
            for name in REQUIRED_DETAILS.get(self.kind, ())
            if not getattr(self, name)
        ]
