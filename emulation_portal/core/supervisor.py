"""Starts a few programs, starts again the one that dies, and leaves none behind.

Each program leads a session of its own, so that Ctrl+C reaches the supervisor alone and the whole
family of a program can be ended together. On Linux the kernel ends the programs also when the
supervisor is killed outright.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SETTLED_AFTER = 60.0  # a program that lived this long starts again without a longer pause
LOOK_EVERY = 0.2

Say = Callable[[str], None]


class AlreadyRunning(Exception):
    """Another supervisor, or a program it left, holds the lock; `pid` as far as it is known."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(pid)
        self.pid = pid


@dataclass(frozen=True)
class Program:
    """A name for messages, the command, what its environment adds to ours, and how many seconds
    it leaves the processor to the others at first.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


class Lock:
    """One running portal per directory.

    The programs inherit the descriptor, so the lock is free only when the last of them has
    ended: after `kill -9` of the supervisor there can be no second beat beside the first.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = -1

    def take(self, *, patience: float) -> None:
        """Take the lock, waiting `patience` seconds for programs whose supervisor is gone.

        Raises: AlreadyRunning.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        last_try = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = self._holder()
                if time.monotonic() >= last_try or (holder and _is_alive(holder)):
                    os.close(self.descriptor)
                    raise AlreadyRunning(holder) from None
                time.sleep(LOOK_EVERY)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Give the lock back while this process lives on."""
        os.close(self.descriptor)

    def _holder(self) -> int | None:
        text = os.pread(self.descriptor, 20, 0).decode(errors="replace")
        return int(text) if text.isdigit() else None


class Supervisor:
    """Runs `programs` until a signal asks it to stop."""

    def __init__(
        self,
        programs: list[Program],
        *,
        say: Say,
        lock: Lock | None = None,
        patience: float = 12.0,
        on_look: Callable[[], None] = lambda: None,
    ) -> None:
        """`patience`: seconds a program may take to end; `on_look` is called a few times a second."""
        self._children = [_Child(program, lock) for program in programs]
        self._say = say
        self._patience = patience
        self._on_look = on_look
        self._stop_asked = 0

    def run(self) -> None:
        """Start the programs and return when all have ended, on SIGINT, SIGTERM or SIGHUP."""
        watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        former = {number: signal.signal(number, self._ask_to_stop) for number in watched}
        try:
            while not self._stop_asked:
                self._look_after_children()
                self._on_look()
                time.sleep(LOOK_EVERY)
        finally:
            self._stop_children()
            for number, handler in former.items():
                signal.signal(number, handler)

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self._stop_asked += 1

    def _look_after_children(self) -> None:
        now = time.monotonic()
        for child in self._children:
            status = child.poll()
            if status is not None:
                pause = child.bury(now)
                self._say(
                    f"{child.program.name} ended ({_describe(status)}); "
                    f"it starts again in {pause:g} s"
                )
            if child.is_due(now):
                child.start(now)

    def _stop_children(self) -> None:
        """Ask every program to end, wait, then end by force what is left of each family."""
        for child in self._children:
            child.ask_to_end()
        asked_before, last_moment = self._stop_asked, time.monotonic() + self._patience
        while any(child.poll() is None and child.is_started for child in self._children):
            # A second Ctrl+C means now.
            if time.monotonic() > last_moment or self._stop_asked > asked_before:
                break
            time.sleep(0.05)
        for child in self._children:
            child.end_by_force()


class _Child:
    """One program and, while it runs, its process."""

    def __init__(self, program: Program, lock: Lock | None) -> None:
        self.program = program
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._due_at = time.monotonic() + program.delay
        self._pause = FIRST_PAUSE

    @property
    def is_started(self) -> bool:
        return self._process is not None

    def is_due(self, now: float) -> bool:
        return self._process is None and now >= self._due_at

    def start(self, now: float) -> None:
        parent = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603 - our own commands
            self.program.command,
            env={**os.environ, **self.program.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[self._lock.descriptor] if self._lock else [],
            preexec_fn=lambda: end_with_parent(parent),  # noqa: PLW1509 - we have one thread
        )
        self._started_at = now

    def poll(self) -> int | None:
        return self._process.poll() if self._process else None

    def bury(self, now: float) -> float:
        """Forget the dead process, end what it left, and return the pause before the next."""
        self.end_by_force()
        settled = now - self._started_at >= SETTLED_AFTER
        self._pause = FIRST_PAUSE if settled else self._pause
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self._due_at = now + pause
        return pause

    def ask_to_end(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def end_by_force(self) -> None:
        """Kill the whole family: a dead leader may have left workers of its own."""
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def end_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """In a new child: ask Linux to send it `number` when `parent` dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _describe(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    return f"signal {signal.Signals(-status).name}"
