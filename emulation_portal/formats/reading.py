"""How dates and numbers are read, in forms and in spreadsheets alike.

Whatever can be read in two ways is refused with a sentence that says how to write it. A number
is never a float on its way.
"""

import re
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from emulation_portal.core.errors import DomainError

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
_LONGEST_NUMBER = 60
_ECHO = 40

_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*([/.-])\s*([0-9]{1,2})\s*\2\s*([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")

_SPACES = "\u00a0\u2007\u2009\u202f"
_PLAIN = re.compile(r"[0-9]*(?:,[0-9]+)?")
# A grouped number never starts with 0: "0.123" is an English fraction, not 123.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([. ])[0-9]{3})(?:\1[0-9]{3})*(?:,[0-9]+)?")
_MISGROUPED = re.compile(r"[0-9., ]*[0-9][0-9., ]*")


class UnreadableDate(DomainError):
    """The text is no date."""

    message = _("“%(typed)s” is not a date. Write day/month/year, for example 25/03/2027.")


class NoSuchDay(DomainError):
    """The text has the shape of a date, but the calendar has no such day."""

    message = _(
        "“%(typed)s” is not a day in the calendar. Check the day and the month; "
        "the day comes first, for example 25/03/2027."
    )


class UnlikelyYear(DomainError):
    """The year lies outside what the portal can be about."""

    message = _("The year in “%(typed)s” must lie between %(earliest)s and %(latest)s.")


class UnreadableNumber(DomainError):
    """The text is no number."""

    message = _("“%(typed)s” is not a number. Write it with digits, for example 1.234,5.")


class EnglishNumber(DomainError):
    """Dot and comma are used the English way, or thousands are not in groups of three."""

    message = _(
        "“%(typed)s” can be misread. The dot separates thousands and the comma decimals: "
        "write 1.234,5 or 0,5."
    )


class NotWhole(DomainError):
    """A count has a decimal part, or an English thousands comma."""

    message = _(
        "“%(typed)s” is not a whole number. Write it without decimals; "
        "the dot separates thousands, for example 1.234."
    )


def echo(typed: str) -> str:
    """Return `typed` short enough to be repeated in a sentence."""
    return typed if len(typed) <= _ECHO else f"{typed[: _ECHO - 1]}…"


def parse_date(typed: str) -> date:
    """Return the date in dd/mm/yyyy, d-m-yyyy, d.m.yyyy or ISO form.

    Raises UnreadableDate, NoSuchDay or UnlikelyYear.
    """
    text = _one_kind_of_space(typed)
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    else:
        raise UnreadableDate(typed=echo(text))
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise UnlikelyYear(typed=echo(text), earliest=EARLIEST_YEAR, latest=LATEST_YEAR)
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay(typed=echo(text)) from None


def parse_decimal(typed: str) -> Decimal:
    """Return the number written as 1.234,5 (a space may stand for the dot).

    "1,234" is one and 234 thousandths: the comma is the decimal sign, always. A field that does
    not expect so many decimals refuses it through its own `decimal_places`.

    Raises UnreadableNumber or EnglishNumber.
    """
    text = _one_kind_of_space(typed)
    digits = text.replace("\u2212", "-")
    sign = ""
    if digits[:1] in ("-", "+"):
        sign, digits = digits[0], digits[1:].strip()
    if not digits or len(digits) > _LONGEST_NUMBER:
        raise UnreadableNumber(typed=echo(text))
    if _PLAIN.fullmatch(digits) or _GROUPED.fullmatch(digits):
        plain = digits.replace(".", "").replace(" ", "").replace(",", ".")
        return Decimal(sign + plain)
    if _MISGROUPED.fullmatch(digits):
        raise EnglishNumber(typed=echo(text))
    raise UnreadableNumber(typed=echo(text))


def parse_whole(typed: str) -> int:
    """Return the whole number written as 1.234 or 1234.

    "1,234" is refused, not read as 1: whoever types it means one thousand two hundred thirty-four.
    Raises UnreadableNumber, EnglishNumber or NotWhole.
    """
    number = parse_decimal(typed)
    if "," in typed:
        raise NotWhole(typed=echo(typed.strip()))
    return int(number)


def _one_kind_of_space(typed: str) -> str:
    for space in _SPACES:
        typed = typed.replace(space, " ")
    return typed.strip()
