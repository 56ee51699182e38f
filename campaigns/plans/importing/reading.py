"""A .docx as a proposal: headings to sections, tables to tasks and targets, all else as text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator
from campaigns.plans.importing.headings import (
    LEGAL_BASES,
    Mark,
    Sections,
    bare,
    mark_of,
)
from campaigns.plans.importing.proposal import (
    LEAVE_OUT,
    UNKNOWN,
    Certainty,
    Guess,
    Proposal,
    TargetLine,
    TargetPiece,
    TaskLine,
    TaskPiece,
    TextPiece,
)
from campaigns.plans.importing.rows_of_tables import target_rows, task_rows, text_of_row
from campaigns.plans.importing.tables import columns_of
from campaigns.plans.rows import TargetRow
from emulation_portal.core.documents.word_reading import Block, TextParagraph, TextTable
from emulation_portal.core.text import fold

# A document with more headings than this is no plan; the rest is read as text.
_MOST_HEADINGS = 300
_LONGEST_HEADING = 320
_BASIS = ("can cu ", "thuc hien quyet dinh", "thuc hien ke hoach so", "thuc hien chi thi", "thuc hien nghi quyet",
          "thuc hien cong van", "xet de nghi", "theo de nghi")  # fmt: skip
_HEAD_WORDS = ("cong hoa xa hoi chu nghia", "doc lap - tu do - hanh phuc", "doc lap – tu do")
_FOOT_WORDS = ("noi nhan", "tm.", "kt.", "tl.", "tuq.", "q.", "nguoi ky", "thu truong don vi")
_LABELS = {"nhiem vu cu the", "chi tieu thi dua", "nhiem vu", "chi tieu", "bang nhiem vu", "cu the nhu sau",
           "phan cong nhiem vu", "bieu chi tieu", "cac nhiem vu cu the", "cac chi tieu cu the", "chi tieu cu the",
           "nhiem vu trong tam", "nhu sau"}  # fmt: skip
_NOT_APPLICABLE = "chi tieu khong ap dung doi voi don vi"
_EMPTY_PARTS = ("(chưa có nội dung.)", "(theo bản giấy đã ban hành.)")
_NUMBER = re.compile(r"Số\s*:\s*([0-9]{1,5}\s*/\s*[A-ZĐ0-9&\-–]+(?:/[A-ZĐ0-9&\-–]+)?)")
_PLACE_DATE = re.compile(r"ngày\s+([0-9]{1,2})\s+tháng\s+([0-9]{1,2})\s+năm\s+(20[0-9]{2})")


@dataclass
class _Run:
    """Paragraphs being gathered for one section."""

    origin: str
    guess: Guess
    lines: list[str] = field(default_factory=list)


class _Walk:
    """One pass over a document, with the section that headings have led to."""

    def __init__(
        self, sections: Sections, indicators: Sequence[Indicator], years: Sequence[int]
    ) -> None:
        self.sections, self.indicators, self.years = sections, indicators, years
        self.proposal = Proposal()
        self.run = _Run(str(_("Before the first heading")), UNKNOWN)
        self.in_container = False
        self.section_rank = 0
        self.seen_heading = self.seen_basis = False
        self.headings = 0
        self.taken: set[int] = set()

    # --- Paragraphs --------------------------------------------------------------------

    def paragraph(self, paragraph: TextParagraph) -> None:
        text = paragraph.whole
        folded = fold(text)
        if folded in map(fold, _EMPTY_PARTS):
            return
        if not self.seen_heading and self._before_headings(paragraph, folded):
            return
        if self._heading(paragraph, text):
            return
        if folded.startswith(_NOT_APPLICABLE):
            if rest := self._spared(text):
                self.run.lines.append(rest)
            return
        # Official paper ends its last sentence with "./."; a section's text does not.
        self.run.lines.append(f"{text[:-3]}." if text.endswith("./.") else text)

    def _before_headings(self, paragraph: TextParagraph, folded: str) -> bool:
        """Take what stands before the first heading: head, title, legal bases, first sentence."""
        named = self.sections.guess(paragraph.whole) if len(folded) < 40 else None
        if named is not None and named.certainty == Certainty.SURE:
            return False  # "Căn cứ pháp lý" is a heading, not a basis
        if folded.startswith(_BASIS) and mark_of(paragraph.text) is None:
            self._turn(str(_("Legal bases at the beginning")),
                       Guess(LEGAL_BASES, Certainty.SURE, _("begins with “Căn cứ”")),
                       keep=self.seen_basis)  # fmt: skip
            self.run.lines.append(paragraph.text)
            self.seen_basis = True
            return True
        if self.seen_basis:
            if paragraph.italic and folded.endswith((";", ".")):
                self.run.lines.append(paragraph.text)
                return True
            if folded.endswith(("nhu sau:", "nhu sau.")):
                self._turn(str(_("Sentence before the first part")),
                           Guess(LEAVE_OUT, Certainty.SURE, _("the printed plan has its own")))  # fmt: skip
                self.run.lines.append(paragraph.text)
                return True
            return False
        title = folded.startswith(("ke hoach", "cong hoa", "so:", "doc lap")) or paragraph.centred
        if (
            title
            and self.sections.guess(paragraph.whole) is None
            and mark_of(paragraph.text) is None
        ):
            self._turn(str(_("Head and title of the document")),
                       Guess(LEAVE_OUT, Certainty.SURE, _("the printed plan has its own")),
                       keep=self.run.guess.section == LEAVE_OUT)  # fmt: skip
            self.run.lines.append(paragraph.text)
            return True
        return False

    def _turn(self, origin: str, guess: Guess, *, keep: bool = False) -> None:
        """Go over to another section; `keep` goes on where the run is of that section already."""
        if keep and self.run.guess.section == guess.section:
            return
        self._close()
        self.run = _Run(origin, guess)

    def _heading(self, paragraph: TextParagraph, text: str) -> bool:
        """Take a heading that leads to a section, or away from the present one."""
        if len(text) > _LONGEST_HEADING or self.headings >= _MOST_HEADINGS:
            return False
        mark = mark_of(text)
        strong = _is_strong(paragraph, mark)
        if not strong and mark is None:
            return False
        self.headings += 1
        if self.sections.is_container(text) and (strong or (mark and mark.rank == 1)):
            self._turn(text, UNKNOWN)
            self.in_container, self.section_rank = True, mark.rank if mark else 1
            self.seen_heading = True
            return True
        guess = self.sections.guess(text, in_container=self.in_container)
        if guess is not None and self._believed(guess, mark, text, strong=strong):
            below = self.in_container and guess.section.startswith("area-")
            self.in_container = below
            self.section_rank = mark.rank if mark else 1
            self._turn(text.rstrip(":"), guess)
            self.seen_heading = True
            return True
        if strong and (mark is None or mark.rank == 1) and (paragraph.level == 1 or mark):
            self._turn(text, UNKNOWN)
            self.in_container, self.section_rank = False, 1
            self.seen_heading = True
            return True
        return False

    def _believed(self, guess: Guess, mark: Mark | None, text: str, *, strong: bool) -> bool:
        """Whether a line that resembles a heading is one, not a sentence of the section."""
        if guess.section == self.run.guess.section and not strong:
            return False
        if guess.certainty == Certainty.UNSURE and not (strong and self.in_container):
            return False
        deeper = mark is not None and mark.rank > max(self.section_rank, 2)
        inside = bool(self.run.guess.section) and self.run.guess.section != LEAVE_OUT
        if inside and deeper and not (self.in_container and guess.certainty == Certainty.SURE):
            return False
        if not strong and text.endswith((".", ";", ",")):
            return guess.certainty == Certainty.SURE and mark is not None
        return strong or guess.certainty == Certainty.SURE or len(text) < 160

    def _spared(self, text: str) -> str:
        """Read "does not apply to the unit: …" as targets; return what names no indicator."""
        names = [name.strip(" .") for name in text.partition(":")[2].split(";")]
        by_name = {bare(one.name_vi): one for one in self.indicators if one.not_applicable_allowed}
        lines, rest = [], []
        for name in filter(None, names):
            indicator = by_name.get(bare(name))
            if indicator is None or indicator.pk in self.taken:
                rest.append(name)
                continue
            self.taken.add(indicator.pk)
            row = TargetRow(indicator.pk, not_applicable=True)
            lines.append(TargetLine(indicator, row, name, Certainty.SURE))
        if lines:
            self.proposal.targets.append(TargetPiece(self.run.origin, tuple(lines)))
        return f"{text.partition(':')[0]}: {'; '.join(rest)}." if rest else ""

    # --- Tables ------------------------------------------------------------------------

    def table(self, table: TextTable) -> None:
        text = "\n".join(line for row in table.rows if (line := text_of_row(row)))
        folded = fold(text)
        if any(word in folded for word in _HEAD_WORDS) and not self.seen_heading:
            self._head(text)
            return
        if folded.startswith(_FOOT_WORDS) or "noi nhan:" in folded[:400]:
            self._aside(_("Recipients and signature"), text)
            return
        columns = columns_of(table)
        label = self._label()
        if columns is None:
            if label:
                self.run.lines.append(label)
            self._other_table(table, text)
        elif columns.kind == "tasks":
            for group in task_rows(table, columns, self.years):
                guess = self.run.guess
                if group.heading:
                    named = self.sections.guess(group.heading, in_container=True)
                    guess = named or UNKNOWN
                self._tasks(group.heading or label, group.lines, guess)
                self._left(group.heading or label, group.left, guess)
        else:
            found = target_rows(table, columns, self.indicators, self.years)
            lines = [line for line in found.lines if line.indicator.pk not in self.taken]
            twice = [line.source for line in found.lines if line.indicator.pk in self.taken]
            self.taken |= {line.indicator.pk for line in lines}
            if lines:
                self.proposal.targets.append(TargetPiece(self._origin(label), tuple(lines)))
            self._left(label, [*found.left, *twice], self.run.guess)

    def _tasks(self, heading: str, lines: list[TaskLine], guess: Guess) -> None:
        """Offer tasks to a content area; rows of no area are told apart by their own wording."""
        if not lines:
            return
        origin = self._origin(heading)
        if guess.section.startswith("area-"):
            self.proposal.tasks.append(TaskPiece(origin, tuple(lines), guess))
            return
        by_area: dict[str, list[TaskLine]] = {}
        for line in lines:
            area = self.sections.area_of(line.task.title, least=0.4)
            by_area.setdefault(f"area-{area.number}" if area else "", []).append(line)
        for section, some in by_area.items():
            told = Guess(section, Certainty.UNSURE, _("by the wording of the tasks"))
            self.proposal.tasks.append(TaskPiece(origin, tuple(some), told if section else UNKNOWN))

    def _left(self, heading: str, lines: list[str], guess: Guess) -> None:
        """Offer what of a table was not understood, as text, without deciding where it goes."""
        if lines:
            origin = str(
                _("Not understood in a table: %(where)s") % {"where": self._origin(heading)}
            )
            why = _("choose a section to keep it as text")
            self._piece(origin, "\n".join(f"- {line}" for line in lines), replace(UNKNOWN, why=why))

    def _other_table(self, table: TextTable, text: str) -> None:
        if len(table.rows) == 1 or all(len(row.cells) == 1 for row in table.rows):
            self.run.lines += text.split("\n")  # a frame around text, not a table
            return
        guess = self.run.guess
        why = _("a table of another kind, kept as lines of text")
        kept = Guess(guess.section, Certainty.UNSURE, why) if guess.section else UNKNOWN
        origin = str(_("Table: %(where)s") % {"where": self._origin("")})
        self._piece(origin, "\n".join(f"- {line}" for line in text.split("\n")), kept)

    def _label(self) -> str:
        """Take the line above a table that only announces it: "a) Nhiệm vụ cụ thể:"."""
        if not self.run.lines:
            return ""
        last = self.run.lines[-1]
        if bare(last) in _LABELS or (
            len(last) < 120 and last.endswith(":") and bare(last).startswith(tuple(_LABELS))
        ):
            return self.run.lines.pop().rstrip(":")
        return ""

    def _origin(self, heading: str) -> str:
        if heading and heading != self.run.origin:
            return f"{self.run.origin} › {heading}" if self.run.guess.section else heading
        return self.run.origin

    # --- Head, foot, pieces ------------------------------------------------------------

    def _head(self, text: str) -> None:
        one_line = " ".join(text.split())
        if number := _NUMBER.search(one_line):
            self.proposal.facts.append((_("Number and symbol"), number[1].replace(" ", "")))
        if day := _PLACE_DATE.search(one_line):
            shown = f"{int(day[1]):02d}/{int(day[2]):02d}/{day[3]}"
            self.proposal.facts.append((_("Date of issue"), shown))
        self._aside(_("Head and title of the document"), text)

    def _aside(self, origin: Any, text: str) -> None:
        why = _("the printed plan has its own")
        self._piece(str(origin), text, Guess(LEAVE_OUT, Certainty.SURE, why))

    def _piece(self, origin: str, text: str, guess: Guess) -> None:
        self.proposal.texts.append(TextPiece(origin, text, guess))

    def _close(self) -> None:
        if self.run.lines:
            self._piece(self.run.origin, "\n".join(self.run.lines), self.run.guess)
        self.run.lines = []

    def finish(self) -> Proposal:
        self._close()
        texts = self.proposal.texts
        # What belongs to one section under the same heading is one piece, tables in between or not.
        joined: list[TextPiece] = []
        for piece in texts:
            same = next(
                (at for at, one in enumerate(joined)
                 if (one.origin, one.guess.section, one.guess.certainty)
                 == (piece.origin, piece.guess.section, piece.guess.certainty)),
                None,
            )  # fmt: skip
            if same is None:
                joined.append(piece)
            else:
                joined[same] = replace(joined[same], text=f"{joined[same].text}\n{piece.text}")
        self.proposal.texts = joined
        return self.proposal.keyed()


def _is_strong(paragraph: TextParagraph, mark: Mark | None) -> bool:
    """Whether the form of a line says heading: its style, bold letters, capitals, a Roman number."""
    letters = [letter for letter in paragraph.text if letter.isalpha()]
    capitals = len(letters) > 3 and all(letter.isupper() for letter in letters)
    by_form = (
        paragraph.level is not None or capitals or (paragraph.bold and len(paragraph.text) < 250)
    )
    return by_form or (mark is not None and mark.rank == 1 and len(paragraph.text) < 160)


def proposal_from_document(
    blocks: Sequence[Block],
    *,
    sections: Sections,
    indicators: Sequence[Indicator],
    years: Sequence[int],
) -> Proposal:
    """Return what a document would bring into a plan with these sections and indicators.

    Every paragraph and row of the document is in one of the pieces: what no rule places stands
    there as text that the officer places or leaves out.
    """
    walk = _Walk(sections, indicators, years)
    for block in blocks:
        if isinstance(block, TextTable):
            walk.table(block)
        else:
            walk.paragraph(block)
    return walk.finish()
