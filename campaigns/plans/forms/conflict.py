"""Choosing what stays when a section was saved twice from the same beginning."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator
from campaigns.plans.forms.section import NARRATIVE_LIMIT
from campaigns.plans.merging import Merge, Slot
from campaigns.plans.queries import SectionContent
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core.forms import BaseForm
from emulation_portal.formats.writing import show_date, show_number

MINE, THEIRS, BOTH = "mine", "theirs", "both"
# Words compared with words; longer texts are compared by lines only.
_MOST_WORDS = 2000
_WORD = re.compile(r"\s*\S+\s*|\s+")


@dataclass(frozen=True)
class Line:
    """One fact of a row in both contents."""

    label: str
    mine: str
    theirs: str

    @property
    def differs(self) -> bool:
        return self.mine != self.theirs


@dataclass(frozen=True)
class Dispute:
    """A row that both have changed: the question, and what each of them says."""

    title: str
    field: forms.BoundField
    lines: list[Line]
    gone_from_mine: bool
    gone_from_theirs: bool


class ConflictForm(BaseForm):
    """One question for the text, and one for each task and indicator both have changed."""

    keep_narrative = forms.ChoiceField(
        label=_("Which text stays?"),
        choices=[
            (BOTH, _("A text merged from both, as edited below")),
            (MINE, _("My text")),
            (THEIRS, _("The other text, as saved")),
        ],
        initial=BOTH,
        widget=forms.RadioSelect,
    )
    merged = forms.CharField(
        label=_("Merged text"),
        required=False,
        max_length=NARRATIVE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Both texts stand here, the saved one first. Edit them into one."),
    )
    saved_version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        merge: Merge,
        indicators: dict[int, Indicator] | None = None,
        years: list[int] | None = None,
        **kwargs: Any,
    ) -> None:
        self.merge = merge
        self.indicators, self.years = indicators or {}, years or []
        mine, theirs = merge.mine, merge.theirs
        initial = {
            "saved_version": theirs.lock_version,
            "merged": f"{theirs.narrative}\n\n{mine.narrative}".strip(),
        }
        super().__init__(*args, initial=initial, **kwargs)
        if merge.narrative is not None:
            del self.fields["keep_narrative"]
            del self.fields["merged"]
        for slot in self._disputed_tasks():
            self.fields[f"keep_task_{slot.key}"] = _choice(slot, _("Which task stays?"))
        for target in self._disputed_targets():
            self.fields[f"keep_target_{target.key}"] = _choice(target, _("Which targets stay?"))

    def _disputed_tasks(self) -> list[Slot[TaskRow]]:
        return [slot for slot in self.merge.tasks if slot.disputed]

    def _disputed_targets(self) -> list[Slot[TargetRow]]:
        return [slot for slot in self.merge.targets if slot.disputed]

    def resolved(self) -> SectionContent:
        """Return the content chosen, ready to be saved over the other's save."""
        cleaned = self.cleaned_data
        mine, theirs = self.merge.mine, self.merge.theirs
        narrative = {
            MINE: mine.narrative,
            THEIRS: theirs.narrative,
            BOTH: cleaned.get("merged", "").strip(),
        }[cleaned.get("keep_narrative", MINE)]
        prefixes = ("keep_task_", "keep_target_")
        chosen = {
            name.removeprefix(prefix): value
            for prefix in prefixes
            for name, value in cleaned.items()
            if name.startswith(prefix)
        }
        return self.merge.content(narrative=narrative, chosen=chosen)

    def taken(self) -> list[str]:
        """What only the other save has changed, by name: it stays without a question."""
        merge = self.merge
        names = []
        if merge.narrative is not None and merge.narrative != merge.mine.narrative:
            names.append(str(_("Text of this part")))
        for slot in merge.tasks:
            shown = slot.theirs or slot.mine
            if shown and not slot.disputed and slot.settled != slot.mine and slot.key:
                names.append(_TASK_NAME % {"task": shown.title})
        for target in merge.targets:
            indicator = self.indicators.get(int(target.key))
            if indicator and not target.disputed and target.settled != target.mine:
                names.append(indicator.name)
        return names

    def texts(self) -> tuple[list[tuple[bool, str]], list[tuple[bool, str]]]:
        """Both texts in pieces, each with whether the other lacks it: mine, then theirs."""
        return marked(self.merge.mine.narrative, self.merge.theirs.narrative)

    def task_disputes(self) -> list[Dispute]:
        """The tasks that need a choice, in the order of the page."""
        found = []
        for slot in self._disputed_tasks():
            shown = slot.theirs or slot.mine
            lines = [
                Line(str(label), _task_text(slot.mine, name), _task_text(slot.theirs, name))
                for name, label in _TASK_LABELS
            ]
            found.append(
                Dispute(
                    title=shown.title if shown else "",
                    field=self[f"keep_task_{slot.key}"],
                    lines=[line for line in lines if line.mine or line.theirs],
                    gone_from_mine=slot.mine is None,
                    gone_from_theirs=slot.theirs is None,
                )
            )
        return found

    def target_disputes(self) -> list[Dispute]:
        """The indicators that need a choice, in the order of the page."""
        found = []
        for slot in self._disputed_targets():
            indicator = self.indicators.get(int(slot.key))
            lines = [
                Line(label, mine, theirs)
                for (label, mine), (_label, theirs) in zip(
                    self._told(slot.mine), self._told(slot.theirs), strict=True
                )
            ]
            found.append(
                Dispute(
                    title=indicator.name if indicator else "",
                    field=self[f"keep_target_{slot.key}"],
                    lines=[line for line in lines if line.mine or line.theirs],
                    gone_from_mine=slot.mine is None,
                    gone_from_theirs=slot.theirs is None,
                )
            )
        return found

    def _told(self, row: TargetRow | None) -> list[tuple[str, str]]:
        row = row or TargetRow(0)
        baseline = _measure_text(row.baseline)
        if row.baseline_year:
            baseline = f"{baseline} ({row.baseline_year})".strip()
        return [
            (str(_("Does not apply to this unit")), str(_("Yes")) if row.not_applicable else ""),
            (str(_("Baseline")), baseline),
            *((str(year), _measure_text(row.years.get(year, Measure()))) for year in self.years),
            (str(_("Note")), row.note),
        ]


_TASK_NAME = _("Task “%(task)s”")
_TASK_LABELS = [
    ("title", _("Task")),
    ("lead", _("Lead")),
    ("partners", _("Partners")),
    ("due_date", _("Deadline")),
    ("product", _("Product")),
]


def _choice(slot: Slot[TaskRow] | Slot[TargetRow], label: Any) -> forms.ChoiceField:
    """Nothing is chosen beforehand: whoever presses the button has looked at each."""
    mine, theirs = _("What I wrote"), _("What is saved")
    if slot.mine is None:
        mine = _("Leave it out, as on my page")
    if slot.theirs is None:
        theirs = _("Leave it out, as saved")
    return forms.ChoiceField(
        label=label,
        choices=[(MINE, mine), (THEIRS, theirs)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which of the two stays.")},
    )


def _task_text(task: TaskRow | None, name: str) -> str:
    if task is None:
        return ""
    value = getattr(task, name)
    return show_date(value) if name == "due_date" and value else str(value or "")


def _measure_text(measure: Measure) -> str:
    value = "" if measure.value is None else show_number(measure.value)
    if measure.numerator is not None and measure.denominator is not None:
        parts = f"{show_number(measure.numerator)} ÷ {show_number(measure.denominator)}"
        return f"{value} ({parts})".strip()
    return value


def marked(mine: str, theirs: str) -> tuple[list[tuple[bool, str]], list[tuple[bool, str]]]:
    """Return both texts in pieces, each with whether the other text lacks it."""
    ours, others = mine.splitlines(keepends=True), theirs.splitlines(keepends=True)
    left: list[tuple[bool, str]] = []
    right: list[tuple[bool, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, ours, others, autojunk=False).get_opcodes():
        before, after = "".join(ours[a:b]), "".join(others[c:d])
        if tag == "equal":
            left.append((False, before))
            right.append((False, after))
        else:
            _mark_words(before, after, left, right)
    return left, right


def _mark_words(
    before: str, after: str, left: list[tuple[bool, str]], right: list[tuple[bool, str]]
) -> None:
    words, others = _words(before), _words(after)
    if not words or not others or len(words) + len(others) > _MOST_WORDS:
        left += [(True, before)] if before else []
        right += [(True, after)] if after else []
        return
    for tag, a, b, c, d in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        if b > a:
            left.append((tag != "equal", "".join(words[a:b])))
        if d > c:
            right.append((tag != "equal", "".join(others[c:d])))


def _words(text: str) -> list[str]:
    """The words with the space behind each, so that joined they are the text again."""
    return [word for word in _WORD.findall(text) if word]
