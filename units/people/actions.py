"""What is done to accounts: inviting, one-time passwords, choosing passwords, corrections."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import DomainError
from emulation_portal.core.text import nfc
from units.people.backends import find_person
from units.people.models import User
from units.people.passwords import one_time_password

INVITATION = "invitation"
PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a kind of mail

ONE_TIME_PASSWORD_DAYS = 14
# A second click, or somebody else's mischief, sends no second mail within this span.
_RESET_EVERY_MINUTES = 10


class NameTaken(DomainError):
    """The user name or the email address belongs to somebody else."""

    message = _("The user name or email address already belongs to somebody else.")


class NoEmail(DomainError):
    """There is no address to write to."""

    message = _("%(name)s has no email address. Print a sheet with a one-time password instead.")


class AccountInactive(DomainError):
    """A deactivated account cannot be invited."""

    message = _("The account of %(name)s is deactivated. Reactivate it first.")


@transaction.atomic
def register_person(
    *, username: str, full_name: str, email: str = "", language: str = "vi", by: Actor, at: datetime
) -> User:
    """Save and return a person who cannot sign in yet.

    Raises NameTaken. Records `person.registered`.
    """
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                nfc(username), nfc(full_name), email=email, language=language
            )
    except IntegrityError as clash:
        raise NameTaken from clash
    audit.record("person.registered", root=person, by=by, at=at, personal=_card(person))
    return person


@transaction.atomic
def correct_person(
    person: User, *, username: str, full_name: str, email: str, by: Actor, at: datetime
) -> User:
    """Change the name, user name or address of `person`.

    Raises NameTaken. Records `person.corrected` with what stood before and what stands now.
    """
    before = _card(person)
    person.username, person.full_name, person.email = nfc(username), nfc(full_name), email or None
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as clash:
        raise NameTaken from clash
    audit.record(
        "person.corrected", root=person, by=by, at=at, personal=f"{before} → {_card(person)}"
    )
    return person


@transaction.atomic
def invite_by_email(person: User, *, by: Actor, at: datetime) -> None:
    """Queue a mail with a one-time link at which `person` chooses a password.

    The link is made when the mail is delivered and is stored nowhere. Raises NoEmail or
    AccountInactive. Records `person.invited`; two invitations within a minute send one mail.
    """
    _refuse_inactive(person)
    if not person.email:
        raise NoEmail(name=person.full_name)
    outbox.queue_message(
        kind=INVITATION,
        recipient=person,
        dedupe_key=f"{INVITATION}:{person.pk}:{at:%Y%m%d%H%M}",
        context={},
        at=at,
    )
    audit.record("person.invited", root=person, by=by, at=at, data={"by": "email"})


@transaction.atomic
def make_one_time_password(person: User, *, by: Actor, at: datetime) -> str:
    """Return a one-time password for a printed sheet; any earlier password stops working.

    It can be used for fourteen days and must be replaced at the first sign-in. It is stored only
    as a hash: show it now or never. Raises AccountInactive. Records `person.invited`.
    """
    _refuse_inactive(person)
    password = one_time_password()
    person.set_password(password)
    person.must_change_password = True
    person.one_time_password_expires_at = at + timedelta(days=ONE_TIME_PASSWORD_DAYS)
    person.save()
    audit.record("person.invited", root=person, by=by, at=at, data={"by": "sheet"})
    return password


@transaction.atomic
def choose_password(person: User, *, password: str, by: Actor, at: datetime) -> None:
    """Give `person` the password they chose; their sessions and links end.

    Records `person.password_chosen`.
    """
    person.set_password(nfc(password))
    person.must_change_password = False
    person.one_time_password_expires_at = None
    person.save()
    audit.record("person.password_chosen", root=person, by=by, at=at)


@transaction.atomic
def request_password_reset(*, identifier: str, at: datetime) -> None:
    """Queue a mail with a one-time link when `identifier` is somebody with an address.

    Nothing tells the caller whether it was. At most one mail in ten minutes. Records
    `person.password_reset_requested`.
    """
    person = find_person(identifier)
    if person is None or not person.is_active or not person.email:
        return
    span = int(at.timestamp()) // (_RESET_EVERY_MINUTES * 60)
    message = outbox.queue_message(
        kind=PASSWORD_RESET,
        recipient=person,
        dedupe_key=f"{PASSWORD_RESET}:{person.pk}:{span}",
        context={},
        at=at,
    )
    if message is not None:
        audit.record(
            "person.password_reset_requested", root=person, by=Actor(person_id=None), at=at
        )


@transaction.atomic
def choose_language(person: User, *, language: str, by: Actor, at: datetime) -> None:
    """Keep the language in which `person` reads mails. Records `person.language_chosen`."""
    person.language = language
    person.save(update_fields=["language"])
    audit.record("person.language_chosen", root=person, by=by, at=at, data={"language": language})


def _refuse_inactive(person: User) -> None:
    if not person.is_active:
        raise AccountInactive(name=person.full_name)


def _card(person: User) -> str:
    return f"{person.full_name} <{person.username}> {person.email or ''}".strip()
