"""Two web processes and two workers at once, as on two hosts, sharing only what hosts share.

With DATABASE_URL and REDIS_URL they run the production settings, each with a directory of its own;
without servers they run the embedded settings in one directory.
"""

import contextlib
import html
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from aiosmtpd.controller import Controller
from celery import Celery
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from emulation_portal.core.jobs.models import Job
from emulation_portal.core.models import AuditEntry, Message
from emulation_portal.core.supervisor import end_with_parent
from tests.core.outbox.test_smtp import Postman, free_port
from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.models import Role, Unit

ROOT = Path(__file__).resolve().parents[2]
HAS_SERVERS = connection.vendor == "postgresql" and bool(settings.REDIS_URL)
PASSWORD = "sáu con chim sẻ trên mái"
HEADER = (
    "code,abbreviation,kind,name_vi,name_en,place,own_seal,owes_plan,parent,valid_from,valid_to,"
    "block_2025,block_2026,names_from,evidence"
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="children end with us by the kernel's hand"),
]


class Hosts:
    """Two hosts: what they are told, their processes, and the beat, which the test plays itself."""

    def __init__(self, folder: Path, mail_port: int) -> None:
        self.folder, self.prefix = folder, f"two-hosts-{os.getpid()}:"
        self.ports = [free_port(), free_port()]
        self.processes: list[subprocess.Popen[bytes]] = []
        self.common = {
            **{name: value for name, value in os.environ.items() if name != "DEMO"},
            "DJANGO_SETTINGS_MODULE": "tests.tooling.host_settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DEMO": "0",
            **(self._servers() if HAS_SERVERS else {"DATABASE_URL": "", "REDIS_URL": ""}),
        }
        if not HAS_SERVERS:
            var = self._var("shared")
            for name in ("queue", "processed", "control"):
                (var / "broker" / name).mkdir(parents=True)
            (var / "portal.sqlite3").symlink_to(connection.settings_dict["NAME"])

    def _servers(self) -> dict[str, str]:
        facts = connection.settings_dict
        return {
            "SECRET_KEY": "x7Rq-" * 12,
            "DATABASE_URL": f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:"
            f"{facts['PORT']}/{facts['NAME']}",
            "REDIS_URL": settings.CELERY_BROKER_URL,
            "REDIS_KEY_PREFIX": self.prefix,
            "ALLOWED_HOSTS": "localhost",
            "PORTAL_URL": "https://localhost",
            "DEFAULT_FROM_EMAIL": "portal@example.vn",
            "PROXY_COUNT": "1",
        }

    def _var(self, host: str) -> Path:
        folder = self.folder / (host if HAS_SERVERS else "shared")
        folder.mkdir(exist_ok=True)
        return folder

    def start(self) -> None:
        for host, port in zip("ab", self.ports, strict=True):
            self._run(
                host,
                *("gunicorn", "emulation_portal.wsgi:application", "--bind", f"127.0.0.1:{port}"),
                *("--worker-class", "gthread", "--threads", "4", "--no-control-socket"),
            )
            self._run(
                host,
                *("celery", "--quiet", "-A", "emulation_portal", "worker", "--concurrency", "1"),
                *("-n", f"{host}@portal", "--without-mingle", "--without-gossip"),
            )
        for port in self.ports:
            until(lambda port=port: Browser(port).get("/healthz")[0] == 200, 60)

    def _run(self, host: str, *command: str) -> None:
        parent = os.getpid()
        with (self.folder / "log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-W", "ignore", "-m", *command],
                    cwd=ROOT,
                    env={**self.common, "PORTAL_VAR": str(self._var(host))},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=lambda: end_with_parent(parent),  # noqa: PLW1509 - tiny
                )
            )

    def stop(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with the children of its own
            process.wait()

    @contextlib.contextmanager
    def beat(self) -> Iterator[Celery]:
        """A sender of tasks on the hosts' broker."""
        folder = self._var("shared") / "broker"
        with Celery(broker=settings.CELERY_BROKER_URL if HAS_SERVERS else "filesystem://") as app:
            app.conf.broker_transport_options = (
                {"global_keyprefix": self.prefix}
                if HAS_SERVERS
                else {
                    "data_folder_in": str(folder / "queue"),
                    "data_folder_out": str(folder / "queue"),
                    "control_folder": str(folder / "control"),
                }
            )
            yield app


class Browser:
    """As much of a browser as signs in and sends forms; its cookies are good on both hosts."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port, self.cookies = port, {} if cookies is None else cookies

    def at(self, port: int) -> "Browser":
        """The same browser, led to another host by the proxy."""
        return Browser(port, self.cookies)

    def get(self, path: str) -> tuple[int, str, str]:
        return self._ask("GET", path, None, {})

    def send(self, path: str, fields: dict[str, str], *, form: str = "") -> tuple[int, str, str]:
        token = hidden(self.get(form or path)[1], "csrfmiddlewaretoken")
        body = urlencode({"csrfmiddlewaretoken": token, **fields})
        return self._ask(
            "POST", path, body.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def upload(self, path: str, name: str, content: str) -> tuple[int, str, str]:
        token = hidden(self.get(path)[1], "csrfmiddlewaretoken")
        body = (
            f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
            f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="units.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{content}\r\n--x--\r\n"
        )
        return self._ask(
            "POST", path, body.encode(), {"Content-Type": "multipart/form-data; boundary=x"}
        )

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str, str]:
        """Status, text and the address a redirect leads to; status 0 when nobody answers."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as line:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent = {"Host": "localhost", "Cookie": cookies, "Accept-Language": "en", **headers}
            if HAS_SERVERS:
                sent |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
                sent |= {"Origin": "https://localhost"} if method == "POST" else {}
            try:
                line.request(method, path, body, sent)
                answer = line.getresponse()
            except OSError:
                return 0, "", ""
            for cookie in answer.msg.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            goal = urlsplit(answer.msg.get("Location", "")).path
            return answer.status, answer.read().decode(), goal


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page, re.DOTALL)
    assert found, page
    return html.unescape(found[1])


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    last_moment = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last_moment
        time.sleep(0.1)


@pytest.fixture
def postman() -> Iterator[Postman]:
    made = Postman()
    controller = Controller(made, hostname="127.0.0.1", port=free_port())
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


@pytest.fixture
def hosts(tmp_path: Path, postman: Postman) -> Iterator[Hosts]:
    made = Hosts(tmp_path, postman.port)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        sys.stdout.write((tmp_path / "log").read_text()[-4000:])  # shown when the test fails


def test_a_days_work_across_two_hosts(hosts: Hosts, postman: Postman) -> None:
    unit = UnitFactory()
    person = UserFactory(
        username="quantri", password=Argon2PasswordHasher().encode(PASSWORD, "salt" * 4)
    )
    MandateFactory(person=person, role=Role.ADMINISTRATOR)
    web_a, web_b = hosts.ports

    # Wrong guesses count together, wherever they are made.
    rival = Browser(web_a)
    for port in (web_a, web_b, web_a, web_b, web_a):
        rival.at(port).send("/sign-in/", {"username": "rival", "password": "guess"})
    assert rival.at(web_b).send("/sign-in/", {"username": "rival", "password": "guess"})[0] == 429

    # Sign in on A …
    at_a = Browser(web_a)
    status, page, _goal = at_a.send("/sign-in/", {"username": "quantri", "password": PASSWORD})
    assert status == 302, page
    # … and act on B: invite somebody.
    at_b = at_a.at(web_b)
    invitation = {
        "full_name": "Đỗ Thị Én", "username": "en.dt", "email": "en@example.gov.vn",
        "language": "vi", "way": "email", "unit": str(unit.pk), "role": Role.UNIT_OFFICER,
        "valid_from": "01/11/2026", "signing_capacity": "",
    }  # fmt: skip
    status, page, _goal = at_b.send("/people/invite/", invitation)
    assert status == 302, page

    # The file is read on B and confirmed on A: what is between travels with the form.
    lines = [
        f"don-vi-{n},DV{n},authority,Đơn vị số {n},Unit number {n},Hà Nội,yes,yes,,2025-03-01,,,,"
        "2025-03-01,S50"
        for n in range(1001)
    ]
    status, page, _goal = at_b.upload("/units/import/", "units", "\n".join([HEADER, *lines]))
    assert status == 200, page[-3000:]
    payload = hidden(page, "payload")
    status, page, job_page = at_a.send(
        "/units/import/confirm/", {"payload": payload}, form="/units/import/"
    )
    assert (status, job_page) == (302, f"/jobs/{Job.objects.get().pk}/"), page[-3000:]
    assert "hx-trigger" in at_b.get(job_page)[1]  # B shows that it waits

    # Two beats by mistake: every tick comes twice, and both workers take what they get.
    with hosts.beat() as beat:
        until(lambda: len(beat.control.ping(timeout=0.5)) == 2)
        for task in ("sweep_jobs", "deliver_messages", "sweep_jobs", "deliver_messages"):
            beat.send_task(f"emulation_portal.core.tasks.{task}")
        job = Job.objects.get()
        beat.send_task("emulation_portal.core.tasks.run_job", args=[job.pk])
        until(lambda: Job.objects.filter(state="done").exists() and postman.taken)
        for _again in range(2):
            beat.send_task("emulation_portal.core.tasks.deliver_messages")
            beat.send_task("emulation_portal.core.tasks.run_job", args=[job.pk])
        until(lambda: len(beat.control.ping(timeout=0.5)) == 2)

    # Done once, seen on B.
    job.refresh_from_db()
    assert (job.attempts, job.progress, job.error) == (1, 100, "")
    assert Unit.objects.filter(code__startswith="don-vi-").count() == 1001
    assert AuditEntry.objects.filter(action="unit.imported").count() == 1001
    assert "hx-trigger" not in at_b.get(job_page)[1]
    # Delivered once.
    assert [mail["To"] for mail in postman.taken].count("en@example.gov.vn") == 1
    assert list(Message.objects.values_list("state", "attempts")) == [("sent", 1)]
    # Both hosts are told that worker and broker are well.
    for port in hosts.ports:
        assert '"database": "ok"' in Browser(port).get("/readyz")[1]

    # Signed out on B, signed out on A.
    at_b.send("/sign-out/", {}, form="/people/")
    assert at_a.get("/people/")[::2] == (302, "/sign-in/")
