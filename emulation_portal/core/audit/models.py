"""Tables of the audit trail. Triggers forbid changing or deleting entries and heads."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64
"""What the first link of every chain names as the hash before it."""


class AuditChain(models.Model):
    """The end of one root object's chain. Its row is locked to append, so that a chain has one
    order; writers about different roots do not wait for each other.
    """

    root_type = models.CharField(max_length=100)
    root_id = models.CharField(max_length=64)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)
    # How much of the chain the daily heads cover.
    sealed_length = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("audit chain")
        constraints = [
            models.UniqueConstraint(
                fields=["root_type", "root_id"], name="one_audit_chain_per_root"
            ),
            models.CheckConstraint(
                condition=models.Q(sealed_length__lte=models.F("length")),
                name="audit_chain_is_sealed_no_further_than_it_reaches",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="audit_chains_to_seal",
                condition=models.Q(length__gt=models.F("sealed_length")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.root_type}:{self.root_id}"


class ErasableText(models.Model):
    """Personal data an audit entry refers to by number. It can be emptied without breaking a
    chain: the hash covers the number, never the text (Law 91/2025/QH15, right to erasure).
    """

    text = models.TextField(_("text"), blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasable text")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(text=""),
                name="erased_text_is_empty",
            )
        ]

    def __str__(self) -> str:
        return str(_("erased")) if self.erased_at else f"#{self.pk}"


class AuditEntry(models.Model):
    """One thing that was done: what, to which root object, by whom under which mandate, when.

    `actor` is empty for the portal itself. `hash` covers every other column and the hash of the
    entry before it.
    """

    root_type = models.CharField(max_length=100)
    root_id = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField(_("at"))
    action = models.CharField(_("action"), max_length=100)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # By number: core does not know mandates.
    mandate_id = models.BigIntegerField(null=True, blank=True)
    data = models.JSONField(_("data"), default=dict, encoder=DjangoJSONEncoder)
    personal = models.ForeignKey(
        ErasableText, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        constraints = [
            models.UniqueConstraint(
                fields=["root_type", "root_id", "sequence"], name="audit_entry_has_its_place"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="audit_entries_by_time")]

    def __str__(self) -> str:
        return f"{self.root_type}:{self.root_id}#{self.sequence} {self.action}"


class AuditDailyHead(models.Model):
    """The day's seal over all chains that grew since the seal before it.

    `chains` lists [root type, root id, length, hash of the last entry]. The hash is meant to
    leave the machine (paper, mail): who controls the database could recompute every chain, but
    not a head that stands elsewhere.
    """

    sequence = models.PositiveIntegerField(unique=True)
    day = models.DateField(_("day"), unique=True)
    chains = models.JSONField(default=list)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("daily audit head")

    def __str__(self) -> str:
        return f"{self.day}: {self.hash}"
