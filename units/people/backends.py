"""Signing in with a user name or an email address."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.http import HttpRequest

from emulation_portal.core.text import nfc
from units.people.models import User


def find_person(identifier: str) -> User | None:
    """Return the person with this user name or email address, in any case; active or not."""
    wanted = nfc(identifier).strip().replace("\0", "")
    field = "email" if "@" in wanted else "username"
    return User.objects.filter(Exact(Lower(field), Value(wanted.lower()))).first()


class UsernameOrEmailBackend(BaseBackend):
    """Finds a person by user name or email address and checks the password.

    Every refusal costs one password hash, so that the time taken does not tell whether the
    account exists (ASVS 5.0, V6.3.8).
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        person = find_person(username)
        if person is None:
            make_password(nfc(password))
            return None
        # The same password typed on another keyboard may arrive decomposed.
        fits = person.check_password(nfc(password))
        return person if fits and person.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session; None ends the session of somebody deactivated."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def account_key(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return under which name failed attempts are counted.

    User name, email address and their spellings in other cases are one account: otherwise
    each spelling would give another five guesses.
    """
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    person = find_person(typed)
    return person.username.lower() if person else nfc(typed).strip().lower()[:255]
