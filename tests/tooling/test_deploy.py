"""What deploy/ says fits the portal and itself: variables, ports, commands, limits, order.

Everything is read here, always; nginx and systemd are asked too where this machine has them.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
UNITS = sorted((DEPLOY / "systemd").iterdir())
NGINX = (DEPLOY / "nginx" / "portal.conf").read_text()
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
VARIABLES = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
# Read by the programs around the portal, not by its settings.
OF_OTHERS = {"WEB_BIND", "WEB_WORKERS", "WEB_THREADS", "REMAP_SIGTERM"}

# The part of the Compose specification's schema (compose-spec.json) that the file uses.
KNOWN_KEYS = {
    "": {"name", "services", "volumes"},
    "service": {
        "build", "cap_drop", "command", "depends_on", "env_file", "environment", "expose",
        "healthcheck", "image", "init", "logging", "ports", "profiles", "read_only", "restart",
        "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes",
    },
    "healthcheck": {"interval", "retries", "start_period", "test", "timeout"},
    "build": {"context", "dockerfile"},
    "logging": {"driver", "options"},
}  # fmt: skip
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
DURATION = re.compile(r"(\d+(us|ms|s|m|h))+")


def unit(path: Path) -> RawConfigParser:
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path)
    return parser


def commands() -> list[tuple[str, list[str]]]:
    """Every command of ours that deploy/ starts, with where it stands."""
    found = [
        (name, service["command"])
        for name, service in SERVICES.items()
        if service["image"].startswith("emulation-portal")
    ]
    for path in UNITS:
        lines = re.findall(r"^ExecStart=(.+)$", path.read_text(), re.MULTILINE)
        found += [(path.name, shlex.split(line)) for line in lines]
    last = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[-1]
    return [*found, ("Dockerfile", json.loads(last))]


# --- Compose -----------------------------------------------------------------------------


def test_the_compose_file_says_only_what_compose_understands() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} == KNOWN_KEYS[""]
    for name, service in SERVICES.items():
        assert service.keys() <= KNOWN_KEYS["service"], name
        for part in ("healthcheck", "build", "logging"):
            assert service.get(part, {}).keys() <= KNOWN_KEYS[part], (name, part)
        check = service.get("healthcheck", {})
        for key in ("interval", "timeout", "start_period"):
            assert DURATION.fullmatch(check.get(key, "1s")), (name, key)
        assert DURATION.fullmatch(service.get("stop_grace_period", "1s"))
        assert service["restart"] in {"no", "unless-stopped"}
        assert isinstance(service.get("command", []), list)
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES
            assert how["condition"] in CONDITIONS
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], (name, other)


def test_the_parts_of_the_portal_are_all_there_in_order() -> None:
    assert {"postgres", "redis", "migrate", "web", "worker", "beat", "nginx", "backup"} == set(
        SERVICES
    )
    for name in ("web", "worker", "beat"):
        waits = {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
        assert waits["migrate"] == "service_completed_successfully"
        assert waits["redis"] == "service_healthy"
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["backup"]["profiles"] == ["tools"]  # not started with the others


def test_every_named_volume_and_file_of_the_compose_file_exists() -> None:
    used = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    named = {volume.partition(":")[0] for volume in used if volume[0] not in "./$"}
    assert named == set(COMPOSE["volumes"])
    for volume in used:
        if volume.startswith("./"):
            assert (DEPLOY / volume.partition(":")[0]).exists(), volume
    for service in SERVICES.values():
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_only_the_proxy_is_reachable_from_outside_and_no_secret_stands_in_a_file() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    text = (DEPLOY / "compose.yaml").read_text() + DOCKERFILE
    assert not re.search(r"(PASSWORD|SECRET\w*|ACCESS_KEY)\s*[:=]\s*\S", text)
    assert {service.get("env_file") for service in SERVICES.values()} <= {
        "env/portal.env", "env/postgres.env", None,
    }  # fmt: skip
    ignored = (DEPLOY / "env" / ".gitignore").read_text().split()
    assert ignored == ["*.env"]


def test_secrets_and_developers_files_stay_out_of_the_image() -> None:
    ignored = set((DEPLOY / "Dockerfile.dockerignore").read_text().splitlines())
    assert {".env", ".git", ".venv", "var", "deploy/env/*.env", "tests"} <= ignored


def test_our_services_run_with_few_rights() -> None:
    for name, service in SERVICES.items():
        if "build" in service:
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["portal"]


# --- Variables, commands, places ---------------------------------------------------------


def test_every_variable_deploy_sets_is_one_the_portal_reads() -> None:
    named = {
        name
        for service in SERVICES.values()
        if "build" in service
        for name in service.get("environment", {})
    }
    for path in UNITS:
        named |= set(re.findall(r"^Environment=([A-Z_]+)=", path.read_text(), re.MULTILINE))
    final_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    in_image = set(
        re.findall(r"\b([A-Z_]+)=", re.search(r"ENV (.+?)\nWORKDIR", final_stage, re.DOTALL)[1])
    )
    of_python = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    gunicorn = (DEPLOY / "gunicorn.conf.py").read_text()
    named |= set(re.findall(r'environ\.get\("([A-Z_]+)"', gunicorn))
    assert named >= {"WEB_BIND", "REMAP_SIGTERM"}
    assert named | (in_image - of_python) <= VARIABLES | OF_OTHERS


@pytest.mark.parametrize(("place", "command"), commands())
def test_every_command_exists(place: str, command: list[str]) -> None:
    program = Path(command[0]).name
    assert shutil.which(program, path=str(Path(sys.executable).parent)), place
    if program == "python":
        assert command[1] == "manage.py"
        assert command[2] in get_commands()
    elif program == "gunicorn":
        assert (ROOT / command[command.index("--config") + 1]).is_file()
        assert command[-1] == settings.WSGI_APPLICATION.replace(".application", ":application")
    else:
        assert command[1:3] == ["-A", "emulation_portal"]
        done = subprocess.run(
            [sys.executable, "-m", "celery", command[3], "--help"],
            capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
        options = {word.partition("=")[0] for word in command[4:] if word.startswith("--")}
        assert all(option in done.stdout for option in options), (place, options)


def test_gunicorn_understands_its_configuration() -> None:
    from gunicorn.config import Config

    given: dict[str, Any] = {}
    exec((DEPLOY / "gunicorn.conf.py").read_text(), given)  # noqa: S102 - our own file
    known = Config().settings
    named = {name for name in given if not name.startswith("_") and name != "os"}
    assert named <= known.keys()
    assert given["bind"] == "127.0.0.1:8000"


def test_the_image_installs_locked_requirements_with_hashes() -> None:
    assert "--require-hashes" in DOCKERFILE
    lock = (ROOT / "requirements-s3.txt").read_text()
    pins = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in pin for pin in pins)
    names = {pin.partition("==")[0].lower() for pin in pins}
    assert {"django", "gunicorn", "celery", "psycopg2-binary", "django-storages", "boto3"} <= names


def test_ports_and_probes_agree() -> None:
    for path in ("/healthz", "/readyz"):
        assert resolve(path)
    upstreams = {
        name: (DEPLOY / "nginx" / name).read_text()
        for name in ("upstream.conf", "upstream.compose.conf")
    }
    assert "server 127.0.0.1:8000;" in upstreams["upstream.conf"]
    assert "server web:8000;" in upstreams["upstream.compose.conf"]
    assert SERVICES["web"]["environment"]["WEB_BIND"].endswith(":8000")
    assert SERVICES["web"]["expose"] == ["8000"]
    assert "EXPOSE 8000" in DOCKERFILE
    assert ":8000/healthz" in SERVICES["web"]["healthcheck"]["test"][-1]
    probe = SERVICES["nginx"]["healthcheck"]["test"][-1]
    assert probe == "http://127.0.0.1:8081/readyz"
    assert "listen 127.0.0.1:8081;" in NGINX


# --- nginx -------------------------------------------------------------------------------


def test_the_proxy_lets_through_what_the_portal_refuses_with_a_sentence() -> None:
    limit = int(re.search(r"client_max_body_size (\d+)m;", NGINX)[1]) * 1024 * 1024
    assert limit >= settings.DATA_UPLOAD_MAX_MEMORY_SIZE + settings.ATTACHMENT_MAX_BYTES
    graceful = int(re.search(r"proxy_read_timeout (\d+)s;", NGINX)[1])
    gunicorn = (DEPLOY / "gunicorn.conf.py").read_text()
    assert graceful > int(re.search(r"^timeout = (\d+)", gunicorn, re.MULTILINE)[1])


def test_the_proxy_sets_the_headers_the_portal_believes() -> None:
    main = NGINX[NGINX.index("listen 443 ssl;") :]
    for header in (
        "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", "Host $host",
    ):  # fmt: skip
        assert f"proxy_set_header {header};" in main
    assert "$proxy_add_x_forwarded_for" not in NGINX  # would pass on what a caller invents
    assert "PROXY_COUNT=1\n" in (ROOT / ".env.example").read_text()
    # One header set in a location drops all that are inherited.
    server = re.split(r"\nserver \{", NGINX)[3]
    for block in re.findall(r"location [^{]+\{([^}]+)\}", server):
        assert "proxy_set_header" not in block


def test_nginx_agrees_where_it_is_installed(tmp_path: Path) -> None:
    """Balanced in any case; nginx itself, where there is one, says more."""
    text = re.sub(r"#.*|'[^']*'|\"[^\"]*\"", "", NGINX)
    assert text.count("{") == text.count("}")
    for line in filter(None, map(str.strip, text.splitlines())):
        assert line[-1] in "{};" or line.startswith("log_format"), line
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=portal",
         "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    here = {
        "/etc/nginx/tls": str(tmp_path),
        "/etc/nginx/portal-upstream.conf": str(DEPLOY / "nginx" / "upstream.conf"),
        "/var/log/nginx": str(tmp_path),
    }
    portal = NGINX
    for place, instead in here.items():
        portal = portal.replace(place, instead)
    (tmp_path / "portal.conf").write_text(portal)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} "
        f"http {{ access_log off; {temporary} include {tmp_path}/portal.conf; }}"
    )
    done = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


# --- systemd -----------------------------------------------------------------------------


def test_the_units_agree_with_one_another() -> None:
    names = {path.name for path in UNITS}
    for path in UNITS:
        read = unit(path)
        assert read["Unit"]["Description"].startswith("Emulation portal: ")
        if path.suffix == ".service":
            service = read["Service"]
            assert service["User"] == "portal"
            assert service["EnvironmentFile"] == "/etc/emulation-portal.env"
            assert service["ProtectSystem"] == "strict"
            assert service["NoNewPrivileges"] == "yes"
            assert service.get("Restart") == "always" or service["Type"] == "oneshot"
            assert read["Unit"].get("PartOf", "emulation-portal.target") in names
        if path.suffix == ".timer":
            assert path.with_suffix(".service").name in names
            assert read["Timer"]["Persistent"] == "true"
    long_running = {"web", "worker", "beat"}
    assert {f"emulation-portal-{name}.service" for name in long_running} <= names


def test_the_nightly_work_does_not_meet_beats(settings) -> None:
    """The backup starts after the audit day is sealed and before files are tidied up."""
    backup = (DEPLOY / "systemd" / "emulation-portal-backup.timer").read_text()
    hour, minute = map(int, re.search(r"(\d\d):(\d\d):00 Asia/Ho_Chi_Minh", backup).groups())
    schedule = settings.CELERY_BEAT_SCHEDULE
    seal, tidy = (schedule[name]["schedule"] for name in ("seal the audit day", "tidy up"))
    assert (min(seal.hour), min(seal.minute)) < (hour, minute) < (min(tidy.hour), min(tidy.minute))
    assert settings.TIME_ZONE in backup


def test_systemd_agrees_where_it_is_installed(tmp_path: Path) -> None:
    """Every line is a section, a comment or a setting; systemd, where there is one, says more."""
    for path in UNITS:
        for line in filter(None, path.read_text().splitlines()):
            assert re.fullmatch(r"#.*|\[\w+\]|[A-Z][A-Za-z]+=.*", line), (path.name, line)
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    for path in UNITS:
        text = path.read_text().replace("/srv/portal/app", str(ROOT))
        text = text.replace("/srv/portal/venv/bin", str(Path(sys.executable).parent))
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        [program, "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


# --- make --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["backup"], "manage.py backup"),
        (["backup", "INTO=/srv/kho"], 'manage.py backup --into "/srv/kho"'),
        (["restore", "FROM=b"], 'manage.py restore "b"'),
        (["restore", "FROM=b", "WORD=replace"], 'manage.py restore "b" --word "replace"'),
    ],
)
def test_make_hands_over_to_the_commands(line: list[str], expected: str) -> None:
    # The suite itself runs under make, whose flags a make inside it would take over.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--dry-run", "--no-print-directory", *line]
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith(f"--then {expected}")


def test_the_runbook_leads_nowhere_wrong() -> None:
    """Every file, target, command, unit and variable it names exists; both languages say as much."""
    runbook = ROOT / "docs" / "runbook"
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    words = VARIABLES | OF_OTHERS | {"FROM", "WORD", "INTO"}
    for page in sorted(runbook.glob("*.md")):
        text = page.read_text()
        if page.name.endswith(".en.md"):
            vietnamese = page.with_name(page.name.replace(".en.", ".vi.")).read_text()
            for mark in (r"^#+ ", r"^\|", r"^\d+\. ", r"^```"):
                counts = [len(re.findall(mark, one, re.MULTILINE)) for one in (text, vietnamese)]
                assert counts[0] == counts[1], (page.name, mark, counts)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (runbook / link).exists(), (page.name, link)
        for command in re.findall(r"manage\.py ([a-z_]+)", text):
            assert command in get_commands(), (page.name, command)
        for target in re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)", text):
            assert target in targets, (page.name, target)
        for path in re.findall(r"`(deploy/[\w./-]+)`", text):
            assert (ROOT / path).exists() or path.endswith(".env") or "/tls/" in path, (
                page.name,
                path,
            )
        for name in re.findall(r"`(emulation-portal[\w-]*\.(?:service|timer|target))`", text):
            assert (DEPLOY / "systemd" / name).is_file(), (page.name, name)
        for name in re.findall(r"`([A-Z][A-Z_]{3,})(?:=[^`]*)?`", text):
            assert name in words, (
                page.name, name,
            )  # fmt: skip
