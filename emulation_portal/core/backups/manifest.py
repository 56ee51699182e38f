"""The manifest of a backup: what is in it, when it was made of what, and a checksum over all that."""

import hashlib
import json
from pathlib import Path
from typing import Any

from emulation_portal.core.backups.errors import BackupFault

NAME = "manifest.json"
FORMAT = 1
_PIECE = 1024 * 1024

Manifest = dict[str, Any]


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, with its own checksum, into `folder`."""
    whole = {**manifest, "checksum": _checksum(manifest)}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Return the manifest in `folder`. Raises: BackupFault unless it is as it was written."""
    path = folder / NAME
    if not path.is_file():
        raise BackupFault(
            f"{folder} is no backup: it has no {NAME}. A backup that was cut short has none either."
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        checksum = manifest.pop("checksum")
        is_whole = checksum == _checksum(manifest)
    except (ValueError, KeyError, AttributeError):
        is_whole = False
    if not is_whole:
        raise BackupFault(f"The backup is damaged: {path} is not as it was written.")
    if manifest["format"] != FORMAT:
        raise BackupFault("The backup was made by another version of the portal, in another form.")
    return dict(manifest)


def check_contents(folder: Path, manifest: Manifest) -> None:
    """Raise BackupFault unless every file of the backup is there with its size and checksum."""
    database = manifest["database"]
    expected = {database["file"]: database}
    for name, facts in (manifest["files"] or {}).items():
        expected[f"files/{name}"] = facts
    for name, facts in expected.items():
        path = folder / name
        if not path.is_file():
            raise BackupFault(f"The backup is damaged: {path} is missing. Nothing was changed.")
        if path.stat().st_size != facts["size"] or sha256_of(path) != facts["sha256"]:
            raise BackupFault(
                f"The backup is damaged: {path} is not as it was written. Nothing was changed."
            )


def sha256_of(path: Path) -> str:
    """The checksum of a file, however large."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _checksum(manifest: Manifest) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
