"""People who sign in. What they may do comes from their mandates, not from here."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.text import fold, nfc, person_sort_key, search_key


class UserQuerySet(models.QuerySet["User"]):
    def matching(self, text: str) -> "UserQuerySet":
        """People whose name, user name or email holds `text`, accents or not."""
        return self.filter(search_key__contains=search_key(text))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(
        self,
        username: str,
        full_name: str,
        email: str = "",
        password: str | None = None,
        **extra: Any,
    ) -> "User":
        """Save and return a person; without `password` nobody can sign in as them yet."""
        user = self.model(
            username=nfc(username), full_name=nfc(full_name), email=email or None, **extra
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(username__iexact=username)


class Language(models.TextChoices):
    VIETNAMESE = "vi", "Tiếng Việt"
    ENGLISH = "en", "English"


class User(AbstractBaseUser):
    """A person. One name field: Vietnamese names run family – middle – given.

    `name_sort_key` and `search_key` are computed on save, so that sorting by given name and
    searching without accents give the same rows on every database.
    """

    username = models.CharField(_("user name"), max_length=150)
    email = models.EmailField(_("email"), null=True, blank=True)
    full_name = models.CharField(_("full name"), max_length=150)
    name_sort_key = models.CharField(max_length=600, editable=False)
    search_key = models.CharField(max_length=600, editable=False)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.VIETNAMESE
    )
    is_active = models.BooleanField(_("active"), default=True)
    must_change_password = models.BooleanField(default=False)
    # A printed one-time password stops working at this moment; null for a chosen password.
    one_time_password_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="one_person_per_user_name"),
            models.UniqueConstraint(Lower("email"), name="one_person_per_email"),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="language_is_known"
            ),
            # Signing in takes either; were a user name an address, one person could be two.
            models.CheckConstraint(
                condition=~models.Q(username__contains="@"), name="user_name_is_no_email"
            ),
        ]
        indexes = [models.Index(fields=["name_sort_key"], name="people_by_given_name")]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email or None
        self.name_sort_key = person_sort_key(self.full_name)
        # Folding may lengthen exotic letters.
        self.search_key = fold(f"{self.full_name} {self.username} {self.email or ''}")[:600]
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.full_name

    def one_time_password_expired(self, at: datetime) -> bool:
        expires = self.one_time_password_expires_at
        return expires is not None and expires <= at
