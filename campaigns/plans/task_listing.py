"""The tasks of a campaign's plans: one version of each plan, the one the reader works with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from campaigns.plans.listing import Mark
from campaigns.plans.models import Plan, PlanIssue, PlanTask, PlanVersion
from campaigns.plans.queries import RECEIVED_STATES
from campaigns.plans.states import PlanState
from campaigns.programme.models import Campaign, in_language
from emulation_portal.core.searching import holding, marked, words_of
from units.models import Mandate

SOON = timedelta(days=30)


class TaskVersions(models.TextChoices):
    """Which version of each plan the tasks are read from."""

    SHOWN = "", gettext_lazy("The latest you may read")
    DRAFT = "draft", gettext_lazy("Drafts you may edit")
    IN_FORCE = "in_force", gettext_lazy("In force")


class TaskDue(models.TextChoices):
    """What a deadline is asked for. The portal does not know which tasks are done, so that none
    is called late.
    """

    PASSED = "passed", gettext_lazy("Deadline passed")
    SOON = "soon", gettext_lazy("Due within 30 days")
    NONE = "none", gettext_lazy("No deadline (throughout)")


class TaskOrder(models.TextChoices):
    UNIT = "unit", gettext_lazy("Name of the unit")
    DUE = "due", gettext_lazy("Deadline, earliest first")


# Where the words stand together comes first; for the search page, which shows the best only.
BEST = "best"


@dataclass(frozen=True)
class TaskFilter:
    """What the list is narrowed to; empty values narrow nothing."""

    phase_id: int | None = None
    version: str = ""
    unit: str = ""
    area: int | None = None
    block_id: int | None = None
    kind: str = ""
    due: str = ""
    due_from: date | None = None
    due_to: date | None = None
    text: str = ""
    order: str = ""


def drafts_edited_by(mandate: Mandate) -> Q:
    """The condition on versions that `rules.may_edit` puts: open, and one's own to write."""
    if mandate.is_unit_side:
        return Q(state=PlanState.DRAFT, plan__unit_id=mandate.unit_id)
    if mandate.is_department:
        return Q(state=PlanState.DRAFT, entered_on_behalf=True)
    return Q(pk__in=[])


def versions_shown(
    mandate: Mandate, campaign: Campaign, *, which: str = TaskVersions.SHOWN
) -> QuerySet[PlanVersion]:
    """At most one version of each plan of the campaign that `mandate` may read.

    Of a plan one writes oneself the open draft, otherwise the version received last; readers
    from outside, while that one is not issued, get the one in force. `rules.may_read` says the
    same of each version alone. The campaign must be one the mandate sees.
    """
    versions = PlanVersion.objects.filter(plan__phase__campaign=campaign)
    drafts = drafts_edited_by(mandate)
    if which == TaskVersions.DRAFT:
        return versions.filter(drafts)
    # Asked as a set of ids: the database then knows about how many there are, and does not look
    # through all tasks once for each version.
    plans = Plan.objects.filter(phase__campaign=campaign)
    is_current = Q(pk__in=plans.filter(current__isnull=False).values("current"))
    is_current &= Q(state__in=RECEIVED_STATES)
    is_in_force = Q(pk__in=plans.filter(in_force__isnull=False).values("in_force"))
    issued = Exists(PlanIssue.objects.filter(version=OuterRef("pk")))
    own = Q(plan__unit_id=mandate.unit_id) if _reads_own(mandate) else Q(pk__in=[])
    oversees = mandate.is_department or mandate.is_administrator
    if which == TaskVersions.IN_FORCE:
        return versions.filter(is_in_force if oversees else is_in_force & (own | Q(issued)))
    draft_open = Exists(PlanVersion.objects.filter(drafts, plan=OuterRef("plan")))
    if oversees:
        return versions.filter(drafts | is_current & ~Q(draft_open))
    current_issued = Exists(PlanIssue.objects.filter(version=OuterRef("plan__current")))
    theirs = (is_current | is_in_force & ~Q(current_issued)) & Q(issued)
    return versions.filter(drafts | own & is_current & ~Q(draft_open) | ~own & theirs)


def readable_versions(mandate: Mandate, campaign: Campaign) -> QuerySet[PlanVersion]:
    """Every version of the campaign's plans that `rules.may_read` lets `mandate` read."""
    received = Q(state__in=RECEIVED_STATES)
    readable: Q
    if mandate.is_department:
        readable = received | Q(entered_on_behalf=True)
    elif mandate.is_administrator:
        readable = received
    else:
        readable = received & Q(Exists(PlanIssue.objects.filter(version=OuterRef("pk"))))
    if _reads_own(mandate):
        readable |= Q(plan__unit_id=mandate.unit_id)
    return PlanVersion.objects.filter(readable, plan__phase__campaign=campaign)


def _reads_own(mandate: Mandate) -> bool:
    return mandate.is_unit_side or mandate.is_department


def listed_tasks(
    mandate: Mandate, campaign: Campaign, wanted: TaskFilter, *, on: date
) -> QuerySet[PlanTask]:
    """The tasks of `versions_shown`, narrowed and in order: by unit, then as in its plan."""
    versions = versions_shown(mandate, campaign, which=wanted.version)
    if wanted.phase_id is not None:
        versions = versions.filter(plan__phase_id=wanted.phase_id)
    if words := words_of(wanted.unit):
        versions = versions.filter(holding(words, "plan__unit__search_key"))
    if wanted.block_id is not None:
        versions = versions.filter(
            plan__unit__block_memberships__block_id=wanted.block_id,
            plan__unit__block_memberships__year=on.year,
        )
    if wanted.kind:
        versions = versions.filter(plan__unit__kind=wanted.kind)
    shown = versions.order_by().values("pk")
    # No task is without a version: the second half keeps PostgreSQL from making a join of the
    # first, which it then walks through once for each task when only the first few are wanted
    # (7.5 s instead of 0.4 s for 200,000 tasks).
    tasks = PlanTask.objects.filter(Q(version__in=shown) | Q(version__isnull=True))
    if wanted.area is not None:
        tasks = tasks.filter(section__area__number=wanted.area)
    words = words_of(wanted.text)
    if words:
        tasks = tasks.filter(holding(words, "search_key"))
    tasks = _due(tasks, wanted, on=on)
    by_unit = ("version__plan__unit__sort_key", "version__plan", "section__position", "position")
    if wanted.order == TaskOrder.DUE:
        return tasks.order_by(F("due_date").asc(nulls_last=True), *by_unit, "pk")
    if wanted.order == BEST and words:
        together = Q(search_key__contains=" ".join(words))
        tasks = tasks.alias(apart=Case(When(together, then=0), default=1))
        return tasks.order_by("apart", *by_unit, "pk")
    return tasks.order_by(*by_unit, "pk")


def _due(tasks: QuerySet[PlanTask], wanted: TaskFilter, *, on: date) -> QuerySet[PlanTask]:
    if wanted.due == TaskDue.PASSED:
        tasks = tasks.filter(due_date__lt=on)
    elif wanted.due == TaskDue.SOON:
        tasks = tasks.filter(due_date__gte=on, due_date__lte=on + SOON)
    elif wanted.due == TaskDue.NONE:
        tasks = tasks.filter(due_date__isnull=True)
    if wanted.due_from:
        tasks = tasks.filter(due_date__gte=wanted.due_from)
    if wanted.due_to:
        tasks = tasks.filter(due_date__lte=wanted.due_to)
    return tasks


TEXTS = ("title", "lead", "partners", "product")
TASK_COLUMNS = (
    "pk", "identity", "position", "title", "lead", "partners", "due_date", "product",
    "version_id", "version__number", "version__state", "version__entered_on_behalf",
    "version__plan_id", "version__plan__phase__number", "version__plan__unit_id",
    "version__plan__unit__code", "version__plan__unit__name_vi", "version__plan__unit__name_en",
    "section_id", "section__lock_version", "section__area__number",
    "section__area__short_vi", "section__area__short_en",
)  # fmt: skip


@dataclass(frozen=True)
class TaskLine:
    """A task in the list, with what was looked for marked in its texts. `url` leads to the place
    where it is read, or written.
    """

    title: SafeString
    lead: SafeString
    partners: SafeString
    due_date: date | None
    product: SafeString
    unit: str
    area: str
    state: Mark
    version_number: int
    url: str


def may_write(mandate: Mandate, values: dict[str, Any]) -> bool:
    """`rules.may_edit`, asked of a row of `TASK_COLUMNS`."""
    if values["version__state"] != PlanState.DRAFT:
        return False
    own = mandate.is_unit_side and values["version__plan__unit_id"] == mandate.unit_id
    return own or (mandate.is_department and values["version__entered_on_behalf"])


def task_line(values: dict[str, Any], *, mandate: Mandate, words: Sequence[str] = ()) -> TaskLine:
    """Make a row of the list from the columns `TASK_COLUMNS` of one task."""
    plan, number = values["version__plan_id"], values["section__area__number"]
    if may_write(mandate, values):
        url = reverse("campaigns:plan-section", args=[plan, f"area-{number}"])
    else:
        url = reverse("campaigns:plan-version", args=[plan, values["version__number"]])
        url += f"#part-area-{number}"
    short = in_language(values["section__area__short_vi"], values["section__area__short_en"])
    return TaskLine(
        **{name: marked(values[name], words) for name in TEXTS},
        due_date=values["due_date"],
        unit=in_language(
            values["version__plan__unit__name_vi"], values["version__plan__unit__name_en"]
        ),
        area=f"{number}. {short}",
        state=Mark(str(PlanState(values["version__state"]).label), state=values["version__state"]),
        version_number=values["version__number"],
        url=url,
    )


def tasks_total(mandate: Mandate, campaign: Campaign, wanted: TaskFilter, *, on: date) -> int:
    """How many tasks the list would have without being narrowed, in the same versions."""
    whole = TaskFilter(phase_id=wanted.phase_id, version=wanted.version)
    return listed_tasks(mandate, campaign, whole, on=on).order_by().count()
