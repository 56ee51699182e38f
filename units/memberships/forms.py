"""Forms about people and their mandates."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.forms import BaseForm, FormKeyField, VietnameseDateField
from units.memberships.actions import MandateTerms
from units.memberships.models import Mandate, Role, SigningCapacity
from units.memberships.roles import HEAD_ROLES
from units.organization.models import Unit
from units.people.models import Language, User

# Without "@": signing in takes a user name or an address, and one must not look like the other.
USERNAME = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]{1,149}\Z",
    _(
        "A user name has at least two letters without accents, digits, dots, hyphens or underscores."
    ),
)


class PersonFilterForm(BaseForm):
    """The filters of the people list; all of them stand in the address."""

    q = forms.CharField(label=_("Name, user name or email"), required=False, max_length=200)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=200)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices]
    )
    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("All accounts")),
            ("active", _("Active")),
            ("inactive", _("Deactivated")),
            ("without", _("Without a mandate in force")),
        ],
    )


class BodyChoiceField(forms.ModelChoiceField):
    """A body, named with its code so that two of the same name can be told apart."""

    def label_from_instance(self, unit: Any) -> str:
        return f"{unit.name} ({unit.code})"


class GiverChoiceField(forms.ModelChoiceField):
    """The mandate of a head, named by person, role and body."""

    def label_from_instance(self, mandate: Any) -> str:
        return f"{mandate.person} – {mandate}"


class MandateForm(BaseForm):
    """The terms of a mandate."""

    unit = BodyChoiceField(label=_("Body"), queryset=Unit.objects.none(), empty_label=_("Choose …"))
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose …")), *Role.choices])
    valid_from = VietnameseDateField(label=_("First day"))
    valid_to = VietnameseDateField(
        label=_("Ends on"),
        required=False,
        help_text=_(
            "From this day on the mandate no longer holds. Leave empty while it is open-ended."
        ),
    )
    position_title = forms.CharField(
        label=_("Office held"),
        required=False,
        max_length=150,
        help_text=_("As it stands under a signature, for example: Phó Cục trưởng."),
    )
    signing_capacity = forms.ChoiceField(
        label=_("Signing capacity"), required=False, choices=SigningCapacity.choices
    )
    founding_decision = forms.CharField(
        label=_("Decision"),
        required=False,
        max_length=255,
        help_text=_("Number, symbol and date. Needed for KT. and TUQ."),
    )
    delegated_by = GiverChoiceField(
        label=_("Delegated by"),
        required=False,
        queryset=Mandate.objects.none(),
        empty_label=_("Nobody"),
        help_text=_("Needed for TUQ.: the head of the same body, who delegates."),
    )
    form_key = FormKeyField()

    def __init__(self, data: Any = None, *, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        units: Any = self.fields["unit"]
        units.queryset = Unit.objects.filter(valid_to__isnull=True) | Unit.objects.filter(
            valid_to__gt=today
        )
        givers: Any = self.fields["delegated_by"]
        givers.queryset = (
            Mandate.objects.valid_on(today)
            .in_roles(*HEAD_ROLES)
            .select_related("person", "unit")
            .order_by("unit__sort_key", "person__name_sort_key", "pk")
        )

    @property
    def terms(self) -> MandateTerms:
        """The mandate as typed; only after `is_valid`."""
        data = self.cleaned_data
        return MandateTerms(
            unit=data["unit"],
            role=data["role"],
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            signing_capacity=data["signing_capacity"],
            position_title=data["position_title"],
            founding_decision=data["founding_decision"],
            delegated_by=data["delegated_by"],
        )


class PersonForm(BaseForm):
    """Who somebody is."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[USERNAME],
        help_text=_(
            "Letters without accents, digits, dots and hyphens, for example: nguyen.van.an"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        max_length=254,
        help_text=_(
            "Leave empty when mail is not read; then print a sheet with a one-time password."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class InviteForm(PersonForm, MandateForm):
    """A new person, the first mandate, and how the invitation reaches them."""

    language = forms.ChoiceField(label=_("Language of mails"), choices=Language.choices)
    way = forms.ChoiceField(
        label=_("Invitation"),
        choices=[
            ("email", _("By email, with a one-time link")),
            ("sheet", _("On a printed sheet, with a one-time password")),
        ],
        widget=forms.RadioSelect,
        initial="email",
    )
    field_order = [
        "full_name", "username", "email", "language", "way", "unit", "role", "valid_from",
        "valid_to", "position_title", "signing_capacity", "founding_decision", "delegated_by",
    ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("way") == "email" and "email" in cleaned and not cleaned["email"]:
            self.add_error("email", _("An invitation by email needs an address."))
        return cleaned


class EndMandateForm(BaseForm):
    """When a mandate stops holding."""

    valid_to = VietnameseDateField(
        label=_("Ends on"),
        help_text=_("From this day on the mandate no longer holds. Today takes effect at once."),
    )

    def __init__(self, data: Any = None, *, mandate: Mandate, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.mandate = mandate

    def clean_valid_to(self) -> date:
        last: date = self.cleaned_data["valid_to"]
        if last < self.mandate.valid_from:
            raise forms.ValidationError(_("The mandate begins after this day."))
        return last


class CorrectPersonForm(PersonForm):
    """Corrections to a person."""

    @classmethod
    def of(cls, person: User, data: Any = None) -> "CorrectPersonForm":
        """Return the form filled with what is known about `person`."""
        known = {"full_name": person.full_name, "username": person.username, "email": person.email}
        return cls(data, initial=known)
