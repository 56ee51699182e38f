"""What is the same in two sequences, found by `difflib` within a budget.

Matching is quadratic where elements repeat, so each search is paid for before it is made.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any


class Budget:
    """Elementary steps that may still be spent."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def pay(self, steps: int) -> bool:
        """Take `steps` out of the budget; False, and nothing is taken, when too few are left."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


def opcodes(
    before: Sequence[str], after: Sequence[str], purse: Budget
) -> list[tuple[int, int, int, int]] | None:
    """Return ranges (old from, old to, new from, new to), in order and without gaps; those that
    are equal hold the same. None when the matching cannot be afforded.
    """
    start, limit = 0, min(len(before), len(after))
    while start < limit and before[start] == after[start]:
        start += 1
    tail = 0
    while tail < limit - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old_end, new_end = len(before) - tail, len(after) - tail
    blocks = _matching_blocks(before[start:old_end], after[start:new_end], purse)
    if blocks is None:
        return None
    found = [(0, 0, start)]
    found += [(start + i, start + j, size) for i, j, size in blocks]
    found.append((old_end, new_end, tail))
    ranges, i, j = [], 0, 0
    for old_at, new_at, size in found:
        if (i, j) != (old_at, new_at):
            ranges.append((i, old_at, j, new_at))
        if size:
            ranges.append((old_at, old_at + size, new_at, new_at + size))
        i, j = old_at + size, new_at + size
    return ranges


def _matching_blocks(
    before: Sequence[str], after: Sequence[str], purse: Budget
) -> list[tuple[int, int, int]] | None:
    """Return what is the same, as (place in `before`, in `after`, length), in order.

    What stands once on either side, in the same order, is an anchor; between the anchors
    difflib searches, in short stretches instead of one long one.
    """
    blocks: list[tuple[int, int, int]] = []
    i = j = 0
    for old_at, new_at in [*_anchors(before, after), (len(before), len(after))]:
        if i < old_at and j < new_at:
            found = _searched(before[i:old_at], after[j:new_at], purse)
            if found is None:
                return None
            blocks += [(i + old_from, j + new_from, size) for old_from, new_from, size in found]
        if old_at < len(before):
            blocks.append((old_at, new_at, 1))
        i, j = old_at + 1, new_at + 1
    return _joined(blocks)


def _places_of(matcher: SequenceMatcher[str]) -> dict[str, list[int]]:
    """Where each element stands in the second sequence: documented, but missing in the stubs."""
    documented: Any = matcher
    places: dict[str, list[int]] = documented.b2j
    return places


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    counts, others = Counter(before), Counter(after)
    places = {element: at for at, element in enumerate(before) if counts[element] == 1}
    pairs = [
        (places[element], at)
        for at, element in enumerate(after)
        if element in places and others[element] == 1
    ]
    moved = out_of_order([old_at for old_at, _new_at in pairs])
    return [pair for at, pair in enumerate(pairs) if at not in moved]


def _joined(blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    joined: list[tuple[int, int, int]] = []
    for i, j, size in blocks:
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            before = joined.pop()
            joined.append((before[0], before[1], before[2] + size))
        else:
            joined.append((i, j, size))
    return joined


def _searched(
    before: Sequence[str], after: Sequence[str], purse: Budget
) -> list[tuple[int, int, int]] | None:
    """What `SequenceMatcher.get_matching_blocks` finds, each search paid for beforehand."""
    if len(before) == len(after) == 1:
        return [(0, 0, 1)] if before == after else []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    places = _places_of(matcher)
    # A search of before[i:j] looks at every place in `after` of each of its elements.
    cost = [0, *accumulate(len(places.get(element, ())) for element in before)]
    blocks, waiting = [], [(0, len(before), 0, len(after))]
    while waiting:
        old_from, old_to, new_from, new_to = waiting.pop()
        shared = cost[old_to] - cost[old_from]
        if not shared:
            continue
        if not purse.pay(shared + old_to - old_from):
            return None
        i, j, size = matcher.find_longest_match(old_from, old_to, new_from, new_to)
        if not size:
            continue
        blocks.append((i, j, size))
        if old_from < i and new_from < j:
            waiting.append((old_from, i, new_from, j))
        if i + size < old_to and j + size < new_to:
            waiting.append((i + size, old_to, j + size, new_to))
    return sorted(blocks)


def out_of_order(places: Sequence[int]) -> set[int]:
    """Return the fewest positions in `places` without which the rest ascends: what has moved.

    `places` are distinct: where each element of the new order stood in the old one.
    """
    tails: list[int] = []  # the smallest last place of an ascending run of each length
    holders: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        length = bisect_left(tails, place)
        before.append(holders[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        holders[length : length + 1] = [at]
    kept, at = set(), holders[-1] if holders else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return set(range(len(places))) - kept
