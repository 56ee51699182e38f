"""Reads about the virus checks, for the administrator's page."""

from dataclasses import dataclass

from django.db.models import Count

from emulation_portal.core.attachments import scanner
from emulation_portal.core.attachments.models import Attachment, AttachmentScan
from emulation_portal.core.attachments.states import ScanState

_SHOWN = 50


@dataclass(frozen=True)
class ScanReport:
    """How many files stand in which state, and those somebody should look at."""

    is_configured: bool
    counts: dict[str, int]
    waiting: list[AttachmentScan]
    infected: list[AttachmentScan]

    @property
    def rows(self) -> list[tuple[str, int]]:
        """(state in words, number of files), in the order of the states."""
        return [(str(state.label), self.counts.get(state, 0)) for state in ScanState]


def scan_report() -> ScanReport:
    """Return the state of the virus checks; at most fifty files of each kind. Four queries."""
    counts = dict(AttachmentScan.objects.values_list("state").annotate(Count("pk")))
    unlisted = Attachment.objects.filter(scan__isnull=True).count()
    if unlisted:
        counts[ScanState.NOT_SCANNED] = counts.get(ScanState.NOT_SCANNED, 0) + unlisted
    rows = AttachmentScan.objects.select_related("attachment__uploaded_by")
    return ScanReport(
        is_configured=scanner.is_configured(),
        counts=counts,
        waiting=list(
            rows.filter(state=ScanState.PENDING).order_by("attachment__uploaded_at")[:_SHOWN]
        ),
        infected=list(rows.filter(state=ScanState.INFECTED).order_by("-scanned_at")[:_SHOWN]),
    )
