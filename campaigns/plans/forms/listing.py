"""The filters of the lists of plans and of tasks: everything stands in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.plans.listing import PlanOrder, PlanStatus
from campaigns.plans.task_listing import TaskDue, TaskFilter, TaskOrder, TaskVersions
from campaigns.programme.models import Campaign, ContentArea, Phase
from emulation_portal.core.forms import BaseForm, VietnameseDateField
from units.models import Block, UnitKind

_LONGEST_SEARCH = 200
_BODIES_WITHOUT_PLANS = (UnitKind.MINISTRY, UnitKind.COUNCIL)
# What readers from outside see has come in, so the list has no missing plans for them.
_READERS_STATUSES = (PlanStatus.ON_TIME, PlanStatus.LATE, PlanStatus.ACCEPTED)


class PlanListFilters(BaseForm):
    """What the list is narrowed to. A filter that was refused narrows nothing."""

    phase = forms.ChoiceField(label=_("Phase"), required=False)
    block = forms.ChoiceField(label=_("Block"), required=False)
    kind = forms.ChoiceField(label=_("Kind of unit"), required=False)
    status = forms.ChoiceField(label=_("State of the plan"), required=False)
    q = forms.CharField(label=_("Unit, or number and symbol"), required=False, max_length=200)
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=PlanOrder.choices, initial=PlanOrder.NAME
    )

    def __init__(
        self,
        *args: Any,
        phases: list[Phase],
        blocks: list[Block],
        sees_every_unit: bool,
        review_first: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        statuses = [
            (status.value, status.label)
            for status in PlanStatus
            if (sees_every_unit or status in _READERS_STATUSES)
            and (review_first or status != PlanStatus.TO_ISSUE)
        ]
        offer(self, "phase", [(str(phase.pk), phase.name) for phase in phases])
        offer(self, "block", _blocks(blocks))
        offer(self, "kind", _kinds())
        offer(self, "status", [("", _("All")), *statuses])

    def wanted(self) -> dict[str, str]:
        """Return the filters that were understood, by name; empty where nothing was asked."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class TaskListFilters(BaseForm):
    """What the list of tasks is narrowed to. A filter that was refused narrows nothing."""

    q = forms.CharField(label=_("Words of the task"), required=False, max_length=200)
    unit = forms.CharField(label=_("Unit name"), required=False, max_length=200)
    area = forms.ChoiceField(label=_("Content area"), required=False)
    phase = forms.ChoiceField(label=_("Phase"), required=False)
    version = forms.ChoiceField(label=_("Version"), required=False, choices=TaskVersions.choices)
    block = forms.ChoiceField(label=_("Block"), required=False)
    kind = forms.ChoiceField(label=_("Kind of unit"), required=False)
    due = forms.ChoiceField(
        label=_("Deadline"), required=False, choices=[("", _("All")), *TaskDue.choices]
    )
    due_from = VietnameseDateField(label=_("Deadline from"), required=False)
    due_to = VietnameseDateField(label=_("Deadline until"), required=False)
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=TaskOrder.choices, initial=TaskOrder.UNIT
    )

    def __init__(
        self,
        *args: Any,
        phases: list[Phase],
        areas: list[ContentArea],
        blocks: list[Block],
        writes: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self, "area", [("", _("All")), *((str(a.number), f"{a.number}. {a.short_name}")
                                             for a in areas)],
        )  # fmt: skip
        offer(self, "phase", [("", _("All")), *((str(p.pk), p.name) for p in phases)])
        offer(self, "block", _blocks(blocks))
        offer(self, "kind", _kinds())
        if not writes:
            versions = [pair for pair in TaskVersions.choices if pair[0] != TaskVersions.DRAFT]
            offer(self, "version", versions)

    def wanted(self) -> TaskFilter:
        """Return what was understood."""
        self.is_valid()
        chosen = self.cleaned_data
        return TaskFilter(
            phase_id=_number(chosen.get("phase")),
            version=chosen.get("version") or "",
            unit=chosen.get("unit") or "",
            area=_number(chosen.get("area")),
            block_id=_number(chosen.get("block")),
            kind=chosen.get("kind") or "",
            due=chosen.get("due") or "",
            due_from=chosen.get("due_from"),
            due_to=chosen.get("due_to"),
            text=chosen.get("q") or "",
            order=chosen.get("sort") or "",
        )


class SearchForm(BaseForm):
    """The words looked for, and the campaign where there are several."""

    q = forms.CharField(label=_("Words to look for"), required=False)
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)

    def __init__(self, *args: Any, campaigns: list[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "campaign", [(each.code, each.name) for each in campaigns])
        self.has_choice = len(campaigns) > 1

    def wanted(self) -> tuple[str, str]:
        """Return what is looked for, cut to a sensible length, and the campaign's code or ""."""
        self.is_valid()
        typed = str(self.cleaned_data.get("q") or "")[:_LONGEST_SEARCH].strip()
        return typed, str(self.cleaned_data.get("campaign") or "")


def offer(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    """Give a field of choices what it offers here."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
    field.choices = choices


def _blocks(blocks: list[Block]) -> list[tuple[Any, Any]]:
    return [("", _("All blocks")), *((str(block.pk), block.name) for block in blocks)]


def _kinds() -> list[tuple[Any, Any]]:
    kinds = [pair for pair in UnitKind.choices if pair[0] not in _BODIES_WITHOUT_PLANS]
    return [("", _("All kinds")), *kinds]


def _number(chosen: str | None) -> int | None:
    return int(chosen) if chosen else None
