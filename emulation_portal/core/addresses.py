"""From where somebody calls."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the caller's address as seen by the outermost of our `PROXY_COUNT` proxies.

    Each proxy appends the address that called it to X-Forwarded-For, so only the last
    `PROXY_COUNT` entries are our own word; what stands before them the caller may have invented.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.PROXY_COUNT:
        return direct
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    trusted = [address.strip() for address in forwarded[-settings.PROXY_COUNT :]]
    return trusted[0] or direct
