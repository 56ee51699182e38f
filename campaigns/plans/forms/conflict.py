"""Choosing what stays when two people have saved the same section."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.plans.forms.section import NARRATIVE_LIMIT
from campaigns.plans.queries import SectionContent
from campaigns.plans.rows import TargetRow, TaskRow
from emulation_portal.core.forms import BaseForm

MINE, THEIRS, BOTH = "mine", "theirs", "both"


class ConflictForm(BaseForm):
    """One question for each part in which the two contents differ."""

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
    keep_tasks = forms.ChoiceField(
        label=_("Which tasks stay?"),
        choices=[
            (BOTH, _("All of them: the saved ones, then mine that differ")),
            (MINE, _("My tasks")),
            (THEIRS, _("The other tasks, as saved")),
        ],
        initial=BOTH,
        widget=forms.RadioSelect,
    )
    keep_targets = forms.ChoiceField(
        label=_("Which targets stay?"),
        choices=[(MINE, _("My targets")), (THEIRS, _("The other targets, as saved"))],
        initial=MINE,
        widget=forms.RadioSelect,
    )
    saved_version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, mine: SectionContent, theirs: SectionContent, **kwargs: Any
    ) -> None:
        self.mine, self.theirs = mine, theirs
        initial = {
            "saved_version": theirs.lock_version,
            "merged": f"{theirs.narrative}\n\n{mine.narrative}".strip(),
        }
        super().__init__(*args, initial=initial, **kwargs)
        if mine.narrative == theirs.narrative:
            del self.fields["keep_narrative"]
            del self.fields["merged"]
        if not self.tasks_differ:
            del self.fields["keep_tasks"]
        if not self.targets_differ:
            del self.fields["keep_targets"]

    @property
    def tasks_differ(self) -> bool:
        return [_said(task) for task in self.mine.tasks] != [_said(t) for t in self.theirs.tasks]

    @property
    def targets_differ(self) -> bool:
        return _by_indicator(self.mine) != _by_indicator(self.theirs)

    def resolved(self) -> SectionContent:
        """Return the content chosen, ready to be saved over the other's save."""
        cleaned = self.cleaned_data
        narrative = {
            MINE: self.mine.narrative,
            THEIRS: self.theirs.narrative,
            BOTH: cleaned.get("merged", "").strip(),
        }[cleaned.get("keep_narrative", MINE)]
        tasks = {MINE: self.mine.tasks, THEIRS: self.theirs.tasks, BOTH: self._all_tasks()}
        targets = {MINE: self.mine.targets, THEIRS: self.theirs.targets}
        return SectionContent(
            narrative=narrative,
            tasks=tasks[cleaned.get("keep_tasks", MINE)],
            targets=targets[cleaned.get("keep_targets", MINE)],
            completed=self.mine.completed,
            lock_version=cleaned["saved_version"],
        )

    def _all_tasks(self) -> tuple[TaskRow, ...]:
        saved = {_said(task) for task in self.theirs.tasks}
        return (*self.theirs.tasks, *(t for t in self.mine.tasks if _said(t) not in saved))


def _said(task: TaskRow) -> tuple[object, ...]:
    return (task.title, task.lead, task.partners, task.due_date, task.product)


def _by_indicator(content: SectionContent) -> dict[int, TargetRow]:
    return {row.indicator_id: row for row in content.targets}
