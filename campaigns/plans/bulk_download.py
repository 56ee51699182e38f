"""All issued plans of a list as one file: a ZIP of PDFs, or one PDF with contents.

A job makes the file, one plan at a time, so that memory stays flat however many there are.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.plans import listing, queries
from campaigns.plans.bulk_contents import Entry, contents_paper
from campaigns.plans.document import document_of
from campaigns.plans.models import PlanVersion
from campaigns.plans.paper import as_draft, draft_reasons, paper_of
from campaigns.plans.record_codes import record_code
from campaigns.programme.models import Phase
from emulation_portal.core import jobs, prepared
from emulation_portal.core.documents.joining import PdfJoiner, pages_of
from emulation_portal.core.documents.pdf import pdf_of
from emulation_portal.core.errors import DomainError, NotAllowed
from emulation_portal.core.jobs import Progress
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.text import fold
from units.api import DEPARTMENT_ROLES
from units.models import Mandate, Unit

DOWNLOAD_PLANS = "download_plans"
ZIP, PDF = "zip", "pdf"
# What fits into a worker's twenty-five minutes with room to spare, and what a reader still opens.
AT_MOST = {ZIP: 3000, PDF: 600}
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


class NoIssuedPlan(DomainError):
    """There is nothing to print."""

    message = gettext_lazy(
        "No plan of this list has been issued yet, so there is nothing to print."
    )


class TooManyPlans(DomainError):
    """The file would take too long to make, or to open."""

    message = gettext_lazy(
        "This list holds %(count)s issued plans; one file takes at most %(limit)s. Narrow the list "
        "with the filters, for example by block."
    )


@dataclass(frozen=True)
class Wanted:
    """Which plans, in which form; as the job carries it."""

    phase_id: int
    form: str
    filters: dict[str, str]

    @property
    def key(self) -> str:
        """Names the work: asked for twice at once, it is done once."""
        return hashlib.sha256(json.dumps(self.as_params(), sort_keys=True).encode()).hexdigest()

    def as_params(self) -> dict[str, Any]:
        return {"phase": self.phase_id, "form": self.form, "filters": self.filters}


def units_wanted(
    mandate: Mandate, phase: Phase, filters: dict[str, str], *, on: date
) -> QuerySet[Unit, Any]:
    """Return the units of the list that the filters of its address narrow it to."""
    block = filters.get("block", "")
    return listing.listed_units(
        mandate, phase, on=on, status=filters.get("status", ""), order=filters.get("sort", ""),
        kind=filters.get("kind", ""), block_id=int(block) if block else None,
        search=filters.get("q", ""),
    )  # fmt: skip


def issued_versions(units: QuerySet[Unit, Any]) -> list[int]:
    """Return the issued version of each plan, in the order of the list: the one received last,
    or the one in force while that one is not issued. One query.
    """
    columns = ("version_id", "issue_date", "in_force_id", "in_force_issue_date")
    found = []
    for version, issued, in_force, in_force_issued in units.values_list(*columns):
        if version and issued:
            found.append(version)
        elif in_force and in_force_issued:
            found.append(in_force)
    return found


def check_number(count: int, form: str) -> None:
    """Raise NoIssuedPlan or TooManyPlans when a file of `count` plans cannot be made."""
    if not count:
        raise NoIssuedPlan
    if count > AT_MOST[form]:
        raise TooManyPlans(count=count, limit=AT_MOST[form])


def run_download(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the file. Run again after a worker died, it begins anew under another name.

    What the person may see is asked anew: the list may have changed since the job was asked for.
    """
    mandate = (
        Mandate.objects.select_related("person", "unit").filter(pk=job.mandate_id or 0).first()
    )
    today = localdate(progress.now())
    if mandate is None or mandate.role not in DEPARTMENT_ROLES or not mandate.valid_on(today):
        raise NotAllowed
    phase = Phase.objects.select_related("campaign__host_unit__parent").get(pk=job.params["phase"])
    form = job.params["form"]
    versions = issued_versions(units_wanted(mandate, phase, job.params["filters"], on=today))
    check_number(len(versions), form)
    prepared.sweep(at=progress.now())
    token = prepared.new_token()
    with prepared.new_file(token, at=progress.now()) as stream:
        prints = _prints(versions, progress)
        made = {ZIP: _zip, PDF: _joined}[form](stream, prints, phase, today)
    sentence = ngettext("%(count)s plan in one file.", "%(count)s plans in one file.", made)
    kept = _("The file can be fetched for a day.")
    return {
        "message": f"{sentence % {'count': made}} {kept}",
        "url": reverse("campaigns:plans-file", args=[job.pk]),
        "file": token,
        "name": f"ke-hoach-{phase.campaign.code}-giai-doan-{phase.number}.{form}",
    }


def _prints(versions: list[int], progress: Progress) -> Iterator[tuple[Entry, bytes]]:
    """Print one version after the other, saying each time how far it is."""
    rows = PlanVersion.objects.select_related(
        "plan__unit__parent", "plan__phase__campaign__host_unit"
    )
    for done, pk in enumerate(versions):
        version = rows.get(pk=pk)
        step = _("%(done)s of %(total)s: %(unit)s") % {
            "done": done + 1, "total": len(versions), "unit": version.plan.unit.name,
        }  # fmt: skip
        progress.step(step, 1 + done * 97 // len(versions))
        yield _print(version, done + 1)


def _print(version: PlanVersion, position: int) -> tuple[Entry, bytes]:
    with translation.override("vi"):
        sections, issue = document_of(version), queries.issue_of(version)
        paper = paper_of(version, sections=sections, issue=issue, papers=queries.papers_of(version))
        reasons = [str(reason) for reason in draft_reasons(version, issue, sections)]
    if reasons:
        paper = as_draft(paper, record_code(version))
    entry = Entry(
        position=position,
        unit=version.plan.unit.name_vi,
        code=version.plan.unit.code,
        symbol=issue.number_symbol if issue else "",
        issued_on=issue.issue_date if issue else None,
        is_draft=bool(reasons),
    )
    return entry, pdf_of(paper)


def _zip(stream: IO[bytes], prints: Iterator[tuple[Entry, bytes]], phase: Phase, day: date) -> int:
    entries = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:  # PDFs are packed already
        for entry, pdf in prints:
            archive.writestr(_name_of(entry), pdf)
            entries.append(entry)
        archive.writestr("0000-danh-muc.pdf", pdf_of(contents_paper(entries, phase, day)))
    return len(entries)


def _name_of(entry: Entry) -> str:
    symbol = _UNSAFE.sub("-", fold(entry.symbol)).strip("-")
    return f"{entry.position:04d}-{entry.code}{f'-{symbol}' if symbol else ''}.pdf"


def _joined(
    stream: IO[bytes], prints: Iterator[tuple[Entry, bytes]], phase: Phase, day: date
) -> int:
    joiner = PdfJoiner(stream)
    entries, begins = [], []
    for entry, pdf in prints:
        begins.append(joiner.page_count)
        joiner.add(pdf, entry.unit)
        entries.append(entry)
    contents, pages = b"", 1
    # The contents stand in front: how long they are moves everything they point to.
    for _attempt in range(3):
        paper = contents_paper(entries, phase, day, begins=[pages + at + 1 for at in begins])
        contents = pdf_of(paper)
        if (needed := pages_of(contents)) == pages:
            break
        pages = needed
    joiner.add(contents, "Danh mục", in_front=True)
    joiner.finish(f"Kế hoạch của các đơn vị, {phase.name_vi}")
    return len(entries)


def register() -> None:
    """Tell the jobs about the download; called once at start."""
    jobs.register_job(DOWNLOAD_PLANS, run_download, gettext_lazy("Plans as one file"))
