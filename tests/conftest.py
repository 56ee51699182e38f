"""What every test stands on: a fixed clock, sign-in, no network, and nothing skipped unseen."""

import ipaddress
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from emulation_portal.core.translations import compile_catalogues
from tests.protection import let_flush_pass

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")

# The long runs of `make faults` try many times what `make test` tries a few times.
hypothesis_settings.register_profile("short", max_examples=30, deadline=None, database=None)
hypothesis_settings.register_profile("full", max_examples=2000, deadline=None, database=None)
hypothesis_settings.load_profile("full" if os.environ.get("FAULTS") == "full" else "short")


# --- No network --------------------------------------------------------------------------


def _is_here(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host)
    if text in {"", "localhost", "None"}:
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every name and address outside this machine; a test must not depend on one."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_here(host):
        raise RuntimeError(f"tests may not reach the network ({host!r})")


sys.addaudithook(_refuse_network)


# --- Nothing skipped unseen --------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="a skipped test fails the run unless tests/allowed_skips.txt names it",
    )
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only what uses the database and is not marked `once`: the rest says the same again",
    )


def pytest_configure(config: pytest.Config) -> None:
    let_flush_pass()
    if not hasattr(config, "workerinput"):  # once, not in each process of a parallel run
        compile_catalogues(map(Path, settings.LOCALE_PATHS))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--database-only"):
        return
    without = [item for item in items if not _uses_database(item)]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if _uses_database(item)]


def _uses_database(item: pytest.Item) -> bool:
    if "once" in item.keywords:
        return False
    asked_for = set(getattr(item, "fixturenames", ()))
    return bool({"db", "django_db_setup"} & asked_for) or "django_db" in item.keywords


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.TEST_DIR, ignore_errors=True)


def _allowed_skips() -> set[str]:
    lines = (line.partition("#")[0].strip() for line in ALLOWED_SKIPS.read_text().splitlines())
    return {line for line in lines if line}


def _unexpected_skips(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not config.getoption("--no-skips"):
        return []
    allowed = _allowed_skips()
    skipped = {report.nodeid for report in reporter.stats.get("skipped", [])}
    return sorted(node for node in skipped if node.partition("[")[0] not in allowed)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput") and _unexpected_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for node in _unexpected_skips(config):
        terminalreporter.write_line(f"SKIPPED without leave: {node}", red=True, bold=True)


# --- Fixtures ----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _same_start() -> Iterator[None]:
    """Each test starts with an empty cache and in the portal's own language."""
    cache.clear()
    with translation.override(settings.LANGUAGE_CODE):
        yield
    cache.clear()


@pytest.fixture
def at() -> datetime:
    """A Sunday morning after the portal went live, in the portal's own zone."""
    return datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo(settings.TIME_ZONE))


@pytest.fixture
def sign_in() -> Callable[[Client, Any], Client]:
    """`sign_in(client, mandate)`: the client acts as the mandate's person under that mandate."""

    def enter(client: Client, mandate: Any) -> Client:
        client.force_login(mandate.person, backend="units.people.backends.UsernameOrEmailBackend")
        session = client.session
        session["mandate_id"] = mandate.pk
        session.save()
        return client

    return enter
