"""The exact bytes that are hashed. Changing anything here invalidates every chain ever written."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from emulation_portal.core.audit.models import AuditDailyHead, AuditEntry


def plain(value: Any) -> Any:
    """`value` as JSON that both databases give back unchanged.

    Dates, decimals, UUIDs and lazy texts become strings; NUL and lone surrogates, which
    PostgreSQL refuses, become U+FFFD. Raises TypeError for anything else, floats included:
    jsonb rewrites them, and the hash would no longer match.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str | Promise):
        text = str(value).replace("\x00", "\ufffd")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    raise TypeError(f"Audit data cannot hold {type(value).__name__}")


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 of every column of `entry` but its own number, the text it refers to and the hash."""
    return _digest(
        {
            "root_type": entry.root_type,
            "root_id": entry.root_id,
            "sequence": entry.sequence,
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "action": entry.action,
            "actor": entry.actor_id,
            "mandate": entry.mandate_id,
            "data": entry.data,
            "personal": entry.personal_id,
            "previous": entry.previous_hash,
        }
    )


def head_hash(head: AuditDailyHead) -> str:
    """SHA-256 of a daily head: its place, day, the chains it seals and the head before it."""
    return _digest(
        {
            "sequence": head.sequence,
            "day": head.day.isoformat(),
            "chains": head.chains,
            "previous": head.previous_hash,
        }
    )


def _digest(facts: dict[str, Any]) -> str:
    canonical = json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
