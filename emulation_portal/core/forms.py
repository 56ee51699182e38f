"""What every form of the portal shares: one spelling of text, plain sentences, an error summary.

Nothing typed is cut off or lost: limits are told with the counts, and what was typed is echoed.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from crispy_forms.helper import FormHelper
from django import forms
from django.db import models
from django.forms.models import ModelFormMetaclass
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.fields import (
    FORM_KEY,
    FormKeyField,
    ManyChoiceField,
    VietnameseDateField,
    VietnameseDecimalField,
    VietnameseIntegerField,
    our_validator,
)
from emulation_portal.core.text import clean_typed

__all__ = [
    "FORM_KEY",
    "BaseForm",
    "BaseModelForm",
    "FormKeyField",
    "ManyChoiceField",
    "SummaryEntry",
    "VietnameseDateField",
    "VietnameseDecimalField",
    "VietnameseIntegerField",
    "anchor_of",
    "error_summary",
    "portal_formfield",
]


_CLEANED = "_cleaned_for_forms"


class SummaryEntry(NamedTuple):
    """One line of an error summary: the id of the field it leads to (or "") and the sentence."""

    anchor: str
    text: str


class _PortalForm:
    """What BaseForm and BaseModelForm share; mixed in before Django's own class."""

    fields: dict[str, forms.Field]
    helper: FormHelper

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None if data is None else _cleaned_data(data), *args, **kwargs)  # type: ignore[call-arg]
        for field in self.fields.values():
            _speak_plainly(field)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.include_media = False


class BaseForm(_PortalForm, forms.Form):
    """Every form of the portal that is not bound to one model."""


class _PortalModelFormMetaclass(ModelFormMetaclass):
    """Gives dates and numbers of model forms the Vietnamese fields without naming each."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> Any:
        meta = attrs.get("Meta")
        if meta is not None and not hasattr(meta, "formfield_callback"):
            meta.formfield_callback = staticmethod(portal_formfield)
        return super().__new__(mcs, name, bases, attrs)


class BaseModelForm(_PortalForm, forms.ModelForm, metaclass=_PortalModelFormMetaclass):
    """Every model form of the portal; dates and numbers are typed the Vietnamese way."""


def portal_formfield(db_field: models.Field, **kwargs: Any) -> forms.Field | None:
    """Return the form field of a model field, with Vietnamese dates and numbers."""
    # A DateTimeField is a DateField too, and a DurationField none: name the exact kinds.
    if isinstance(db_field, models.DateField) and not isinstance(db_field, models.DateTimeField):
        return db_field.formfield(**{"form_class": VietnameseDateField, **kwargs})
    if isinstance(db_field, models.DecimalField):
        return db_field.formfield(**{"form_class": VietnameseDecimalField, **kwargs})
    if isinstance(db_field, models.IntegerField):
        return db_field.formfield(**{"form_class": VietnameseIntegerField, **kwargs})
    if isinstance(db_field, models.ManyToManyField):
        return db_field.formfield(**{"form_class": ManyChoiceField, **kwargs})
    return db_field.formfield(**kwargs)


def error_summary(*parts: forms.BaseForm | forms.BaseFormSet) -> list[SummaryEntry]:
    """Return one entry per error of the forms and formsets, in the order of the page.

    The wording is that of the field itself. A chosen file is not kept by browsers: when something
    else is wrong, its field is named too.
    """
    entries = [entry for part in parts for entry in _entries(part)]
    if entries:
        entries += [entry for part in parts for entry in _files_to_choose_again(part)]
    return entries


def anchor_of(field: forms.BoundField) -> str:
    """Return the id a link must lead to: the control, or the first of a group."""
    if field.is_hidden:
        return ""
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")


def _entries(part: forms.BaseForm | forms.BaseFormSet) -> Iterable[SummaryEntry]:
    if isinstance(part, forms.BaseFormSet):
        yield from (SummaryEntry("", str(text)) for text in part.non_form_errors())
        for form in part.forms:
            yield from _entries(form)
        return
    yield from (SummaryEntry("", str(text)) for text in part.non_field_errors())
    for field in part:
        yield from (
            SummaryEntry(anchor_of(field), _named(field, str(text))) for text in field.errors
        )


def _files_to_choose_again(part: forms.BaseForm | forms.BaseFormSet) -> Iterable[SummaryEntry]:
    if isinstance(part, forms.BaseFormSet):
        for form in part.forms:
            yield from _files_to_choose_again(form)
        return
    for field in part:
        if field.html_name in part.files and not field.errors:
            name = getattr(part.files[field.html_name], "name", "")
            text = _("Choose the file “%(name)s” again: browsers do not keep chosen files.")
            yield SummaryEntry(anchor_of(field), _named(field, str(text) % {"name": name}))


def _named(field: forms.BoundField, text: str) -> str:
    return str(_("%(field)s: %(message)s")) % {"field": field.label, "message": text}


def _cleaned_data(data: Any) -> Any:
    if isinstance(data, QueryDict):
        # Every form of a formset gets the same request.POST: clean it once.
        if (known := getattr(data, _CLEANED, None)) is not None:
            return known
        cleaned = QueryDict(mutable=True, encoding=data.encoding)
        for name, values in data.lists():
            cleaned.setlist(name, [clean_typed(value) for value in values])
        if not data._mutable:  # noqa: SLF001 - a changeable one may change after this
            setattr(data, _CLEANED, cleaned)
        return cleaned
    return {name: _cleaned_value(value) for name, value in data.items()}


def _cleaned_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean_typed(value)
    if isinstance(value, list | tuple):
        return [_cleaned_value(item) for item in value]
    return value


def _speak_plainly(field: forms.Field) -> None:
    """Put our sentences in the place of Django's, and never let a browser cut off a paste."""
    field.widget.attrs.pop("maxlength", None)
    default = forms.Field.default_error_messages["required"]
    if field.error_messages.get("required") == default:
        field.error_messages["required"] = _("This has not been filled in.")
    if isinstance(field, forms.CharField | forms.DecimalField | forms.IntegerField):
        field.validators = [our_validator(validator) for validator in field.validators]
