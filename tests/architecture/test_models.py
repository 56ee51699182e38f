"""Every model: listed, explained, constrained and protected as it should be."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from factory.django import DjangoModelFactory

import tests.factories.campaigns
import tests.factories.core
import tests.factories.reviewing
import tests.factories.units
from emulation_portal.core import immutability

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "core": "emulation_portal.core",
    "units": "units",
    "campaigns": "campaigns",
    "awards": "awards",
}

# Rows that go with what they belong to; everything else is kept (PROTECT).
GO_WITH_THEIR_OWNER = {
    "core.FormKey.user": "housekeeping of double clicks, forgotten after days anyway",
    "campaigns.PlanTargetYear.target": "a part of the target; drafts drop and rewrite targets",
}

# What the database forbids beyond its constraints: rule by table, reviewed. A table that is
# written once, or frozen by its parent's state, and does not stand here is a decision to take.
PROTECTED = {
    "core_attachment": {"append_only"},
    "core_attachmentscan": {"transitions", "frozen_columns"},
    "core_auditdailyhead": {"append_only"},
    "core_auditentry": {"append_only"},
    "core_erasabletext": {"erasable"},
    "core_job": {"transitions"},
    "core_message": {"transitions", "frozen_columns"},
    "campaigns_planversion": {"transitions", "frozen_columns"},
    "campaigns_planimport": {"frozen_with_version"},
    "campaigns_planextension": {"transitions", "frozen_columns"},
    "campaigns_planissue": {"frozen_with_version"},
    "campaigns_planpaper": {"frozen_with_version"},
    "campaigns_plansection": {"frozen_with_version"},
    "campaigns_plantarget": {"frozen_with_version"},
    "campaigns_plantargetyear": {"frozen_with_version"},
    "campaigns_plantask": {"frozen_with_version"},
    "campaigns_remark": {"append_only"},
    "campaigns_remarkreply": {"append_only"},
    "campaigns_checklistanswer": {"frozen_with_version"},
}
# Tables that may change as long as they live, and why that harms nobody: every write is audited.
LIVING = {
    "core.AuditChain": "the counter of a chain; its entries and the daily heads are append-only",
    "core.FormKey": "housekeeping",
    "core.Heartbeat": "housekeeping",
    "units.Block": "reference data, by import",
    "units.BlockMembership": "reference data, by import",
    "units.Mandate": "ends; its history is the person's audit trail",
    "units.Succession": "reference data, by import",
    "units.Unit": "reference data, by import; ends, is never deleted",
    "units.UnitName": "reference data, by import",
    "units.User": "is corrected and deactivated; personal data must stay correctable",
    "campaigns.Campaign": "campaign data, loaded with a diff before it changes",
    "campaigns.CampaignDocument": "campaign data",
    "campaigns.ChecklistItem": "campaign data",
    "campaigns.ContentArea": "campaign data",
    "campaigns.Deliverable": "moves by update_deliverable",
    "campaigns.Holiday": "campaign data",
    "campaigns.Indicator": "campaign data",
    "campaigns.MinistryTarget": "campaign data",
    "campaigns.ModelSection": "campaign data",
    "campaigns.ModelTask": "campaign data",
    "campaigns.Participant": "campaign data",
    "campaigns.Phase": "campaign data; its window opens and closes",
    "campaigns.Plan": "points at its current version and the one in force",
    "campaigns.ReminderRelease": "one row a campaign, written once",
    "campaigns.ReminderRule": "campaign data",
    "campaigns.RemarkTick": "set and taken back while a draft answers the remark",
    "campaigns.ReportingPeriod": "campaign data",
    "campaigns.StockPhrase": "the department's own list; letters keep what was inserted",
}

MODELS = [model for label in PACKAGES for model in apps.get_app_config(label).get_models()]
CHOICES = [
    (model, field)
    for model in MODELS
    for field in model._meta.concrete_fields
    if isinstance(field, models.CharField) and field.choices
]
RELATIONS = [
    (model, field)
    for model in MODELS
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey)
]


def modules_of(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if ".migrations" not in found.name and ".management" not in found.name:
            yield importlib.import_module(found.name)


@pytest.mark.parametrize(("label", "package"), PACKAGES.items())
def test_the_aggregator_names_every_model(label: str, package: str) -> None:
    """A model that no aggregator imports gets no table, and no check would say so."""
    defined = {
        thing.__name__
        for module in modules_of(package)
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, models.Model)
        and thing.__module__ == module.__name__
        and not thing._meta.abstract
    }
    aggregator = importlib.import_module(f"{package}.models")
    listed = {
        name
        for name in getattr(aggregator, "__all__", [])
        if isinstance(getattr(aggregator, name), type)
        and issubclass(getattr(aggregator, name), models.Model)
    }
    assert listed == defined
    assert listed == {model.__name__ for model in apps.get_app_config(label).get_models()}


def test_the_glossary_explains_every_model() -> None:
    words = set(re.findall(r"`(\w+)[.`]", (ROOT / "docs" / "glossary.md").read_text("utf-8")))
    assert sorted({model.__name__ for model in MODELS} - words) == []


@pytest.mark.parametrize(
    ("model", "field"), CHOICES, ids=lambda part: str(part).rpartition(".")[2].strip("'>")
)
def test_a_check_lists_the_values_of_every_choice(model: Any, field: Any) -> None:
    values = {str(value) for value, _label in field.flatchoices}
    if field.blank:
        values.add("")
    lists = [
        {str(value) for value in listed_values(constraint.condition, field.name)}
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    ]
    assert values in lists, f"{model.__name__}.{field.name}: no CHECK lists {sorted(values)}"


def listed_values(condition: models.Q, name: str) -> list[str]:
    """The values of a condition that says nothing but "the field is one of these"."""
    match condition.children:
        case [(lookup, values)] if lookup == f"{name}__in" and not condition.negated:
            return list(values)
    return []


def factories() -> dict[type[models.Model], type[DjangoModelFactory[Any]]]:
    modules = (
        tests.factories.campaigns,
        tests.factories.core,
        tests.factories.reviewing,
        tests.factories.units,
    )
    made = [
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, DjangoModelFactory)
        and thing is not DjangoModelFactory
    ]
    return {factory._meta.model: factory for factory in made}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "field"), CHOICES, ids=lambda part: str(part).rpartition(".")[2].strip("'>")
)
def test_the_database_refuses_an_unknown_choice(model: Any, field: Any) -> None:
    """The form is not the last to look: "?" is no value of any choice."""
    with pytest.raises(IntegrityError, match=r"(?i)check constraint"), transaction.atomic():
        factories()[model].create(**{field.name: "?"})


@pytest.mark.parametrize(
    ("model", "field"), RELATIONS, ids=lambda part: str(part).rpartition(".")[2].strip("'>")
)
def test_nothing_is_deleted_along_with_something_else(model: Any, field: Any) -> None:
    name = f"{model._meta.label}.{field.name}"
    if name in GO_WITH_THEIR_OWNER:
        assert field.remote_field.on_delete is models.CASCADE, f"{name} needs no exception"
    else:
        assert field.remote_field.on_delete is models.PROTECT, name


@pytest.mark.django_db
def test_the_registry_of_protected_tables_is_the_reviewed_one() -> None:
    found: dict[str, set[str]] = {}
    for trigger in immutability.registered(connection):
        if trigger.rule != "kept":  # TRUNCATE on PostgreSQL, with each of the others
            found.setdefault(trigger.table, set()).add(trigger.rule)
    assert found == PROTECTED


def test_every_table_is_protected_or_said_to_be_living() -> None:
    protected = {model._meta.label for model in MODELS if model._meta.db_table in PROTECTED}
    assert {model._meta.label for model in MODELS} == protected | set(LIVING)
    assert protected & set(LIVING) == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_default_order_joins_whatever_the_parent_is_ordered_by(model: Any) -> None:
    """`ordering = ["plan"]` means the plan's own order, and its parents' in turn: three joins in
    every query, which PostgreSQL may plan by the minute. `plan_id` is what is meant.
    """
    names = [str(name).lstrip("-") for name in model._meta.ordering]
    relations = {field.name for field in model._meta.fields if field.is_relation}

    assert relations.isdisjoint(names)
