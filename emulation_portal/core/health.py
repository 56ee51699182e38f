"""Whether the parts of the portal live: heartbeats they write, and what /readyz says of them."""

import os
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection, models
from django.utils.translation import gettext_lazy as _
from kombu import Connection

from emulation_portal.core.attachments import scanner

SILENT_AFTER = timedelta(seconds=90)
_BROKER_TIMEOUT = 1  # second


class Heartbeat(models.Model):
    """When a part of the portal ("worker", "beat") last showed that it lives."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("heartbeat")

    def __str__(self) -> str:
        return f"{self.name}: {self.at}"


def beat(name: str, at: datetime) -> None:
    """Write that the part `name` lives at `at`."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


def readiness(at: datetime) -> dict[str, bool]:
    """Whether "database", "broker", "worker" and "beat" are well at `at`. Never raises.

    Worker and beat count as well while their last heartbeat is at most 90 seconds old; without
    a database nobody knows, and they count as not well.
    """
    beats = _recent_heartbeats(at)
    return {
        "database": beats is not None,
        "broker": _broker_answers(),
        "worker": "worker" in (beats or ()),
        "beat": "beat" in (beats or ()),
    }


def hindrances() -> dict[str, bool]:
    """Whether parts are well without which the portal still serves its pages. Never raises.

    "scanner", where one is set up: while it is silent, new files stay closed to everybody.
    """
    return {"scanner": scanner.ping()} if scanner.is_configured() else {}


def _recent_heartbeats(at: datetime) -> set[str] | None:
    """The parts heard of lately; None when the database does not answer."""
    try:
        connection.ensure_connection()
        recent = Heartbeat.objects.filter(at__gt=at - SILENT_AFTER)
        return set(recent.values_list("name", flat=True))
    except Error:
        return None


def _broker_answers() -> bool:
    options = {
        **getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {}),
        "socket_timeout": _BROKER_TIMEOUT,
        "socket_connect_timeout": _BROKER_TIMEOUT,
    }
    try:
        with Connection(
            settings.CELERY_BROKER_URL, connect_timeout=_BROKER_TIMEOUT, transport_options=options
        ) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
            # A file broker is only as good as the folder behind it.
            folder = options.get("data_folder_in")
            return folder is None or _is_writable(str(folder))
    except Exception:  # noqa: BLE001 - a probe reports every failure in the same way
        return False


def _is_writable(folder: str) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
