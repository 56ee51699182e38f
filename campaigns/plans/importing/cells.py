"""Deadlines and figures as people write them into the cells of a table."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator, Measured, ValueKind
from campaigns.plans.rows import Measure
from emulation_portal.core.errors import DomainError
from emulation_portal.core.text import fold
from emulation_portal.formats.reading import parse_date, parse_decimal

_DAY = re.compile(r"(?<![0-9])[0-9]{1,2}\s*[/.-]\s*[0-9]{1,2}\s*[/.-]\s*20[0-9]{2}(?![0-9])")
_SPOKEN_DAY = re.compile(r"ngay\s+([0-9]{1,2})\s+thang\s+([0-9]{1,2})\s+nam\s+(20[0-9]{2})")
_MONTH = re.compile(r"(?:thang\s*)?(?<![0-9/])([0-9]{1,2})\s*(?:/|nam)\s*(20[0-9]{2})(?![0-9])")
_QUARTER = re.compile(r"quy\s*(iv|i{1,3}|[1-4])\s*(?:[/,-]|nam)?\s*(?:nam\s*)?(20[0-9]{2})")
_YEAR = re.compile(r"(?:nam|het|cuoi|truoc|trong)?\s*(?:nam\s*)?(20[0-9]{2})")
_YEARS = re.compile(r"(20[0-9]{2})\s*[-–]\s*(20[0-9]{2})")
_THROUGHOUT = ("thuong xuyen", "hang nam", "hang quy", "hang thang", "lien tuc", "ca giai doan",
               "toan giai doan", "theo ke hoach")  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_NOTHING = ("", "-", "–", "—", "…", "...", "x", "/")
_FIGURE = re.compile(r"[-+−]?[0-9][0-9., \u00a0]*")
_PARTS = re.compile(r"([0-9][0-9.,]*)\s*(?:÷|/|:|trên)\s*([0-9][0-9.,]*)")
_OF_YEAR = re.compile(r"\(\s*năm\s+(20[0-9]{2})\s*\)", re.IGNORECASE)
_LARGEST = Decimal(10) ** 14
_YES, _NO = ("co", "dat", "x", "yes", "roi"), ("khong", "chua", "no")


@dataclass(frozen=True)
class Deadline:
    """The last day meant; `exact` where the cell names that very day. `note` says what else."""

    day: date | None
    exact: bool = True
    note: object = ""


def deadline_of(text: str, years: Sequence[int]) -> Deadline:
    """Return the deadline a cell names. A month, quarter or year ends on its last day."""
    said = fold(text).strip(" .;")
    if said in _NOTHING or said.startswith(_THROUGHOUT[0]):
        return Deadline(None)
    day, exact = _day_of(said)
    if day is None:
        return Deadline(
            None, False, _("“%(said)s” is no day: the deadline stays empty") % {"said": text}
        )
    if years and not years[0] <= day.year <= years[-1]:
        note = _("“%(said)s” lies outside the phase: the deadline stays empty") % {"said": text}
        return Deadline(None, False, note)
    return Deadline(day, exact)


def _day_of(said: str) -> tuple[date | None, bool]:
    if (days := _DAY.findall(said)) or _SPOKEN_DAY.search(said):
        spoken = _SPOKEN_DAY.search(said)
        typed = days[-1] if days else "/".join(spoken.groups() if spoken else ())
        try:
            return parse_date(typed.replace(" ", "")), len(days) <= 1
        except DomainError:
            return None, False
    if quarters := list(_QUARTER.finditer(said)):
        number = quarters[-1][1]
        quarter = _QUARTERS.get(number) or int(number)
        return _last_day(int(quarters[-1][2]), quarter * 3), False
    if months := list(_MONTH.finditer(said)):
        month = int(months[-1][1])
        return (_last_day(int(months[-1][2]), month), False) if 1 <= month <= 12 else (None, False)
    if said.startswith(_THROUGHOUT):
        return None, False
    if spread := _YEARS.search(said):
        return _last_day(int(spread[2]), 12), False
    if (year := _YEAR.fullmatch(said)) is not None:
        return _last_day(int(year[1]), 12), False
    return None, False


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def year_named(text: str) -> int | None:
    """Return the year in brackets behind a baseline: "40% (năm 2024)"."""
    found = _OF_YEAR.search(text)
    return int(found[1]) if found else None


def measure_of(text: str, indicator: Indicator) -> Measure | None:
    """Return the value a cell states for `indicator`, None for an empty cell.

    Raises ValueError where it states something that is no such value: the caller shows the cell.
    """
    said = _OF_YEAR.sub("", text).strip()
    folded = fold(said).strip(" .;")
    if folded in _NOTHING and not (folded == "x" and indicator.value_kind == ValueKind.YES_NO):
        return None
    if indicator.value_kind == ValueKind.YES_NO:
        if folded.startswith(_NO):
            return Measure(Decimal(0))
        if folded.startswith(_YES):
            return Measure(Decimal(1))
        raise ValueError(said)
    try:
        return _ratio(said) if indicator.is_ratio else Measure(_figure(said, indicator))
    except (DomainError, ArithmeticError) as fault:
        raise ValueError(said) from fault


def has_words(text: str, indicator: Indicator) -> bool:
    """Whether a figure stands among words that may change its meaning: "khoảng 1300"."""
    if indicator.value_kind == ValueKind.YES_NO:
        return False
    rest = fold(_OF_YEAR.sub("", text))
    for unit in (indicator.unit_of_measure_vi, indicator.unit_of_measure_en, "%"):
        rest = rest.replace(fold(unit), "")
    return any(letter.isalpha() for letter in rest)


def _figure(said: str, indicator: Indicator) -> Decimal:
    found = _FIGURE.findall(said)
    # Two figures in one cell, or words that change the meaning, are no single promise.
    if len(found) != 1 or fold(said).startswith(("khong", "duoi", "toi da")):
        raise ValueError(said)
    number = parse_decimal(found[0].strip(" ."))
    whole = indicator.value_kind == ValueKind.COUNT
    exponent = number.as_tuple().exponent
    too_fine = isinstance(exponent, int) and -exponent > (0 if whole else 4)
    if number < 0 or number >= _LARGEST or too_fine:
        raise ValueError(said)
    return number


def _ratio(said: str) -> Measure:
    parts = _PARTS.search(said)
    if parts is None:
        found = _FIGURE.findall(said)
        if len(found) != 1:
            raise ValueError(said)
        value = parse_decimal(found[0].strip(" ."))
        if not 0 <= value <= 100:
            raise ValueError(said)
        return Measure(value.quantize(Decimal("0.0001")).normalize() + 0)
    numerator, denominator = (parse_decimal(part.strip(".,")) for part in parts.groups())
    if denominator <= 0 or numerator < 0 or numerator > denominator or denominator >= _LARGEST:
        raise ValueError(said)
    return Measure(Measured.percentage(numerator, denominator), numerator, denominator)
