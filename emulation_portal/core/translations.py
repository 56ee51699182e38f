"""Compiles translation catalogues without the system's gettext."""

import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(folders: Iterable[Path]) -> list[Path]:
    """Compile each .po file below `folders` that is newer than its .mo file.

    Returns the .mo files written. Each appears whole or not at all, so that a process which
    starts meanwhile never reads half a catalogue.
    """
    written = []
    for source in sorted(path for folder in folders for path in Path(folder).rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream)
        partial = target.with_suffix(f".{os.getpid()}.partial")
        with partial.open("wb") as stream:
            write_mo(stream, catalogue)
        partial.replace(target)
        written.append(target)
    return written
