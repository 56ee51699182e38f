"""A version of a plan as official paper: a "kế hoạch" by Decree 30/2020/NĐ-CP, Annex I.

Official paper is Vietnamese whatever the reader's language. The words of the paper are
therefore written here, as the decree and the ministry's own plans have them.
"""

import re

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.plans.document import Block, SectionView, TargetLine, Value
from campaigns.plans.models import PaperKind, PlanIssue, PlanPaper, PlanTask, PlanVersion
from campaigns.plans.models import SectionKind as Kind
from campaigns.plans.signing import issuing_body, own_name, signature_of
from campaigns.plans.states import PlanState
from emulation_portal.core.documents.model import (
    ABSTRACT_LINE,
    ISSUER_LINE,
    Column,
    Paper,
    Paragraph,
    Part,
    Table,
    balanced,
    dated,
    listed,
    numbered,
)
from emulation_portal.core.documents.model import Block as PaperBlock
from emulation_portal.formats.writing import show_date
from units.models import Unit

WATERMARK = "BẢN NHÁP"
_ISSUED_STATES = (PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED)
_BASIS_BEGINS = ("căn cứ", "thực hiện", "theo ", "xét ", "trên cơ sở", "để ")
_TYPES = {
    "NQ": "Nghị quyết", "NĐ": "Nghị định", "QĐ": "Quyết định", "CT": "Chỉ thị", "TT": "Thông tư",
    "KH": "Kế hoạch", "TB": "Thông báo", "HD": "Hướng dẫn", "KL": "Kết luận", "CTR": "Chương trình",
}  # fmt: skip
_TASK_COLUMNS = (
    Column("STT", 12, "center"),
    Column("Nhiệm vụ", 0),
    Column("Chủ trì", 27),
    Column("Phối hợp", 27),
    Column("Thời hạn", 25, "center"),
    Column("Sản phẩm", 27),
)
# A column of figures is as wide as its longest, within these bounds (millimetres).
_NARROWEST, _WIDEST, _LETTER, _PADDING = 15.0, 24.0, 2.35, 3.0


def draft_reasons(
    version: PlanVersion, issue: PlanIssue | None, sections: list[SectionView]
) -> list[Promise]:
    """Return why the version still prints as a draft; empty when its paper is fit to sign."""
    reasons: list[Promise] = []
    if version.state not in _ISSUED_STATES:
        reasons.append(_("The version has not been sent."))
    if issue is None:
        reasons.append(_("No number, date and signer of the issue are recorded."))
    lines = (line for part in sections for line in part.targets)
    if any(not line.indicator.confirmed for line in lines):
        reasons.append(_("Some of its indicators are not confirmed by the ministry."))
    return reasons


def paper_of(
    version: PlanVersion,
    *,
    sections: list[SectionView],
    issue: PlanIssue | None,
    papers: list[PlanPaper],
) -> Paper:
    """Return the version as paper. At most three queries beside what is given.

    `sections` are read in Vietnamese (`document_of` under `translation.override("vi")`).
    """
    with translation.override("vi"):
        plan = version.plan
        unit, phase = plan.unit, plan.phase
        day = issue.issue_date if issue else None
        body = issuing_body(unit)
        names = {one.pk: own_name(one, day) for one in {unit, body, *_parents(body)}}
        abstract = f"Thực hiện {_lowered(phase.campaign.name_vi)}, {_lowered(phase.name_vi)}"
        superior = "".join(names[parent.pk] for parent in _parents(body))
        return Paper(
            superior=balanced(superior.upper(), ISSUER_LINE) if superior else (),
            issuer=balanced(names[body.pk].upper(), ISSUER_LINE),
            symbol=_symbol(issue, body),
            place_date=dated(body.place or unit.place or "Hà Nội", day),
            type_name="KẾ HOẠCH",
            abstract=balanced(abstract, ABSTRACT_LINE),
            bases=listed(_bases(sections, papers)),
            blocks=(
                Paragraph(f"{names[unit.pk]} ban hành Kế hoạch {_lowered(abstract)} như sau:"),
                *_parts(version, sections),
            ),
            signature=signature_of(unit, body, issue),
            recipients=listed(_recipients(unit, body, phase.campaign.host_unit)),
            watermark=WATERMARK if draft_reasons(version, issue, sections) else "",
        )


def _parents(body: Unit) -> list[Unit]:
    return [body.parent] if body.parent else []


def _symbol(issue: PlanIssue | None, body: Unit) -> str:
    if issue is None:
        return numbered("", f"KH-{body.abbreviation}")
    number, slash, rest = issue.number_symbol.removeprefix("Số:").strip().partition("/")
    return numbered(number.strip(), rest.strip()) if slash else f"Số: {number}"


def _lowered(text: str) -> str:
    """The text as it goes on inside a sentence; an abbreviation keeps its capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _bases(sections: list[SectionView], papers: list[PlanPaper]) -> list[str]:
    written = [
        line
        for part in sections
        if part.section.kind == Kind.LEGAL_BASES
        for block in part.blocks
        for line in block.lines
    ]
    said = " ".join(written)
    attached = [
        _basis(paper)
        for paper in papers
        if paper.kind == PaperKind.LEGAL_BASIS
        and (paper.number_symbol or paper.abstract)
        and not (paper.number_symbol and paper.number_symbol in said)
    ]
    return [
        line if line.lower().startswith(_BASIS_BEGINS) else f"Căn cứ {line}"
        for line in [*written, *attached]
    ]


def _basis(paper: PlanPaper) -> str:
    """Căn cứ Quyết định số 05/QĐ-BVHTTDL ngày 05 tháng 02 năm 2026 của … về …"""
    code = re.search(r"(?:^|/)([A-ZĐ]+)-", paper.number_symbol)
    words = ["Căn cứ", _TYPES.get(code.group(1), "Văn bản") if code else "Văn bản"]
    if paper.number_symbol:
        words.append(f"số {paper.number_symbol}")
    if paper.issue_date:
        words.append(dated("", paper.issue_date).removeprefix(", "))
    if paper.issuer:
        words.append(f"của {paper.issuer}")
    if paper.abstract:
        abstract = _lowered(paper.abstract)
        about = abstract.startswith(("về ", "ban hành ", "quy định ", "phê duyệt "))
        words.append(abstract if about else f"về {abstract}")
    return " ".join(words)


def _parts(version: PlanVersion, sections: list[SectionView]) -> list[PaperBlock]:
    by_kind = {part.section.kind: part for part in sections if not part.section.area}
    areas = [part for part in sections if part.section.area]
    blocks: list[PaperBlock] = [Part(1, "I. MỤC ĐÍCH, YÊU CẦU")]
    blocks += _content(version, by_kind.get(Kind.PURPOSE), "Mục đích, yêu cầu")
    blocks.append(Part(1, "II. NỘI DUNG THI ĐUA"))
    for number, part in enumerate(areas, start=1):
        name = part.section.area.name_vi if part.section.area else ""
        blocks.append(Part(2, f"{number}. {name}"))
        blocks += _content(version, part, name)
    blocks.append(Part(1, "III. TỔ CHỨC THỰC HIỆN"))
    blocks += _content(version, by_kind.get(Kind.ORGANISATION), "Tổ chức thực hiện")
    return blocks


def _content(version: PlanVersion, part: SectionView | None, title: str) -> list[PaperBlock]:
    if part is None or part.is_empty:
        from_paper = version.registered_from_paper
        return [Paragraph("(Theo bản giấy đã ban hành.)" if from_paper else "(Chưa có nội dung.)")]
    blocks: list[PaperBlock] = [*_text(part.blocks)]
    applicable = [line for line in part.targets if not line.not_applicable]
    spared = [line for line in part.targets if line.not_applicable]
    letters = iter("ab" if part.tasks and applicable else ("", ""))
    if part.tasks:
        blocks.append(_label(next(letters), "Nhiệm vụ cụ thể"))
        rows = tuple(_task_row(number, task) for number, task in enumerate(part.tasks, start=1))
        blocks.append(Table(_TASK_COLUMNS, rows, f"Nhiệm vụ: {title}"))
    if applicable:
        blocks.append(_label(next(letters), "Chỉ tiêu thi đua"))
        blocks.append(_target_table(applicable, title))
    if spared:
        names = "; ".join(line.indicator.name_vi for line in spared)
        blocks.append(Paragraph(f"Chỉ tiêu không áp dụng đối với đơn vị: {names}."))
    return blocks


def _label(letter: str, text: str) -> Paragraph:
    return Paragraph(f"{letter}) {text}:" if letter else f"{text}:", with_next=True)


def _text(blocks: list[Block]) -> list[Paragraph]:
    return [
        Paragraph(f"- {line}" if block.is_list else line)
        for block in blocks
        for line in block.lines
    ]


def _task_row(number: int, task: PlanTask) -> tuple[str, ...]:
    due = show_date(task.due_date) if task.due_date else "Thường xuyên"
    return (str(number), task.title, task.lead, task.partners, due, task.product)


def _target_table(lines: list[TargetLine], title: str) -> Table:
    years = [cell.year for cell in lines[0].years]
    rows = tuple(_target_row(number, line) for number, line in enumerate(lines, start=1))
    measured = [3, *range(4, 4 + len(years))]
    widths = {
        index: min(
            _WIDEST,
            max(_NARROWEST, _PADDING + _LETTER * max(_longest_word(row[index]) for row in rows)),
        )
        for index in measured
    }
    columns = (
        Column("STT", 12, "center"),
        Column("Chỉ tiêu", 0),
        Column("ĐVT", 17, "center"),
        Column("Giá trị gốc", max(20.0, widths[3]), "center"),
        *(Column(f"Năm {year}", widths[4 + i], "center") for i, year in enumerate(years)),
    )
    return Table(columns, rows, f"Chỉ tiêu: {title}")


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _target_row(number: int, line: TargetLine) -> tuple[str, ...]:
    indicator = line.indicator
    name = indicator.name_vi if indicator.confirmed else f"{indicator.name_vi} (chưa xác nhận)"
    if line.note:
        name = f"{name}. Ghi chú: {line.note}"
    baseline = _value(line.baseline)
    if line.baseline and line.baseline_year:
        baseline = f"{baseline} (năm {line.baseline_year})"
    years = (_value(cell.value) for cell in line.years)
    return (str(number), name, indicator.unit_of_measure_vi, baseline, *years)


def _value(value: Value | None) -> str:
    if value is None:
        return "–"
    return f"{value.text} ({value.parts})" if value.parts else value.text


def _recipients(unit: Unit, body: Unit, host: Unit) -> list[str]:
    """Who gets the paper: above, the department that leads, inside, the archive (9b)."""
    lines = [f"- {parent.name_vi} (để báo cáo)" for parent in _parents(body)]
    if host.pk != unit.pk:
        lines.append(f"- {host.name_vi}")
    lines.append(f"- Lãnh đạo {unit.name_vi}")
    lines.append("- Các đơn vị liên quan (để thực hiện)")
    archive = "" if body.pk == unit.pk else f", {unit.abbreviation}"
    return [*lines, f"- Lưu: VT{archive}"]
