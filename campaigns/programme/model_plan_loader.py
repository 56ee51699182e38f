"""The model plan of a campaign file: its keys, and the way to the tables."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.programme.document import Key, ListOf, MappingOf, Problems, Record, Slug, Text
from campaigns.programme.loader import SOURCED as SOURCED_FIELDS
from campaigns.programme.loader import keep_confirmation, plain
from campaigns.programme.model_plan import ModelSection, ModelTask
from campaigns.programme.models import Campaign
from campaigns.programme.schema import SOURCED, refuse_duplicates
from campaigns.programme.sync import Diff, Table, sync, used_from_outside

_FIXED = ("legal_bases", "purpose", "organisation")
_LONGEST_TEXT = 30_000  # of a plan's own section

MODEL_PLAN_KEYS: dict[str, Key] = {
    "model_plan": Key(
        ListOf(
            MappingOf(
                section=Key(Slug()),
                text=Key(Text(_LONGEST_TEXT, blank=True), default=""),
                tasks=Key(
                    ListOf(
                        MappingOf(
                            title=Key(Text(1000)),
                            partners=Key(Text(500, blank=True), default=""),
                            product=Key(Text(500, blank=True), default=""),
                        )
                    ),
                    default=(),
                ),
                **SOURCED,
            )
        ),
        default=(),
    ),
}

_OWN = frozenset({ModelSection, ModelTask})
MODEL_SECTION = Table(
    _("section of the model plan"),
    ModelSection,
    ("section",),
    ("text", *SOURCED_FIELDS),
    lambda row: used_from_outside(row, _OWN),
    kept=keep_confirmation,
)
MODEL_TASK = Table(
    _("task of the model plan"),
    ModelTask,
    ("section", "position"),
    ("title", "partners", "product"),
    lambda row: used_from_outside(row, _OWN),
)


def check_model_plan(file: Record, problems: Problems) -> None:
    """Add a problem for sections no plan has, sections that stand twice or say nothing, and
    tasks outside the content areas.
    """
    sections = file["model_plan"] or []
    areas = {f"area-{area['number']}" for area in file["areas"] or []}
    refuse_duplicates(sections, ("section",), problems)
    for section in sections:
        name = section["section"]
        if name is None:
            continue
        if name not in areas and name not in _FIXED:
            problems.add(
                section.where("section"),
                _("“%(value)s” is no section of a plan: legal_bases, purpose, organisation or "
                  "area- with the number of a content area"),
                value=name,
            )  # fmt: skip
        elif section["tasks"] and name not in areas:
            problems.add(section.where("tasks"), _("only content areas have tasks"))
        if section["text"] == "" and not section["tasks"]:
            problems.add(section.where("section"), _("the section has neither text nor tasks"))


def load_model_plan(file: Record, campaign: Campaign, diff: Diff) -> list[tuple[Table, list[Any]]]:
    """Write the model plan; return what the file no longer names, in the order of removal."""
    own = {"campaign": campaign}
    sections, no_sections = sync(
        MODEL_SECTION,
        ModelSection.objects.filter(campaign=campaign),
        [own | plain(row, "section", "text", *SOURCED_FIELDS) for row in file["model_plan"]],
        diff,
    )
    _tasks, no_tasks = sync(
        MODEL_TASK,
        ModelTask.objects.filter(campaign=campaign).select_related("section"),
        [
            own
            | plain(task, "title", "partners", "product")
            | {"section": sections[row["section"],], "position": position}
            for row in file["model_plan"]
            for position, task in enumerate(row["tasks"], start=1)
        ],
        diff,
    )
    return [(MODEL_TASK, no_tasks), (MODEL_SECTION, no_sections)]
