"""Tables that come back: read, judged row by row, previewed, and written whole or not at all.

A feature registers an `Importer`. What a preview has shown is carried signed in its page; it is
judged once more before it is written, because the world may have moved in between.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, TypedDict

from django.core import signing
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation_portal.core import jobs
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from emulation_portal.core.jobs import Progress
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.spreadsheets import Row
from emulation_portal.core.tables import Columns

# Beyond these a page would keep people waiting; a job shows how far it is.
ROWS_CHECKED_AT_ONCE = 2000
ROWS_WRITTEN_AT_ONCE = 200
SHOWN = 200
_SALT = "core.imports"
_GOOD_FOR_SECONDS = 3600


class RowsRefused(DomainError):
    """The table has bad rows; nothing of it was taken."""

    def __init__(self, errors: list["RowError"]) -> None:
        super().__init__()
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors[:SHOWN])


class PreviewExpired(DomainError):
    """The signed rows were changed, are too old, or belong to somebody else."""

    message = gettext_lazy(
        "The preview is older than an hour, or was made under another mandate. "
        "Choose the file again."
    )


@dataclass(frozen=True)
class RowError:
    """One fault: the row as the spreadsheet numbers it, the column ("" for the row), the reason."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        details = {"row": self.row, "column": self.column, "reason": self.reason}
        if self.column:
            return _("Row %(row)s, column %(column)s: %(reason)s") % details
        return _("Row %(row)s: %(reason)s") % details


ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True)
class Change:
    """What one row does: its number, of what, and (column, before, after) in words."""

    row: int
    kind: str
    title: str
    cells: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Judgement:
    """What a table would do. `rows` are those that do something, as they will be written."""

    errors: list[RowError] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    unchanged: int = 0
    # What a writer needs beside the rows; never leaves the process.
    writes: list[Any] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)


class Scope(TypedDict, total=False):
    """Under which mandate and where the rows are meant.

    `kept` names files taken in together with the table by their attachment, or, after “!”, why
    one was refused; `send` says that what is registered is sent as well.
    """

    mandate: int
    campaign: str
    phase: int
    kept: dict[str, str]
    send: bool


Judge = Callable[[list[Row], Scope, datetime], Judgement]
Write = Callable[[Judgement, Scope, Actor, datetime], None]


@dataclass(frozen=True)
class Importer:
    """One kind of table. `judge` reads and `write` writes; both check what the mandate may do.

    `back(scope)` is the address people return to.
    """

    name: str
    label: str | Promise
    columns: Columns
    required: tuple[str, ...]
    judge: Judge
    write: Write
    back: Callable[[Scope], str]
    preview_of_job: Callable[[Scope, int], str]

    @property
    def check_kind(self) -> str:
        return f"check_{self.name}"

    @property
    def write_kind(self) -> str:
        return f"write_{self.name}"


_importers: dict[str, Importer] = {}


def register_importer(importer: Importer) -> None:
    """Make the kind of table known, with the two jobs that large ones run as."""
    if importer.name in _importers:
        return
    _importers[importer.name] = importer
    jobs.register_job(importer.check_kind, _check_job, importer.label)
    jobs.register_job(importer.write_kind, _write_job, importer.label)


@dataclass
class Preview:
    """What the page before the writing shows; kept with the job where a job has made it."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    error_count: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    payload: str = ""

    @property
    def writes(self) -> int:
        return self.added + self.changed + self.removed

    @classmethod
    def of(cls, judgement: Judgement, scope: Scope) -> "Preview":
        errors = sorted(judgement.errors, key=lambda error: (error.row, error.column))
        return cls(
            added=judgement.count(ADDED),
            changed=judgement.count(CHANGED),
            removed=judgement.count(REMOVED),
            unchanged=judgement.unchanged,
            error_count=len(errors),
            changes=[asdict(change) for change in judgement.changes[:SHOWN]],
            errors=[asdict(error) for error in errors[:SHOWN]],
            payload="" if errors else sealed(judgement.rows, scope),
        )

    @classmethod
    def stored(cls, kept: Any) -> "Preview":
        """Return the preview that a job has left."""
        names = {known.name for known in fields(cls)}
        return cls(**{name: value for name, value in dict(kept).items() if name in names})


def sealed(rows: Iterable[Row], scope: Scope) -> str:
    """Return rows and scope as one signed text, fit for a form field or a job."""
    return signing.dumps({"rows": list(rows), "scope": scope}, salt=_SALT, compress=True)


def opened(
    payload: str, *, mandate: int | None, max_age: int | None = _GOOD_FOR_SECONDS
) -> tuple[list[Row], Scope]:
    """Return the rows and the scope of a signed text.

    Raises PreviewExpired when it was changed, is old, or was made under another mandate.
    """
    try:
        kept = signing.loads(payload, salt=_SALT, max_age=max_age)
    except signing.BadSignature as fault:
        raise PreviewExpired from fault
    scope: Scope = kept["scope"]
    if scope["mandate"] != mandate:
        raise PreviewExpired
    return [(int(number), cells) for number, cells in kept["rows"]], scope


def write_rows(
    importer: Importer, rows: list[Row], scope: Scope, *, by: Actor, at: datetime
) -> str:
    """Judge the rows once more and write all of them; return what was done, in a sentence.

    Raises RowsRefused when a row no longer fits: nothing has been written then.
    """
    with transaction.atomic():
        judgement = importer.judge(rows, scope, at)
        if judgement.errors:
            raise RowsRefused(judgement.errors)
        importer.write(judgement, scope, by, at)
    return _("Rows added: %(added)s, changed: %(changed)s, removed: %(removed)s.") % {
        "added": judgement.count(ADDED),
        "changed": judgement.count(CHANGED),
        "removed": judgement.count(REMOVED),
    }


def _check_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Judge what the job carries and keep the preview; writes nothing else."""
    importer = _of(job)
    progress.step(_("Checking the rows"), 10)
    rows, scope = opened(job.params["payload"], mandate=job.mandate_id, max_age=None)
    preview = Preview.of(importer.judge(rows, scope, progress.now()), scope)
    return {
        "message": _("The table has been checked. Nothing has been written yet."),
        "url": importer.preview_of_job(scope, job.pk),
        "preview": asdict(preview),
    }


def _write_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Write what the job carries; done twice, the second time finds nothing left to do."""
    importer = _of(job)
    rows, scope = opened(job.params["payload"], mandate=job.mandate_id, max_age=None)
    progress.step(_("Writing the rows"), 30)
    by = Actor(person_id=job.created_by_id, mandate_id=job.mandate_id)
    message = write_rows(importer, rows, scope, by=by, at=progress.now())
    return {"message": message, "url": importer.back(scope)}


def _of(job: Job) -> Importer:
    return _importers[job.kind.partition("_")[2]]
