"""The catalogue's tool: what it finds in the source, and what it says about a stale catalogue."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "messages.py"
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
a = _("Send the plan to %(unit)s")
b = ngettext("%(n)d plan", "%(n)d plans", 3)
c = pgettext_lazy("noun", "Report")
d = _("in two"
      " halves")
e = _(a)
"""
TEMPLATE = """{% load i18n %}
<h1>{% translate "It's here" %}</h1>
{% blocktranslate count n=plans|length trimmed %}
  {{ n }} plan
{% plural %}
  {{ n }} plans in all
{% endblocktranslate %}
{% translate "Report" context "verb" %}
{{ title|default:_("Untitled") }} {% comment %}{% translate "not this" %}{% endcomment %}
"""
FOUND = [
    ("", "%(n)d plan"),
    ("", "%(n)s plan"),
    ("", "It's here"),
    ("", "Send the plan to %(unit)s"),
    ("", "Untitled"),
    ("", "in two halves"),
    ("noun", "Report"),
    ("verb", "Report"),
]


@pytest.fixture
def messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "units").mkdir()
    (tmp_path / "units" / "views.py").write_text(PYTHON)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "CATALOGUE", tmp_path / "locale" / "django.po")
    return module


def entry(message: str, translation: str, *, context: str = "", plural: str = "") -> str:
    lines = [f'msgctxt "{context}"'] if context else []
    lines.append(f'msgid "{message}"')
    lines += [f'msgid_plural "{plural}"', f'msgstr[0] "{translation}"'] if plural else []
    return "\n".join([*lines, *([] if plural else [f'msgstr "{translation}"']), "", ""])


def complete(messages: ModuleType, tmp_path: Path) -> None:
    fragment = tmp_path / "fragment.po"
    fragment.write_text(
        entry("%(n)d plan", "%(n)d kế hoạch", plural="%(n)d plans")
        + entry("%(n)s plan", "%(n)s kế hoạch", plural="%(n)s plans in all")
        + entry("It's here", "Ở đây")
        + entry("Send the plan to %(unit)s", "Gửi kế hoạch đến %(unit)s")
        + entry("Untitled", "Chưa đặt tên")
        + entry("in two halves", "hai nửa")
        + entry("Report", "Báo cáo", context="noun")
        + entry("Report", "Báo cáo", context="verb")
    )
    messages.main(["merge", str(fragment)])


def test_finds_every_sentence_of_python_and_templates(messages: ModuleType) -> None:
    found = sorted(messages._key(message) for message in messages._entries(messages.wanted()))

    assert found == FOUND


def test_update_adds_what_is_new_and_drops_what_is_gone(messages, tmp_path, capsys) -> None:
    complete(messages, tmp_path)
    (tmp_path / "units" / "views.py").write_text("_('Something new')")

    assert messages.main(["update"]) == 0

    assert capsys.readouterr().out.endswith("1 added, 4 dropped, 1 without translation\n")
    text = (tmp_path / "locale" / "django.po").read_text()
    assert "Something new" in text
    assert "hai nửa" not in text


def test_a_complete_catalogue_has_no_problems(messages, tmp_path) -> None:
    complete(messages, tmp_path)

    assert messages.main(["check"]) == 0


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('msgstr "Chưa đặt tên"', 'msgstr ""', "without translation: ('', 'Untitled')"),
        ("đến %(unit)s", "đến %(uint)s", "unknown named placeholder"),
        ('msgid "Untitled"', '#, fuzzy\nmsgid "Untitled"', "marked fuzzy: ('', 'Untitled')"),
        ('msgid "Untitled"', 'msgid "Untied"', "no longer in the source: ('', 'Untied')"),
        ('msgid "Untitled"', 'msgid "Untied"', "not in the catalogue: ('', 'Untitled')"),
        ('msgid "Untitled"\nmsgstr', '#~ msgid "Untitled"\n#~ msgstr', "left over (#~): Untitled"),
    ],
)
def test_what_is_stale_is_said(messages, tmp_path, capsys, before, after, problem) -> None:
    complete(messages, tmp_path)
    catalogue = tmp_path / "locale" / "django.po"
    assert before in catalogue.read_text()
    catalogue.write_text(catalogue.read_text().replace(before, after))

    assert messages.main(["check"]) == 1
    assert problem in capsys.readouterr().out


def test_merge_keeps_what_is_translated_already(messages, tmp_path, capsys) -> None:
    complete(messages, tmp_path)
    rival = tmp_path / "rival.po"
    rival.write_text(entry("Untitled", "Vô đề"))

    messages.main(["merge", str(rival)])

    assert "kept 'Chưa đặt tên', not 'Vô đề' of rival.po" in capsys.readouterr().out
    assert "Vô đề" not in (tmp_path / "locale" / "django.po").read_text()


def test_a_wrong_call_shows_how_it_is_called(messages, capsys) -> None:
    assert messages.main(["translate"]) == 2
    assert "messages.py update" in capsys.readouterr().out
