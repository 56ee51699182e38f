"""Which section of a plan a heading of some document means.

Headings are compared without accents and case, by their words; a word counts the more the
fewer content areas use it, because "chuyển đổi số" stands in nearly all of them.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext_lazy as _

from campaigns.plans.importing.proposal import Certainty, Guess
from campaigns.programme.models import ContentArea
from emulation_portal.core.text import fold

_ROMAN = r"(?:X{0,2}(?:IX|IV|V?I{1,3}|V)|X{1,3})"
_MARK = re.compile(
    rf"^(?:(?:PHẦN|Phần|MỤC|Mục|CHƯƠNG|Chương)\s+)?(?P<roman>{_ROMAN})\s*[.:)\-–/]\s*(?=\S)"
    r"|^(?P<number>[0-9]{1,2})(?P<more>(?:\.[0-9]{1,2}){0,2})\s*[.):\-–/]\s*(?=\S)"
    r"|^(?P<letter>[a-zđA-ZĐ])[.)]\s+"
)
_NAMED_AREA = re.compile(r"^(?:[0-9ivx]{1,4}[.):]\s*)?(?:noi dung|nd)\s*(?:thi dua\s*)?(?:so|thu)?\s*"
                         r"(?P<number>[0-9]{1,2})\s*(?:[.:)\-–]|$)\s*")  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset(
    [
        "va",
        "cua",
        "trong",
        "cho",
        "cac",
        "voi",
        "tu",
        "den",
        "theo",
        "ve",
        "la",
        "duoc",
        "tai",
        "o",
        "nhung",
        "mot",
        "de",
        "den",
        "nham",
        "do",
        "cung",
    ]
)
_LONGEST = 320

PURPOSE, ORGANISATION, LEGAL_BASES = "purpose", "organisation", "legal_bases"
# What the fixed parts of a plan are called, in the order in which they are tried.
_FIXED = (
    (LEGAL_BASES, Certainty.SURE, ("can cu", "can cu phap ly", "co so phap ly", "can cu xay dung ke hoach")),
    (PURPOSE, Certainty.SURE, ("muc dich yeu cau", "muc dich, yeu cau", "muc dich", "yeu cau", "muc dich va yeu cau", "muc tieu yeu cau", "muc tieu chung", "muc tieu")),
    (ORGANISATION, Certainty.SURE, ("to chuc thuc hien", "trach nhiem thuc hien", "phan cong to chuc thuc hien", "phan cong thuc hien", "to chuc trien khai thuc hien", "to chuc trien khai")),
    (ORGANISATION, Certainty.LIKELY, ("kinh phi", "kinh phi thuc hien", "nguon luc", "giai phap", "giai phap thuc hien", "nhiem vu giai phap chung", "tien do", "tien do thuc hien", "tieu chi hinh thuc khen thuong", "khen thuong", "che do bao cao", "thong tin bao cao", "thoi gian thuc hien", "nguon luc thuc hien", "kinh phi va nguon luc")),
)  # fmt: skip
# Headings that only hold the areas together; what follows is told by the next heading.
_CONTAINERS = ("noi dung thi dua", "noi dung", "noi dung chi tieu thi dua", "noi dung va chi tieu thi dua", "noi dung nhiem vu", "nhiem vu", "nhiem vu trong tam", "nhiem vu va giai phap", "nhiem vu giai phap", "noi dung thuc hien", "noi dung va giai phap", "noi dung thi dua chi tieu", "noi dung ke hoach", "cac noi dung thi dua", "noi dung chi tieu", "nhiem vu cu the")  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """The number a heading begins with. `rank` 1 is Roman, 2 is "1.", 3 is "1.1.", 4 is "a)"."""

    rank: int
    number: int
    rest: str


def mark_of(text: str) -> Mark | None:
    """Return the number at the beginning of a line, or None where it has none."""
    found = _MARK.match(text)
    if found is None:
        return None
    rest = text[found.end() :].strip()
    if found["roman"]:
        return Mark(1, _value_of(found["roman"]), rest)
    if found["number"]:
        return Mark(2 + (found["more"] or "").count("."), int(found["number"]), rest)
    return Mark(4, ord(found["letter"].lower()) - ord("a") + 1, rest)


def _value_of(roman: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in roman]
    return sum(-v if v < max(values[at + 1 :], default=0) else v for at, v in enumerate(values))


def words_of(text: str) -> list[str]:
    """Return the words that carry meaning, without accents."""
    return [word for word in _WORD.findall(fold(text)) if word not in _EMPTY]


def bare(text: str) -> str:
    """Return a heading without number, accents and punctuation."""
    mark = mark_of(text)
    return " ".join(_WORD.findall(fold(mark.rest if mark else text)))


def _close(text: str, name: str) -> bool:
    """Whether two short headings differ by a slip of the keyboard only."""
    if abs(len(text) - len(name)) > 6:
        return False
    matcher = SequenceMatcher(None, text, name, autojunk=False)
    return matcher.quick_ratio() >= 0.86 and matcher.ratio() >= 0.86


class Sections:
    """The sections of one plan, by what a heading may call them."""

    def __init__(self, areas: Iterable[ContentArea]) -> None:
        self.areas = list(areas)
        self._names = {
            area.pk: [area.name_vi, area.short_vi, area.name_en, area.short_en]
            for area in self.areas
        }
        vocabularies = [
            {word for name in names for word in words_of(name)} | set(words_of(area.description_vi))
            for area, names in zip(self.areas, self._names.values(), strict=True)
        ]
        used = Counter(word for vocabulary in vocabularies for word in vocabulary)
        self._rarity = {
            word: math.log((len(self.areas) + 1) / count) + 0.1 for word, count in used.items()
        }
        self._all_words = {
            area.pk: vocabulary for area, vocabulary in zip(self.areas, vocabularies, strict=True)
        }

    def is_container(self, heading: str) -> bool:
        """Whether the heading only announces the areas: "II. NỘI DUNG THI ĐUA"."""
        return bare(heading) in _CONTAINERS

    def guess(self, heading: str, *, in_container: bool = False) -> Guess | None:
        """Return the section `heading` means, or None where it is the heading of none.

        `in_container`: it stands below "Nội dung thi đua", so that its number is the area's.
        """
        if len(heading) > _LONGEST:
            return None
        return self._by_number(heading) or self._fixed(heading) or self._area(heading, in_container)

    def _by_number(self, heading: str) -> Guess | None:
        found = _NAMED_AREA.match(fold(heading))
        if found is None:
            return None
        number = int(found["number"])
        area = next((area for area in self.areas if area.number == number), None)
        if area is None:
            return None
        rest = fold(heading)[found.end() :]
        best, score = self._best(rest)
        if len(words_of(rest)) > 2 and best is not None and best != area and score >= 0.6:
            return Guess(f"area-{best.number}", Certainty.UNSURE,
                         _("by its wording; the number says another content area"))  # fmt: skip
        return Guess(f"area-{number}", Certainty.SURE, _("by its number"))

    def _fixed(self, heading: str) -> Guess | None:
        text = bare(heading)
        if not text or len(text) > 90:
            return None
        for key, certainty, names in _FIXED:
            if text in {bare(name) for name in names}:
                return Guess(key, certainty, _("by its heading"))
        for key, _certainty, names in _FIXED:
            for name in map(bare, names):
                close = _close(text, name)
                begins = len(name.split()) > 1 and f"{text} ".startswith(f"{name} ")
                if (close or begins) and len(text) < len(name) + 45:
                    return Guess(key, Certainty.LIKELY, _("by a similar heading"))
        return None

    def _area(self, heading: str, in_container: bool) -> Guess | None:
        mark = mark_of(heading)
        text = mark.rest if mark else heading
        area, score = self._best(text)
        by_number = None
        if mark is not None and in_container and mark.rank in (1, 2):
            by_number = next((one for one in self.areas if one.number == mark.number), None)
        if area is not None and score >= 0.8:
            return Guess(
                f"area-{area.number}", Certainty.SURE, _("by the name of the content area")
            )
        if area is not None and score >= 0.4 and area == by_number:
            return Guess(f"area-{area.number}", Certainty.SURE, _("by number and wording"))
        if area is not None and score >= 0.6:
            return Guess(f"area-{area.number}", Certainty.LIKELY, _("by its wording"))
        if by_number is not None:
            return Guess(f"area-{by_number.number}", Certainty.UNSURE, _("by its number alone"))
        return None

    def area_of(self, text: str, *, least: float = 0.5) -> ContentArea | None:
        """Return the content area a task or a sentence is most likely about, or None."""
        area, score = self._best(text)
        return area if score >= least else None

    def _best(self, text: str) -> tuple[ContentArea | None, float]:
        """The area `text` resembles most, and how far it stands before the next."""
        words = words_of(text)
        if not words or not self.areas:
            return None, 0.0
        scored = sorted(
            ((self._likeness(words, area), -area.number, area) for area in self.areas),
            key=lambda one: one[:2],
            reverse=True,
        )
        best, second = scored[0][0], scored[1][0] if len(scored) > 1 else 0.0
        if best - second < 0.08:
            return scored[0][2], min(best, 0.39)
        return scored[0][2], best

    def _likeness(self, words: list[str], area: ContentArea) -> float:
        said = Counter(words)
        by_name = max(self._overlap(said, words_of(name)) for name in self._names[area.pk])
        known = sum(self._rarity.get(w, 0.0) for w in said if w in self._all_words[area.pk])
        total = sum(self._rarity.get(word, 1.0) for word in said)
        # Words of the description alone name an area less surely than its own name does.
        return max(by_name, 0.72 * known / total if total and len(said) > 1 else 0.0)

    def _overlap(self, said: Counter[str], name: list[str]) -> float:
        """Weighted Dice: twice what both share, over what both have."""
        theirs = Counter(name)
        shared = sum(self._rarity.get(word, 1.0) for word in said.keys() & theirs.keys())
        both = sum(self._rarity.get(w, 1.0) for w in said) + sum(
            self._rarity.get(w, 1.0) for w in theirs
        )
        return 2 * shared / both if both else 0.0
