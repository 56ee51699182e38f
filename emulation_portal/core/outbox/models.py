"""The outbox table."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.outbox import kinds
from emulation_portal.core.outbox.states import TONES, MessageState, Reason
from emulation_portal.core.text import fold
from emulation_portal.core.text import search_key as typed_key


class MessageQuerySet(models.QuerySet["Message"]):
    def deliverable(self, at: datetime) -> Self:
        """Waiting, and not told to wait beyond `at`."""
        return self.filter(state=MessageState.QUEUED, not_before__lte=at)

    def held(self, kind: str) -> Self:
        return self.filter(state=MessageState.HELD, kind=kind)

    def matching(self, text: str) -> Self:
        """Messages whose recipient's name, address or subject holds `text`, accents or not."""
        return self.filter(search_key__contains=typed_key(text))


class Message(models.Model):
    """One mail to one person. `dedupe_key` names what it is about ("reminder:plan:3:2026-05-01"),
    so that queueing the same again has no effect.

    Subject, text, language and address are those of the latest attempt to send; a message of a
    secret kind never keeps its text.
    """

    dedupe_key = models.CharField(max_length=200, unique=True)
    # The run that queued it: tells which of its messages were new.
    batch = models.UUIDField(db_index=True)
    kind = models.CharField(_("kind"), max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    address = models.CharField(_("address"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(
        _("state"), max_length=12, choices=MessageState.choices, default=MessageState.QUEUED
    )
    reason = models.CharField(
        _("reason"), max_length=20, choices=Reason.choices, blank=True, default=Reason.NONE
    )
    # What the mail server or the exception said, for the technicians.
    reason_detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"))
    claim = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    body = models.TextField(_("text"), blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    search_key = models.CharField(max_length=1000, editable=False, default="")
    created_at = models.DateTimeField(_("queued at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=MessageState.values), name="message_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=Reason.values), name="message_reason_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="sent_message_says_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state="sending", claim__isnull=False, lease_until__isnull=False)
                | (~models.Q(state="sending") & models.Q(claim__isnull=True)),
                name="message_being_sent_is_claimed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["failed", "suppressed"]) | ~models.Q(reason=""),
                name="unsent_message_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="messages_waiting",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["lease_until"],
                name="messages_being_sent",
                condition=models.Q(state="sending"),
            ),
            models.Index(fields=["-created_at", "-id"], name="messages_newest_first"),
            models.Index(fields=["claim"], name="messages_of_a_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"

    def get_absolute_url(self) -> str:
        return reverse("core:message-detail", args=[self.pk])

    @property
    def kind_label(self) -> str:
        return kinds.label_of(self.kind)

    @property
    def tone(self) -> str:
        """How its state is shown: for a mail, "sent" is the good end."""
        return TONES.get(self.state, "")

    @property
    def is_secret(self) -> bool:
        return kinds.is_secret(self.kind)

    def refresh_search_key(self) -> None:
        self.search_key = search_key(self.recipient, self.address, self.subject)


def search_key(recipient: Any, address: str, subject: str = "") -> str:
    """What `MessageQuerySet.matching` searches: name, address and subject without accents."""
    name = recipient.get_full_name() if recipient else ""
    return fold(f"{name} {address} {subject}")[:1000]
