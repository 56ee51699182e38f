"""A version of a plan as official paper: a "kế hoạch" by Decree 30/2020/NĐ-CP, Annex I.

Official paper is Vietnamese whatever the reader's language. The words of the paper are
therefore written here, as the decree and the ministry's own plans have them.
"""

import re
from dataclasses import replace

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.plans.document import Block, SectionView
from campaigns.plans.models import PaperKind, PlanIssue, PlanPaper, PlanVersion
from campaigns.plans.models import SectionKind as Kind
from campaigns.plans.signing import Head, issuing_body, own_name, signature_of
from campaigns.plans.states import PlanState
from campaigns.plans.tables import Annexes, target_table, task_table
from emulation_portal.core.documents import kinds
from emulation_portal.core.documents.codes import RecordCode
from emulation_portal.core.documents.lines import (
    ABSTRACT_LINE,
    ISSUER_LINE,
    attached_to,
    balanced,
    closed,
    dated,
    day_in_words,
    listed,
    numbered,
)
from emulation_portal.core.documents.model import Block as PaperBlock
from emulation_portal.core.documents.model import Paper, Paragraph, Part
from units.models import Unit

WATERMARK = "BẢN NHÁP"
_ISSUED_STATES = (PlanState.SENT, PlanState.RETURNED, PlanState.ACCEPTED)
_BASIS_BEGINS = ("căn cứ", "thực hiện", "theo ", "xét ", "trên cơ sở", "để ")
_TYPES = {
    "NQ": "Nghị quyết", "NĐ": "Nghị định", "QĐ": "Quyết định", "CT": "Chỉ thị", "TT": "Thông tư",
    "KH": "Kế hoạch", "TB": "Thông báo", "HD": "Hướng dẫn", "KL": "Kết luận", "CTR": "Chương trình",
}  # fmt: skip


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
    if any(part.is_empty for part in sections):
        reasons.append(_("Some of its parts have no content in the portal."))
    return reasons


def paper_of(
    version: PlanVersion,
    *,
    sections: list[SectionView],
    issue: PlanIssue | None,
    papers: list[PlanPaper],
    head: Head | None = None,
) -> Paper:
    """Return the version as paper fit to sign. At most three queries beside what is given.

    `sections` are read in Vietnamese (`document_of` under `translation.override("vi")`). `head`
    signs as long as no issue says who did. Long task lists and wide tables become annexes.
    """
    with translation.override("vi"):
        plan = version.plan
        unit, phase = plan.unit, plan.phase
        day = issue.issue_date if issue else None
        body = issuing_body(unit)
        names = {one.pk: own_name(one, day) for one in {unit, body, *_parents(body)}}
        abstract = f"Thực hiện {_lowered(phase.campaign.name_vi)}, {_lowered(phase.name_vi)}"
        superior = "".join(names[parent.pk] for parent in _parents(body))
        symbol = _symbol(issue, body)
        annexes = Annexes(attached_to("Kế hoạch", symbol, day, names[body.pk]), sections)
        opening = f"{names[unit.pk]} ban hành Kế hoạch {_lowered(abstract)} như sau:"
        return Paper(
            type=kinds.PLAN,
            superior=balanced(superior.upper(), ISSUER_LINE) if superior else (),
            issuer=balanced(names[body.pk].upper(), ISSUER_LINE),
            symbol=symbol,
            place_date=dated(body.place or unit.place or "Hà Nội", day),
            abstract=balanced(abstract, ABSTRACT_LINE),
            bases=listed(_bases(sections, papers)),
            blocks=_ended(
                [Paragraph(opening), *_parts(version, sections, annexes), *_enclosed(papers)],
                f"Trên đây là Kế hoạch của {names[unit.pk]}",
            ),
            signature=signature_of(unit, body, issue, head),
            recipients=listed(_recipients(unit, body, phase.campaign.host_unit)),
            annexes=annexes.made,
        )


def as_draft(paper: Paper, record: RecordCode) -> Paper:
    """Return `paper` as it circulates before it is fit to sign."""
    return replace(paper, watermark=WATERMARK, record=record)


def _parents(body: Unit) -> list[Unit]:
    return [body.parent] if body.parent else []


def _symbol(issue: PlanIssue | None, body: Unit) -> str:
    if issue is None:
        return numbered("", kinds.PLAN.symbol(body.abbreviation))
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
    return f"Căn cứ {_cited(paper)}"


def _cited(paper: PlanPaper) -> str:
    """A text as it is named the first time: type, number, date, issuer, what it is about."""
    code = re.search(r"(?:^|/)([A-ZĐ]+)-", paper.number_symbol)
    words = [_TYPES.get(code.group(1), "Văn bản") if code else "Văn bản"]
    if paper.number_symbol:
        words.append(f"số {paper.number_symbol}")
    if paper.issue_date:
        words.append(day_in_words(paper.issue_date))
    if paper.issuer:
        words.append(f"của {paper.issuer}")
    if paper.abstract:
        abstract = _lowered(paper.abstract)
        about = abstract.startswith(("về ", "ban hành ", "quy định ", "phê duyệt "))
        words.append(abstract if about else f"về {abstract}")
    return " ".join(words)


def _enclosed(papers: list[PlanPaper]) -> list[Paragraph]:
    """The files attached as annexes: they go out with the paper, each as it is."""
    lines = [
        f"- {_cited(paper) if paper.number_symbol else paper.abstract or paper.attachment.original_name}"
        for paper in papers
        if paper.kind == PaperKind.ANNEX
    ]
    if not lines:
        return []
    opening = Paragraph("Tài liệu gửi kèm Kế hoạch này:", with_next=True)
    return [opening, *(Paragraph(line) for line in listed(lines))]


def _ended(blocks: list[PaperBlock], closing: str) -> tuple[PaperBlock, ...]:
    """The last sentence ends with "./."; behind a table stands a `closing` one."""
    *before, last = blocks
    if not isinstance(last, Paragraph):
        return (*blocks, Paragraph(closed(closing)))
    return (*before, replace(last, text=closed(last.text)))


def _parts(version: PlanVersion, sections: list[SectionView], annexes: Annexes) -> list[PaperBlock]:
    by_kind = {part.section.kind: part for part in sections if not part.section.area}
    areas = [part for part in sections if part.section.area]
    blocks: list[PaperBlock] = [Part(1, "I. MỤC ĐÍCH, YÊU CẦU")]
    blocks += _content(version, by_kind.get(Kind.PURPOSE), "Mục đích, yêu cầu", annexes)
    blocks.append(Part(1, "II. NỘI DUNG THI ĐUA"))
    for number, part in enumerate(areas, start=1):
        name = part.section.area.name_vi if part.section.area else ""
        blocks.append(Part(2, f"{number}. {name}"))
        blocks += _content(version, part, name, annexes)
    blocks.append(Part(1, "III. TỔ CHỨC THỰC HIỆN"))
    blocks += _content(version, by_kind.get(Kind.ORGANISATION), "Tổ chức thực hiện", annexes)
    return blocks


def _content(
    version: PlanVersion, part: SectionView | None, title: str, annexes: Annexes
) -> list[PaperBlock]:
    if part is None or part.is_empty:
        from_paper = version.registered_from_paper
        return [Paragraph("(Theo bản giấy đã ban hành.)" if from_paper else "(Chưa có nội dung.)")]
    blocks: list[PaperBlock] = [*_text(part.blocks)]
    applicable = [line for line in part.targets if not line.not_applicable]
    spared = [line for line in part.targets if line.not_applicable]
    letters = iter("ab" if part.tasks and applicable else ("", ""))
    if part.tasks:
        table = task_table(part.tasks, title)
        blocks += annexes.placed(next(letters), "Nhiệm vụ cụ thể", title, table)
    if applicable:
        table = target_table(applicable, title)
        blocks += annexes.placed(next(letters), "Chỉ tiêu thi đua", title, table)
    if spared:
        names = "; ".join(line.indicator.name_vi for line in spared)
        blocks.append(Paragraph(f"Chỉ tiêu không áp dụng đối với đơn vị: {names}."))
    return blocks


def _text(blocks: list[Block]) -> list[Paragraph]:
    return [
        Paragraph(f"- {line}" if block.is_list else line)
        for block in blocks
        for line in block.lines
    ]


def _recipients(unit: Unit, body: Unit, host: Unit) -> list[str]:
    """Who gets the paper: above, the department that leads, inside, the archive (9b)."""
    lines = [f"- {parent.name_vi} (để báo cáo)" for parent in _parents(body)]
    if host.pk != unit.pk:
        lines.append(f"- {host.name_vi}")
    lines.append(f"- Lãnh đạo {unit.name_vi}")
    lines.append("- Các đơn vị liên quan (để thực hiện)")
    archive = "" if body.pk == unit.pk else f", {unit.abbreviation}"
    return [*lines, f"- Lưu: VT{archive}"]
