"""What of a section can be saved while somebody is still writing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.plans.forms.editor import SectionEditor
from campaigns.plans.forms.section import TargetForm, TaskForm
from campaigns.plans.queries import SectionContent
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core.forms import SummaryEntry, anchor_of


@dataclass(frozen=True)
class Savable:
    """The content to be saved, and what has to wait, with the reason and the field's id."""

    content: SectionContent
    held: list[SummaryEntry]
    # For each row of tasks on the page, which of `content.tasks` it is; None where it waits.
    places: list[int | None]

    def identities(self, tasks: Sequence[TaskRow]) -> list[str]:
        """Return for each row on the page the identity under which it was saved, or ""."""
        found: list[UUID | None] = [
            tasks[place].identity if place is not None and place < len(tasks) else None
            for place in self.places
        ]
        return [str(identity) if identity else "" for identity in found]


def savable(editor: SectionEditor, stored: SectionContent) -> Savable | None:
    """Return what of a bound `editor` can be saved; a field in error stays as it is `stored`.

    Half a date is never a date: its field waits, the rest of the row does not. While anything
    waits the section is not finished. None when the page did not arrive whole, or holds more
    tasks than a section may have: then nothing can be told apart, and nothing is saved.
    """
    editor.is_valid()
    text = editor.text
    if "lock_version" in text.errors or (editor.has_rows and editor.tasks.non_form_errors()):
        return None
    held = editor.errors
    typed = text.cleaned_data
    content = SectionContent(
        narrative=stored.narrative if "narrative" in text.errors else typed["narrative"],
        tasks=(),
        targets=(),
        completed=typed.get("completed") == "yes" and not held,
        lock_version=typed["lock_version"],
    )
    if not editor.has_rows:
        return Savable(content, held, [])
    tasks: list[TaskRow] = []
    places: list[int | None] = []
    known = {task.identity: task for task in stored.tasks}
    for number, form in enumerate(editor.tasks.forms, start=1):
        before = known.get(form.cleaned_data.get("identity"))
        row = sound_task(form, before)
        if before is not None and form.is_blank and not form.errors:
            # Emptied on the way to other words: only its button removes a task.
            row, held = before, [*held, emptied(form, number)]
        places.append(None if row is None else len(tasks))
        if row is not None:
            tasks.append(row)
    targets = {row.indicator_id: row for row in stored.targets}
    rows = [sound_target(form, targets.get(form.indicator.pk)) for form in editor.targets]
    content = replace(
        content,
        completed=content.completed and not held,
        tasks=tuple(tasks),
        targets=tuple(row for row in rows if not row.is_empty),
    )
    return Savable(content, held, places)


def sound_task(form: TaskForm, stored: TaskRow | None) -> TaskRow | None:
    """Return the checked row with every field that is in error as it is `stored`.

    None for a row that cannot stand yet: a new task that does not say what is to be done.
    """
    if not form.errors:
        return None if form.is_blank else form.row()
    before = stored or TaskRow("")
    wrong, cleaned = form.errors, form.cleaned_data
    title = before.title if "title" in wrong else " ".join(cleaned["title"].split())
    if not title:
        return None
    return TaskRow(
        title=title,
        lead=before.lead if "lead" in wrong else cleaned["lead"],
        partners=before.partners if "partners" in wrong else cleaned["partners"],
        due_date=before.due_date if "due_date" in wrong else cleaned["due_date"],
        product=before.product if "product" in wrong else cleaned["product"],
        identity=cleaned.get("identity"),
    )


def sound_target(form: TargetForm, stored: TargetRow | None) -> TargetRow:
    """Return the checked row with every part that is in error as it is `stored`.

    A baseline is one thing, value and year, and so is a ratio of a year.
    """
    before = stored or TargetRow(form.indicator.pk)
    if "not_applicable" in form.errors:
        return before
    cleaned = form.cleaned_data
    held = "baseline_year" in form.errors or form.any_error("baseline")
    years: dict[int, Measure] = {}
    for year in form.years:
        known = before.years if form.any_error(f"y{year}") else form.targets
        if year in known:
            years[year] = known[year]
    return TargetRow(
        indicator_id=form.indicator.pk,
        not_applicable=bool(cleaned.get("not_applicable")),
        baseline_year=before.baseline_year if held else cleaned["baseline_year"],
        baseline=before.baseline if held else form.baseline,
        years=years,
        note=before.note if "note" in form.errors else cleaned["note"],
    )


def emptied(form: TaskForm, number: int) -> SummaryEntry:
    """Say of a stored task whose fields have been emptied how it is removed."""
    return SummaryEntry(
        anchor_of(form["title"]),
        _("Task %(number)s – it is empty; say what is to be done, or press “Remove”.")
        % {"number": number},
    )
