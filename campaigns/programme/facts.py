"""Facts that rest on a text of the ministry or do not: one list over all kinds of them.

A feature that keeps such facts registers them in `ready()`; the list, its page and the
confirmation know none of them by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from campaigns.programme.model_plan import ModelSection
from campaigns.programme.models import (
    Campaign,
    CampaignDocument,
    ContentArea,
    Deliverable,
    Holiday,
    Phase,
    ReminderRule,
)
from emulation_portal.formats.writing import show_date


@dataclass(frozen=True)
class FactKind:
    """A kind of fact. `rows` gives those of a campaign; `flag` says which of them are confirmed;
    `title` names one, `detail` says what exactly is claimed.
    """

    slug: str
    label: str | Promise
    model: type[models.Model]
    rows: Callable[[Campaign], models.QuerySet[Any]]
    title: Callable[[Any], str]
    detail: Callable[[Any], str] = lambda row: ""
    flag: str = "confirmed"


@dataclass(frozen=True)
class Fact:
    kind: FactKind
    row: Any

    @property
    def title(self) -> str:
        return self.kind.title(self.row)

    @property
    def detail(self) -> str:
        return self.kind.detail(self.row)

    @property
    def source(self) -> str:
        return str(self.row.source)


_kinds: dict[str, FactKind] = {}


def register_facts(kind: FactKind) -> None:
    """Put a kind of fact on the administrator's list. Registering again replaces it."""
    _kinds[kind.slug] = kind


def fact_kinds() -> list[FactKind]:
    return list(_kinds.values())


def fact_kind(slug: str) -> FactKind | None:
    return _kinds.get(slug)


def unconfirmed_facts(campaign: Campaign) -> list[tuple[FactKind, list[Fact]]]:
    """Every unconfirmed fact of the campaign by kind; empty kinds left out. One query a model."""
    by_model: dict[type[models.Model], list[FactKind]] = {}
    for kind in fact_kinds():
        by_model.setdefault(kind.model, []).append(kind)
    rows: dict[type[models.Model], list[Any]] = {}
    for model, kinds in by_model.items():
        if model is Campaign:
            rows[model] = [campaign]
            continue
        open_flags = models.Q(*((kind.flag, False) for kind in kinds), _connector=models.Q.OR)
        rows[model] = list(kinds[0].rows(campaign).filter(open_flags))
    found = [
        (kind, [Fact(kind, row) for row in rows[kind.model] if not getattr(row, kind.flag)])
        for kind in fact_kinds()
    ]
    return [(kind, facts) for kind, facts in found if facts]


def _phase_days(phase: Phase) -> str:
    return str(
        _("From %(first)s until before %(end)s")
        % {"first": show_date(phase.starts_on), "end": show_date(phase.ends_on)}
    )


def _deadline(phase: Phase) -> str:
    if phase.plan_deadline is None:
        return str(_("Plans are issued by a day not yet determined"))
    return str(_("Plans are issued by %(day)s") % {"day": show_date(phase.plan_deadline)})


def _model_section(row: ModelSection) -> str:
    return str(_("Section “%(section)s”") % {"section": row.section})


def _rule(rule: ReminderRule) -> str:
    return str(
        _("%(before)s days before, %(after)s days after, then on day %(day)s of each quarter")
        % {
            "before": ", ".join(str(day) for day in rule.days_before) or "–",
            "after": ", ".join(str(day) for day in rule.days_after) or "–",
            "day": rule.quarterly_day,
        }
    )


def register() -> None:
    """The facts of the programme itself. Called once, by the app's `ready()`."""
    for kind in (
        FactKind(
            "campaign",
            _("Name and purpose of the campaign"),
            Campaign,
            lambda campaign: Campaign.objects.filter(pk=campaign.pk),
            lambda row: row.name,
        ),
        FactKind(
            "document",
            _("Documents"),
            CampaignDocument,
            lambda campaign: campaign.documents.all(),
            str,
            lambda row: row.issuer,
        ),
        FactKind(
            "area",
            _("Content areas"),
            ContentArea,
            lambda campaign: campaign.areas.all(),
            lambda row: row.name,
            lambda row: row.description,
        ),
        FactKind(
            "deliverable",
            _("Deliverables"),
            Deliverable,
            lambda campaign: campaign.deliverables.select_related("area"),
            lambda row: row.name,
            lambda row: row.area.short_name,
        ),
        FactKind(
            "phase",
            _("Phases"),
            Phase,
            lambda campaign: campaign.phases.all(),
            lambda row: row.name,
            _phase_days,
        ),
        FactKind(
            "plan-deadline",
            _("Deadlines of plans"),
            Phase,
            lambda campaign: campaign.phases.all(),
            lambda row: row.name,
            _deadline,
            flag="plan_deadline_confirmed",
        ),
        FactKind(
            "holiday",
            _("Holidays"),
            Holiday,
            lambda campaign: campaign.holidays.all(),
            lambda row: row.name,
            lambda row: show_date(row.day),
        ),
        FactKind(
            "model-plan",
            _("Model plan"),
            ModelSection,
            lambda campaign: campaign.model_sections.all(),
            _model_section,
            lambda row: Truncator(row.text).chars(200),
        ),
        FactKind(
            "reminder-rule",
            _("Reminder rule"),
            ReminderRule,
            lambda campaign: ReminderRule.objects.filter(campaign=campaign),
            lambda row: str(_("Days on which units are reminded")),
            _rule,
        ),
    ):
        register_facts(kind)
