"""The files a draft's writer may attach without uploading them again."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from campaigns.plans.models import PaperKind, PlanIssue, PlanPaper, PlanVersion
from campaigns.plans.queries import RECEIVED_STATES
from emulation_portal.core.models import Attachment
from emulation_portal.core.text import fold

SHOWN = 10
_LOOKED_THROUGH = 500
# Signed for one version, or typed from for one version: never offered for another.
_BOUND_TO_VERSION = (PaperKind.HEAD_SIGNED, PaperKind.SOURCE)


@dataclass(frozen=True)
class EarlierFile:
    """A file that is in already, with what it was last attached as (None: never attached)."""

    attachment: Attachment
    paper: PlanPaper | None


@dataclass(frozen=True)
class EarlierFiles:
    """The newest of the files that match, and how many there are in all and that match."""

    files: tuple[EarlierFile, ...]
    matching: int
    total: int


def usable_files(version: PlanVersion, *, person_id: int, sees_all: bool) -> QuerySet[Attachment]:
    """Return the files that may be attached to `version` by the person who writes it.

    Those of the unit's own plans in all their versions, and the person's own uploads. Without
    `sees_all` (the department enters for a unit) only the unit's versions the department has
    received or entered itself.
    """
    versions = PlanVersion.objects.filter(plan__unit_id=version.plan.unit_id)
    if not sees_all:
        versions = versions.filter(Q(state__in=RECEIVED_STATES) | Q(entered_on_behalf=True))
    papers = PlanPaper.objects.filter(version__in=versions)
    scans = PlanIssue.objects.filter(version__in=versions)
    return Attachment.objects.filter(
        Q(uploaded_by_id=person_id)
        | Q(pk__in=papers.values("attachment"))
        | Q(pk__in=scans.values("scan"))
    )


def earlier_files(
    version: PlanVersion, *, person_id: int, sees_all: bool, search: str = ""
) -> EarlierFiles:
    """Return the usable files that `version` does not hold yet, the newest first.

    Without those that were signed or typed from for one version, and without infected ones.
    `search` looks at file name, number and abstract, whatever the accents. Three queries.
    """
    usable = (
        usable_files(version, person_id=person_id, sees_all=sees_all)
        .exclude(pk__in=version.papers.values("attachment"))
        .exclude(pk__in=PlanPaper.objects.filter(kind__in=_BOUND_TO_VERSION).values("attachment"))
        .exclude(scan__state="infected")
        .select_related("scan")
        .order_by("-uploaded_at", "pk")[:_LOOKED_THROUGH]
    )
    attachments = list(usable)
    papers = last_papers(version, attachments, sees_all=sees_all)
    files = [EarlierFile(attachment, papers.get(attachment.pk)) for attachment in attachments]
    words = fold(search).split()
    found = [file for file in files if all(word in _searched(file) for word in words)]
    return EarlierFiles(tuple(found[:SHOWN]), len(found), len(files))


def last_papers(
    version: PlanVersion, attachments: list[Attachment], *, sees_all: bool
) -> dict[UUID, PlanPaper]:
    """Return, by file, the paper as which the unit last attached it."""
    rows = PlanPaper.objects.filter(
        attachment__in=[attachment.pk for attachment in attachments],
        version__plan__unit_id=version.plan.unit_id,
    )
    if not sees_all:
        rows = rows.filter(
            Q(version__state__in=RECEIVED_STATES) | Q(version__entered_on_behalf=True)
        )
    rows = rows.select_related("version__plan__phase").order_by("version__created_at", "pk")
    return {paper.attachment_id: paper for paper in rows}


def _searched(file: EarlierFile) -> str:
    paper = file.paper
    details = f"{paper.number_symbol} {paper.issuer} {paper.abstract}" if paper else ""
    return fold(f"{file.attachment.original_name} {details}")
