"""advance(): the table decides, the database's state counts, and every move is audited."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.jobs.states import JOB_TRANSITIONS, JobState
from emulation_portal.core.outbox.states import MESSAGE_TRANSITIONS, MessageState
from emulation_portal.core.transitions import IllegalTransition, advance, pairs_of
from tests.factories.core import AT, JobFactory, MessageFactory, PersonFactory

pytestmark = pytest.mark.django_db
ENDED = {"finished_at": AT}


def cancel(job, **options):
    options = {
        "by": Actor.system(),
        "at": AT,
        "action": "job.cancelled",
        "changes": ENDED,
        **options,
    }
    return advance(job, to=JobState.CANCELLED, table=JOB_TRANSITIONS, **options)


def test_a_move_writes_state_and_changes_and_is_audited():
    person, job = PersonFactory(), JobFactory()
    by = Actor(person_id=person.pk, mandate_id=3)

    returned = cancel(job, by=by, data={"why": "typo"})

    assert returned is job
    assert (job.state, job.finished_at) == ("cancelled", AT)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("cancelled", AT)
    entry = audit.entries_of(job).get()
    assert (entry.action, entry.actor, entry.mandate_id, entry.at) == (
        "job.cancelled",
        person,
        3,
        AT,
    )
    assert entry.data == {"from": "queued", "to": "cancelled", "why": "typo"}


def test_the_entry_may_stand_under_another_root():
    job, root = JobFactory(), MessageFactory()
    cancel(job, root=root)
    assert audit.entries_of(root).get().data["object"] == f"core.job:{job.pk}"
    assert not audit.entries_of(job).exists()


def test_a_move_the_table_does_not_know_is_refused():
    job = JobFactory()
    with pytest.raises(IllegalTransition, match=r"“Đang chờ”|“Waiting”"):
        advance(job, to=JobState.DONE, table=JOB_TRANSITIONS, by=Actor.system(), at=AT, action="x")
    job.refresh_from_db()
    assert job.state == "queued"
    assert not audit.entries_of(job).exists()


def test_the_state_in_the_database_counts_not_the_one_in_memory():
    job = JobFactory()
    stale = type(job).objects.get(pk=job.pk)
    cancel(job)
    with translation.override("en"), pytest.raises(IllegalTransition, match="“Cancelled”"):
        cancel(stale)
    assert audit.entries_of(job).count() == 1


def test_somebody_who_moves_first_between_our_look_and_our_write_wins(monkeypatch):
    """SQLite knows no row locks: the UPDATE itself must see the state it was decided on."""
    job = JobFactory()
    rows = type(job).objects.filter(pk=job.pk)
    look = type(rows).get

    def look_and_be_overtaken(self, *args, **kwargs):
        found = look(self, *args, **kwargs)
        if found.state == "queued":
            rows.update(state="cancelled", finished_at=AT)
        return found

    monkeypatch.setattr(type(rows), "get", look_and_be_overtaken)
    with pytest.raises(IllegalTransition):
        cancel(job)
    assert not audit.entries_of(job).exists()


def try_every_pair(make, table, columns):
    """(from, to) pairs the database lets through with plain SQL."""
    passed = set()
    for old in table:
        for new in table:
            if old == new:
                continue
            row = make(old)
            try:
                with transaction.atomic():
                    type(row).objects.filter(pk=row.pk).update(**columns(new))
            except IntegrityError:
                continue
            passed.add((str(old), str(new)))
    return passed


def job_columns(state):
    running = state == JobState.RUNNING
    return {
        "state": state,
        "claim": "00000000-0000-0000-0000-000000000001" if running else None,
        "lease_until": AT if running else None,
        "finished_at": None if state in {JobState.QUEUED, JobState.RUNNING} else AT,
        "error": "x" if state == JobState.FAILED else "",
    }


def message_columns(state):
    sending = state == MessageState.SENDING
    return {
        "state": state,
        "claim": "00000000-0000-0000-0000-000000000001" if sending else None,
        "lease_until": AT if sending else None,
        "sent_at": AT if state == MessageState.SENT else None,
        "reason": "refused" if state in {MessageState.FAILED, MessageState.SUPPRESSED} else "",
    }


@pytest.mark.parametrize(
    ("make", "table", "columns"),
    [
        (lambda s: JobFactory(**job_columns(s)), JOB_TRANSITIONS, job_columns),
        (lambda s: MessageFactory(**message_columns(s)), MESSAGE_TRANSITIONS, message_columns),
    ],
)
def test_code_and_database_know_the_same_moves(make, table, columns):
    assert try_every_pair(make, table, columns) == pairs_of(table)


def test_a_field_without_choices_is_named_as_it_is():
    job = JobFactory()
    with pytest.raises(IllegalTransition, match="“test”"):
        advance(job, to="other", table={}, by=Actor.system(), at=AT, action="x", state_field="kind")


def test_the_row_is_locked_where_the_database_can():
    job = JobFactory()
    with CaptureQueriesContext(connection) as queries:
        cancel(job)
    locking = any("FOR UPDATE" in q["sql"] and "core_job" in q["sql"] for q in queries)
    assert locking == (connection.vendor == "postgresql")
