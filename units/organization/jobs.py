"""A large import runs as a job; what it writes was previewed and is carried signed."""

from typing import Any, TypedDict

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation_portal.core import jobs
from emulation_portal.core.actors import Actor
from emulation_portal.core.jobs import Progress
from emulation_portal.core.jobs.models import Job
from units.organization import actions
from units.organization.rows import (
    Reading,
    read_blocks,
    read_successions,
    read_units,
)

IMPORT_UNITS = "import_units"
# Beyond this a page would keep people waiting; a job shows how far it is.
ROWS_AT_ONCE = 1000
_SALT = "units.organization.import"
_GOOD_FOR_SECONDS = 3600

Cells = list[tuple[int, dict[str, str]]]


class Files(TypedDict):
    """The rows of the three files as they were read."""

    units: Cells
    blocks: Cells
    successions: Cells


def sealed(files: Files) -> str:
    """Return the rows as one signed text, fit for a form field or a job."""
    return signing.dumps(files, salt=_SALT, compress=True)


def opened(payload: str, *, max_age: int | None = _GOOD_FOR_SECONDS) -> Files:
    """Return the rows of a signed text. Raises signing.BadSignature when it was changed or is old."""
    files: Files = signing.loads(payload, salt=_SALT, max_age=max_age)
    return files


def reading_of(files: Files) -> Reading:
    """Judge the rows of the files."""
    reading = read_units((number, cells) for number, cells in files["units"])
    read_blocks(((number, cells) for number, cells in files["blocks"]), reading)
    read_successions(((number, cells) for number, cells in files["successions"]), reading)
    return reading


def run_import(job: Job, progress: Progress) -> dict[str, Any]:
    """Import what the job carries; done twice, the second time changes nothing."""
    progress.step(_("Reading the rows"), 5)
    reading = reading_of(opened(job.params["payload"], max_age=None))
    progress.step(_("Writing the units"), 20)
    by = Actor(person_id=job.created_by_id, mandate_id=job.mandate_id)
    result = actions.import_units(reading, by=by, at=progress.now())
    return {"message": result_sentence(result), "url": reverse("units:unit-list")}


def result_sentence(result: actions.ImportResult) -> str:
    """Say what an import did."""
    return _("Units: %(created)s new, %(changed)s changed, %(unchanged)s as they were.") % {
        "created": result.created,
        "changed": result.changed,
        "unchanged": result.unchanged,
    }


def register() -> None:
    """Tell the jobs about the import; called once at start."""
    jobs.register_job(IMPORT_UNITS, run_import, gettext_lazy("Import of units"))
