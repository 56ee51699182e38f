"""The portal's own formats: what is typed and what is shown, in both interface languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import formats, translation
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.errors import DomainError
from emulation_portal.formats.reading import (
    EnglishNumber,
    NoSuchDay,
    NotWhole,
    UnlikelyYear,
    UnreadableDate,
    UnreadableNumber,
    parse_date,
    parse_decimal,
    parse_whole,
)
from emulation_portal.formats.writing import show_date, show_number

pytestmark = pytest.mark.parametrize("language", ["vi", "en"])

DATES = [
    ("05/03/2027", date(2027, 3, 5)),
    ("5/3/2027", date(2027, 3, 5)),
    ("25-03-2027", date(2027, 3, 25)),
    ("5.3.2027", date(2027, 3, 5)),
    ("2027-03-05", date(2027, 3, 5)),
    (" 05/03/2027\u00a0", date(2027, 3, 5)),
    ("05 / 03 / 2027", date(2027, 3, 5)),
    ("29/02/2028", date(2028, 2, 29)),
]
NO_DATES = [
    ("31/02/2027", NoSuchDay),
    ("03/25/2027", NoSuchDay),
    ("2027-13-01", NoSuchDay),
    ("00/00/2027", NoSuchDay),
    ("5/3/27", UnreadableDate),
    ("05/03-2027", UnreadableDate),
    ("20270305", UnreadableDate),
    ("hôm nay", UnreadableDate),
    ("", UnreadableDate),
    ("05/03/2027 10:00", UnreadableDate),
    ("０５/０３/２０２７", UnreadableDate),
    ("05/03/0027", UnlikelyYear),
    ("05/03/9999", UnlikelyYear),
]
NUMBERS = [
    ("1.234,5", Decimal("1234.5")),
    ("1234,5", Decimal("1234.5")),
    ("1.234", Decimal(1234)),
    ("1 234,5", Decimal("1234.5")),
    ("1\u00a0234,5", Decimal("1234.5")),
    ("1\u202f234\u202f567", Decimal(1234567)),
    ("1.234.567,89", Decimal("1234567.89")),
    ("1,234", Decimal("1.234")),
    ("0,5", Decimal("0.5")),
    (",5", Decimal("0.5")),
    ("0", Decimal(0)),
    ("007", Decimal(7)),
    ("-1.234,5", Decimal("-1234.5")),
    ("\u22121.234,5", Decimal("-1234.5")),
    ("+3", Decimal(3)),
    ("  12  ", Decimal(12)),
]
NO_NUMBERS = [
    ("12.34", EnglishNumber),
    ("0.5", EnglishNumber),
    ("0.123", EnglishNumber),
    ("01.234", EnglishNumber),
    ("1,234.5", EnglishNumber),
    ("1,234,567", EnglishNumber),
    ("1234.567", EnglishNumber),
    ("1.2345", EnglishNumber),
    ("1.234 567", EnglishNumber),
    ("5,", EnglishNumber),
    ("1..234", EnglishNumber),
    ("1e5", UnreadableNumber),
    ("NaN", UnreadableNumber),
    ("Infinity", UnreadableNumber),
    ("٣", UnreadableNumber),
    ("12%", UnreadableNumber),
    ("--1", UnreadableNumber),
    ("1_000", UnreadableNumber),
    ("", UnreadableNumber),
    ("-", UnreadableNumber),
    (",", UnreadableNumber),
    ("9" * 5000, UnreadableNumber),
]


@pytest.mark.parametrize(("typed", "meant"), DATES)
def test_dates_are_read_day_first(language, typed, meant):
    with translation.override(language):
        assert parse_date(typed) == meant


@pytest.mark.parametrize(("typed", "refusal"), NO_DATES)
def test_what_is_no_date_is_refused_with_a_sentence_that_repeats_it(language, typed, refusal):
    with translation.override(language), pytest.raises(refusal) as caught:
        parse_date(typed)
    assert typed in str(caught.value)


@pytest.mark.parametrize(("typed", "meant"), NUMBERS)
def test_numbers_are_read_with_a_decimal_comma(language, typed, meant):
    with translation.override(language):
        number = parse_decimal(typed)
    assert (number, type(number)) == (meant, Decimal)


@pytest.mark.parametrize(("typed", "refusal"), NO_NUMBERS)
def test_what_can_be_misread_is_refused(language, typed, refusal):
    with translation.override(language), pytest.raises(refusal) as caught:
        parse_decimal(typed)
    assert typed[:30] in str(caught.value)


@pytest.mark.parametrize(("typed", "meant"), [("1.234", 1234), ("1234", 1234), ("-3", -3)])
def test_counts_are_read(language, typed, meant):
    with translation.override(language):
        assert parse_whole(typed) == meant


@pytest.mark.parametrize("typed", ["1,234", "0,5", "3,0"])
def test_counts_refuse_a_decimal_comma(language, typed):
    with translation.override(language), pytest.raises(NotWhole):
        parse_whole(typed)


def test_dates_are_shown_day_first(language):
    with translation.override(language):
        assert show_date(date(2027, 3, 5)) == "05/03/2027"
        assert formats.date_format(date(2027, 3, 5)) == "05/03/2027"
        assert formats.date_format(date(2027, 3, 5), "SHORT_DATE_FORMAT") == "05/03/2027"
        assert formats.localize_input(date(2027, 3, 5)) == "05/03/2027"


def test_a_datetime_is_shown_on_the_day_it_has_in_hanoi(language):
    with translation.override(language):
        assert show_date(datetime(2027, 3, 4, 18, 0, tzinfo=UTC)) == "05/03/2027"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1234.5"), "1.234,5"),
        (Decimal("1234.5000"), "1.234,5"),
        (Decimal("100.00"), "100"),
        (Decimal(1200), "1.200"),
        (Decimal("1E+3"), "1.000"),
        (Decimal("-0.50"), "-0,5"),
        (Decimal("-0.00"), "0"),
        (1234567, "1.234.567"),
        (0, "0"),
    ],
)
def test_numbers_are_shown_without_padding(language, value, shown):
    with translation.override(language):
        assert show_number(value) == shown


def test_numbers_are_shown_with_the_decimals_asked_for(language):
    with translation.override(language):
        assert show_number(Decimal("71.5"), decimal_places=2) == "71,50"


def test_templates_show_the_same(language):
    template = Template("{{ day }} {{ number }} {{ count }}")
    with translation.override(language):
        text = template.render(
            Context({"day": date(2027, 3, 5), "number": Decimal("1234.5"), "count": 1234})
        )
    assert text == "05/03/2027 1.234,5 1.234"


@given(number=st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_what_is_shown_can_be_typed_again(language, number):
    with translation.override(language):
        assert parse_decimal(show_number(number)) == number


@given(day=st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)))
def test_a_shown_date_can_be_typed_again(language, day):
    with translation.override(language):
        assert parse_date(show_date(day)) == day


def parse_or_refuse(parse, typed):
    """What was understood, or the sentence that says why nothing was."""
    try:
        return parse(typed)
    except DomainError as refusal:
        return str(refusal) or None


@given(typed=st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_sentence(language, typed):
    with translation.override(language):
        for parse in (parse_date, parse_decimal, parse_whole):
            assert parse_or_refuse(parse, typed) is not None
