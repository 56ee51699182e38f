"""The receipt of a sent version on paper: what came in, when, from whom, with its whole hash.

Nobody signs it: it is drawn from the record, and its code leads back there.
"""

from datetime import datetime

from django.utils import timezone, translation

from campaigns.plans.models import PlanIssue, PlanVersion
from campaigns.plans.receipts import grouped_hash, receipt_number
from campaigns.plans.record_codes import record_code
from campaigns.plans.signing import issuing_body, own_name
from emulation_portal.core.documents.kinds import DocumentType, Form
from emulation_portal.core.documents.lines import ABSTRACT_LINE, ISSUER_LINE, balanced, dated
from emulation_portal.core.documents.model import Column, Paper, Paragraph, Table
from emulation_portal.formats.writing import show_date

RECEIPT = DocumentType(Form.NAMED, "", "BIÊN NHẬN")
_COLUMNS = (Column("Nội dung", 55), Column("Thông tin", 0))


def receipt_paper(version: PlanVersion, *, issue: PlanIssue | None) -> Paper:
    """Return the receipt of a version that was sent. At most two queries."""
    with translation.override("vi"):
        plan = version.plan
        host = plan.phase.campaign.host_unit
        day = timezone.localdate(version.sent_at)
        parent = host.parent
        about = f"Kế hoạch của {own_name(plan.unit, day)} gửi qua cổng thi đua"
        return Paper(
            type=RECEIPT,
            superior=balanced(parent.name_vi.upper(), ISSUER_LINE) if parent else (),
            issuer=balanced(host.name_vi.upper(), ISSUER_LINE),
            symbol=f"Số: {receipt_number(version)}",
            place_date=dated(issuing_body(host).place or "Hà Nội", day),
            abstract=balanced(about, ABSTRACT_LINE),
            bases=(),
            blocks=(
                Table(_COLUMNS, tuple(_facts(version, issue)), "Thông tin của biên nhận"),
                Paragraph(
                    "Biên nhận này được lập tự động từ cổng thi đua, không cần chữ ký. Quét mã ở "
                    "cuối trang và đăng nhập để đối chiếu với bản ghi gốc."
                ),
            ),
            signature=None,
            recipients=(),
            record=record_code(version),
        )


def _facts(version: PlanVersion, issue: PlanIssue | None) -> list[tuple[str, str]]:
    plan, sender = version.plan, version.sent_by
    rows = [
        ("Số biên nhận", receipt_number(version)),
        ("Đơn vị", plan.unit.name_vi),
        ("Phong trào", plan.phase.campaign.name_vi),
        ("Giai đoạn", plan.phase.name_vi),
        ("Phiên bản", f"{version.number} ({version.get_state_display().lower()})"),
        ("Thời điểm gửi", _moment(version.sent_at)),
    ]
    if sender is not None:
        rows.append(("Người gửi", f"{sender.person.full_name}, {sender.unit.name_vi}"))
    if issue is not None:
        rows.append(
            ("Kế hoạch đã ban hành", f"{issue.number_symbol}, {show_date(issue.issue_date)}")
        )
    if version.is_late is not None:
        rows.append(("So với thời hạn", "Muộn" if version.is_late else "Đúng hạn"))
    return [*rows, ("Mã băm nội dung (SHA-256)", grouped_hash(version.content_hash))]


def _moment(sent_at: datetime | None) -> str:
    if sent_at is None:
        return ""
    return f"{timezone.localtime(sent_at):%H:%M} ngày {show_date(sent_at)}"
