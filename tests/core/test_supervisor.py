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


class Run:
    """A supervisor in a process of its own. It prints into a file: a pipe would stay open for as
    long as anything it left behind.
    """

    def __init__(self, folder: Path, program: str, patience: float) -> None:
        self._output = folder / f"output-{time.monotonic_ns()}"
        source = textwrap.dedent(SUPERVISE.format(program=program))
        with self._output.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-c", source, str(folder), str(patience)],
                stdout=stream,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=10)


class Family:
    """What one program and its child have told about themselves, over all runs in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: list[Run] = []

    def start(self, program: str = FAMILY, patience: float = 0) -> Run:
        self.runs.append(Run(self.folder, program, patience))
        return self.runs[-1]

    def pids(self, who: str) -> list[int]:
        path = self.folder / f"one.{who}"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def wait_until_up(self, count: int = 1) -> None:
        wait_for(lambda: len(self.pids("child")) >= count)

    def everybody(self) -> list[int]:
        return [*self.pids("parent"), *self.pids("child")]

    def end(self) -> None:
        for run in self.runs:
            if run.process.poll() is None:
                run.stop()
        for pid in filter(lives, self.everybody()):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    made = Family(tmp_path)
    yield made
    made.end()


def test_starts_a_dead_program_again_and_ends_what_the_dead_one_left(family: Family) -> None:
    family.start()
    family.wait_until_up()
    first_parent, first_child = family.everybody()

    os.kill(first_parent, signal.SIGKILL)
    family.wait_until_up(2)

    assert not lives(first_child)
    assert lives(family.pids("parent")[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(family: Family, number: signal.Signals) -> None:
    run = family.start()
    family.wait_until_up()

    assert run.stop(number) == 0
    assert run.output == "stopped\n"
    assert not any(map(lives, family.everybody()))


def test_a_program_that_does_not_listen_is_ended_by_force(family: Family) -> None:
    run = family.start(STUBBORN)
    wait_for(lambda: bool(family.pids("parent")))

    assert run.stop() == 0
    assert not any(map(lives, family.everybody()))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's own")
def test_a_killed_supervisor_takes_its_programs_along(family: Family) -> None:
    run = family.start()
    family.wait_until_up()

    run.stop(signal.SIGKILL)

    wait_for(lambda: not lives(family.pids("parent")[0]))


def test_refuses_to_start_twice_and_names_the_one_that_runs(family: Family) -> None:
    first = family.start()
    family.wait_until_up()

    second = family.start(patience=5)

    assert second.process.wait(timeout=4) == 1
    assert second.output == f"already running: {first.process.pid}\n"
    assert len(family.pids("parent")) == 1


def test_waits_for_what_a_killed_supervisor_left(family: Family) -> None:
    """The program's own child still holds the lock: nothing starts beside it."""
    family.start().process.poll()
    family.wait_until_up()
    family.runs[0].stop(signal.SIGKILL)

    hasty = family.start(patience=0.5)
    assert hasty.process.wait(timeout=10) == 1
    assert len(family.pids("parent")) == 1

    family.start(patience=10)
    os.kill(family.pids("child")[0], signal.SIGKILL)
    family.wait_until_up(2)


def test_the_pause_grows_while_a_program_keeps_dying(family: Family) -> None:
    run = family.start("raise SystemExit(7)")
    wait_for(lambda: run.output.count("\n") >= 3)

    assert run.output.splitlines()[:3] == [
        f"one ended (status 7); it starts again in {pause} s" for pause in ("0.5", "1", "2")
    ]
