"""What a password must not be, and the passwords the portal makes itself."""

import re
import secrets

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from emulation_portal.core.text import fold

# Whoever guesses a password here starts with these.
MINISTRY_WORDS = (
    "bovhttdl", "bvhttdl", "vhttdl", "bovanhoa", "vanhoa", "thethao", "dulich", "thidua",
    "khenthuong", "phongtrao", "chuyendoiso", "tochuccanbo", "tccb", "hanoi", "vietnam",
    "matkhau", "password", "quantri", "admin",
)  # fmt: skip
_LETTERS_BEYOND = 6

# No letter or digit that looks like another on paper: i l 1, o 0, s 5, u v, z 2.
_READABLE = "abcdefghjkmnpqrtwxy346789"
_GROUPS, _GROUP_LENGTH = 4, 4


class MinistryWordsValidator:
    """Refuses a password that is little more than words everybody here would try first."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when, without those words, fewer than six letters remain."""
        letters = re.sub(r"[^a-z]", "", fold(password))
        remaining = letters
        for word in MINISTRY_WORDS:
            remaining = remaining.replace(word, "")
        if remaining != letters and len(remaining) < _LETTERS_BEYOND:
            raise ValidationError(
                _(
                    "This password is made of words that everybody at the ministry would try "
                    "first. Choose other words."
                ),
                code="ministry_words",
            )

    def get_help_text(self) -> str:
        return _("Names of the ministry and words such as “thi đua” alone are not enough.")


def one_time_password() -> str:
    """Return a random password in readable groups, for a printed sheet (74 bits)."""
    return "-".join(
        "".join(secrets.choice(_READABLE) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    )
