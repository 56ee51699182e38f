"""The promises of every page's source: strict CSP, no other host, licences, a small first visit."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"
VENDOR = STATIC / "vendor"
KILOBYTE = 1024

NAMESPACE = "http://www.w3.org/"
ADDRESS = re.compile(r"""(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"')]*""", re.IGNORECASE)
HANDLER = re.compile(r"""<[a-z][^>]*\son[a-z]+\s*=""", re.IGNORECASE)
INLINE_STYLE = re.compile(r"""<style\b|<[a-z][^>]*\sstyle\s*=""", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"""<script(?![^>]*\ssrc=)[^>]*>|javascript:|hx-on|js:""", re.IGNORECASE)


def relative(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def other_hosts(text: str) -> list[str]:
    return [found for found in ADDRESS.findall(text) if not found.startswith(NAMESPACE)]


@pytest.mark.parametrize("template", TEMPLATES, ids=relative)
class TestTemplate:
    def test_has_nothing_inline(self, template: Path) -> None:
        source = template.read_text()

        assert not INLINE_STYLE.findall(source)
        assert not INLINE_SCRIPT.findall(source)
        assert not HANDLER.findall(source)

    def test_refers_to_no_other_host(self, template: Path) -> None:
        assert not other_hosts(template.read_text())


@pytest.mark.parametrize(
    ("source", "pattern"),
    [
        ('<p style="color:red">', INLINE_STYLE),
        ("<style>p{}</style>", INLINE_STYLE),
        ("<script>go()</script>", INLINE_SCRIPT),
        ('<a href="javascript:go()">', INLINE_SCRIPT),
        ('<button class="btn" onclick="go()">', HANDLER),
    ],
)
def test_the_patterns_see_what_they_forbid(source: str, pattern: re.Pattern[str]) -> None:
    assert pattern.search(source)


def test_other_hosts_are_seen() -> None:
    assert other_hosts('<script src="https://cdn.example.com/a.js">')
    assert other_hosts("url(//fonts.example.com/a.woff2)")


@pytest.mark.parametrize(
    "path",
    sorted([*STATIC.rglob("*.css"), *STATIC.rglob("*.svg"), STATIC / "js/portal.js"]),
    ids=relative,
)
def test_static_files_refer_to_no_other_host(path: Path) -> None:
    assert not other_hosts(path.read_text())


@pytest.mark.parametrize(
    "path", sorted([*STATIC.rglob("*.css"), *STATIC.rglob("*.js")]), ids=relative
)
def test_no_source_map_is_referred_to(path: Path) -> None:
    assert "sourceMappingURL" not in path.read_text()


@pytest.mark.parametrize("folder", sorted(p for p in VENDOR.iterdir() if p.is_dir()), ids=relative)
def test_everything_vendored_has_its_licence(folder: Path) -> None:
    assert (folder / "LICENSE").stat().st_size > 0
    assert f"`{folder.name}/`" in (VENDOR / "LICENSES.md").read_text()


def test_every_icon_a_template_asks_for_is_in_the_sprite() -> None:
    sprite = (VENDOR / "bootstrap-icons/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    asked = {
        name
        for template in TEMPLATES
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text())
    }

    assert asked <= drawn


def test_collected_static_files_all_resolve(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    manifest = (tmp_path / "staticfiles.json").read_text()
    assert "vendor/inter/inter-400.woff2" in manifest
    assert re.search(
        r"inter-400\.[0-9a-f]{12}\.woff2", next(tmp_path.glob("css/portal.*.css")).read_text()
    )


def compressed(*names: str) -> int:
    """The bytes that travel: text compressed, fonts as they are."""
    return sum(
        len(data) if name.endswith(".woff2") else len(gzip.compress(data))
        for name in names
        for data in [(STATIC / name).read_bytes()]
    )


SCRIPTS = ("js/portal.js", "vendor/htmx/htmx.min.js")
FIRST_VISIT = (
    "vendor/bootstrap/bootstrap.min.css",
    "css/portal.css",
    "vendor/inter/inter-400.woff2",
    "vendor/inter/inter-600.woff2",
    "vendor/bootstrap-icons/icons.svg",
    "img/mark.svg",
    *SCRIPTS,
)


def test_a_first_visit_is_small() -> None:
    page = 15 * KILOBYTE  # a long list, compressed

    assert compressed(*FIRST_VISIT) + page <= 120 * KILOBYTE
    assert compressed(*SCRIPTS) <= 25 * KILOBYTE
