"""Writing the rows of a section: only what differs from what is stored is touched.

Autosave writes every few seconds, and a content area may hold three hundred tasks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from campaigns.plans.models import PlanSection, PlanTarget, PlanTargetYear, PlanTask, PlanVersion
from campaigns.plans.rows import TargetRow, TaskRow
from emulation_portal.core.text import fold

_TASK_FACTS = ["section", "position", "title", "lead", "partners", "due_date", "product"]
_MEASURE = ["value", "numerator", "denominator"]


def write_tasks(
    section: PlanSection,
    version: PlanVersion,
    rows: Sequence[TaskRow],
    stored: Sequence[TaskRow],
) -> tuple[TaskRow, ...]:
    """Make `rows`, in this order, the section's tasks; return them with their identities.

    `stored` is what the section holds now; the caller's lock keeps it so.
    """
    known = {task.identity for task in stored if task.identity is not None}
    identities = _own_identities(version, rows, known)
    saved = tuple(
        replace(row, identity=identity) for row, identity in zip(rows, identities, strict=True)
    )
    before = {row.identity: (position, row) for position, row in enumerate(stored, start=1)}
    gone = known - set(identities)
    if gone:
        section.tasks.filter(identity__in=gone).delete()
    changed = [
        PlanTask(
            version=version,
            section=section,
            identity=identity,
            position=position,
            title=row.title,
            lead=row.lead,
            partners=row.partners,
            due_date=row.due_date,
            product=row.product,
            search_key=fold(f"{row.title} {row.lead} {row.partners} {row.product}"),
        )
        for position, (row, identity) in enumerate(zip(saved, identities, strict=True), start=1)
        if before.get(identity) != (position, row)
    ]
    if changed:
        PlanTask.objects.bulk_create(
            changed,
            batch_size=90,
            update_conflicts=True,
            unique_fields=["version", "identity"],
            update_fields=[*_TASK_FACTS, "search_key"],
        )
    return saved


def _own_identities(version: PlanVersion, rows: Sequence[TaskRow], stored: set[UUID]) -> list[UUID]:
    """One identity per row: the row's own where it is a task of this plan, otherwise a new one.

    A form is only text: it cannot take over the identity of a task of another section or plan.
    """
    claimed = {row.identity for row in rows if row.identity is not None}
    known: set[UUID] = claimed & stored
    asked = claimed - stored
    if asked:
        found = PlanTask.objects.filter(version__plan_id=version.plan_id, identity__in=asked)
        elsewhere = set()
        for identity, version_id in found.values_list("identity", "version_id"):
            known.add(identity)
            if version_id == version.pk:
                elsewhere.add(identity)
        known -= elsewhere
    identities = []
    for row in rows:
        if row.identity is not None and row.identity in known:
            known.discard(row.identity)
            identities.append(row.identity)
        else:
            identities.append(uuid4())
    return identities


def write_targets(
    section: PlanSection,
    version: PlanVersion,
    rows: Sequence[TargetRow],
    stored: Sequence[TargetRow],
) -> tuple[TargetRow, ...]:
    """Make `rows` the section's targets; return them as they are stored.

    `stored` is what the section holds now; the caller's lock keeps it so.
    """
    before = {row.indicator_id: row for row in stored}
    saved = tuple(as_stored(row) for row in rows)
    gone = before.keys() - {row.indicator_id for row in saved}
    if gone:
        section.targets.filter(indicator__in=gone).delete()
    changed = [row for row in saved if before.get(row.indicator_id) != row]
    if changed:
        targets = _put_targets(section, version, changed, before)
        _put_years(version, changed, targets, before)
    return saved


def as_stored(row: TargetRow) -> TargetRow:
    """Return what is kept of a typed row: what does not apply has no values of years."""
    years = {} if row.not_applicable else {year: m for year, m in row.years.items() if m}
    return replace(row, years=years)


def _put_targets(
    section: PlanSection,
    version: PlanVersion,
    rows: Sequence[TargetRow],
    before: Mapping[int, TargetRow],
) -> list[PlanTarget]:
    identities = _earlier_identities(version, [r for r in rows if r.indicator_id not in before])
    targets = [
        PlanTarget(
            version=version,
            section=section,
            identity=identities.get(row.indicator_id) or uuid4(),
            indicator_id=row.indicator_id,
            not_applicable=row.not_applicable,
            baseline_year=row.baseline_year,
            value=row.baseline.value,
            numerator=row.baseline.numerator,
            denominator=row.baseline.denominator,
            note=row.note,
        )
        for row in rows
    ]
    return PlanTarget.objects.bulk_create(
        targets,
        update_conflicts=True,
        unique_fields=["version", "indicator"],
        # Not the identity: a stored target keeps its own.
        update_fields=["not_applicable", "baseline_year", "note", *_MEASURE],
    )


def _earlier_identities(version: PlanVersion, rows: Sequence[TargetRow]) -> dict[int, UUID]:
    """The identities that the indicators of new targets have in earlier versions of the plan."""
    if version.number == 1 or not rows:
        return {}
    earlier = PlanTarget.objects.filter(
        version__plan_id=version.plan_id, indicator__in=[row.indicator_id for row in rows]
    )
    return dict(earlier.order_by("version__number").values_list("indicator_id", "identity"))


def _put_years(
    version: PlanVersion,
    rows: Sequence[TargetRow],
    targets: Sequence[PlanTarget],
    before: Mapping[int, TargetRow],
) -> None:
    gone, put = [], []
    for row, target in zip(rows, targets, strict=True):
        stored = before[row.indicator_id].years if row.indicator_id in before else {}
        gone += [(target.pk, year) for year in stored if year not in row.years]
        put += [
            PlanTargetYear(
                version=version,
                target=target,
                year=year,
                value=measure.value,
                numerator=measure.numerator,
                denominator=measure.denominator,
            )
            for year, measure in sorted(row.years.items())
            if stored.get(year) != measure
        ]
    for target_id in {target_id for target_id, _year in gone}:
        years = [year for owner, year in gone if owner == target_id]
        PlanTargetYear.objects.filter(target=target_id, year__in=years).delete()
    if put:
        PlanTargetYear.objects.bulk_create(
            put,
            update_conflicts=True,
            unique_fields=["target", "year"],
            update_fields=_MEASURE,
        )
