"""What changed between two texts: paragraphs first, then the words of those that changed.

Both levels are `difflib` without its guess at junk, which would drop frequent words. Matching is
quadratic on repetitive texts, so each search is paid from a budget before it is made; what can no
longer be afforded stands as removed and added, and the comparison says that it is coarse.

Paragraphs are lines that hold something; runs of spaces count as one. Texts that differ in
nothing but spacing have only unchanged rows.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from emulation_portal.core.matching import Budget, opcodes

# Elementary steps of matching, about a third of a second on a slow machine.
BUDGET = 2_000_000
# Shared words, of all words: above it a paragraph was rewritten, below it is another one.
_ALIKE = 0.4
_PLAINLY_ALIKE = 0.6
_ALIKE_ELSEWHERE = 0.75
# A shorter paragraph standing elsewhere ("a) Kinh phí:") is a coincidence, no move.
_WORDS_OF_A_MOVE = 5


class RowKind(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"


class RunKind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words with one fate."""

    kind: RunKind
    text: str


@dataclass(slots=True)
class Row:
    """One paragraph. `old` is None where it did not stand before, `new` where it stands no more.

    `runs` tell both in one stream: without the added ones it reads as `old`, without the removed
    ones as `new`. A paragraph that moved stands in two rows that share the number `move`; the
    runs stand where it is now, with what it said before in `origin`.
    """

    kind: RowKind
    old: str | None
    new: str | None
    runs: tuple[Run, ...] = ()
    move: int = 0
    origin: str = ""

    @property
    def is_rewritten(self) -> bool:
        """Whether a paragraph that moved was changed on the way."""
        return bool(self.origin) and self.origin != self.new


@dataclass
class TextDiff:
    """The paragraphs of one text, in order; `is_coarse` where words were not compared."""

    rows: list[Row] = field(default_factory=list)
    is_coarse: bool = False
    only_spacing: bool = False

    @property
    def is_same(self) -> bool:
        return not self.only_spacing and all(row.kind == RowKind.SAME for row in self.rows)


def compare_texts(
    pairs: Sequence[tuple[str, str]], *, words: bool = True, budget: int = BUDGET
) -> list[TextDiff]:
    """Compare each (old, new) text of `pairs`; return a result for each, in their order.

    Paragraphs that left one text and stand in another of them are recognised as moved. Without
    `words` the words of changed paragraphs are not compared. `budget` bounds the work whatever
    the texts are like.
    """
    purse = Budget(budget)
    results = [_compare_paragraphs(old, new, purse) for old, new in pairs]
    _find_moves(results, purse)
    if words:
        for result in results:
            for row in result.rows:
                _compare_row(row, result, purse)
    return results


def word_runs(old: str, new: str, *, budget: int = BUDGET) -> tuple[Run, ...]:
    """Compare two short texts word by word; both whole where that is too much work."""
    return _word_runs(old.split(), new.split(), Budget(budget)) or _replaced(old, new)


def paragraphs_of(text: str) -> list[str]:
    """Return the lines of `text` that hold something, with single spaces."""
    return [" ".join(words) for line in text.splitlines() if (words := line.split())]


# --- Paragraphs --------------------------------------------------------------------------


def _compare_paragraphs(old: str, new: str, purse: Budget) -> TextDiff:
    before, after = paragraphs_of(old), paragraphs_of(new)
    if before == after:
        return TextDiff([Row(RowKind.SAME, text, text) for text in after], only_spacing=old != new)
    result = TextDiff()
    steps = opcodes(before, after, purse)
    if steps is None:
        result.is_coarse = True
        steps = [(0, len(before), 0, len(after))]
    for old_from, old_to, new_from, new_to in steps:
        gone, come = before[old_from:old_to], after[new_from:new_to]
        if gone == come:
            result.rows += [Row(RowKind.SAME, text, text) for text in come]
        else:
            pairs = _pairs(gone, come, purse)
            result.is_coarse |= pairs is None
            result.rows += _paired(gone, come, pairs or [])
    return result


def _paired(gone: list[str], come: list[str], pairs: Sequence[tuple[int, int]]) -> Iterator[Row]:
    """Tell the rewritten `pairs` from paragraphs removed and added, keeping both orders."""
    i = j = 0
    for old_at, new_at in [*pairs, (len(gone), len(come))]:
        yield from (Row(RowKind.REMOVED, text, None) for text in gone[i:old_at])
        yield from (Row(RowKind.ADDED, None, text) for text in come[j:new_at])
        if old_at < len(gone):
            yield Row(RowKind.CHANGED, gone[old_at], come[new_at])
        i, j = old_at + 1, new_at + 1


def _pairs(gone: list[str], come: list[str], purse: Budget) -> list[tuple[int, int]] | None:
    """Return the pairs of alike paragraphs, in order; None when finding them cannot be afforded.

    Most blocks are paragraphs rewritten one by one: what is plainly alike at either end is
    paired at once, and only the rest is searched for the pairs that share the most words in all.
    """
    if not (gone and come):
        return []
    bags, others = [Counter(text.split()) for text in gone], [Counter(t.split()) for t in come]
    if not purse.pay(len(others) * sum(map(len, bags)) + len(gone) * sum(map(len, others))):
        return None
    start, limit = 0, min(len(gone), len(come))
    while start < limit and _likeness(bags[start], others[start]) >= _PLAINLY_ALIKE:
        start += 1
    tail = 0
    while tail < limit - start and _likeness(bags[-1 - tail], others[-1 - tail]) >= _PLAINLY_ALIKE:
        tail += 1
    old_end, new_end = len(gone) - tail, len(come) - tail
    middle = _best_pairs(bags[start:old_end], others[start:new_end])
    return [
        *((at, at) for at in range(start)),
        *((start + i, start + j) for i, j in middle),
        *((old_end + at, new_end + at) for at in range(tail)),
    ]


def _best_pairs(
    bags: Sequence[Counter[str]], others: Sequence[Counter[str]]
) -> list[tuple[int, int]]:
    """Return the pairs of alike ones, in order, that share the most words in all."""
    # best[i][j]: what the first i of `bags` and the first j of `others` can share.
    best = [[0.0] * (len(others) + 1) for _ in range(len(bags) + 1)]
    for i, bag in enumerate(bags):
        for j, other in enumerate(others):
            likeness = _likeness(bag, other)
            joined = best[i][j] + likeness if likeness >= _ALIKE else 0.0
            best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], joined)
    pairs, i, j = [], len(bags), len(others)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _likeness(bag: Counter[str], other: Counter[str]) -> float:
    total = bag.total() + other.total()
    if len(bag) > len(other):
        bag, other = other, bag
    shared = sum(min(count, other[word]) for word, count in bag.items() if word in other)
    return 2 * shared / total


# --- Moves -------------------------------------------------------------------------------


def _find_moves(results: Sequence[TextDiff], purse: Budget) -> None:
    """Recognise paragraphs that left one place and stand, the same or alike, in another."""
    rows = [row for result in results for row in result.rows]
    gone = [row for row in rows if row.kind == RowKind.REMOVED and _is_long(row.old)]
    come = [row for row in rows if row.kind == RowKind.ADDED and _is_long(row.new)]
    count = 0
    by_text: dict[str | None, list[Row]] = {}
    for row in reversed(gone):
        by_text.setdefault(row.old, []).append(row)
    for row in come:
        if same := by_text.get(row.new):
            count += 1
            _move(same.pop(), row, count)
    gone = [row for row in gone if not row.move]
    come = [row for row in come if not row.move]
    bags = [Counter((row.old or "").split()) for row in gone]
    if not purse.pay(len(come) * sum(map(len, bags))):
        return
    for row in come:
        bag = Counter((row.new or "").split())
        likeness, place = max(
            ((_likeness(bag, other), -at) for at, other in enumerate(bags) if not gone[at].move),
            default=(0.0, 0),
        )
        if likeness >= _ALIKE_ELSEWHERE:
            count += 1
            _move(gone[-place], row, count)


def _is_long(text: str | None) -> bool:
    return text is not None and text.count(" ") >= _WORDS_OF_A_MOVE - 1


def _move(source: Row, target: Row, number: int) -> None:
    source.kind, target.kind = RowKind.MOVED_AWAY, RowKind.MOVED_HERE
    source.move = target.move = number
    target.origin = source.old or ""


# --- Words -------------------------------------------------------------------------------


def _compare_row(row: Row, result: TextDiff, purse: Budget) -> None:
    if row.kind != RowKind.CHANGED and not row.is_rewritten:
        return
    before, after = row.origin or row.old or "", row.new or ""
    runs = _word_runs(before.split(), after.split(), purse)
    result.is_coarse |= runs is None
    row.runs = runs or _replaced(before, after)


def _word_runs(before: list[str], after: list[str], purse: Budget) -> tuple[Run, ...] | None:
    ranges = opcodes(before, after, purse)
    if ranges is None:
        return None
    removed: list[str] = []
    added: list[str] = []
    runs: list[Run] = []

    def close() -> None:
        if removed:
            runs.append(Run(RunKind.REMOVED, " ".join(removed)))
            removed.clear()
        if added:
            runs.append(Run(RunKind.ADDED, " ".join(added)))
            added.clear()

    last = len(ranges) - 1
    for at, (old_from, old_to, new_from, new_to) in enumerate(ranges):
        same = before[old_from:old_to] == after[new_from:new_to]
        # A single word between two changes is an accident: told as part of them, it reads better.
        if same and not (old_to - old_from == 1 and 0 < at < last):
            close()
            runs.append(Run(RunKind.SAME, " ".join(after[new_from:new_to])))
        else:
            removed += before[old_from:old_to]
            added += after[new_from:new_to]
    close()
    return tuple(runs)


def _replaced(old: str, new: str) -> tuple[Run, ...]:
    runs = (Run(RunKind.REMOVED, old), Run(RunKind.ADDED, new))
    return tuple(run for run in runs if run.text)
