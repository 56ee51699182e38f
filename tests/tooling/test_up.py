"""`manage.py up`, the whole of it: from an empty directory to an answering portal and back."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError

from emulation_portal.core.management.commands import up

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    for port in range(21_000, 32_000, 7):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError


class Portal:
    """An embedded portal in a directory of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "emulation_portal.settings.embedded",
            "PORTAL_VAR": str(folder),
            "PORT": str(self.port),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", "up", "--prepare-only"],
            **self._where(),
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], **self._where(), stdout=log, stderr=log
            )

    def _where(self) -> dict:
        return {"cwd": ROOT, "env": self.environment, "stdin": subprocess.DEVNULL}

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def ask(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()
        except OSError:
            return 0, b""

    def wait_for(self, status: int, path: str, seconds: float = 60) -> bytes:
        last_moment = time.monotonic() + seconds
        while (answer := self.ask(path))[0] != status:
            assert time.monotonic() < last_moment, f"{answer} {self.log.read_text()}"
            time.sleep(0.3)
        return answer[1]

    def processes(self, *words: str) -> list[int]:
        """Ids of the portal's living processes whose command holds all `words`."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environment = (entry / "environ").read_bytes()
                command = (entry / "cmdline").read_bytes().decode().replace("\0", " ")
            except OSError:
                continue
            is_ours = f"PORTAL_VAR={self.folder}\0".encode() in environment + b"\0"
            if is_ours and command and all(word in command for word in words):
                found.append(int(entry.name))
        return sorted(found)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def wait_until_told(self, text: str) -> None:
        last_moment = time.monotonic() + 10
        while text not in self.log.read_text():
            assert time.monotonic() < last_moment, self.log.read_text()
            time.sleep(0.1)

    def wait_until_gone(self, seconds: float = 20) -> None:
        last_moment = time.monotonic() + seconds
        while left := self.processes():
            assert time.monotonic() < last_moment, left
            time.sleep(0.2)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    made = Portal(tmp_path / "var", DEMO="0")
    made.folder.mkdir()
    yield made
    for pid in made.processes():
        os.kill(pid, signal.SIGKILL)
    if made.process:
        made.process.wait()


def units_in(portal: Portal) -> int:
    with sqlite3.connect(portal.folder / "portal.sqlite3") as database:
        return int(database.execute("select count(*) from units_unit").fetchone()[0])


def test_the_first_data_is_loaded_once(portal: Portal) -> None:
    first = portal.prepare()
    assert first.returncode == 0, first.stderr
    assert re.findall(r"First run: (\w+)", first.stdout) == ["import_units", "load_campaign"]
    assert units_in(portal) > 20

    with sqlite3.connect(portal.folder / "portal.sqlite3") as database:
        database.execute("update units_unit set abbreviation = 'KEPT' where id = 1")
    database.close()
    portal.environment["DEMO"] = "1"  # too late: the database is the truth now
    second = portal.prepare()

    assert second.returncode == 0, second.stderr
    assert second.stdout == ""
    with sqlite3.connect(portal.folder / "portal.sqlite3") as database:
        query = "select count(*), (select count(*) from units_user) from units_unit"
        kept = database.execute(f"{query} where abbreviation = 'KEPT'").fetchone()
    database.close()
    assert kept == (1, 0)


def test_a_first_load_cut_short_leaves_nothing_and_is_tried_again(portal: Portal) -> None:
    broken = portal.folder / "broken.py"
    broken.write_text(
        "from emulation_portal.settings.embedded import *\n"
        "FIRST_RUN_COMMANDS = [*FIRST_RUN_COMMANDS, ['load_campaign', '/nowhere.yaml']]\n"
    )
    whole = dict(portal.environment)
    portal.environment |= {"DJANGO_SETTINGS_MODULE": "broken", "PYTHONPATH": str(portal.folder)}

    failed = portal.prepare()
    assert failed.returncode == 1
    assert "/nowhere.yaml" in failed.stderr
    assert units_in(portal) == 0

    portal.environment = whole
    assert portal.prepare().returncode == 0
    assert units_in(portal) > 20


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_portal_stands_heals_and_leaves_nothing_behind(portal: Portal) -> None:
    portal.start()
    portal.wait_for(200, "/healthz", 120)
    answer = json.loads(portal.wait_for(200, "/readyz"))
    assert {answer[part] for part in ("database", "broker", "worker", "beat")} == {"ok"}
    assert portal.ask("/")[0] == 200
    assert len(portal.processes("celery", " beat")) == 1

    # A second start from the same directory is refused and disturbs nothing.
    again = portal.prepare()
    assert again.returncode == 1
    assert "already running" in again.stderr

    # A dead child comes back.
    for words in (("celery", " beat"), ("gunicorn",)):
        os.kill(portal.processes(*words)[0], signal.SIGKILL)
    portal.wait_until_told("beat ended (signal SIGKILL)")
    portal.wait_until_told("web ended (signal SIGKILL)")
    portal.wait_for(200, "/healthz")

    assert portal.stop(signal.SIGINT) == 0
    portal.wait_until_gone(1)
    log = portal.log.read_text()
    assert f"The portal answers at http://127.0.0.1:{portal.port}/" in log
    assert "create_administrator" in log  # without the demo nobody could sign in
    assert log.endswith("The portal has stopped.\n")


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's own")
def test_a_killed_supervisor_leaves_nobody(portal: Portal) -> None:
    portal.start()
    portal.wait_for(200, "/readyz", 120)

    portal.stop(signal.SIGKILL)

    portal.wait_until_gone()


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "80.5"])
def test_a_port_is_a_number(text: str) -> None:
    with pytest.raises(CommandError, match="PORT must be a number from 1 to 65535"):
        up._port(text)


def test_a_taken_port_is_named_with_the_next_to_try() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"127.0.0.1:{port}.*PORT={port + 1} make run"):
            up._refuse_taken_port("127.0.0.1", port)

    up._refuse_taken_port("127.0.0.1", port)


@pytest.mark.django_db
def test_up_is_for_the_embedded_portal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up.connection, "vendor", "postgresql")

    with pytest.raises(CommandError, match="exactly one beat"):
        up.Command().handle()
