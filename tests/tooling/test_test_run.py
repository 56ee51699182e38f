"""The test run itself: nothing skipped unseen, no network, servers that end with it."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run_tests(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return load("run_tests")


@pytest.mark.parametrize(("arguments", "status"), [((), 0), (("--no-skips", "-n", "2"), 1)])
def test_a_skipped_test_fails_the_run(
    tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    test = tmp_path / "test_skipping.py"
    test.write_text(
        "import pytest\ndef test_it(): pytest.skip('no time')\ndef test_other(): pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), str(test)]
    command += ["--rootdir", str(tmp_path), "-p", "tests.conftest", "-p", "no:cacheprovider"]

    run = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == status
    assert ("SKIPPED without leave: test_skipping.py::test_it" in run.stdout) is bool(status)
    assert "1 passed, 1 skipped" in run.stdout


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.vn", 80)])
def test_the_network_is_out_of_reach(address: tuple[str, int]) -> None:
    with pytest.raises(RuntimeError, match="may not reach the network"):
        socket.create_connection(address, timeout=1)


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        (
            "== 2 failed, 1168 passed, 3 deselected, 1 warning in 133.52s (0:02:13) ==",
            {"failed": 2, "passed": 1168, "deselected": 3, "warnings": 1},
        ),
        ("1 passed, 1 error in 0.20s", {"passed": 1, "errors": 1}),
    ],
)
def test_the_closing_line_is_understood(run_tests, line: str, counts: dict[str, int]) -> None:
    match = run_tests.CLOSING_LINE.match(line)

    assert match is not None
    assert run_tests.count(match[1]) == counts


def test_the_last_line_counts_every_stage(run_tests, capsys) -> None:
    stages = [
        run_tests.Result("PostgreSQL and Redis", 0, {"passed": 900, "deselected": 4}, 100.0),
        run_tests.Result("Chromium", 1, {"failed": 1, "passed": 19}, 20.5),
    ]

    assert run_tests.conclude(stages, covered=True) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].strip("= ") == "1 failed, 919 passed, 4 deselected in 120.50s"
    assert lines[-2] == "The run FAILED."


def test_too_little_coverage_fails_the_run(run_tests, capsys) -> None:
    assert (
        run_tests.conclude([run_tests.Result("SQLite", 0, {"passed": 1}, 1.0)], covered=False) == 1
    )
    assert "Coverage is below the gate" in capsys.readouterr().out


SERVE = """
import sys, time
sys.path[:0] = [{scripts!r}, {root!r}]
import run_tests, servers
with run_tests.signals_end_orderly(), servers.{server}() as url:
    print(url, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(
    "server", ["redis_server", pytest.param("postgresql", marks=pytest.mark.faults)]
)
def test_servers_end_with_the_run(server: str, number: signal.Signals) -> None:
    source = SERVE.format(scripts=str(ROOT / "scripts"), root=str(ROOT), server=server)
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)], stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    url = next(line for line in run.stdout if "://" in line)
    port = int(url.strip().rpartition(":")[2].partition("/")[0])
    assert port < 32768
    assert answers(port)

    os.kill(run.pid, number)
    run.wait(timeout=20)
    run.stdout.close()

    last_moment = time.monotonic() + 10
    while answers(port) and time.monotonic() < last_moment:
        time.sleep(0.1)
    assert not answers(port)


def answers(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(1)
        return trial.connect_ex(("127.0.0.1", port)) == 0
