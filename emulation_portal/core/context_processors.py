"""What every page's frame shows. No queries: error pages are rendered through this as well."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class PortalFacts:
    """Names, who answers the phone, and how long an untouched session lives."""

    body: str | Promise
    name: str | Promise
    office: str | Promise
    phone: str
    email: str
    is_demo: bool
    session_idle_seconds: int

    @property
    def phone_link(self) -> str:
        """The number as a `tel:` address dials it."""
        return "".join(c for c in self.phone if c.isdigit() or c == "+")


def portal_facts() -> PortalFacts:
    """Return what settings say, with the names in the language of the reader."""
    return PortalFacts(
        body=_("Ministry of Culture, Sports and Tourism"),
        name=_("Emulation Movement Portal"),
        office=settings.SUPPORT_OFFICE,
        phone=settings.SUPPORT_PHONE,
        email=settings.SUPPORT_EMAIL,
        is_demo=settings.DEMO,
        session_idle_seconds=settings.SESSION_IDLE_SECONDS,
    )


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return `portal`, which every template may use."""
    return {"portal": portal_facts()}
