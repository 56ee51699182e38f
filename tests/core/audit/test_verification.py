"""Every way of tampering is found, past the triggers, as an operator with the database could."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core import audit, immutability
from emulation_portal.core.actors import Actor
from emulation_portal.core.audit.hashing import entry_hash
from emulation_portal.core.audit.models import AuditChain, AuditDailyHead, AuditEntry
from tests.factories.core import AT, JobFactory, PersonFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


def chain_of(length):
    job = JobFactory(created_by=None)
    for n in range(length):
        audit.record("step", root=job, by=Actor.system(), at=AT, data={"n": n})
    return job


@pytest.fixture
def unprotected():
    immutability.uninstall(connection)


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "other"},
        {"at": AT + timedelta(microseconds=1)},
        {"mandate_id": 9},
        {"data": {"n": 99}},
        {"previous_hash": "f" * 64},
        {"hash": "f" * 64},
    ],
)
@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_a_changed_entry_is_found(unprotected, changes, sequence):
    job = chain_of(3)
    AuditEntry.objects.filter(sequence=sequence).update(**changes)
    assert not audit.verify_chain(job)


def test_a_changed_actor_is_found(unprotected):
    job = chain_of(2)
    AuditEntry.objects.filter(sequence=2).update(actor=PersonFactory())
    assert not audit.verify_chain(job)


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_a_dropped_entry_is_found(unprotected, sequence):
    job = chain_of(3)
    AuditEntry.objects.filter(sequence=sequence).delete()
    assert not audit.verify_chain(job)


def test_swapped_entries_are_found(unprotected):
    job = chain_of(3)
    AuditEntry.objects.filter(sequence=2).update(sequence=9)
    AuditEntry.objects.filter(sequence=3).update(sequence=2)
    AuditEntry.objects.filter(sequence=9).update(sequence=3)
    assert not audit.verify_chain(job)


def test_an_entry_appended_past_the_portal_is_found():
    job = chain_of(1)
    last = AuditEntry.objects.get()
    forged = AuditEntry(
        root_type=last.root_type, root_id=last.root_id, sequence=2, at=AT, action="forged",
        previous_hash=last.hash,
    )  # fmt: skip
    forged.hash = entry_hash(forged)
    forged.save()
    assert not audit.verify_chain(job)


def test_a_dropped_end_is_found():
    chain_of(2)
    AuditChain.objects.all().delete()
    assert [fault.reason for fault in audit.verify_all()] == ["the end of the chain is missing"]


def test_entries_dropped_altogether_are_found(unprotected):
    job = chain_of(2)
    AuditEntry.objects.all().delete()
    assert [fault.place for fault in audit.verify_all()] == [f"core.job:{job.pk}"]


def test_a_chain_rewritten_whole_is_found_by_the_daily_head(unprotected):
    """Who controls the database can recompute a chain; the head printed elsewhere stays."""
    job = chain_of(2)
    audit.seal_day(day=DAY)
    AuditEntry.objects.all().delete()
    AuditChain.objects.update(length=0, head="0" * 64, sealed_length=0)
    for n in range(2):
        audit.record("forged", root=job, by=Actor.system(), at=AT, data={"n": n})

    assert audit.verify_chain(job)
    assert [fault.place for fault in audit.verify_all()] == ["daily head 2026-11-22"]


def test_a_chain_dropped_whole_is_found_by_the_daily_head(unprotected):
    chain_of(2)
    audit.seal_day(day=DAY)
    AuditEntry.objects.all().delete()
    AuditChain.objects.all().delete()
    assert [fault.place for fault in audit.verify_all()] == ["daily head 2026-11-22"]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda heads: heads.filter(sequence=1).delete(),
        lambda heads: heads.filter(sequence=2).delete(),
        lambda heads: heads.filter(sequence=2).update(chains=[]),
        lambda heads: heads.filter(sequence=1).update(day=date(2026, 1, 1)),
    ],
)
def test_tampering_with_daily_heads_is_found(unprotected, tamper):
    for n in range(3):
        chain_of(1)
        audit.seal_day(day=DAY + timedelta(days=n))
    assert audit.verify_all() == []
    tamper(AuditDailyHead.objects.all())
    assert audit.verify_all()


def test_daily_heads_chain_and_cover_what_was_written_since():
    one = chain_of(2)
    first = audit.seal_day(day=DAY)
    other = chain_of(1)
    second = audit.seal_day(day=DAY + timedelta(days=1))
    third = audit.seal_day(day=DAY + timedelta(days=2))

    assert [c[:3] for c in first.chains] == [["core.job", str(one.pk), 2]]
    assert [c[:3] for c in second.chains] == [["core.job", str(other.pk), 1]]
    assert third.chains == []
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert audit.verify_all() == []


def test_a_sealed_day_stays_as_it_is():
    chain_of(1)
    head = audit.seal_day(day=DAY)
    chain_of(1)
    assert audit.seal_day(day=DAY) == head
    assert AuditDailyHead.objects.count() == 1
    with (
        pytest.raises(IntegrityError, match="immutable: core_auditdailyhead"),
        transaction.atomic(),
    ):
        AuditDailyHead.objects.update(hash="0" * 64)


@given(st.data(), st.integers(min_value=1, max_value=6))
def test_any_change_to_any_column_of_any_entry_is_found(data, length):
    with transaction.atomic():
        immutability.uninstall(connection)
        job = chain_of(length)
        victim = data.draw(st.integers(min_value=1, max_value=length))
        column, value = data.draw(
            st.one_of(
                st.tuples(st.just("action"), st.text("abc", min_size=1, max_size=4)),
                st.tuples(st.just("data"), st.dictionaries(st.text("xyz"), st.integers())),
                st.tuples(st.just("hash"), st.text("0123456789abcdef", min_size=64, max_size=64)),
                st.tuples(st.just("mandate_id"), st.integers(min_value=1, max_value=99)),
                st.tuples(st.just("root_id"), st.just("0")),
            )
        )
        AuditEntry.objects.filter(sequence=victim).update(**{column: value})
        assert not audit.verify_chain(job)
        transaction.set_rollback(True)


def test_the_command_says_that_all_is_well(capsys):
    chain_of(2)
    call_command("verify_audit")
    assert "2 entries in 1 chains. No daily head yet." in capsys.readouterr().out
    head = audit.seal_day(day=DAY)
    call_command("verify_audit")
    assert f"Last daily head (2026-11-22): {head.hash}" in capsys.readouterr().out


def test_the_command_fails_on_a_fault(unprotected, capsys):
    job = chain_of(2)
    AuditEntry.objects.filter(sequence=2).update(action="forged")
    with pytest.raises(CommandError, match="broken in 1 places"):
        call_command("verify_audit")
    assert capsys.readouterr().err == f"core.job:{job.pk}: entry 2 was changed\n"
