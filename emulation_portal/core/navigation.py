"""The main navigation. Features announce their pages in `ready()`; the frame shows them by role."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class NavEntry:
    """One registered page. Without `roles` it is for every mandate."""

    label: str | Promise
    url_name: str
    roles: frozenset[str]
    order: int


@dataclass(frozen=True)
class NavItem:
    """One link of the navigation, as shown on one page."""

    label: str | Promise
    url: str
    is_current: bool


_entries: dict[str, NavEntry] = {}


def register_nav(
    label: str | Promise, url_name: str, roles: Iterable[str] = (), order: int = 100
) -> None:
    """Show the page `url_name` to people acting in one of `roles` (none: to everybody).

    Registering a page again replaces its entry. Low `order` stands first.
    """
    _entries[url_name] = NavEntry(label, url_name, frozenset(roles), order)


def navigation(request: HttpRequest) -> list[NavItem]:
    """The links for the mandate acted in; the current one is the longest that leads here.

    Empty for people who are signed out or have not chosen a mandate.
    """
    mandate = getattr(request, "mandate", None)
    if mandate is None:
        return []
    entries = sorted(
        (e for e in _entries.values() if not e.roles or mandate.role in e.roles),
        key=lambda entry: entry.order,
    )
    links = [(entry.label, reverse(entry.url_name)) for entry in entries]
    here = max((url for _, url in links if _leads_to(url, request.path)), key=len, default=None)
    return [NavItem(label, url, url == here) for label, url in links]


_search: list[str] = []


def register_search(url_name: str) -> None:
    """Put a search box into the frame of every page that leads to `url_name` with `?q=`."""
    _search[:] = [url_name]


def search_address(request: HttpRequest) -> str:
    """Where the search box of the frame leads; empty where nobody may search."""
    if not _search or getattr(request, "mandate", None) is None:
        return ""
    try:
        return reverse(_search[0])
    except NoReverseMatch:  # a site with other addresses than the one that announced it
        return ""


def _leads_to(url: str, path: str) -> bool:
    """Whether `path` is the page `url` or lies below it; the home page has nothing below it."""
    return path == url or (url != "/" and path.startswith(url if url.endswith("/") else url + "/"))
