"""How dates and numbers are shown. The same in every interface language: none is asked."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import numberformat
from django.utils.timezone import localtime


def show_date(value: date | datetime) -> str:
    """Return `value` as dd/mm/yyyy; a datetime counts in the portal's time zone."""
    if isinstance(value, datetime):
        value = localtime(value).date()
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def show_number(value: Decimal | int, *, decimal_places: int | None = None) -> str:
    """Return `value` as 1.234,5.

    Without `decimal_places` every digit that carries a value is shown and no padding zero:
    1234.5000, as a database column returns it, reads 1.234,5.
    """
    number = Decimal(value)
    if decimal_places is None:
        text = f"{number:f}"
        number = Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
    if number == 0:
        number = abs(number)  # no "-0"
    return numberformat.format(
        number, ",", decimal_places, grouping=3, thousand_sep=".", force_grouping=True
    )
