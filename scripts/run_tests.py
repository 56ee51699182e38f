"""Run the suite as `make test` and `make faults` promise: real servers, nothing skipped unseen.

    .venv/bin/python scripts/run_tests.py {all,faults,postgresql,sqlite,browser} [PYTEST ARGUMENT ...]

`all` runs the suite on PostgreSQL and Redis, again on SQLite, then the browser tests, and measures
coverage over the first and the last. The servers are taken down whatever happens.
"""

import contextlib
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import bootstrap  # noqa: E402
import servers  # noqa: E402
import slipcover  # noqa: E402 - after the path is set

from emulation_portal.core.supervisor import end_with_parent  # noqa: E402

COVERAGE = ROOT / ".coverage"
COVERAGE_GATE = 95  # per cent, of lines and branches together
BROWSER_TESTS = "tests/browser"
FAST_TESTS = ["-n", "2", f"--ignore={BROWSER_TESTS}"]
# The first stage makes its tables by the migrations; a check sees that the models agree.
QUICK_TABLES = "--nomigrations"
STAGES = {
    "postgresql": ("PostgreSQL and Redis", FAST_TESTS),
    # What asks nothing of the database was tried in the first stage: once is enough.
    "sqlite": ("SQLite", [*FAST_TESTS, "--ignore=tests/tooling", "--database-only", QUICK_TABLES]),
    "browser": ("Chromium", ["-n", "2", BROWSER_TESTS, QUICK_TABLES]),
}
RUNS = {"all": ["postgresql", "sqlite", "browser"], **{name: [name] for name in STAGES}}
CLOSING_LINE = re.compile(
    r"^(?:=+ )?(\d+ \w+.*|no tests ran) in ([\d.]+)s(?: \([\d:]+\))?(?: =+)?$"
)
COUNTED = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors")


@dataclass
class Result:
    """What one stage's pytest said at its end."""

    name: str
    status: int
    counts: dict[str, int]
    seconds: float


def find_chromium() -> str:
    """Return the browser's path, installing it first where that is possible.

    Raises: Refusal with the line to type.
    """
    candidates = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    for candidate in filter(None, candidates):
        if path := shutil.which(candidate):
            return path
    if not bootstrap.is_debian():
        caches = [
            Path.home() / ".cache/ms-playwright",
            Path.home() / "Library/Caches/ms-playwright",
        ]
        for cache in caches:
            for browser in (
                *cache.glob("chromium-*/*/chrome"),
                *cache.glob("chromium-*/*/*/MacOS/*"),
            ):
                return str(browser)
        raise bootstrap.Refusal(
            "The browser tests need Chromium. Type this line, then try again:\n\n"
            "    .venv/bin/playwright install chromium\n"
        )
    bootstrap.apt_install(["chromium"], "the browser tests")
    return shutil.which("chromium") or "chromium"


def run_pytest(name: str, arguments: list[str], environment: dict[str, str]) -> Result:
    """Run pytest in a process group of its own, showing its output as it comes."""
    print(f"\n==> {name}", flush=True)
    parent = os.getpid()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: end_with_parent(parent),  # noqa: PLW1509 - we have one thread
    )
    counts: dict[str, int] = {}
    seconds = 0.0
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if match := CLOSING_LINE.match(re.sub(r"\x1b\[[\d;]*m", "", line.strip())):
                counts, seconds = count(match[1]), float(match[2])
        return Result(name, process.wait(), counts, seconds)
    finally:
        with contextlib.suppress(
            ProcessLookupError
        ):  # nobody of the group is left: as it should be
            os.killpg(process.pid, signal.SIGTERM)
            time.sleep(0.5)
            os.killpg(process.pid, signal.SIGKILL)


def count(text: str) -> dict[str, int]:
    """Read «3 failed, 120 passed, 1 warning» into numbers."""
    plural = {"error": "errors", "warning": "warnings"}
    found = re.findall(r"(\d+) (\w+)", text)
    return {plural.get(word, word): int(number) for number, word in found}


def run_stages(stages: list[str], extra: list[str]) -> list[Result]:
    """Run the named stages with what each of them needs."""
    chromium = find_chromium() if "browser" in stages else ""
    coverage = [] if extra else ["-p", "tests.measuring"]
    results = []
    with contextlib.ExitStack() as stack:
        real: dict[str, str] = {}
        if set(stages) != {"sqlite"}:
            real["DATABASE_URL"] = stack.enter_context(servers.postgresql())
            real["REDIS_URL"] = stack.enter_context(servers.redis_server())
        for stage in stages:
            name, arguments = STAGES[stage]
            environment = {"CHROMIUM": chromium} if stage == "browser" else {}
            environment |= {"DATABASE_URL": "", "REDIS_URL": ""} if stage == "sqlite" else real
            # SQLite runs the same lines over again; there the tests that compare times have their place.
            measured = coverage if stage != "sqlite" else []
            environment["COVERAGE_TO"] = str(COVERAGE)
            gate = ["--no-skips", "--durations=10", *measured]
            results.append(run_pytest(name, [*arguments, *gate, *extra], environment))
    return results


def run_faults(extra: list[str]) -> list[Result]:
    """Run the long fault and fuzz runs, on both databases."""
    arguments = ["-m", "faults", "--no-skips", "--durations=10", *extra]
    with servers.postgresql() as database, servers.redis_server() as broker:
        long = {"FAULTS": "full", "CHROMIUM": find_chromium()}
        real = {"DATABASE_URL": database, "REDIS_URL": broker}
        embedded = {"DATABASE_URL": "", "REDIS_URL": ""}
        return [
            run_pytest("Faults on PostgreSQL and Redis", ["-n", "2", *arguments], {**long, **real}),
            run_pytest("Faults on SQLite", ["-n", "2", *arguments], {**long, **embedded}),
        ]


def coverage_status() -> int:
    """Print what is not covered; return non-zero below the gate."""
    found = [json.loads(file.read_text(encoding="utf-8")) for file in COVERAGE.glob("*.json")]
    print("\n==> Coverage", flush=True)
    if not found:
        print("Nothing was measured.")
        return 1
    total = functools.reduce(slipcover.merge_coverage, found)
    slipcover.print_coverage(total, missing_width=60, skip_covered=True)
    share = total["summary"]["percent_covered"]
    print(f"{share:.1f} % of lines and branches, at least {COVERAGE_GATE} % is the gate.")
    return int(share < COVERAGE_GATE)


def conclude(results: list[Result], *, covered: bool) -> int:
    """Print the summary, last of all pytest's closing line over all stages."""
    width = max(len(result.name) for result in results)
    print("\n==> Summary")
    total: dict[str, int] = {}
    for result in results:
        told = ", ".join(f"{number} {word}" for word, number in result.counts.items())
        outcome = "ok" if result.status == 0 else f"FAILED (pytest ended with {result.status})"
        print(
            f"{result.name:<{width}}  {result.seconds:7.1f} s  {told or 'no tests ran'}  {outcome}"
        )
        for word, number in result.counts.items():
            total[word] = total.get(word, 0) + number
    if not covered:
        print("Coverage is below the gate.")
    words = [f"{total[word]} {word}" for word in COUNTED if word in total]
    seconds = sum(result.seconds for result in results)
    failed = not covered or any(result.status for result in results)
    if failed:
        print("The run FAILED.")
    print(f" {', '.join(words) or 'no tests ran'} in {seconds:.2f}s ".center(80, "="), flush=True)
    return int(failed)


@contextlib.contextmanager
def signals_end_orderly() -> Iterator[None]:
    """Make SIGTERM and SIGHUP leave through every `finally`, as Ctrl+C does."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    yield


def main(arguments: list[str]) -> int:
    """Return the status for the shell."""
    if not arguments or arguments[0] not in {*RUNS, "faults"}:
        sys.exit(__doc__)
    run, extra = arguments[0], arguments[1:]
    if run == "faults":
        return conclude(run_faults(extra), covered=True)
    shutil.rmtree(COVERAGE, ignore_errors=True)
    COVERAGE.mkdir()
    results = run_stages(RUNS[run], extra)
    covered = run != "all" or bool(extra) or coverage_status() == 0
    return conclude(results, covered=covered)


if __name__ == "__main__":
    with signals_end_orderly():
        try:
            sys.exit(main(sys.argv[1:]))
        except bootstrap.Refusal as refusal:
            sys.exit(f"\n{refusal}")
        except KeyboardInterrupt:
            sys.exit(130)
