"""The production settings: complete or refused, in one sentence that names everything missing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from emulation_portal.settings.environment import REQUIRED, problems_of, require_complete

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "SECRET_KEY": "x7Rq-" * 12,
    "DATABASE_URL": "postgres://portal:secret@127.0.0.1:5432/portal?sslmode=require",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://portal%40example.vn:p%23w@mail.example.vn:587",
    "ALLOWED_HOSTS": "portal.example.vn,127.0.0.1",
    "PORTAL_URL": "https://portal.example.vn/",
    "DEFAULT_FROM_EMAIL": "portal@example.vn",
}


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **{name: value for name, value in os.environ.items() if name.startswith("COV")},
            "DJANGO_SETTINGS_MODULE": "emulation_portal.settings.production",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_complete_environment_has_no_problems() -> None:
    assert problems_of(COMPLETE) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_each_required_variable_is_missed(name: str) -> None:
    environment = {**COMPLETE, name: " "}

    assert problems_of(environment) == [f"{name} is missing ({REQUIRED[name]})"]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is too easy to guess"),
        ("SECRET_KEY", "abab" * 20, "SECRET_KEY is too easy to guess"),
        ("DATABASE_URL", "sqlite:///portal.sqlite3", "DATABASE_URL is not of the form postgres"),
        ("DATABASE_URL", "postgres:///portal", "DATABASE_URL is not of the form postgres"),
        ("REDIS_URL", "127.0.0.1:6379", "REDIS_URL is not of the form redis"),
        ("REDIS_URL", "redis://host:port", "REDIS_URL is not of the form redis"),
        ("EMAIL_URL", "smtp://mail.example.vn", "EMAIL_URL is not of the form smtp"),
        ("EMAIL_URL", "consolemail://", "EMAIL_URL is not of the form smtp"),
        ("PORTAL_URL", "http://portal.example.vn", "PORTAL_URL is not of the form https"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts"),
        ("DEFAULT_FROM_EMAIL", "portal", "DEFAULT_FROM_EMAIL is not an email address"),
    ],
)
def test_what_cannot_be_right_is_refused(name: str, value: str, problem: str) -> None:
    problems = problems_of({**COMPLETE, name: value})

    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_everything_wrong_is_said_at_once_without_the_values() -> None:
    environment = {**COMPLETE, "SECRET_KEY": "hush", "REDIS_URL": ""}

    with pytest.raises(ImproperlyConfigured) as refusal:
        require_complete(environment)

    assert str(refusal.value) == (
        "The portal cannot start: SECRET_KEY is too easy to guess (at least 50 random characters); "
        "REDIS_URL is missing (redis://host:6379/0). "
        "The file .env.example describes every variable."
    )


def test_manage_says_the_sentence_and_no_traceback() -> None:
    result = manage("check", **{**COMPLETE, "EMAIL_URL": ""})

    assert result.returncode == 1
    assert result.stdout == ""
    assert re.fullmatch(r"The portal cannot start: EMAIL_URL is missing [^\n]*\n", result.stderr)


def test_the_deployment_check_is_clean() -> None:
    result = manage("check", "--deploy", "--fail-level", "DEBUG", **COMPLETE)

    assert "System check identified no issues" in result.stdout + result.stderr
    assert result.returncode == 0


def settings_seen(*names: str, **environment: str) -> list[str]:
    program = "from django.conf import settings as s;" + ";".join(
        f"print({name})" for name in names
    )
    return manage(
        "shell", "--no-imports", "-c", program, **{**COMPLETE, **environment}
    ).stdout.splitlines()


def test_only_pages_have_a_statement_timeout() -> None:
    options = "s.DATABASES['default']['OPTIONS']['options'].split()[1]"

    assert settings_seen(options, PORTAL_PROCESS="web") == ["statement_timeout=2000"]
    assert settings_seen(options) == ["statement_timeout=0"]


def test_redis_waits_longer_than_the_longest_task() -> None:
    seen = settings_seen(
        "s.CELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'] > s.CELERY_TASK_TIME_LIMIT",
        "s.CELERY_TASK_ACKS_LATE and s.CELERY_TASK_REJECT_ON_WORKER_LOST",
        "s.CELERY_BROKER_URL",
        "s.DATABASES['default']['OPTIONS']['sslmode']",
        "s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS",
    )

    assert seen == [
        "True",
        "True",
        "redis://127.0.0.1:6379/0",
        "require",
        "portal@example.vn p#w True",
    ]


def test_a_proxy_is_believed_only_where_there_is_one() -> None:
    header = "getattr(s, 'SECURE_PROXY_SSL_HEADER', None)"

    assert settings_seen(header) == ["None"]
    assert settings_seen(header, PROXY_COUNT="1") == ["('HTTP_X_FORWARDED_PROTO', 'https')"]


def test_attachments_lie_in_a_folder_or_in_a_bucket() -> None:
    backend, options = "s.STORAGES['default']['BACKEND']", "s.STORAGES['default']['OPTIONS']"
    store = {
        "ATTACHMENTS_BUCKET": "portal",
        "ATTACHMENTS_ENDPOINT": "https://s3.example.vn",
        "ATTACHMENTS_ACCESS_KEY": "key",
        "ATTACHMENTS_SECRET_KEY": "hush",
    }

    assert settings_seen(backend) == ["django.core.files.storage.FileSystemStorage"]
    assert settings_seen(backend, f"{options}['endpoint_url']", **store) == [
        "emulation_portal.core.object_store.ObjectStore",
        "https://s3.example.vn",
    ]


def test_a_bucket_without_address_and_keys_is_refused() -> None:
    problems = problems_of(
        {**COMPLETE, "ATTACHMENTS_BUCKET": "portal", "ATTACHMENTS_ENDPOINT": "s3.example.vn"}
    )

    assert [problem.partition(" (")[0] for problem in problems] == [
        "ATTACHMENTS_ENDPOINT is not of the form https://s3.example.vn",
        "ATTACHMENTS_ACCESS_KEY is missing",
        "ATTACHMENTS_SECRET_KEY is missing",
    ]


def test_installations_on_one_redis_do_not_meet() -> None:
    prefixes = ("s.CACHES['default']['KEY_PREFIX']", "s.REDIS_KEY_PREFIX")

    assert settings_seen(*prefixes) == ["portal", "portal:"]
    assert settings_seen(*prefixes, REDIS_KEY_PREFIX="other:") == ["other", "other:"]


def test_the_example_names_every_variable_the_settings_read() -> None:
    settings = ROOT / "emulation_portal" / "settings"
    source = (settings / "production.py").read_text() + (settings / "base.py").read_text()
    read = set(re.findall(r"env(?:\.\w+|iron\.get)?\(\s*\"([A-Z_]+)\"", source)) | set(REQUIRED)
    example = (ROOT / ".env.example").read_text()
    described = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))

    assert read - {"PORTAL_PROCESS"} == described - {"DJANGO_SETTINGS_MODULE"}
