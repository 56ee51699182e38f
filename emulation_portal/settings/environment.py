"""Reads the production environment and says everything that is wrong with it at once."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

REQUIRED = {
    "SECRET_KEY": "at least 50 random characters",
    "DATABASE_URL": "postgres://user:password@host:5432/name",
    "REDIS_URL": "redis://host:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@host:587",
    "ALLOWED_HOSTS": "the portal's host names, separated by commas",
    "PORTAL_URL": "https://portal.example.vn",
    "DEFAULT_FROM_EMAIL": "the address mails come from",
}
# Required as soon as ATTACHMENTS_BUCKET names a bucket.
OBJECT_STORE = {
    "ATTACHMENTS_ENDPOINT": "https://s3.example.vn",
    "ATTACHMENTS_ACCESS_KEY": "the object store's access key",
    "ATTACHMENTS_SECRET_KEY": "the object store's secret key",
}
SCHEMES = {
    "DATABASE_URL": {"postgres", "postgresql"},
    "REDIS_URL": {"redis", "rediss"},
    "EMAIL_URL": {"smtp", "smtp+tls", "smtp+ssl"},
    "PORTAL_URL": {"https"},
    "ATTACHMENTS_ENDPOINT": {"http", "https"},
}


def problems_of(environment: Mapping[str, str]) -> list[str]:
    """Return one clause for each variable that is missing or cannot be right."""
    problems = []
    required = {**REQUIRED, **(OBJECT_STORE if environment.get("ATTACHMENTS_BUCKET") else {})}
    for name, meaning in required.items():
        value = environment.get(name, "").strip()
        if not value:
            problems.append(f"{name} is missing ({meaning})")
        elif name in SCHEMES and not _is_address(
            value, SCHEMES[name], needs_port=name == "EMAIL_URL"
        ):
            problems.append(f"{name} is not of the form {meaning}")
        elif name == "SECRET_KEY" and (len(value) < 50 or len(set(value)) < 5):
            problems.append("SECRET_KEY is too easy to guess (at least 50 random characters)")
        elif name == "ALLOWED_HOSTS" and "*" in value:
            problems.append("ALLOWED_HOSTS must name the hosts, not accept any (*)")
        elif name == "DEFAULT_FROM_EMAIL" and "@" not in value:
            problems.append("DEFAULT_FROM_EMAIL is not an email address")
    return problems


def require_complete(environment: Mapping[str, str]) -> None:
    """Refuse to start, in one sentence, unless `environment` is complete.

    Raises: ImproperlyConfigured, which `manage.py` prints without a traceback.
    """
    if problems := problems_of(environment):
        raise ImproperlyConfigured(
            f"The portal cannot start: {'; '.join(problems)}. "
            "The file .env.example describes every variable."
        )


def _is_address(value: str, schemes: set[str], *, needs_port: bool) -> bool:
    try:
        parts = urlsplit(value)
        complete = bool(parts.hostname) and (parts.port is not None or not needs_port)
        return parts.scheme in schemes and complete
    except ValueError:  # a port that is no number, an unclosed bracket
        return False
