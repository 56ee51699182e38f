"""The stored files: which there are, out of the storage, and back into it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage

from emulation_portal.core.attachments.scanning import QUARANTINE

_FOLDER = re.compile(rf"[0-9a-f]{{2}}|{QUARANTINE}")
_FILE = re.compile(r"[0-9a-f]{32}")
_PIECE = 1024 * 1024

FileFacts = dict[str, dict[str, Any]]


def copy_out(storage: Storage, folder: Path) -> FileFacts:
    """Copy every attachment into `folder`; return their sizes and checksums by name.

    Files made for a day (core.prepared) stay behind. Whoever moves a file meanwhile moves it
    into the quarantine, which is looked through last.
    """
    copied: FileFacts = {}
    for name in _stored(storage):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source = storage.open(name, "rb")
        except FileNotFoundError:  # swept, or moved into the quarantine
            continue
        digest, size = hashlib.sha256(), 0
        with source, target.open("xb") as stream:
            while piece := source.read(_PIECE):
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
        copied[name] = {"size": size, "sha256": digest.hexdigest()}
    return copied


def put_back(storage: Storage, folder: Path, files: FileFacts) -> int:
    """Store each of `files` under its own name; return how many were not there already.

    A stored file with other bytes is replaced. Files the backup does not know stay: no row names
    them, and the nightly sweep deletes them.
    """
    written = 0
    for name, facts in sorted(files.items()):
        if _facts_of(storage, name) == facts:
            continue
        storage.delete(name)
        with (folder / name).open("rb") as stream:
            stored_as = storage.save(name, File(stream))
        if stored_as != name:
            raise OSError(f"{name} was stored as {stored_as}")
        written += 1
    return written


def missing(storage_facts: FileFacts, registered: Mapping[str, tuple[int, str]]) -> list[str]:
    """The names of registered files that are not there, or not with the bytes they came with."""
    return [
        name
        for name, (size, sha256) in sorted(registered.items())
        if {"size": size, "sha256": sha256}
        not in (storage_facts.get(name), storage_facts.get(_in_quarantine(name)))
    ]


def read_back(storage: Storage, registered: Mapping[str, tuple[int, str]]) -> FileFacts:
    """Size and checksum of each registered file as the storage holds it now."""
    names = [place for name in registered for place in (name, _in_quarantine(name))]
    found = {name: _facts_of(storage, name) for name in names}
    return {name: facts for name, facts in found.items() if facts is not None}


def _in_quarantine(name: str) -> str:
    return f"{QUARANTINE}/{name.rpartition('/')[2]}"


def _facts_of(storage: Storage, name: str) -> dict[str, Any] | None:
    try:
        source = storage.open(name, "rb")
    except FileNotFoundError:
        return None
    digest, size = hashlib.sha256(), 0
    with source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def _stored(storage: Storage) -> Iterator[str]:
    try:
        folders = storage.listdir(".")[0]
    except FileNotFoundError:  # nothing was ever stored
        return
    for folder in sorted(filter(_FOLDER.fullmatch, folders)):
        for name in sorted(filter(_FILE.fullmatch, storage.listdir(folder)[1])):
            yield f"{folder}/{name}"
