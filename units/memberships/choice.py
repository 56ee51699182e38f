"""Which of a person's mandates a session acts under."""

from django.http import HttpRequest

from units.memberships.models import Mandate

MANDATE_ID = "mandate_id"


def chosen(request: HttpRequest, mandates: list[Mandate]) -> Mandate | None:
    """Return the mandate the session has chosen, or the only one there is.

    A chosen mandate that is no longer in force is not replaced by another in silence: the person
    would then act for somebody else without having said so.
    """
    wanted = request.session.get(MANDATE_ID)
    if wanted is None:
        return mandates[0] if len(mandates) == 1 else None
    return next((mandate for mandate in mandates if mandate.pk == wanted), None)


def choose(request: HttpRequest, mandate: Mandate) -> None:
    """Act under `mandate` from now on."""
    request.session[MANDATE_ID] = mandate.pk
