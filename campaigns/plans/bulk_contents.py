"""The contents in front of many plans: which unit, which number, from which page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.plans.signing import issuing_body
from campaigns.programme.models import Phase
from emulation_portal.core.documents.kinds import DocumentType, Form
from emulation_portal.core.documents.lines import ABSTRACT_LINE, ISSUER_LINE, balanced, dated
from emulation_portal.core.documents.model import Column, Paper, Paragraph, Table
from emulation_portal.formats.writing import show_date

CONTENTS = DocumentType(Form.NAMED, "", "DANH MỤC")
_COLUMNS = (
    Column("STT", 13, "center"),
    Column("Đơn vị", 0),
    Column("Số, ký hiệu", 45),
    Column("Ngày ban hành", 27, "center"),
)


@dataclass(frozen=True)
class Entry:
    """One plan of the file."""

    position: int
    unit: str
    code: str
    symbol: str
    issued_on: date | None
    is_draft: bool


def contents_paper(
    entries: Sequence[Entry], phase: Phase, day: date, *, begins: Sequence[int] = ()
) -> Paper:
    """Return the contents; `begins` are the pages of the file on which the plans begin."""
    host = phase.campaign.host_unit
    columns = (*_COLUMNS, Column("Trang", 16, "center")) if begins else _COLUMNS
    rows = tuple(
        (*_row(entry), *((str(begins[index]),) if begins else ()))
        for index, entry in enumerate(entries)
    )
    notes = []
    if any(entry.is_draft for entry in entries):
        notes.append(
            Paragraph(
                "(*) Có dữ liệu chưa được xác nhận hoặc phần chưa nhập vào cổng: in kèm dấu "
                "bản nháp; bản đã ký lưu tại đơn vị."
            )
        )
    about = f"Kế hoạch của các đơn vị thực hiện {phase.campaign.name_vi}, {phase.name_vi}"
    return Paper(
        type=CONTENTS,
        superior=balanced(host.parent.name_vi.upper(), ISSUER_LINE) if host.parent else (),
        issuer=balanced(host.name_vi.upper(), ISSUER_LINE),
        symbol="",
        place_date=dated(issuing_body(host).place or "Hà Nội", day),
        abstract=balanced(about, ABSTRACT_LINE),
        bases=(),
        blocks=(Table(columns, rows, "Danh mục kế hoạch"), *notes),
        signature=None,
        recipients=(),
    )


def _row(entry: Entry) -> tuple[str, ...]:
    mark = " (*)" if entry.is_draft else ""
    issued = show_date(entry.issued_on) if entry.issued_on else ""
    return (str(entry.position), f"{entry.unit}{mark}", entry.symbol, issued)
