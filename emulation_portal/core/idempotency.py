"""A form sent twice acts once: each form carries a random key, and a repeat gets the first outcome.

This settles the double click, the reload of a result page, and the question "did it arrive?" after
a dropped connection.
"""

import re
import uuid
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

_KEY = re.compile(r"[0-9A-Za-z-]{8,64}")


class FormKey(models.Model):
    """The key of a form that has been acted upon, and the address its first sending led to."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("person"),
    )
    key = models.CharField(_("key"), max_length=64)
    attempt = models.UUIDField(_("attempt"))
    outcome = models.TextField(_("outcome"), default="")
    used_at = models.DateTimeField(_("used at"), db_index=True)

    class Meta:
        verbose_name = _("form key")
        verbose_name_plural = _("form keys")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="form_key_is_used_once")
        ]

    def __str__(self) -> str:
        return self.key


@transaction.atomic
def first_time(*, user_id: int, key: str, at: datetime) -> bool:
    """Return whether the form `key` of this person is acted upon for the first time.

    Writes the key; call it inside the transaction of the action, so that a refused action frees
    the key again. Of two at once the second waits for the first to end. A missing or malformed
    key recognises nothing and counts as the first time.
    """
    if not _KEY.fullmatch(key):
        return True
    attempt = uuid.uuid4()
    # Conflict-ignore rather than catching IntegrityError: a violation would print the values
    # into the database server's log.
    FormKey.objects.bulk_create(
        [FormKey(user_id=user_id, key=key, attempt=attempt, used_at=at)], ignore_conflicts=True
    )
    return FormKey.objects.filter(user_id=user_id, key=key, attempt=attempt).exists()


def once(*, user_id: int, key: str, at: datetime, act: Callable[[], str]) -> str:
    """Run `act` the first time and return the address it returns; on a repeat only the address.

    One transaction: when `act` raises, the key is free again and nothing is stored.
    """
    with transaction.atomic():
        if not first_time(user_id=user_id, key=key, at=at):
            return FormKey.objects.get(user_id=user_id, key=key).outcome
        outcome = act()
        FormKey.objects.filter(user_id=user_id, key=key).update(outcome=outcome)
        return outcome


def forget_keys(*, before: datetime) -> int:
    """Delete the keys used before `before` and return how many: nobody sends such a form again."""
    deleted, _by_model = FormKey.objects.filter(used_at__lt=before).delete()
    return deleted
