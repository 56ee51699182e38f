"""Recording: each entry in its place, exact bytes that both databases keep, erasable names."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.audit.hashing import plain
from emulation_portal.core.audit.models import AuditChain, AuditEntry, ErasableText
from emulation_portal.core.models import Job
from tests.factories.core import AT, JobFactory, PersonFactory

pytestmark = pytest.mark.django_db


def test_entries_of_one_object_form_one_chain():
    person, job = PersonFactory(), JobFactory()
    by = Actor(person_id=person.pk, mandate_id=7)

    first = audit.record("job.seen", root=job, by=by, at=AT, data={"n": 1})
    second = audit.record("job.seen", root=job, by=Actor.system(), at=AT)

    assert (first.sequence, second.sequence) == (1, 2)
    assert first.previous_hash == "0" * 64
    assert second.previous_hash == first.hash
    assert (first.actor, first.mandate_id, second.actor) == (person, 7, None)
    assert list(audit.entries_of(job)) == [first, second]
    assert audit.verify_chain(job)


def test_objects_have_chains_of_their_own():
    one, other = JobFactory(), JobFactory()
    audit.record("job.seen", root=one, by=Actor.system(), at=AT)

    entry = audit.record("job.seen", root=other, by=Actor.system(), at=AT)

    assert entry.sequence == 1
    assert AuditChain.objects.count() == 2


def test_nothing_can_be_recorded_about_an_unsaved_object():
    with pytest.raises(ValueError, match="must be saved"):
        audit.record("job.seen", root=JobFactory.build(created_by=None), by=Actor.system(), at=AT)


def test_data_is_kept_plain():
    data = {
        "day": date(2026, 1, 2),
        "at": datetime(2026, 1, 2, 7, tzinfo=UTC),
        "share": Decimal("0.10"),
        "id": UUID(int=5),
        "label": _("State"),
        "names": {"b", "a"},
        "many": (1, None, True),
        "nul": "a\x00b",
        "half": "\ud800",
    }
    entry = audit.record("x", root=JobFactory(), by=Actor.system(), at=AT, data=data)

    entry.refresh_from_db()

    assert entry.data == {
        "day": "2026-01-02",
        "at": "2026-01-02T07:00:00+00:00",
        "share": "0.10",
        "id": "00000000-0000-0000-0000-000000000005",
        "label": str(_("State")),
        "names": ["a", "b"],
        "many": [1, None, True],
        "nul": "a�b",
        "half": "�",
    }


@pytest.mark.parametrize("value", [1.5, object(), b"x"])
def test_data_both_databases_would_not_keep_is_refused(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        plain({"deep": [value]})


def test_a_refused_record_leaves_nothing():
    job = JobFactory()
    with pytest.raises(TypeError):
        audit.record("x", root=job, by=Actor.system(), at=AT, data={"f": 0.5}, personal="name")
    assert not AuditEntry.objects.exists()
    assert not AuditChain.objects.exists()
    assert not ErasableText.objects.exists()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.dates()
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), json_values, max_size=3), min_size=1, max_size=5))
def test_what_the_database_gives_back_has_the_hash_it_was_written_with(all_data):
    with transaction.atomic():
        job = JobFactory(created_by=None)
        for n, data in enumerate(all_data):
            at = AT + timedelta(microseconds=n)
            audit.record("x", root=job, by=Actor.system(), at=at, data=data, personal="Ân")
        assert audit.verify_chain(job)
        transaction.set_rollback(True)


def test_many_entries_in_few_statements(django_assert_num_queries):
    jobs = JobFactory.create_batch(3, created_by=None)
    audit.record("job.made", root=jobs[0], by=Actor.system(), at=AT)
    entries = [(job, {"row": row}) for row, job in enumerate([*jobs, jobs[0]])]

    # savepoint, missing chains, lock, entries, ends, release
    with django_assert_num_queries(6):
        count = audit.record_many("job.imported", entries=entries, by=Actor.system(), at=AT)

    assert count == 4
    assert [e.data for e in audit.entries_of(jobs[0])] == [{}, {"row": 0}, {"row": 3}]
    assert audit.verify_all() == []


def test_many_of_nothing():
    assert audit.record_many("x", entries=[], by=Actor.system(), at=AT) == 0


def test_two_thousand_entries_go_in_one_go():
    jobs = Job.objects.bulk_create(JobFactory.build_batch(2_000, created_by=None))
    audit.record_many("x", entries=[(job, None) for job in jobs], by=Actor.system(), at=AT)
    assert AuditChain.objects.filter(length=1).count() == 2_000
    assert audit.verify_all() == []


def test_erasing_a_name_keeps_the_chain_whole():
    person, job = PersonFactory(), JobFactory()
    by = Actor(person_id=person.pk)
    entry = audit.record("job.seen", root=job, by=by, at=AT, personal="Nguyễn Thị Bình")
    assert entry.personal.text == "Nguyễn Thị Bình"

    audit.erase(entry, root=job, by=by, at=AT)
    audit.erase(entry, root=job, by=by, at=AT)  # again: nothing more to say

    text = ErasableText.objects.get()
    assert (text.text, text.erased_at) == ("", AT)
    assert [e.action for e in audit.entries_of(job)] == ["job.seen", "audit.erased"]
    assert audit.verify_chain(job)


def test_where_nothing_personal_stands_there_is_nothing_to_erase():
    job = JobFactory()
    entry = audit.record("job.seen", root=job, by=Actor.system(), at=AT)
    audit.erase(entry, root=job, by=Actor.system(), at=AT)
    assert list(audit.entries_of(job)) == [entry]


@pytest.mark.parametrize(
    "write",
    [
        lambda entries: entries.update(action="other"),
        lambda entries: entries.update(data={"forged": True}),
        lambda entries: entries.delete(),
    ],
)
def test_the_database_refuses_to_change_entries(write):
    audit.record("job.seen", root=JobFactory(), by=Actor.system(), at=AT)
    with pytest.raises(IntegrityError, match="immutable: core_auditentry"), transaction.atomic():
        write(AuditEntry.objects.all())
    assert AuditEntry.objects.get().action == "job.seen"


@pytest.mark.parametrize(
    "write",
    [
        lambda texts: texts.update(text="forged"),
        lambda texts: texts.update(erased_at=None),
        lambda texts: texts._raw_delete(texts.db),
    ],
)
def test_a_name_can_only_be_erased(write):
    audit.record("job.seen", root=JobFactory(), by=Actor.system(), at=AT, personal="Ân")
    with pytest.raises(IntegrityError, match="immutable: core_erasabletext"), transaction.atomic():
        write(ErasableText.objects.all())
