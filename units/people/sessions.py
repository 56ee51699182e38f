"""Sessions end: after half an hour without a request, and in any case after twelve hours.

Deactivating a person or changing the password ends sessions by Django's own means: the backend
finds nobody, or the session's password hash no longer fits.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# Noting every request would write the session every time.
_NOTE_EVERY_SECONDS = 15


def note_sign_in(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Receiver of `user_logged_in`: both clocks of the session start."""
    now = int(timezone.now().timestamp())
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = now


def end_if_stale(request: HttpRequest, at: datetime) -> bool:
    """Sign out when the session has run out and return whether it had; otherwise note the request."""
    now = int(at.timestamp())
    seen = request.session.get(SEEN_AT, 0)
    began = request.session.get(SIGNED_IN_AT, 0)
    if now - seen > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
        return True
    if now - seen >= _NOTE_EVERY_SECONDS:
        request.session[SEEN_AT] = now
    return False
