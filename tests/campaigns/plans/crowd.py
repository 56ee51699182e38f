"""Many sent plans at once, in few statements: what lists are counted with."""

from datetime import datetime, timedelta

from django.db import connection

from campaigns.models import Participant, Phase, Plan, PlanIssue, PlanVersion
from campaigns.plans.states import PlanState
from emulation_portal.core.models import Attachment
from tests.factories.campaigns import SENT_AT, PlanIssueFactory
from tests.factories.core import AttachmentFactory
from tests.factories.units import UnitFactory
from units.models import Unit


def crowd(phase: Phase, count: int, *, newest: datetime = SENT_AT) -> list[PlanVersion]:
    """Make `count` participants with an issued plan each, sent a day after one another."""
    units = UnitFactory.build_batch(count)
    for unit in units:
        unit.set_keys()
    units = Unit.objects.bulk_create(units)
    Participant.objects.bulk_create(
        Participant(campaign_id=phase.campaign_id, unit=unit) for unit in units
    )
    plans = Plan.objects.bulk_create(
        Plan(unit=unit, phase=phase, created_at=newest) for unit in units
    )
    versions = PlanVersion.objects.bulk_create(
        PlanVersion(plan=plan, number=1, created_at=newest) for plan in plans
    )
    scans = Attachment.objects.bulk_create(AttachmentFactory.build_batch(count, uploaded_by=None))
    PlanIssue.objects.bulk_create(
        PlanIssueFactory.build(version=version, scan=scan)
        for version, scan in zip(versions, scans, strict=True)
    )
    for age, (plan, version) in enumerate(zip(plans, versions, strict=True)):
        version.state, version.sent_at = PlanState.SENT, newest - timedelta(days=age)
        version.is_late, plan.current = False, version
    PlanVersion.objects.bulk_update(versions, ["state", "sent_at", "is_late"])
    Plan.objects.bulk_update(plans, ["current"])
    with connection.cursor() as cursor:
        # As autovacuum has done on a database in use: without it PostgreSQL takes the tables for
        # nearly empty and may join them by the minute.
        cursor.execute("ANALYZE")
    return versions
