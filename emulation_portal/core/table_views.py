"""A list as a file: CSV streamed line by line, XLSX from a temporary file. Memory stays flat."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import Literal

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation_portal.core.spreadsheets import Cell, write_csv, write_xlsx
from emulation_portal.core.tables import Columns, header_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LINES = 200  # sent at a time

Form = Literal["csv", "xlsx"]


def table_response(
    *,
    form: Form,
    name: str,
    title: str,
    columns: Columns,
    rows: Iterable[Sequence[Cell]],
    about: Sequence[tuple[str, Cell]] = (),
) -> HttpResponseBase:
    """Answer with the table as a download called `name` and the day.

    `rows` are taken one by one, for CSV after the view has returned: they must hold finished
    words, because the reader's language is no longer in force by then. `about` says in the
    workbook, on a sheet of its own, what list this is and how it was narrowed; the time is added.
    """
    header = header_of(columns)
    filename = f"{name}-{timezone.localdate():%Y-%m-%d}.{form}"
    if form == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            _in_chunks(write_csv(header, rows)), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
        return response
    stream = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(
        stream,
        header,
        rows,
        title=title,
        widths=[column.width for column in columns],
        hidden={place for place, column in enumerate(columns) if column.hidden},
        about=(
            _("About this table"),
            [*about, (_("Exported at"), timezone.localtime(timezone.now()))],
        ),
    )
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=filename, content_type=XLSX)


def _in_chunks(lines: Iterator[bytes]) -> Iterator[bytes]:
    while chunk := b"".join(islice(lines, _LINES)):
        yield chunk
