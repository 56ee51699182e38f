"""Logs as one JSON object a line, without bodies, tokens, query strings or row values.

A view's path tells which page failed; what somebody typed, and the links that open an account,
are nobody's business in a log (Law 91/2025/QH15 counts online activity as sensitive data).
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request being answered; a middleware sets it, log lines and error pages
show it, and so a phone call can be matched with a log."""

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request"}
_SECRET_NAME = re.compile(
    r"passw|secret|token|cookie|authori[sz]|session|csrf|body|text|content|otp", re.IGNORECASE
)
_HIDDEN = "[hidden]"
_REDACTIONS = (
    (re.compile(r"\?[^\s\"'<>]*"), "?…"),
    # Django's one-time links: <timestamp>-<hash>, and signed values: <value>:<timestamp>:<signature>.
    (re.compile(r"\b[0-9a-z]{1,13}-[0-9a-f]{32,}\b"), _HIDDEN),
    (re.compile(r"[\w.=-]+:[0-9A-Za-z]{4,8}:[\w-]{20,}"), _HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 " + _HIDDEN),
    (
        re.compile(r"(?i)\b([\w-]*(?:passw\w*|secret|token|cookie))\b(\s*[=:]\s*)\S+"),
        r"\1\2" + _HIDDEN,
    ),
    (re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+@"), _HIDDEN + "@"),
    # Anything long and random enough to be a key.
    (re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{40,}\b"), _HIDDEN),
)
_LONGEST = 2000


def redact(text: str) -> str:
    """`text` without query strings, tokens, passwords and credentials, shortened."""
    for pattern, replacement in _REDACTIONS:
        text = pattern.sub(replacement, text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


class JsonFormatter(logging.Formatter):
    """One line of JSON: time, level, logger, message, the request's number, method and path, the
    `extra` values, and of an exception its type, first line and frames (never local variables).
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if number := getattr(record, "request_id", "") or request_id.get():
            line["request_id"] = number
        line.update(_request_facts(getattr(record, "request", None)))
        line.update(_extras(record))
        if record.exc_info and record.exc_info[1]:
            line["exception"] = _exception_facts(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=lambda value: type(value).__name__)


def _request_facts(request: Any) -> dict[str, str]:
    """Method and path; not the query, the headers or the body."""
    method, path = getattr(request, "method", None), getattr(request, "path", None)
    return {"method": str(method), "path": redact(str(path))} if method and path else {}


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {
        name: _HIDDEN if _SECRET_NAME.search(name) else _safe(value)
        for name, value in record.__dict__.items()
        if name not in _STANDARD and name != "request_id"
    }


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {
            str(key): _HIDDEN if _SECRET_NAME.search(str(key)) else _safe(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set):
        return [_safe(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else type(value).__name__


def _exception_facts(error: BaseException) -> dict[str, Any]:
    # Only the first line: PostgreSQL puts the values of the offending row into the next.
    first_line = (str(error).splitlines() or [""])[0]
    frames = traceback.extract_tb(error.__traceback__)
    facts: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "message": redact(first_line),
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        facts["cause"] = _exception_facts(cause)
    return facts
