"""Comparing texts: nothing is lost, what moved is recognised, and the work is bounded."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.matching import out_of_order
from emulation_portal.core.text_diff import (
    RowKind,
    RunKind,
    compare_texts,
    paragraphs_of,
    word_runs,
)

WORDS = st.sampled_from(
    [
        "một",
        "hai",
        "ba",
        "bốn",
        "năm",
        "sáu",
        "bảy",
        "tám",
        "số",
        "hóa",
        "di",
        "sản",
        "dữ",
        "liệu",
        "1.234,5",
        "đồng",
    ]
)
LINE = st.lists(WORDS, max_size=14).map(" ".join)
# Lines that repeat, move and vary, and anything at all between them.
TEXT = st.lists(st.one_of(LINE, st.sampled_from(["", "  ", "a) Kinh phí:"]), st.text(max_size=30)))
TEXTS = st.tuples(TEXT.map("\n".join), TEXT.map("\n".join))

FIRST = "Đơn vị hoàn thành số hóa toàn bộ hồ sơ di sản trong năm 2026"
SECOND = "Cán bộ đầu mối tổng hợp số liệu và báo cáo thủ trưởng hằng quý"
THIRD = "Kinh phí lấy từ nguồn chi thường xuyên được giao hằng năm"


def old_of(result):
    return [row.old for row in result.rows if row.old is not None]


def new_of(result):
    return [row.new for row in result.rows if row.new is not None]


def words_of(runs, without):
    return " ".join(run.text for run in runs if run.kind != without).split()


def kinds(old, new):
    (result,) = compare_texts([(old, new)])
    return [row.kind for row in result.rows]


# --- Nothing is lost ---------------------------------------------------------------------


@given(st.lists(TEXTS, max_size=4), st.sampled_from([2_000_000, 40, 0]), st.booleans())
def test_the_old_side_is_the_old_text_and_the_new_side_the_new_one(pairs, budget, words):
    results = compare_texts(pairs, budget=budget, words=words)
    for (old, new), result in zip(pairs, results, strict=True):
        assert old_of(result) == paragraphs_of(old)
        assert new_of(result) == paragraphs_of(new)


@given(st.lists(TEXTS, max_size=3), st.sampled_from([2_000_000, 60]))
def test_the_runs_of_a_paragraph_applied_to_the_old_words_give_the_new_ones(pairs, budget):
    for result in compare_texts(pairs, budget=budget):
        for row in result.rows:
            if row.runs:
                before = row.origin or row.old
                assert words_of(row.runs, RunKind.ADDED) == before.split()
                assert words_of(row.runs, RunKind.REMOVED) == row.new.split()
            else:
                assert row.kind != RowKind.CHANGED


@given(st.lists(TEXTS, max_size=4))
def test_each_move_has_one_place_left_and_one_reached(pairs):
    rows = [row for result in compare_texts(pairs) for row in result.rows]
    left = sorted(row.move for row in rows if row.kind == RowKind.MOVED_AWAY)
    reached = sorted(row.move for row in rows if row.kind == RowKind.MOVED_HERE)
    assert left == reached == list(range(1, len(left) + 1))
    by_move = {row.move: row.old for row in rows if row.kind == RowKind.MOVED_AWAY}
    assert all(row.origin == by_move[row.move] for row in rows if row.kind == RowKind.MOVED_HERE)


@given(TEXT.map("\n".join))
def test_a_text_is_the_same_as_itself(text):
    (result,) = compare_texts([(text, text)])
    assert result.is_same
    assert not result.is_coarse


@given(LINE, LINE)
def test_word_runs_lose_no_word(old, new):
    runs = word_runs(old, new)
    assert words_of(runs, RunKind.ADDED) == old.split()
    assert words_of(runs, RunKind.REMOVED) == new.split()


# --- What is recognised ------------------------------------------------------------------


def test_a_paragraph_with_other_words_is_the_same_paragraph_changed():
    (result,) = compare_texts(
        [(f"{FIRST}\n{SECOND}", f"{FIRST.replace('2026', '2027')}\n{SECOND}")]
    )
    changed, same = result.rows
    assert (changed.kind, same.kind) == (RowKind.CHANGED, RowKind.SAME)
    assert [(run.kind, run.text) for run in changed.runs[1:]] == [
        (RunKind.REMOVED, "2026"), (RunKind.ADDED, "2027")
    ]  # fmt: skip


def test_a_paragraph_with_nothing_in_common_is_another_one():
    assert kinds(FIRST, SECOND) == [RowKind.REMOVED, RowKind.ADDED]


def test_a_single_word_between_two_changes_is_told_with_them():
    runs = word_runs("a b c d e", "a x c y e")
    assert [(run.kind, run.text) for run in runs] == [
        (RunKind.SAME, "a"), (RunKind.REMOVED, "b c d"), (RunKind.ADDED, "x c y"),
        (RunKind.SAME, "e"),
    ]  # fmt: skip


def test_a_paragraph_that_stands_elsewhere_has_moved():
    (result,) = compare_texts([(f"{FIRST}\n{SECOND}\n{THIRD}", f"{SECOND}\n{THIRD}\n{FIRST}")])
    assert [row.kind for row in result.rows] == [
        RowKind.MOVED_AWAY, RowKind.SAME, RowKind.SAME, RowKind.MOVED_HERE
    ]  # fmt: skip
    assert not result.rows[-1].is_rewritten


def test_a_paragraph_moved_into_another_text_and_rewritten_is_recognised():
    rewritten = FIRST.replace("2026", "2027")
    left, reached = compare_texts(
        [(f"{FIRST}\n{SECOND}", SECOND), (THIRD, f"{THIRD}\n{rewritten}")]
    )
    assert left.rows[0].kind == RowKind.MOVED_AWAY
    row = reached.rows[1]
    assert (row.kind, row.is_rewritten) == (RowKind.MOVED_HERE, True)
    assert RunKind.ADDED in {run.kind for run in row.runs}


def test_short_lines_do_not_move():
    text = f"{FIRST}\n{SECOND}"
    assert kinds(f"a) Kinh phí:\n{text}", f"{text}\na) Kinh phí:") == [
        RowKind.REMOVED, RowKind.SAME, RowKind.SAME, RowKind.ADDED
    ]  # fmt: skip


def test_spaces_and_blank_lines_alone_are_told_apart_from_words():
    (result,) = compare_texts([(f"{FIRST}\n\n{SECOND}", f"{FIRST}\n {SECOND} ")])
    assert result.only_spacing
    assert not result.is_same
    assert {row.kind for row in result.rows} == {RowKind.SAME}


def test_frequent_words_are_not_taken_for_junk():
    """More than 200 words of which one fills the text: autojunk would drop exactly that one."""
    old = " ".join(["và"] * 300)
    (row,) = compare_texts([(old, f"{old} dữ liệu")])[0].rows
    assert [run.kind for run in row.runs] == [RunKind.SAME, RunKind.ADDED]


@pytest.mark.parametrize(
    ("places", "moved"),
    [([], set()), ([1, 2, 3], set()), ([2, 1], {0}), ([3, 1, 2], {0}), ([1, 4, 2, 3], {1})],
)
def test_the_fewest_elements_have_moved(places, moved):
    found = out_of_order(places)
    assert len(found) == len(moved)
    rest = [place for at, place in enumerate(places) if at not in found]
    assert rest == sorted(rest)


@given(st.permutations(range(8)))
def test_what_has_not_moved_stands_in_the_old_order(places):
    found = out_of_order(places)
    rest = [place for at, place in enumerate(places) if at not in found]
    assert rest == sorted(rest)
    assert len(found) < len(places)


# --- Bounds ------------------------------------------------------------------------------


def _worst():
    chance = random.Random(7)
    letters = [" ".join(chance.choices("abcdefgh", k=50_000)) for _ in range(2)]
    lines = ["\n".join(chance.choices("ab", k=50_000)) for _ in range(2)]
    comb = [" ".join(f"{letter}{n} và" for n in range(15_000)) for letter in "xy"]
    return {
        "one word, over and over": ("a " * 50_000, "a " * 49_000 + "b a " * 500),
        "eight words by chance": tuple(letters),
        "two lines by chance": tuple(lines),
        "every other word the same": tuple(comb),
    }


@pytest.mark.parametrize("case", _worst())
def test_a_hundred_thousand_characters_are_compared_in_bounded_time(case):
    old, new = _worst()[case]
    began = time.process_time()
    (result,) = compare_texts([(old, new)])
    spent = time.process_time() - began
    assert spent < 5
    assert old_of(result) == paragraphs_of(old)
    assert new_of(result) == paragraphs_of(new)


def test_what_is_too_much_work_is_said_and_stands_as_removed_and_added():
    old, new = _worst()["eight words by chance"]
    (result,) = compare_texts([(old, new)])
    assert result.is_coarse
    kinds_of_runs = [run.kind for row in result.rows for run in row.runs]
    assert kinds_of_runs == [RunKind.REMOVED, RunKind.ADDED]
