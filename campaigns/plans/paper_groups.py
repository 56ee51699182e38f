"""The papers of a version as people look for them: by kind, annexes with their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.plans.models import PaperKind, PlanPaper

_ORDER = (PaperKind.LEGAL_BASIS, PaperKind.ANNEX, PaperKind.HEAD_SIGNED, PaperKind.SOURCE)
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True)
class PaperLine:
    """A paper in its group: its number where the kind has one, and whether it can be moved."""

    paper: PlanPaper
    number: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class PaperGroup:
    kind: PaperKind
    lines: tuple[PaperLine, ...]


def grouped(papers: Sequence[PlanPaper]) -> list[PaperGroup]:
    """Return the groups that have papers, each in the order of `papers`.

    Annexes carry Roman numerals by Decree 30/2020; a single annex carries none.
    """
    groups = []
    for kind in _ORDER:
        own = [paper for paper in papers if paper.kind == kind]
        numbered = kind == PaperKind.ANNEX and len(own) > 1
        lines = tuple(
            PaperLine(
                paper,
                number=roman(place) if numbered else "",
                is_first=place == 1,
                is_last=place == len(own),
            )
            for place, paper in enumerate(own, start=1)
        )
        if lines:
            groups.append(PaperGroup(kind, lines))
    return groups


def roman(number: int) -> str:
    """Return `number`, at least 1, in Roman numerals."""
    text = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text
