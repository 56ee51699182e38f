"""The model plan, another unit's plan and the unit's own earlier plan as proposals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from campaigns.plans.document import value_of
from campaigns.plans.importing.figures import without_figures
from campaigns.plans.importing.headings import Sections
from campaigns.plans.importing.proposal import (
    UNKNOWN,
    Certainty,
    Guess,
    Proposal,
    TaskLine,
    TaskPiece,
    TextPiece,
)
from campaigns.plans.models import PlanSection, PlanTarget, PlanVersion, SectionKind
from campaigns.plans.queries import SectionReading, readings_of, sections_of
from campaigns.plans.rows import TaskRow
from campaigns.programme.model_plan import ModelSection
from campaigns.programme.models import ContentArea
from emulation_portal.formats.writing import show_date

_SAME_AREA = _("the same content area")


def proposal_from_model(rows: Iterable[ModelSection], areas: Iterable[ContentArea]) -> Proposal:
    """Return what the model plan says, section by section. `rows` come with their tasks."""
    names = {f"area-{area.number}": area.name for area in areas}
    names |= {kind.value: str(kind.label) for kind in SectionKind if kind != SectionKind.AREA}
    proposal = Proposal()
    for row in rows:
        guess = Guess(row.section, Certainty.SURE, _("the model is made for this part"))
        origin = names.get(row.section, row.section)
        if row.text:
            proposal.texts.append(TextPiece(origin, row.text, guess))
        tasks = [
            TaskLine(TaskRow(task.title, partners=task.partners, product=task.product))
            for task in row.tasks.all()
        ]
        if tasks:
            proposal.tasks.append(TaskPiece(origin, tuple(tasks), guess))
    return proposal.keyed()


def proposal_from_foreign_plan(version: PlanVersion, sections: Sections) -> Proposal:
    """Return the wording of another unit's plan: narratives, and tasks with partners and product.

    Figures and dates within the sentences are blanked, but for the legal bases, which consist
    of them. Nothing else of the plan is read.
    """
    proposal = Proposal()
    blanks = 0
    rows: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    tasks = version.tasks.order_by("section__position", "position")
    # Nothing but words is read, so that nothing else can slip through.
    for section_id, *wording in tasks.values_list("section_id", "title", "partners", "product"):
        rows[section_id].append((wording[0], wording[1], wording[2]))
    for section in sections_of(version):
        guess = _same_section(section, sections)
        text = section.narrative.strip()
        if section.kind != SectionKind.LEGAL_BASES:
            text, count = without_figures(text)
            blanks += count
        if text:
            proposal.texts.append(TextPiece(section.title, text, guess))
        lines = []
        for texts in rows[section.pk]:
            words = [without_figures(said) for said in texts]
            blanks += sum(count for _text, count in words)
            title, partners, product = (text for text, _count in words)
            lines.append(TaskLine(TaskRow(title, partners=partners, product=product)))
        if lines:
            proposal.tasks.append(TaskPiece(section.title, tuple(lines), guess))
    if blanks:
        said = _("Figures and dates in sentences are that unit's own: %(count)s have become “…”.")
        proposal.left_behind.append((said % {"count": blanks}, []))
    return proposal.keyed()


def proposal_from_own_plan(
    version: PlanVersion, sections: Sections, years: Sequence[int]
) -> Proposal:
    """Return the unit's own earlier plan: text and tasks, deadlines where they lie in the phase.

    Targets stay behind. What was promised for last year is not what was reached in it; a
    baseline is measured, so the promises are only listed for whoever looks up the figures.
    """
    proposal = Proposal()
    outside: list[str] = []
    promised: list[str] = []
    for reading in readings_of(version):
        section = reading.section
        guess = _same_section(section, sections)
        if section.narrative.strip():
            proposal.texts.append(TextPiece(section.title, section.narrative.strip(), guess))
        lines = [_own_task(reading, at, years, outside) for at in range(len(reading.tasks))]
        if lines:
            proposal.tasks.append(TaskPiece(section.title, tuple(lines), guess))
        promised += [line for target in reading.targets if (line := _promise(target))]
    if outside:
        proposal.left_behind.append(
            (_("These deadlines lie outside the phase; the tasks come without them"), list(outside))
        )
    if promised:
        proposal.left_behind.append(
            (
                _(
                    "Targets are not brought in. What was promised is no measurement: enter as "
                    "baseline what has really been reached. For reference, the earlier plan said"
                ),
                list(promised),
            )
        )
    return proposal.keyed()


def _own_task(
    reading: SectionReading, at: int, years: Sequence[int], outside: list[str]
) -> TaskLine:
    task = reading.tasks[at]
    row = TaskRow(
        title=task.title,
        lead=task.lead,
        partners=task.partners,
        due_date=task.due_date,
        product=task.product,
    )
    if task.due_date is None or years[0] <= task.due_date.year <= years[-1]:
        return TaskLine(row)
    outside.append(f"{task.title} – {show_date(task.due_date)}")
    note = _("the deadline %(day)s lies outside the phase") % {"day": show_date(task.due_date)}
    return TaskLine(replace(row, due_date=None), (note,), Certainty.LIKELY)


def _promise(target: PlanTarget) -> str:
    years = [
        f"{year.year}: {value.text}"
        for year in target.years.all()
        if (value := value_of(target.indicator, year)) is not None
    ]
    measured = value_of(target.indicator, target)
    if measured is not None and target.baseline_year:
        said = _("baseline measured in %(year)s: %(value)s")
        years.insert(0, said % {"year": str(target.baseline_year), "value": measured.text})
    return f"{target.indicator.name} – {'; '.join(years)}" if years else ""


def _same_section(section: PlanSection, sections: Sections) -> Guess:
    """The section of the new plan that answers to one of another, maybe of another campaign."""
    if section.area is None:
        return Guess(section.key, Certainty.SURE, _("the same part of a plan"))
    if section.area_id in {area.pk for area in sections.areas}:
        return Guess(section.key, Certainty.SURE, _SAME_AREA)
    return sections.guess(section.area.name_vi) or UNKNOWN
