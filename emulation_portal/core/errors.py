"""Failures the domain expects; each carries a sentence fit for the person who reads it."""

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """An expected refusal. `str()` gives the sentence in the reader's language.

    `message` holds named placeholders, filled from the keyword arguments.
    """

    message = _("This cannot be done.")

    def __init__(self, **details: object) -> None:
        super().__init__()
        self.details = details

    def __str__(self) -> str:
        return str(self.message) % self.details if self.details else str(self.message)


class NotAllowed(DomainError):
    """The person may not do this under the mandate they act in."""

    message = _("You may not do this under the mandate you are acting in.")


class Conflict(DomainError):
    """Somebody else changed the object since it was read."""

    message = _("Somebody else has changed this in the meantime.")
