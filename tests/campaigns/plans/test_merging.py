"""Two contents brought together: nothing is decided that both have changed, nothing is lost."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from campaigns.plans.actions.drafting import same_content
from campaigns.plans.merging import base_of, merge, read_base
from campaigns.plans.queries import SectionContent
from campaigns.plans.rows import Measure, TargetRow, TaskRow

WORDS = st.sampled_from(["", "Một", "Hai", "Ba"])
IDENTITIES = [UUID(int=number) for number in range(1, 5)]


@st.composite
def contents(draw, identities=IDENTITIES):
    chosen = draw(st.lists(st.sampled_from(identities), unique=True))
    tasks = [TaskRow(draw(WORDS) or "Việc", lead=draw(WORDS), identity=i) for i in chosen]
    values = st.integers(min_value=0, max_value=3)
    indicators = draw(st.lists(st.integers(min_value=1, max_value=3), unique=True))
    targets = [TargetRow(pk, years={2026: Measure(draw(values))}) for pk in indicators]
    return SectionContent(draw(WORDS), tuple(tasks), tuple(targets), draw(st.booleans()), 1)


def by_key(content):
    return {
        "text": content.narrative,
        **{("task", t.identity): t.facts for t in content.tasks},
        **{("target", row.indicator_id): row for row in content.targets},
    }


@given(opened=contents(), mine=contents(), theirs=contents())
def test_only_what_both_changed_is_asked_and_the_rest_is_kept(opened, mine, theirs):
    base = read_base(base_of(opened))
    found = merge(mine, theirs, base)
    disputed = {("task", UUID(s.key)) for s in found.tasks if s.disputed}
    disputed |= {("target", int(s.key)) for s in found.targets if s.disputed}
    if found.narrative is None:
        disputed.add("text")
    before, ours, stored = by_key(opened), by_key(mine), by_key(theirs)
    every = before.keys() | ours.keys() | stored.keys()
    both = {
        key
        for key in every
        if ours.get(key) != stored.get(key)
        and ours.get(key) != before.get(key)
        and stored.get(key) != before.get(key)
    }
    assert disputed == both
    assert found.is_clean == (not both)
    for choice in ("mine", "theirs"):
        text = mine.narrative if choice == "mine" else theirs.narrative
        keys = {s.key: choice for s in (*found.tasks, *found.targets)}
        kept = by_key(found.content(narrative=text, chosen=keys))
        for key in every:
            if key in both:
                wanted = (ours if choice == "mine" else stored).get(key)
            else:
                wanted = stored.get(key) if ours.get(key) == before.get(key) else ours.get(key)
            assert kept.get(key) == wanted


@given(opened=contents(), theirs=contents())
def test_a_page_on_which_nothing_was_changed_takes_the_other_save_whole(opened, theirs):
    found = merge(opened, theirs, read_base(base_of(opened)))
    assert found.is_clean
    assert same_content(found.content(), theirs)


@given(mine=contents(), theirs=contents())
def test_without_a_beginning_no_difference_passes_unasked(mine, theirs):
    found = merge(mine, theirs, None)
    assert found.is_clean == (by_key(mine) == by_key(theirs))


def test_new_tasks_of_both_stand_beside_one_another_once():
    opened = SectionContent("", (), (), completed=False, lock_version=0)
    theirs = replace(opened, tasks=(TaskRow("A", identity=IDENTITIES[0]),))
    mine = replace(opened, tasks=(TaskRow("A"), TaskRow("B")))
    found = merge(mine, theirs, read_base(base_of(opened)))
    assert [task.title for task in found.content().tasks] == ["A", "B"]


def test_the_order_stays_mine_where_i_have_moved_something():
    a, b, c = (TaskRow(name, identity=i) for name, i in zip("ABC", IDENTITIES, strict=False))
    opened = SectionContent("", (a, b, c), (), completed=False, lock_version=0)
    mine, theirs = replace(opened, tasks=(c, a, b)), replace(opened, tasks=(a, b, c))
    for one, other, order in [(mine, theirs, "CAB"), (theirs, mine, "CAB")]:
        found = merge(one, other, read_base(base_of(opened)))
        assert "".join(task.title for task in found.content().tasks) == order
