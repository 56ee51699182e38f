"""Write the requirement locks, or say whether they still follow pyproject.toml.

    .venv/bin/python scripts/lock.py {write,check}

Each lock begins with the fingerprint of the intent it was made from, so `check` needs no network.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNTIME, DEV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
# The runtime set with the extra "s3", for portals of several hosts.
S3 = ROOT / "requirements-s3.txt"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
# One lock serves every supported Python and platform; addresses of indexes stay out of it.
COMPILE = ["-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11"]
COMPILE += ["--generate-hashes", "--no-header", "--quiet"]


def fingerprint() -> str:
    """The first line of a lock made from today's pyproject.toml."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = content["project"]
    intent = [project["requires-python"], project["dependencies"], content["dependency-groups"]]
    intent += [project.get("optional-dependencies", {})]
    digest = hashlib.sha256(json.dumps(intent).encode()).hexdigest()
    return f"# Made by `make lock` from pyproject.toml, whose requirements were {digest[:16]}.\n"


def write() -> None:
    """Resolve anew, keeping the pins that still fit; the dev set never contradicts the runtime."""
    uv = [sys.executable, *COMPILE]
    for wanted in (
        ["pyproject.toml", "-o", RUNTIME.name],
        ["pyproject.toml", "--extra", "s3", "-c", RUNTIME.name, "-o", S3.name],
        ["--group", "pyproject.toml:dev", "-c", S3.name, "-o", DEV.name],
    ):
        subprocess.check_call([*uv, *wanted], cwd=ROOT, stdout=subprocess.DEVNULL)
    for path in (RUNTIME, S3, DEV):
        path.write_text(fingerprint() + path.read_text(encoding="utf-8"), encoding="utf-8")


def problems() -> list[str]:
    """What is wrong with the committed locks; empty when all is well."""
    found = []
    pins: dict[str, str] = {}
    for path in (RUNTIME, S3, DEV):
        text = path.read_text(encoding="utf-8")
        if not text.startswith(fingerprint()):
            found.append(f"{path.name} was not made from today's pyproject.toml: run `make lock`")
        for name, version in PINNED.findall(text):
            if pins.setdefault(name, version) != version:
                found.append(f"{name} is pinned to {pins[name]} and to {version}: run `make lock`")
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
        found += [
            f"{path.name}: {block.split()[0]} has no hash"
            for block in blocks
            if PINNED.match(block) and "--hash=sha256:" not in block
        ]
    return found


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write"]:
            write()
        case ["check"]:
            if found := problems():
                sys.exit("\n".join(found))
        case _:
            sys.exit(__doc__)
