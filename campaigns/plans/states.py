"""The states of a plan version and the moves between them: the only place that knows both."""

from django.db import models
from django.utils.translation import pgettext_lazy


class PlanState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("plan state", "Draft")
    SENT = "sent", pgettext_lazy("plan state", "Sent")
    RETURNED = "returned", pgettext_lazy("plan state", "Additions needed")
    ACCEPTED = "accepted", pgettext_lazy("plan state", "Accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("plan state", "Withdrawn")


# A returned or withdrawn version stays as it was: its successor is a new draft.
PLAN_TRANSITIONS: dict[str, frozenset[str]] = {
    PlanState.DRAFT: frozenset({PlanState.SENT}),
    PlanState.SENT: frozenset({PlanState.RETURNED, PlanState.ACCEPTED, PlanState.WITHDRAWN}),
    PlanState.RETURNED: frozenset(),
    PlanState.ACCEPTED: frozenset(),
    PlanState.WITHDRAWN: frozenset(),
}
