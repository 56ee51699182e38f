"""Catalogues compile without gettext, once for each change."""

import gettext
import os
from pathlib import Path

from emulation_portal.core.translations import compile_catalogues

ENTRY = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "plan"\nmsgstr "{}"\n'
)


def test_compiles_what_is_newer_than_its_result(tmp_path: Path) -> None:
    source = tmp_path / "vi" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(ENTRY.format("kế hoạch"))

    written = compile_catalogues([tmp_path])

    assert written == [source.with_suffix(".mo")]
    assert gettext.translation("django", tmp_path, ["vi"]).gettext("plan") == "kế hoạch"
    assert compile_catalogues([tmp_path]) == []

    source.write_text(ENTRY.format("bản kế hoạch"))
    later = written[0].stat().st_mtime + 1
    os.utime(source, (later, later))
    assert compile_catalogues([tmp_path]) == written
    assert sorted(path.name for path in source.parent.iterdir()) == ["django.mo", "django.po"]
