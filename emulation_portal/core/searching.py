"""Looking for words in stored, folded keys, in any order, and marking what was found.

Keys are made by `core.text.fold`, so both databases compare the same plain letters and find the
same rows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower, Replace
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from emulation_portal.core.text import fold, nfc, search_key

_WHOLE = 3
# The accented letters that stand in abbreviations, as in 05/KH-ĐHVH or 12/CTr-TƯ.
_ABBREVIATED = {"Đ": "D", "đ": "d", "Ư": "U", "ư": "u", "Ơ": "O", "ơ": "o", "Â": "A", "â": "a",
                "Ă": "A", "ă": "a", "Ê": "E", "ê": "e", "Ô": "O", "ô": "o"}  # fmt: skip


def words_of(typed: str) -> tuple[str, ...]:
    """Return the folded words of what somebody typed, in order, each once.

    Empty where nothing can be looked for.
    """
    return tuple(dict.fromkeys(search_key(typed).split()))


def holding(words: Sequence[str], *fields: str) -> Q:
    """Return the condition that each word stands in at least one of the folded `fields`.

    A word of up to three letters must stand whole, a longer one may be the beginning of a word:
    Vietnamese is written in short syllables, and "hoa" is neither "hoach" nor "khoa".
    """
    found = Q()
    for word in words:
        pattern = _pattern(word)
        stands = (
            # The plain comparison is quick and leaves little to the pattern.
            Q((f"{field}__contains", word), (f"{field}__regex", pattern))
            for field in fields
        )
        found &= reduce(or_, stands)
    return found


def _pattern(word: str) -> str:
    """The place of `word` among others, in the regular expressions both databases know."""
    before = "(^|[^a-z0-9])" if _is_letter(word[0]) else ""
    whole = len(word) <= _WHOLE and _is_letter(word[-1])
    return before + re.escape(word) + ("([^a-z0-9]|$)" if whole else "")


def _is_letter(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def folded_symbol(path: str) -> Func:
    """Return an expression that folds the number and symbol at `path`, "" where there is none.

    For short texts without a stored key; the database folds no others the same way everywhere.
    """
    expression: Func | F = F(path)
    for letter, plain in _ABBREVIATED.items():
        expression = Replace(expression, Value(letter), Value(plain))
    return Coalesce(Lower(expression), Value(""))


def marked(text: str, words: Sequence[str]) -> SafeString:
    """Return `text` as HTML with `<mark>` around every place where one of `words` stands."""
    composed = nfc(text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", composed[start:end]) if hit else composed[start:end],)
            for start, end, hit in _stretches(composed, words)
        ),
    )


def _stretches(text: str, words: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
    """Cut `text` into (start, end, is a match)."""
    folded, places = _folded(text)
    spans = sorted(
        (places[at], places[at + len(word)]) for word in words for at in _occurrences(folded, word)
    )
    done = 0
    for start, end in _joined(spans):
        if start > done:
            yield done, start, False
        yield start, end, True
        done = end
    if done < len(text):
        yield done, len(text), False


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one of the spans that overlap; those that only touch stay two."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined


def _folded(text: str) -> tuple[str, list[int]]:
    """Fold letter by letter; `places[n]` is where the n-th folded letter comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        # A space folds to nothing by itself, yet words must not run together.
        plain = " " if letter.isspace() else fold(letter)
        letters.append(plain)
        places.extend([place] * len(plain))
    return "".join(letters), [*places, len(text)]


def _occurrences(folded: str, word: str) -> Iterator[int]:
    """Where `word` stands in the sense of `holding`."""
    for place in re.finditer(f"(?={_pattern(word)})", folded):
        yield folded.index(word, place.start())
