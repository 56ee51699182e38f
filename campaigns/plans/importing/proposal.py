"""A proposal: the pieces of a text, and for each the section it is thought to belong to.

A proposal is made anew from its source on every request; pieces keep their keys as long as the
source stays the same, so that nothing has to be stored between the pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator
from campaigns.plans.rows import TargetRow, TaskRow
from emulation_portal.formats.writing import show_date

LEAVE_OUT = "-"
AS_TEXT = "text:"


class Certainty(models.TextChoices):
    """How sure a guess is. Of an open one the officer decides: nothing is assumed."""

    SURE = "sure", _("Sure")
    LIKELY = "likely", _("Likely")
    UNSURE = "unsure", _("Unsure – please check")
    OPEN = "open", _("Not recognised – please choose")


@dataclass(frozen=True)
class Guess:
    """The section a piece is thought to belong to (its key, LEAVE_OUT, or "" for unknown)."""

    section: str
    certainty: Certainty
    why: Any = ""

    def weaker(self) -> "Guess":
        """The same guess, but not above likely."""
        if self.certainty == Certainty.SURE:
            return replace(self, certainty=Certainty.LIKELY)
        return self


UNKNOWN = Guess("", Certainty.OPEN)


@dataclass(frozen=True)
class TextPiece:
    """A run of paragraphs under one heading of the source."""

    origin: str
    text: str
    guess: Guess
    key: str = ""


@dataclass(frozen=True)
class TaskLine:
    """A row read as a task; `notes` say what of the row could not be taken over as it stands."""

    task: TaskRow
    notes: tuple[Any, ...] = ()
    certainty: Certainty = Certainty.SURE


@dataclass(frozen=True)
class TaskPiece:
    """Rows of a table that would become tasks of one section."""

    origin: str
    rows: tuple[TaskLine, ...]
    guess: Guess
    key: str = ""

    def as_text(self) -> str:
        """The tasks as lines of a list, for a section that has no tasks of its own."""
        return "\n".join(f"- {_in_words(line.task)}" for line in self.rows)


@dataclass(frozen=True)
class TargetLine:
    """A row read as a target of one indicator. Its section is the indicator's own."""

    indicator: Indicator
    row: TargetRow
    source: str
    certainty: Certainty
    notes: tuple[Any, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TargetPiece:
    """Rows of a table that would become targets."""

    origin: str
    rows: tuple[TargetLine, ...]
    key: str = ""


@dataclass
class Proposal:
    """All that a source would bring, and what of it does not come along."""

    texts: list[TextPiece] = field(default_factory=list)
    tasks: list[TaskPiece] = field(default_factory=list)
    targets: list[TargetPiece] = field(default_factory=list)
    # (heading, lines) of what stays behind, and why.
    left_behind: list[tuple[Any, list[Any]]] = field(default_factory=list)
    # (label, text) of what the head of a document says, to be copied into another page.
    facts: list[tuple[Any, str]] = field(default_factory=list)

    def keyed(self) -> "Proposal":
        """Give every piece the key its form fields are named by."""
        self.texts = [replace(piece, key=f"text{n}") for n, piece in enumerate(self.texts)]
        self.tasks = [replace(piece, key=f"tasks{n}") for n, piece in enumerate(self.tasks)]
        self.targets = [replace(piece, key=f"targets{n}") for n, piece in enumerate(self.targets)]
        return self

    @property
    def is_empty(self) -> bool:
        return not (self.texts or self.tasks or self.targets)

    @property
    def open_count(self) -> int:
        """How many pieces nobody could place: the officer has to."""
        pieces: Iterator[TextPiece | TaskPiece] = iter([*self.texts, *self.tasks])
        return sum(piece.guess.certainty == Certainty.OPEN for piece in pieces)


def _in_words(task: TaskRow) -> str:
    parts = [task.title]
    for label, said in (
        ("chủ trì", task.lead),
        ("phối hợp", task.partners),
        ("thời hạn", show_date(task.due_date) if task.due_date else ""),
        ("sản phẩm", task.product),
    ):
        if said:
            parts.append(f"{label}: {said}")
    return "; ".join(parts)
