"""Confirming what another text brings into a draft: a choice for every piece and every row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.seeding import Seed, SeedMode
from campaigns.plans.importing.proposal import (
    AS_TEXT,
    LEAVE_OUT,
    Certainty,
    Proposal,
    TargetLine,
    TaskLine,
    TaskPiece,
    TextPiece,
)
from campaigns.plans.models import PlanSection
from campaigns.plans.rows import TargetRow, TaskRow
from emulation_portal.core.attachments.errors import TwoFilesInOne, UploadRefused
from emulation_portal.core.attachments.fields import AttachmentField
from emulation_portal.core.attachments.inspection import inspect_upload, shown_limit
from emulation_portal.core.documents.word_deception import deception_of
from emulation_portal.core.forms import BaseForm, FormKeyField

_TICKED = (Certainty.SURE, Certainty.LIKELY)


def _word_hint() -> str:
    limit = shown_limit(settings.ATTACHMENT_MAX_BYTES)
    return str(_("A Word document (.docx) of at most %(limit)s.") % {"limit": limit})


class WordField(AttachmentField):
    """A .docx that is to be read; what hides inside one is told more exactly than for any file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": lazy(_word_hint, str)(), **kwargs})
        self.widget.attrs["accept"] = ".docx"

    def to_python(self, data: Any) -> Any:
        """Return the upload; raise ValidationError with the sentence of the refusal."""
        if data in self.empty_values or not hasattr(data, "name"):
            return super().to_python(data)
        if not str(data.name).lower().endswith(".docx"):
            raise forms.ValidationError(
                _("“%(name)s” is no .docx document. Save the plan from Word as .docx; a scan or "
                  "PDF can be registered as a plan issued on paper."),
                code="not_word",
                params={"name": data.name},
            )  # fmt: skip
        try:
            inspect_upload(data)
        except TwoFilesInOne as refusal:
            data.file.seek(0)
            exact = deception_of(data.file)
            raise forms.ValidationError(str(exact or refusal), code="refused") from refusal
        except UploadRefused as refusal:
            raise forms.ValidationError(str(refusal), code="refused") from refusal
        return data


class ImportDocumentForm(BaseForm):
    """The document to be read. Nothing of the plan changes by choosing it."""

    document = WordField(label=_("Word document"))


@dataclass
class TextChoice:
    """A piece of text with its select."""

    piece: TextPiece
    field: Any


@dataclass
class TaskChoice:
    """A group of tasks with its select and a tick for each row."""

    piece: TaskPiece
    field: Any
    rows: list[tuple[TaskLine, Any]] = field(default_factory=list)


@dataclass
class TargetChoice:
    """A row of a target with its tick; `stands` when the draft has a target there already."""

    line: TargetLine
    section: str
    tick: Any
    stands: bool


class BringInForm(BaseForm):
    """One select per piece, one tick per row, one decision per section that says something."""

    form_key = FormKeyField()

    def __init__(
        self,
        *args: Any,
        proposal: Proposal,
        sections: Sequence[PlanSection],
        written: frozenset[str],
        promised: frozenset[int],
        **kwargs: Any,
    ) -> None:
        self.proposal, self.sections, self.written = proposal, list(sections), written
        self.promised = promised
        self.section_of_area = {one.area_id: one.key for one in self.sections if one.area_id}
        # Before the parent, which words the messages of every field there is.
        self.base_fields = {**type(self).base_fields, **self._fields()}  # type: ignore[misc] # Django copies the instance's own
        super().__init__(*args, **kwargs)

    def _fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for piece in self.proposal.texts:
            fields[f"{piece.key}-section"] = self._select(piece, self._text_choices())
        for tasks in self.proposal.tasks:
            fields[f"{tasks.key}-section"] = self._select(tasks, self._task_choices())
            fields[f"{tasks.key}-rows"] = _ticks(
                [(str(at), line.task.title) for at, line in enumerate(tasks.rows)],
                [str(at) for at in range(len(tasks.rows))],
            )
        for targets in self.proposal.targets:
            fields[f"{targets.key}-rows"] = _ticks(
                [(str(at), line.indicator.name) for at, line in enumerate(targets.rows)],
                [str(at) for at, line in enumerate(targets.rows) if line.certainty in _TICKED],
            )
        for section in self.sections:
            fields[f"seen-{section.key}"] = forms.IntegerField(
                min_value=0, max_value=2**31 - 1, initial=section.lock_version,
                widget=forms.HiddenInput,
            )  # fmt: skip
            if section.key in self.written:
                fields[f"mode-{section.key}"] = forms.ChoiceField(
                    label=section.title,
                    choices=SeedMode.choices,
                    required=False,  # a page made before anything stood there has no choice
                    initial=SeedMode.APPEND,
                    widget=forms.RadioSelect,
                )
        return fields

    def _select(self, piece: TextPiece | TaskPiece, choices: list[Any]) -> forms.ChoiceField:
        known = {section.key for section in self.sections} | {LEAVE_OUT}
        guess = piece.guess.section if piece.guess.section in known else ""
        if isinstance(piece, TaskPiece) and guess and not guess.startswith(("area-", LEAVE_OUT)):
            guess = f"{AS_TEXT}{guess}"
        return forms.ChoiceField(
            label=_("“%(origin)s” goes to") % {"origin": piece.origin[:120]},
            choices=[*([("", _("Choose …"))] if not guess else []), *choices],
            initial=guess,
            widget=forms.Select(attrs={"class": "form-select"}),
            error_messages={
                "required": _("Say where “%(origin)s” goes, or leave it out.")
                % {"origin": piece.origin[:120]},
            },
        )

    def _text_choices(self) -> list[Any]:
        return [(one.key, one.title) for one in self.sections] + [(LEAVE_OUT, _("Leave it out"))]

    def _task_choices(self) -> list[Any]:
        areas = [(one.key, one.title) for one in self.sections if one.area_id]
        others = [(f"{AS_TEXT}{one.key}", one.title) for one in self.sections]
        return [
            (_("As tasks of"), areas),
            (_("As lines of the text of"), others),
            (LEAVE_OUT, _("Leave it out")),
        ]

    # --- What the page shows ------------------------------------------------------------

    @property
    def text_choices(self) -> list[TextChoice]:
        # Head and signature, which are left out as a matter of course, come last.
        ordered = sorted(self.proposal.texts, key=lambda one: one.guess.section == LEAVE_OUT)
        return [TextChoice(one, self[f"{one.key}-section"]) for one in ordered]

    @property
    def task_choices(self) -> list[TaskChoice]:
        return [
            TaskChoice(
                one,
                self[f"{one.key}-section"],
                list(zip(one.rows, self[f"{one.key}-rows"], strict=True)),
            )
            for one in self.proposal.tasks
        ]

    @property
    def target_choices(self) -> list[tuple[str, list[TargetChoice]]]:
        titles = {one.key: one.title for one in self.sections}
        return [
            (
                one.origin,
                [
                    TargetChoice(
                        line,
                        titles.get(self.section_of_area.get(line.indicator.area_id, ""), ""),
                        tick,
                        line.indicator.pk in self.promised,
                    )
                    for line, tick in zip(one.rows, self[f"{one.key}-rows"], strict=True)
                ],
            )
            for one in self.proposal.targets
        ]

    @property
    def mode_choices(self) -> list[tuple[PlanSection, Any]]:
        return [
            (section, self[f"mode-{section.key}"])
            for section in self.sections
            if section.key in self.written
        ]

    @property
    def hidden_seen(self) -> list[Any]:
        return [self[f"seen-{section.key}"] for section in self.sections]

    # --- What is to be done -------------------------------------------------------------

    def seeds(self) -> list[Seed]:
        """Return what goes into each section, in the order of the source."""
        texts: dict[str, list[str]] = {}
        tasks: dict[str, list[TaskRow]] = {}
        targets: dict[str, list[TargetRow]] = {}
        for piece in self.proposal.texts:
            texts.setdefault(self.cleaned_data[f"{piece.key}-section"], []).append(piece.text)
        for group in self.proposal.tasks:
            self._sort_tasks(group, texts, tasks)
        for chosen in self.proposal.targets:
            for at in self.cleaned_data[f"{chosen.key}-rows"]:
                line = chosen.rows[int(at)]
                section = self.section_of_area.get(line.indicator.area_id)
                if section:
                    targets.setdefault(section, []).append(line.row)
        return [
            Seed(
                section=section.key,
                seen=self.cleaned_data[f"seen-{section.key}"],
                mode=self.cleaned_data.get(f"mode-{section.key}") or SeedMode.APPEND,
                text="\n".join(texts.get(section.key, ())),
                tasks=tuple(tasks.get(section.key, ())),
                targets=tuple(targets.get(section.key, ())),
            )
            for section in self.sections
        ]

    def _sort_tasks(
        self, group: TaskPiece, texts: dict[str, list[str]], tasks: dict[str, list[TaskRow]]
    ) -> None:
        chosen = self.cleaned_data[f"{group.key}-section"]
        rows = tuple(group.rows[int(at)] for at in self.cleaned_data[f"{group.key}-rows"])
        if not rows or chosen == LEAVE_OUT:
            return
        if chosen.startswith(AS_TEXT):
            lines = TaskPiece(group.origin, rows, group.guess).as_text()
            texts.setdefault(chosen.removeprefix(AS_TEXT), []).append(lines)
        else:
            tasks.setdefault(chosen, []).extend(line.task for line in rows)


def _ticks(choices: list[tuple[str, str]], ticked: list[str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices,
        initial=ticked,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
