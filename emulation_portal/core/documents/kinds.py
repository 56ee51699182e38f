"""The kinds of official paper: the model forms of Decree 30/2020/NĐ-CP, Annex III."""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """The model forms of Annex III, section II.1, by their number there."""

    RESOLUTION = "1.1"
    DECISION = "1.2"
    DECISION_PROMULGATING = "1.3"
    NAMED = "1.4"
    LETTER = "1.5"
    TELEGRAM = "1.6"
    INVITATION = "1.7"
    INTRODUCTION = "1.8"
    MINUTES = "1.9"
    LEAVE = "1.10"


@dataclass(frozen=True)
class DocumentType:
    """A type of paper: its form, its name and the abbreviation its number carries.

    `resolves` is the line between the bases and the articles. A letter has no name: what it is
    about stands under its number.
    """

    form: Form
    code: str
    name: str
    resolves: str = ""

    def symbol(self, body: str, drafter: str = "") -> str:
        """Return the symbol: "KH-BVHTTDL"; of a letter body and drafting unit, "BVHTTDL-TCCB"."""
        return "-".join(part for part in (self.code, body, drafter) if part)


RESOLUTION = DocumentType(Form.RESOLUTION, "NQ", "NGHỊ QUYẾT", "QUYẾT NGHỊ:")
DECISION = DocumentType(Form.DECISION, "QĐ", "QUYẾT ĐỊNH", "QUYẾT ĐỊNH:")
DECISION_PROMULGATING = DocumentType(
    Form.DECISION_PROMULGATING, "QĐ", "QUYẾT ĐỊNH", "QUYẾT ĐỊNH:"
)  # fmt: skip
PLAN = DocumentType(Form.NAMED, "KH", "KẾ HOẠCH")
REPORT = DocumentType(Form.NAMED, "BC", "BÁO CÁO")
SUBMISSION = DocumentType(Form.NAMED, "TTr", "TỜ TRÌNH")
NOTICE = DocumentType(Form.NAMED, "TB", "THÔNG BÁO")
GUIDANCE = DocumentType(Form.NAMED, "HD", "HƯỚNG DẪN")
LETTER = DocumentType(Form.LETTER, "", "")
TELEGRAM = DocumentType(Form.TELEGRAM, "CĐ", "CÔNG ĐIỆN")
INVITATION = DocumentType(Form.INVITATION, "GM", "GIẤY MỜI")
INTRODUCTION = DocumentType(Form.INTRODUCTION, "GGT", "GIẤY GIỚI THIỆU")
MINUTES = DocumentType(Form.MINUTES, "BB", "BIÊN BẢN")
LEAVE = DocumentType(Form.LEAVE, "GNP", "GIẤY NGHỈ PHÉP")
