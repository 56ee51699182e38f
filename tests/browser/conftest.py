"""A real Chromium before the running portal, which holds the ministry's data and the demo.

The data are loaded once for all browser tests, because that takes longer than any of them. So no
test here uses pytest-django's database fixtures, which would empty the tables: each works on a
unit of its own, and none counts on what another has left.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.fixtures import _get_databases_for_setup
from pytest_django.live_server_helper import LiveServer

from campaigns.management.demo import read_demo
from emulation_portal.core.actors import Actor
from tests.browser.complaints import Complaints
from units.api import choose_password
from units.models import User

# Playwright keeps an event loop in this thread; the ORM is used outside of it all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

expect.set_options(timeout=15_000)

CHROMIUM_ARGUMENTS = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]

OpenProfile = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; `make test` names it in CHROMIUM."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("The browser tests need Chromium: sudo apt-get install chromium")
    arguments = [*CHROMIUM_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """The test database, open to all that follows.

    pytest-django makes it when it finds tests that carry its marks; alone, the browser tests
    have none.
    """
    is_made, _ = _get_databases_for_setup(request.session.items)
    with django_db_blocker.unblock():
        if is_made:
            yield
            _disconnect_others()
            return
        made = setup_databases(verbosity=0, interactive=False)
        yield
        _disconnect_others()
        teardown_databases(made, verbosity=0)


def _disconnect_others() -> None:
    """A server thread may still hold a connection, and PostgreSQL drops no database in use."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def ministry(database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The ministry's units, campaign and demo in the database, as the first `make run` loads them."""
    data = settings.BASE_DIR
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("attachments"))
        quiet = {"stdout": StringIO()}
        call_command(
            "import_units", str(data / "units/data/units.csv"),
            f"--blocks={data / 'units/data/blocks.csv'}",
            f"--successions={data / 'units/data/successions.csv'}", **quiet,
        )  # fmt: skip
        call_command("load_campaign", str(data / "campaigns/data/bvhttdl.yaml"), "--yes", **quiet)
        call_command("load_demo", **quiet)
        yield


@pytest.fixture(scope="session")
def portal(ministry: None) -> Iterator[str]:
    """The address of the running portal."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def password() -> str:
    """What everybody of the demo signs in with."""
    return str(read_demo()["password"])


@pytest.fixture
def open_profile(chromium: Browser, portal: str) -> Iterator[OpenProfile]:
    """`open_profile(**options)`: a fresh browser profile with the portal as base address.

    What the browser complains about in any of its tabs (scripts, the content policy, a file that
    is missing, an address elsewhere) fails the test.
    """
    complaints = Complaints(portal)
    profiles: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        options = {"viewport": {"width": 1440, "height": 900}, **options}
        profile = chromium.new_context(
            base_url=portal, locale="vi-VN", timezone_id=settings.TIME_ZONE, **options
        )
        profile.set_default_timeout(15_000)
        complaints.listen_to(profile)
        profiles.append(profile)
        return profile

    yield open_one
    for profile in profiles:
        profile.close()
    complaints.raise_if_any()


@pytest.fixture
def page(open_profile: OpenProfile) -> Page:
    """A tab in a fresh profile, as wide as a desktop."""
    return open_profile().new_page()


@pytest.fixture(scope="session")
def enter(portal: str) -> Callable[[BrowserContext, str], None]:
    """`enter(profile, username)`: the profile is signed in as that person, past the sign-in page."""

    def take_over(profile: BrowserContext, username: str) -> None:
        client = Client()
        client.force_login(
            User.objects.get(username=username),
            backend="units.people.backends.UsernameOrEmailBackend",
        )
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        profile.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": portal}]
        )

    return take_over


@pytest.fixture(scope="session")
def let_in(ministry: None, password: str) -> Callable[[str], None]:
    """`let_in(username)`: the demo's officers without a password get the one of the others."""

    def give_password(username: str) -> None:
        person = User.objects.get(username=username)
        choose_password(person, password=password, by=Actor.system(), at=timezone.now())

    return give_password
