"""The supervisor with small programs of its own: restart, orderly end, and nothing left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Each program writes its process id and, where asked, has a child of its own.
FAMILY = """
import os, sys, time
open(sys.argv[1] + ".parent", "a").write(f"{os.getpid()}\\n")
if os.fork() == 0:
    open(sys.argv[1] + ".child", "a").write(f"{os.getpid()}\\n")
while True:
    time.sleep(0.1)
"""
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1] + ".parent", "a").write(f"{os.getpid()}\\n")
while True:
    time.sleep(0.1)
"""
SUPERVISE = """
import sys
from pathlib import Path
from emulation_portal.core.supervisor import AlreadyRunning, Lock, Program, Supervisor
folder = Path(sys.argv[1])
lock = Lock(folder / "lock")
try:
    lock.take(patience=float(sys.argv[2]))
except AlreadyRunning as running:
    sys.exit(f"already running: {{running.pid}}")
programs = [Program("one", [sys.executable, "-c", {program!r}, str(folder / "one")])]
Supervisor(programs, say=lambda text: print(text, flush=True), lock=lock, patience=1).run()
print("stopped", flush=True)
"""


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    last_moment = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last_moment, "waited in vain"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    """A zombie does not live; it waits for whoever started it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Family:
    """A supervisor in a process of its own, with one program."""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder = folder
        self.process = self.start(program)

    def start(self, program: str = FAMILY, patience: float = 0) -> subprocess.Popen[str]:
        source = textwrap.dedent(SUPERVISE.format(program=program))
        return subprocess.Popen(
            [sys.executable, "-c", source, str(self.folder), str(patience)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pids(self, who: str) -> list[int]:
        path = self.folder / f"one.{who}"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def wait_until_up(self, count: int = 1) -> None:
        wait_for(lambda: len(self.pids("child")) >= count)

    def everybody(self) -> list[int]:
        return [*self.pids("parent"), *self.pids("child")]

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        wait_for(lambda: not any(map(lives, self.pids("parent"))))


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    made = Family(tmp_path, FAMILY)
    yield made
    made.end()


def test_starts_a_dead_program_again_and_ends_what_the_dead_one_left(family: Family) -> None:
    family.wait_until_up()
    first_parent, first_child = family.everybody()

    os.kill(first_parent, signal.SIGKILL)
    family.wait_until_up(2)

    assert not lives(first_child)
    assert lives(family.pids("parent")[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(family: Family, number: signal.Signals) -> None:
    family.wait_until_up()

    family.process.send_signal(number)
    output, _ = family.process.communicate(timeout=10)

    assert family.process.returncode == 0
    assert output.endswith("stopped\n")
    assert not any(map(lives, family.everybody()))


def test_a_program_that_does_not_listen_is_ended_by_force(tmp_path: Path) -> None:
    family = Family(tmp_path, STUBBORN)
    wait_for(lambda: bool(family.pids("parent")))

    family.process.terminate()
    family.process.communicate(timeout=10)

    assert not any(map(lives, family.everybody()))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's own")
def test_a_killed_supervisor_takes_its_programs_along(family: Family) -> None:
    family.wait_until_up()

    family.process.kill()

    wait_for(lambda: not lives(family.pids("parent")[0]))
    os.kill(family.pids("child")[0], signal.SIGKILL)  # only leaders are told; this one is bare


def test_refuses_to_start_twice_and_names_the_one_that_runs(family: Family) -> None:
    family.wait_until_up()

    second = family.start(patience=5)
    output, _ = second.communicate(timeout=10)

    assert second.returncode == 1
    assert output == f"already running: {family.process.pid}\n"
    assert len(family.pids("parent")) == 1


def test_waits_for_what_a_killed_supervisor_left(family: Family) -> None:
    """The program's own child still holds the lock: nothing starts beside it."""
    family.wait_until_up()
    leftover = family.pids("child")[0]
    family.process.kill()
    family.process.communicate()

    second = family.start(patience=0.5)
    output, _ = second.communicate(timeout=10)
    assert output.startswith("already running")

    third = family.start(patience=10)
    os.kill(leftover, signal.SIGKILL)
    family.wait_until_up(2)
    third.terminate()
    third.communicate(timeout=10)


def test_the_pause_grows_while_a_program_keeps_dying(tmp_path: Path) -> None:
    family = Family(tmp_path, "raise SystemExit(7)")
    wait_for(lambda: family.process.poll() is not None or _lines_of(family) >= 3)
    family.process.terminate()
    output = "".join(family.seen) + family.process.communicate(timeout=10)[0]

    assert "one ended (status 7); it starts again in 0.5 s" in output
    assert "one ended (status 7); it starts again in 1 s" in output
    assert "one ended (status 7); it starts again in 2 s" in output


def _lines_of(family: Family) -> int:
    if not hasattr(family, "seen"):
        family.seen = []
    assert family.process.stdout is not None
    family.seen.append(family.process.stdout.readline())
    return len(family.seen)
