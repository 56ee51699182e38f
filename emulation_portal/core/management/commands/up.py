"""`manage.py up`: the embedded portal, from an empty directory to an answering address."""

import io
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection, transaction

from emulation_portal.core.supervisor import AlreadyRunning, Lock, Program, Supervisor
from emulation_portal.core.translations import compile_catalogues

# Kept in SQLite's own `user_version`, that is inside the database file: whoever deletes the file
# deletes the mark with it, and a load cut short rolls the mark back with everything else.
EMPTY, LOADED, LOADED_WITH_DEMO = 0, 1, 2


class Command(BaseCommand):
    """Prepares the embedded installation, then runs web, worker and beat until told to stop."""

    help = "Migrate, load the first data once, then run web server, worker and beat together."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--prepare-only`."""
        parser.add_argument(
            "--prepare-only", action="store_true", help="prepare everything, start nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Prepare, then supervise. Raises: CommandError with what to do about it."""
        if connection.vendor != "sqlite":
            raise CommandError(
                "`up` runs the embedded portal. With PostgreSQL start gunicorn, one worker or "
                "more and exactly one beat under your service manager."
            )
        host, port = settings.HOST, _port(settings.PORT)
        if compile_catalogues(map(Path, settings.LOCALE_PATHS)):
            # This process has read the former ones, and the demo speaks through them: start afresh.
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - ourselves
        lock = self._take_lock()
        _refuse_taken_port(host, port)
        with_demo = self._prepare()
        if not options["prepare_only"]:
            self._supervise(host, port, lock, with_demo=with_demo)

    def say(self, text: str) -> None:
        """Print one line at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def _take_lock(self) -> Lock:
        lock = Lock(settings.VAR_DIR / "up.lock")
        try:
            lock.take(patience=20)
        except AlreadyRunning as running:
            who = f" (process {running.pid})" if running.pid else ""
            raise CommandError(
                f"The portal is already running from {settings.VAR_DIR}{who}. Stop it with "
                "Ctrl+C where it was started, or use another directory: PORTAL_VAR=/path make run"
            ) from None
        return lock

    def _prepare(self) -> bool:
        """Bring files and database up to date; return whether the data is the demo's."""
        for folder in ("cache", "mail", "broker/queue", "broker/processed", "broker/control"):
            (settings.VAR_DIR / folder).mkdir(parents=True, exist_ok=True)
        self._collect_static()
        call_command("migrate", interactive=False, verbosity=0)
        if _mark() == EMPTY:
            self._load_first_data()
        return _mark() == LOADED_WITH_DEMO

    def _collect_static(self) -> None:
        """Collect static files when one of them has changed since the last time."""
        stamp = settings.VAR_DIR / "static.collected"
        wanted = _static_fingerprint()
        is_there = stamp.exists() and Path(settings.STATIC_ROOT).exists()
        if not is_there or stamp.read_text(encoding="utf-8") != wanted:
            self.say("Collecting static files …")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(wanted, encoding="utf-8")

    def _load_first_data(self) -> None:
        """Load all of it or nothing: a run cut short leaves an empty database to the next."""
        commands = [*settings.FIRST_RUN_COMMANDS]
        if settings.DEMO:
            commands.append(settings.DEMO_COMMAND)
        with transaction.atomic():
            for command in commands:
                self.say(f"First run: {command[0]} …")
                call_command(*command, stdout=io.StringIO())
            _set_mark(LOADED_WITH_DEMO if settings.DEMO else LOADED)

    def _supervise(self, host: str, port: int, lock: Lock, *, with_demo: bool) -> None:
        connection.close()
        # The banner follows the data, not the wish of this start.
        os.environ["DEMO"] = "1" if with_demo else "0"
        address = f"http://{_in_url(host)}:{port}/"
        probe = f"http://{_in_url(_reachable(host))}:{port}/healthz"
        announcement = _Announcement(self, address, probe, with_demo=with_demo)
        Supervisor(_programs(host, port), say=self.say, lock=lock, on_look=announcement.look).run()
        self.say("The portal has stopped.")


class _Announcement:
    """Prints the address once the web server answers there."""

    def __init__(self, command: Command, address: str, probe: str, *, with_demo: bool) -> None:
        self._command, self._address, self._probe = command, address, probe
        self._with_demo = with_demo
        self._done = False
        self._next_look = 0.0

    def look(self) -> None:
        if self._done or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + 0.5
        try:
            urllib.request.urlopen(self._probe, timeout=2).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, OSError):
            return
        self._done = True
        self._command.say(f"\nThe portal answers at {self._address}   (Ctrl+C stops it)")
        if self._with_demo:
            call_command(*settings.DEMO_COMMAND, "--show", stdout=self._command.stdout)
        elif not get_user_model().objects.exists():
            self._command.say(
                "Nobody can sign in yet. In a second terminal, let the first person in:\n\n"
                f"    .venv/bin/python manage.py {settings.FIRST_PERSON_COMMAND}\n"
            )
        self._command.stdout.flush()
        connection.close()


def _programs(host: str, port: int) -> list[Program]:
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "emulation_portal"]
    return [
        Program(
            "web",
            [
                *(sys.executable, "-m", "gunicorn", "emulation_portal.wsgi:application"),
                *("--bind", f"{_in_url(host)}:{port}", "--worker-class", "gthread"),
                *("--workers", "2", "--threads", "4", "--timeout", "60", "--graceful-timeout", "8"),
                # Its control socket would lie in the home directory, shared by all installations.
                *("--no-control-socket", "--log-level", "warning"),
            ],
        ),
        Program(
            "worker",
            [*celery, "worker", "--concurrency", "2", "--without-mingle", "--without-gossip"],
            # A task that is not done in a few seconds goes back into the queue.
            # Celery's advice to root is meant for pickled messages; ours are JSON.
            {"REMAP_SIGTERM": "SIGQUIT", "PYTHONWARNINGS": "ignore:You're running the worker"},
            delay=2.0,
        ),
        Program("beat", [*celery, "beat", "--pidfile="], delay=2.0),
    ]


def _mark() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version")
        return int(cursor.fetchone()[0])


def _set_mark(value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA user_version = {value:d}")


def _static_fingerprint() -> str:
    """Names, sizes and times of every static file; cheaper than collecting them."""
    lines = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            lines.append(f"{name} {facts.st_size} {facts.st_mtime_ns}")
    return "\n".join(sorted(lines))


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def _refuse_taken_port(host: str, port: int) -> None:
    """Raises: CommandError when nothing can listen at `host`:`port`."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            # As the web server does it: connections of a former run that still linger don't count.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(target)
    except socket.gaierror:
        raise CommandError(f"HOST={host} is no address of this machine.") from None
    except PermissionError:
        raise CommandError(
            f"Port {port} is reserved for the system's administrator. Take one above 1023: "
            "PORT=8080 make run"
        ) from None
    except OSError as failure:
        raise CommandError(
            f"Nothing can be started at {host}:{port}, because another program uses the port or the "
            f"address is not this machine's ({failure.strerror}). Take another port: "
            f"PORT={port + 1 if port < 65535 else 8001} make run"
        ) from None


def _reachable(host: str) -> str:
    """An address that reaches a server listening at `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
