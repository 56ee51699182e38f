"""Vietnamese text: one spelling, searching without accents, sorting by the Vietnamese alphabet.

Search and sort keys are stored in columns of their own, because the two databases fold and collate
differently: SQLite knows no accents, and PostgreSQL's order depends on how it was installed.
"""

import re
import unicodedata

SORT_KEY_LENGTH = 255
_SEARCH_LENGTH = 200

# The alphabet of the official spelling, with the foreign letters where dictionaries put them.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# no mark, grave, hook above, tilde, acute, dot below: the order of Vietnamese dictionaries.
_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
_LETTER_MARKS = {"\u0302", "\u0306", "\u031b"}  # of â ê ô, ă, ơ ư

# Keys hold decimal digits only, in pairs: every collation of either database orders those alike.
_WORD_END = "00"
_DIGIT_CODES = {str(digit): f"{digit + 10}" for digit in range(10)}
_LETTER_CODES = {letter: f"{place + 20}" for place, letter in enumerate(_ALPHABET)}
_OTHER = "99"


def nfc(text: str) -> str:
    """Return `text` in the composed form in which everything is stored and compared."""
    return unicodedata.normalize("NFC", text)


def clean_typed(text: str) -> str:
    """Return typed text as it is kept: composed, with the line ends of this system.

    Browsers send CR LF for every line end, which would count twice against a length limit.
    """
    return nfc(text).replace("\r\n", "\n").replace("\r", "\n")


def fold(text: str) -> str:
    """Return the accent-insensitive search key: "Đào Ánh" and "dao anh" give the same."""
    decomposed = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "d"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    # Folding the case of an exotic letter may bring an accent back: ask once more.
    cased = unicodedata.normalize("NFKD", bare.casefold())
    return " ".join("".join(c for c in cased if not unicodedata.combining(c)).split())


def search_key(typed: str) -> str:
    """Return the folded key of what somebody typed into a search box, fit for a query.

    NUL, which PostgreSQL refuses, and everything past a sensible length are left out.
    """
    return fold(typed[:_SEARCH_LENGTH].replace("\0", ""))


def vietnamese_sort_key(text: str) -> str:
    """Return a stored key that orders text as a Vietnamese dictionary does.

    Word by word; in each word first the letters (a ă â b c d đ e ê ...), then the tone
    (ngang, huyền, hỏi, ngã, sắc, nặng). At most SORT_KEY_LENGTH characters, all of them digits.
    """
    words = re.findall(r"[^\W_]+", nfc(text).lower())
    key = "".join(_word_key(word) for word in words)
    return key[: SORT_KEY_LENGTH // 2 * 2]


def person_sort_key(full_name: str) -> str:
    """Return the key that orders people by given name, then by family and middle names.

    The given name stands last in "Nguyễn Văn Ân".
    """
    *family_and_middle, given = nfc(full_name).split() or [""]
    return vietnamese_sort_key(" ".join([given, *family_and_middle]))


def _word_key(word: str) -> str:
    codes, tone = [], "1"
    for letter in word:
        decomposed = unicodedata.normalize("NFD", letter)
        base, marks = decomposed[0], decomposed[1:]
        for mark in marks:
            tone = _TONES.get(mark, tone) if tone == "1" else tone
        kept = nfc(base + "".join(mark for mark in marks if mark in _LETTER_MARKS))
        codes.append(_code(kept) or _code(base) or f"{_OTHER}{ord(base):08d}")
    return "".join(codes) + _WORD_END + "0" + tone


def _code(letter: str) -> str | None:
    return _DIGIT_CODES.get(letter) or _LETTER_CODES.get(letter)
