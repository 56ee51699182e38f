"""What is known about a file's harmlessness, and how that may change."""

from django.db import models
from django.utils.translation import pgettext_lazy

from emulation_portal.core.transitions import TransitionTable


class ScanState(models.TextChoices):
    """NOT_SCANNED is an honest answer: no scanner was set up when the file came in."""

    NOT_SCANNED = "not_scanned", pgettext_lazy("virus check", "not checked")
    PENDING = "pending", pgettext_lazy("virus check", "being checked")
    CLEAN = "clean", pgettext_lazy("virus check", "no virus found")
    INFECTED = "infected", pgettext_lazy("virus check", "virus found")


# What the scanner has said stands: a file found clean or infected never waits again.
SCAN_TRANSITIONS: TransitionTable = {
    ScanState.NOT_SCANNED: {ScanState.PENDING, ScanState.CLEAN, ScanState.INFECTED},
    ScanState.PENDING: {ScanState.CLEAN, ScanState.INFECTED},
    ScanState.CLEAN: set(),
    ScanState.INFECTED: set(),
}
