"""What a receipt says: its number, the hash fit for people, and by when the department answers."""

from datetime import date

from django.conf import settings
from django.utils import timezone

from campaigns.plans.models import PlanVersion
from campaigns.plans.turn_round import holidays_of
from campaigns.programme.models import Campaign
from campaigns.programme.working_days import add_working_days

_GROUP = 8


def receipt_number(version: PlanVersion) -> str:
    """Return the receipt's number: phase, unit, version and record, "GD1-CUC-DSVH-02-000417".

    The first parts are for people; the record alone makes the number unique for ever, also where
    two campaigns have a first phase.
    """
    plan = version.plan
    return f"GD{plan.phase.number}-{plan.unit.code.upper()}-{version.number:02}-{version.pk:06}"


def hash_groups(content_hash: str) -> list[str]:
    """Return the hash in groups of eight digits; joined without a space it is the hash again."""
    return [content_hash[i : i + _GROUP] for i in range(0, len(content_hash), _GROUP)]


def grouped_hash(content_hash: str) -> str:
    """Return the hash in groups of eight, fit for reading aloud."""
    return " ".join(hash_groups(content_hash))


def review_due(campaign: Campaign, sent_on: date) -> date:
    """Return the day by which the department answers what was sent on `sent_on`: PLAN_REVIEW_DAYS
    working days later, without the campaign's holidays. One query.
    """
    return add_working_days(sent_on, settings.PLAN_REVIEW_DAYS, holidays_of(campaign))


def review_due_of(version: PlanVersion) -> date | None:
    """Return by when the department answers `version`; None for what was not sent."""
    if version.sent_at is None:
        return None
    return review_due(version.plan.phase.campaign, timezone.localdate(version.sent_at))
