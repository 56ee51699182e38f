"""Forms of the account pages."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.forms import BaseForm
from units.people.models import Language, User

_LONGEST_IDENTIFIER = 254
_LONGEST_PASSWORD = 512


def _password_field(label: Any, autocomplete: str, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=_LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **kwargs,
    )


class SignInForm(BaseForm):
    """User name or email address, and password. Refusals never say which of them was wrong."""

    username = forms.CharField(
        label=_("User name or email"),
        max_length=_LONGEST_IDENTIFIER,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = _password_field(_("Password"), "current-password")
    shared_computer = forms.BooleanField(
        label=_("Other people use this computer too"),
        required=False,
        help_text=_("Then nothing of what you type is kept in this browser."),
    )

    def __init__(
        self, data: Any = None, *, request: HttpRequest, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.request = request
        self.person: User | None = None

    def clean(self) -> dict[str, Any]:
        """Set `person` when the pair fits and the password may still be used."""
        cleaned = super().clean() or {}
        if "username" not in cleaned or "password" not in cleaned:
            return cleaned
        person = authenticate(
            self.request, username=cleaned["username"], password=cleaned["password"]
        )
        if not isinstance(person, User):
            raise ValidationError(
                _(
                    "The user name or the password is not right. Check that Caps Lock and the "
                    "Vietnamese keyboard are off, and try again."
                )
            )
        # Only who knows the password learns that it has run out.
        if person.one_time_password_expired(timezone.now()):
            raise ValidationError(
                _(
                    "This one-time password has run out. Ask the administrator of the portal for "
                    "a new sheet."
                )
            )
        self.person = person
        return cleaned


class PasswordResetForm(BaseForm):
    """Asks for a link by which to choose a new password."""

    identifier = forms.CharField(
        label=_("User name or email"),
        max_length=_LONGEST_IDENTIFIER,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class ChoosePasswordForm(BaseForm):
    """The new password, twice."""

    password = _password_field(
        _("New password"),
        "new-password",
        help_text=_(
            "At least 12 characters. Several ordinary words in a row are easy to remember and "
            "hard to guess."
        ),
    )
    password_again = _password_field(_("New password again"), "new-password")

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data)
        self.person = person

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.person)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("password"), cleaned.get("password_again")
        if first and second and first != second:
            self.add_error("password_again", _("The two passwords differ. Type the new one twice."))
        return cleaned


class ChangePasswordForm(ChoosePasswordForm):
    """Changing one's own password needs the present one."""

    current_password = _password_field(_("Present password"), "current-password")
    field_order = ["current_password", "password", "password_again"]

    def clean_current_password(self) -> str:
        current: str = self.cleaned_data["current_password"]
        if not self.person.check_password(current):
            raise ValidationError(_("This is not your present password."))
        return current

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("password") and cleaned.get("password") == cleaned.get("current_password"):
            self.add_error("password", _("The new password is the present one. Choose another."))
        return cleaned


class ProfileForm(BaseForm):
    """What a person sets about themselves."""

    language = forms.ChoiceField(
        label=_("Language of pages and mails"),
        choices=Language.choices,
        widget=forms.RadioSelect,
    )
