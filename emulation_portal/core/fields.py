"""The fields of the portal's forms: Vietnamese dates and numbers, limits with the counts."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from emulation_portal.core.errors import DomainError
from emulation_portal.formats.reading import parse_date, parse_decimal, parse_whole
from emulation_portal.formats.writing import show_date, show_number

FORM_KEY = "form_key"
LARGEST_WHOLE = 2_147_483_647  # of an integer column
_LONGEST_ID = 18  # digits; a longer one overflows the column instead of finding nothing

Parsed = TypeVar("Parsed")


class LengthLimit(MaxLengthValidator):
    """Refuses a text that is too long, saying how long it is and how long it may be."""

    def __call__(self, value: Any) -> None:
        """Raise ValidationError when `value` is longer than the limit."""
        length = self.clean(value)
        if length > self.limit_value:
            raise ValidationError(
                ngettext_lazy(
                    "This text has %(length)s characters; at most %(limit)s character may stand "
                    "here. Shorten it and save again; nothing has been cut off.",
                    "This text has %(length)s characters; at most %(limit)s characters may stand "
                    "here. Shorten it and save again; nothing has been cut off.",
                    self.limit_value,
                ),
                code="max_length",
                params={"length": show_number(length), "limit": show_number(self.limit_value)},
            )


class UpperLimit(MaxValueValidator):
    """Refuses a number above the limit, which is shown as the portal shows numbers."""

    def __call__(self, value: Any) -> None:
        """Raise ValidationError when `value` is above the limit."""
        if value > self.limit_value:
            raise ValidationError(
                _("The number may be at most %(limit)s."),
                code="max_value",
                params={"limit": show_number(self.limit_value)},
            )


class LowerLimit(MinValueValidator):
    """Refuses a number below the limit, which is shown as the portal shows numbers."""

    def __call__(self, value: Any) -> None:
        """Raise ValidationError when `value` is below the limit."""
        if value < self.limit_value:
            raise ValidationError(
                _("The number must be at least %(limit)s."),
                code="min_value",
                params={"limit": show_number(self.limit_value)},
            )


class NoNul(ProhibitNullCharactersValidator):
    """Refuses the NUL character, which no keyboard types and PostgreSQL cannot store."""

    message = _("This text contains a character that cannot be stored (NUL). Type it again.")


class VietnameseDateField(forms.DateField):
    """A date typed as dd/mm/yyyy (also d-m-yyyy, d.m.yyyy, ISO) in every interface language."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("placeholder", "dd/mm/yyyy")
        self.widget.attrs.setdefault("class", "input-date")

    def to_python(self, value: Any) -> date | None:
        """Return the date; raise ValidationError with a sentence that repeats what was typed."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if not str(value).strip():
            return None
        return _parsed(parse_date, value)

    def prepare_value(self, value: Any) -> Any:
        """Return a date as dd/mm/yyyy, and what was typed as it was typed."""
        return show_date(value) if isinstance(value, date) else value


class VietnameseDecimalField(forms.DecimalField):
    """A number typed as 1.234,5 in every interface language. Never a float."""

    widget = forms.TextInput
    default_error_messages = {
        "max_decimal_places": ngettext_lazy(
            "At most %(max)s digit may follow the comma. The comma is the decimal sign; "
            "one thousand is written 1.000.",
            "At most %(max)s digits may follow the comma. The comma is the decimal sign; "
            "one thousand is written 1.000.",
            "max",
        ),
        "max_digits": _("This number has too many digits."),
        "max_whole_digits": _("This number is too large."),
    }

    def __init__(self, *, max_digits: int = 20, decimal_places: int = 6, **kwargs: Any) -> None:
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("class", "input-number")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Return the number; raise ValidationError with a sentence that repeats what was typed."""
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal | int):
            return Decimal(value)
        if not str(value).strip():
            return None
        return _parsed(parse_decimal, value)

    def prepare_value(self, value: Any) -> Any:
        """Return a number as 1.234,5, and what was typed as it was typed."""
        return show_number(value) if isinstance(value, Decimal | int) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Add nothing: `min`, `max` and `step` belong to a number input, which reads English."""
        return {}


class VietnameseIntegerField(forms.IntegerField):
    """A whole number typed as 1.234 in every interface language."""

    widget = forms.TextInput

    def __init__(
        self,
        *,
        min_value: int | None = -LARGEST_WHOLE,
        max_value: int | None = LARGEST_WHOLE,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            min_value=-LARGEST_WHOLE if min_value is None else min_value,
            max_value=LARGEST_WHOLE if max_value is None else max_value,
            **kwargs,
        )
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("class", "input-number")

    def to_python(self, value: Any) -> int | None:
        """Return the number; raise ValidationError with a sentence that repeats what was typed."""
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        if not str(value).strip():
            return None
        return _parsed(parse_whole, value)

    def prepare_value(self, value: Any) -> Any:
        """Return a number as 1.234, and what was typed as it was typed."""
        return show_number(value) if isinstance(value, int) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Add nothing: `min`, `max` and `step` belong to a number input, which reads English."""
        return {}


class ManyChoiceField(forms.ModelMultipleChoiceField):
    """Several objects by id. An id no column can hold is an unknown object, not a failure."""

    default_error_messages = {
        "invalid_pk_value": _("“%(pk)s” is not on offer. Choose from the list."),
    }

    def clean(self, value: Any) -> Any:
        """Return the chosen objects; raise ValidationError when one of them is not on offer."""
        for chosen in value or ():
            if str(chosen).lstrip("-").isdigit() and len(str(chosen)) > _LONGEST_ID:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": f"{str(chosen)[:_LONGEST_ID]}…"},
                )
        return super().clean(value)


def new_key() -> str:
    """Return a fresh random key for a form about to be shown."""
    return uuid.uuid4().hex


class FormKeyField(forms.CharField):
    """The random key by which a repeated submission is recognised (see core.idempotency)."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "initial": new_key, **kwargs})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return False: a key alone fills in no form."""
        return False


def our_validator(validator: Any) -> Any:
    """Return our own validator in the place of one of Django's; any other unchanged."""
    if type(validator) is MaxLengthValidator:
        return LengthLimit(validator.limit_value)
    if type(validator) is ProhibitNullCharactersValidator:
        return NoNul()
    if type(validator) is MaxValueValidator:
        return UpperLimit(validator.limit_value)
    if type(validator) is MinValueValidator:
        return LowerLimit(validator.limit_value)
    return validator


def _parsed(parse: Callable[[str], Parsed], value: Any) -> Parsed:
    try:
        return parse(str(value))
    except DomainError as refusal:
        raise ValidationError(str(refusal), code="invalid") from refusal
