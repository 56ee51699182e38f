"""A section's page as forms: the text, a row per task, and a block per indicator."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator, Measured, ValueKind
from campaigns.plans.forms.fields import YearField
from campaigns.plans.models import PlanTask
from campaigns.plans.queries import IndicatorLine
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core.forms import BaseForm, VietnameseDateField, VietnameseDecimalField
from emulation_portal.formats.writing import show_date, show_number

NARRATIVE_LIMIT = 30_000
TASK_LIMIT = 300
# A typed percentage may differ from numerator ÷ denominator by rounding only.
ROUNDING = Decimal("0.1")
_FINISHED = [
    ("yes", _("Yes, this part is finished")),
    ("no", _("No, I will come back to it")),
]


def _length(model: Any, field: str) -> int:
    return int(model._meta.get_field(field).max_length)


class NarrativeForm(BaseForm):
    """The text of a section, and whether the writer is done with it."""

    narrative = forms.CharField(
        label=_("Text of this part"),
        required=False,
        max_length=NARRATIVE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("At most 30.000 characters. Begin the lines of a list with “-”."),
    )
    completed = forms.ChoiceField(
        label=_("Have you finished this part?"),
        choices=_FINISHED,
        initial="no",
        widget=forms.RadioSelect,
    )
    lock_version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    # What the page was made from (campaigns.plans.merging); anything else in it counts as nothing.
    base = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean_narrative(self) -> str:
        return str(self.cleaned_data["narrative"]).strip()


class TaskForm(BaseForm):
    """One task. A row in which nothing is typed is left out."""

    identity = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Task"),
        required=False,
        max_length=_length(PlanTask, "title"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    lead = forms.CharField(label=_("Lead"), required=False, max_length=_length(PlanTask, "lead"))
    partners = forms.CharField(
        label=_("Partners"), required=False, max_length=_length(PlanTask, "partners")
    )
    due_date = VietnameseDateField(label=_("Deadline"), required=False)
    product = forms.CharField(
        label=_("Product"), required=False, max_length=_length(PlanTask, "product")
    )

    def __init__(self, *args: Any, years: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.years = list(years)
        _style(self.fields)
        # A bad identity is no mistake of the writer's: such a row simply counts as new.
        self.fields["identity"].clean = _identity_or_none  # type: ignore[method-assign]

    @property
    def is_blank(self) -> bool:
        return not any(
            self.cleaned_data.get(name)
            for name in ("title", "lead", "partners", "due_date", "product")
        )

    def clean_due_date(self) -> date | None:
        due: date | None = self.cleaned_data["due_date"]
        if due and self.years and not self.years[0] <= due.year <= self.years[-1]:
            raise ValidationError(
                _(
                    "The deadline %(date)s lies outside the phase, which runs from %(first)s to %(last)s."
                ),
                params={
                    "date": show_date(due),
                    "first": str(self.years[0]),
                    "last": str(self.years[-1]),
                },
            )
        return due

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "title" not in self.errors and not cleaned.get("title"):
            typed = any(
                self.data.get(self.add_prefix(name), "").strip()
                for name in ("lead", "partners", "due_date", "product")
            )
            if typed:
                self.add_error("title", _("Say what is to be done, or remove this row."))
        return cleaned

    def row(self) -> TaskRow:
        """Return the checked row."""
        cleaned = self.cleaned_data
        return TaskRow(
            title=" ".join(cleaned["title"].split()),
            lead=cleaned["lead"],
            partners=cleaned["partners"],
            due_date=cleaned["due_date"],
            product=cleaned["product"],
            identity=cleaned["identity"],
        )


def _style(fields: dict[str, forms.Field]) -> None:
    """Dress the controls that stand in a grid of their own, outside the field component."""
    for field in fields.values():
        kind = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
        if not (field.widget.is_hidden or isinstance(field, forms.BooleanField)):
            already = field.widget.attrs.get("class", "")
            field.widget.attrs["class"] = f"{kind} {already}".strip()


def _identity_or_none(value: Any) -> Any:
    try:
        return forms.UUIDField(required=False).clean(value)
    except ValidationError:
        return None


class BaseTaskFormSet(forms.BaseFormSet):
    """The tasks of a section, in the order of the page."""

    default_error_messages = {
        "missing_management_form": _(
            "The page did not arrive whole. Nothing has been saved; check the tasks and save again."
        ),
        "too_many_forms": _("At most %(num)s tasks can be entered for one content area."),
    }

    def rows(self) -> list[TaskRow]:
        """Return the checked rows, blank ones left out, in the order of the page."""
        return [form.row() for form in self.forms if not form.is_blank]


TaskFormSet = forms.formset_factory(
    TaskForm,
    formset=BaseTaskFormSet,
    extra=0,
    max_num=TASK_LIMIT,
    absolute_max=TASK_LIMIT,
    validate_max=True,
)


class TargetForm(BaseForm):
    """What is promised for one indicator: baseline, and a value for each year of the phase.

    A ratio is typed as numerator and denominator, or as a bare percentage; what was not typed
    is computed, and what contradicts the rest is refused.
    """

    not_applicable = forms.BooleanField(label=_("Does not apply to this unit"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(
        self, *args: Any, line: IndicatorLine, years: Iterable[int], **kwargs: Any
    ) -> None:
        self.line = line
        self.indicator = line.indicator
        self.years = list(years)
        # Before the parent, which words the messages of every field there is.
        self.base_fields = {**self._value_fields(), **type(self).base_fields}  # type: ignore[misc] # Django copies the instance's own
        if not self.indicator.not_applicable_allowed:
            del self.base_fields["not_applicable"]
        super().__init__(*args, prefix=f"target-{line.indicator.pk}", **kwargs)
        _style(self.fields)

    def _value_fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {
            "baseline_year": YearField(
                label=_("Measured in"), last_year=self.years[-1], required=False
            )
        }
        for name, when in [("baseline", _("Baseline")), *((f"y{y}", str(y)) for y in self.years)]:
            if self.indicator.is_ratio:
                fields[f"{name}_numerator"] = _number(
                    _("%(when)s: numerator (%(what)s)")
                    % {"when": when, "what": self.indicator.numerator}
                )
                fields[f"{name}_denominator"] = _number(
                    _("%(when)s: denominator (%(what)s)")
                    % {"when": when, "what": self.indicator.denominator}
                )
                fields[name] = _number(_("%(when)s: per cent") % {"when": when}, max_value=100)
            elif self.indicator.value_kind == ValueKind.YES_NO:
                fields[name] = forms.TypedChoiceField(
                    label=str(when),
                    required=False,
                    choices=[("", _("Not set")), ("1", _("Yes")), ("0", _("No"))],
                    coerce=Decimal,
                    empty_value=None,
                )
            elif self.indicator.value_kind == ValueKind.COUNT:
                fields[name] = _number(when, decimal_places=0)
            else:
                fields[name] = _number(when)
        return fields

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.baseline = self._measure("baseline")
        self.targets = {
            year: measure for year in self.years if (measure := self._measure(f"y{year}"))
        }
        if cleaned.get("not_applicable") and self.targets:
            self.add_error(
                "not_applicable",
                _(
                    "“%(indicator)s” is marked as not applicable but has targets. Keep one of the two."
                )
                % {"indicator": self.indicator.name},
            )
        if "baseline_year" not in self.errors:
            year = cleaned.get("baseline_year")
            if self.baseline and not year:
                self.add_error("baseline_year", _("Say in which year the baseline was measured."))
            if year and not self.baseline and not self.any_error("baseline"):
                anchor = "baseline_numerator" if self.indicator.is_ratio else "baseline"
                self.add_error(
                    anchor, _("Enter the value of the baseline year, or clear the year.")
                )
        return cleaned

    def any_error(self, name: str) -> bool:
        """Whether anything is wrong with the value or its parts."""
        return any(
            part in self.errors for part in (name, f"{name}_numerator", f"{name}_denominator")
        )

    def _measure(self, name: str) -> Measure:
        value: Decimal | None = self.cleaned_data.get(name)
        if not self.indicator.is_ratio or self.any_error(name):
            return Measure(value)
        numerator = self.cleaned_data.get(f"{name}_numerator")
        denominator = self.cleaned_data.get(f"{name}_denominator")
        if numerator is None and denominator is None:
            return Measure(value)
        if numerator is None or denominator is None:
            missing = f"{name}_numerator" if numerator is None else f"{name}_denominator"
            self.add_error(
                missing, _("Enter both numerator and denominator, or only the per cent.")
            )
            return Measure(value)
        if denominator == 0:
            self.add_error(f"{name}_denominator", _("The denominator must be greater than 0."))
            return Measure(value)
        if numerator > denominator:
            self.add_error(
                f"{name}_numerator", _("The numerator cannot be greater than the denominator.")
            )
            return Measure(value)
        computed = Measured.percentage(numerator, denominator)
        if value is not None and abs(value - computed) > ROUNDING:
            self.add_error(
                name,
                _(
                    "%(numerator)s ÷ %(denominator)s is %(computed)s%%, not %(typed)s%%. "
                    "Correct one of them, or leave the per cent empty."
                )
                % {
                    "numerator": show_number(numerator),
                    "denominator": show_number(denominator),
                    "computed": show_number(computed.quantize(Decimal("0.01"))),
                    "typed": show_number(value),
                },
            )
        return Measure(computed, numerator, denominator)

    def row(self) -> TargetRow:
        """Return the checked row."""
        return TargetRow(
            indicator_id=self.indicator.pk,
            not_applicable=bool(self.cleaned_data.get("not_applicable")),
            baseline_year=self.cleaned_data["baseline_year"],
            baseline=self.baseline,
            years=self.targets,
            note=self.cleaned_data["note"],
        )

    @property
    def told(self) -> list[str]:
        """What stands in the years' fields, for the line that shows while the block is folded."""
        if "not_applicable" in self.fields and self._typed("not_applicable"):
            return [str(_("does not apply"))]
        told = []
        for year in self.years:
            value = self._typed(f"y{year}")
            if value and self.indicator.value_kind == ValueKind.YES_NO:
                value = str(_("Yes")) if value == "1" else str(_("No"))
            elif value and self.indicator.is_ratio:
                value = f"{value}%"
            elif self.indicator.is_ratio:
                parts = [self._typed(f"y{year}_{part}") for part in ("numerator", "denominator")]
                value = " ÷ ".join(parts) if all(parts) else ""
            if value:
                told.append(f"{year}: {value}")
        return told

    def _typed(self, name: str) -> str:
        value = self[name].value()
        if value is None or value is False:
            return ""
        return show_number(value) if isinstance(value, Decimal) else str(value).strip()

    def cells(self) -> list[dict[str, Any]]:
        """The lines of the block: the baseline, then each year with what the ministry asks."""
        asked = {target.year: target for target in self.line.ministry_targets}
        names = [("baseline", _("Baseline"), None), *((f"y{y}", str(y), y) for y in self.years)]
        return [
            {
                "label": label,
                "year": year,
                "value": self[name],
                "numerator": self[f"{name}_numerator"] if self.indicator.is_ratio else None,
                "denominator": self[f"{name}_denominator"] if self.indicator.is_ratio else None,
                "asked": asked.get(year) if year else None,
            }
            for name, label, year in names
        ]


def _number(label: Any, *, decimal_places: int = 4, **kwargs: Any) -> VietnameseDecimalField:
    return VietnameseDecimalField(
        label=label,
        required=False,
        max_digits=18 - (4 - decimal_places),
        decimal_places=decimal_places,
        min_value=0,
        **kwargs,
    )


def initial_of_target(row: TargetRow, indicator: Indicator) -> dict[str, Any]:
    """Return the initial values of a TargetForm that show `row`."""
    chosen = indicator.value_kind == ValueKind.YES_NO
    initial: dict[str, Any] = {
        "not_applicable": row.not_applicable,
        "note": row.note,
        "baseline_year": row.baseline_year,
    }
    for name, measure in [
        ("baseline", row.baseline),
        *((f"y{y}", m) for y, m in row.years.items()),
    ]:
        answered = chosen and measure.value is not None
        initial[name] = str(int(measure.value or 0)) if answered else measure.value
        initial[f"{name}_numerator"] = measure.numerator
        initial[f"{name}_denominator"] = measure.denominator
    return initial


def initial_of_task(row: TaskRow) -> dict[str, Any]:
    """Return the initial values of a TaskForm that show `row`."""
    return {
        "identity": row.identity,
        "title": row.title,
        "lead": row.lead,
        "partners": row.partners,
        "due_date": row.due_date,
        "product": row.product,
    }
