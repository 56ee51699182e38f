"""Every static check, each with its time; all of them run, whatever one of them finds.

Called as `.venv/bin/python scripts/check.py [NAME ...]`.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = sys.executable

TEST = {"DJANGO_SETTINGS_MODULE": "emulation_portal.settings.test", "DATABASE_URL": ""}
# Complete, and wrong on purpose: the check opens no connection.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "emulation_portal.settings.production",
    "SECRET_KEY": "only for this check: " + "0123456789abcdefghij" * 3,
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "ALLOWED_HOSTS": "portal.example.vn",
    "PORTAL_URL": "https://portal.example.vn",
    "DEFAULT_FROM_EMAIL": "portal@example.vn",
}

CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "lint": ([f"{BIN}/ruff", "check", "--quiet", "."], {}),
    "format": ([f"{BIN}/ruff", "format", "--check", "--quiet", "."], {}),
    "types": ([f"{BIN}/mypy"], TEST),
    "imports": ([f"{BIN}/lint-imports", "--no-cache"], {}),
    "templates": ([f"{BIN}/djlint", "--lint", "--quiet", "templates"], {}),
    "missing migrations": ([PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], TEST),
    # With django-linear-migrations installed, this also refuses two migrations side by side.
    "system": ([PYTHON, "manage.py", "check", "--fail-level", "WARNING"], TEST),
    "deployment": ([PYTHON, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"], PRODUCTION),
    "translations": ([PYTHON, "scripts/messages.py", "check"], TEST),
    "requirement locks": ([PYTHON, "scripts/lock.py", "check"], {}),
    "installed packages": ([PYTHON, "-m", "pip", "check"], {}),
}


def run(name: str) -> bool:
    """Run one check; show its output when it finds something. Return whether all was well."""
    command, environment = CHECKS[name]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as var:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PORTAL_VAR": var, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    well = done.returncode == 0
    print(
        f"{'ok    ' if well else 'FAILED'} {name} ({time.monotonic() - started:.1f} s)", flush=True
    )
    if not well:
        print(done.stdout, flush=True)
    return well


def main(names: list[str]) -> int:
    """Return the status for the shell."""
    if unknown := set(names) - CHECKS.keys():
        sys.exit(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    failed = [name for name in names or CHECKS if not run(name)]
    print(
        f"\n{len(failed)} of the checks FAILED: {', '.join(failed)}"
        if failed
        else "\nAll checks passed."
    )
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
