"""What typed text must lose before a file may hold it."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from emulation_portal.core.documents.model import Paper


def printable(paper: Paper) -> Paper:
    """Return `paper` without the characters no file may hold."""
    return changed(paper, _without_controls)


def changed(paper: Paper, by: Callable[[str], str]) -> Paper:
    """Return `paper` with every text in it changed `by` a function."""
    result: Paper = _changed(paper, by)
    return result


def _changed(value: Any, by: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return by(value)
    if isinstance(value, tuple):
        return tuple(_changed(part, by) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: _changed(getattr(value, field.name), by) for field in fields(value)}
        return replace(value, **parts)
    return value


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter for letter in text if letter in "\t\n" or _fits_xml(ord(letter)))


def _fits_xml(code: int) -> bool:
    """No control, no half of a pair, nothing that is no character at all."""
    return code >= 32 and not 0xD800 <= code <= 0xDFFF and code & 0xFFFE != 0xFFFE
