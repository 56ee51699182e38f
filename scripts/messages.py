"""The Vietnamese catalogue, kept without the system's gettext.

    .venv/bin/python scripts/messages.py update         bring the source's sentences into it
    .venv/bin/python scripts/messages.py merge FILE...  take translations from other .po files
    .venv/bin/python scripts/messages.py check          missing, fuzzy, left over, broken
    .venv/bin/python scripts/messages.py compile        write the .mo file

Source sentences are English; English therefore needs no catalogue.
"""

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation_portal.settings.test")

from babel.messages.catalog import Catalog, Message, TranslationError  # noqa: E402 - path first
from babel.messages.extract import extract_python  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402
from django.conf import settings  # noqa: E402
from django.utils.translation.template import templatize  # noqa: E402

from emulation_portal.core.translations import compile_catalogues  # noqa: E402

CATALOGUE = ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po"
SOURCES = ("emulation_portal", "units", "campaigns", "awards", "templates")

# Each name with the places of its arguments: (context,) singular, plural.
PLACES = {
    "gettext": (0,),
    "ngettext": (0, 1),
    "pgettext": (0, 1),
    "npgettext": (0, 1, 2),
}
KEYWORDS = {
    "_": "gettext",
    **{name: name for name in PLACES},
    **{f"{name}_lazy": name for name in PLACES},
    "gettext_noop": "gettext",
}
_STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(
    rf"\b(_|gettext|ngettext|pgettext|npgettext)\(((?:\s*{_STRING}\s*,?)+)(?:\s*count\s*)?\)",
    re.DOTALL,
)

Found = tuple[str, tuple[str, ...]]  # the function's plain name and its string arguments


def sentences_of_python(path: Path) -> Iterator[Found]:
    """The translatable sentences of a Python file."""
    with path.open("rb") as stream:
        keywords = dict.fromkeys(KEYWORDS, (1,))
        for _line, name, arguments, _comments in extract_python(stream, keywords, [], {}):
            parts = arguments if isinstance(arguments, (tuple, list)) else (arguments,)
            plain = KEYWORDS[str(name)]
            words = [parts[place] for place in PLACES[plain] if place < len(parts)]
            told = tuple(word for word in words if isinstance(word, str))
            if len(told) == len(PLACES[plain]):
                yield plain, told


def sentences_of_template(path: Path) -> Iterator[Found]:
    """The translatable sentences of a template, as Django itself rewrites it for gettext."""
    for name, arguments in _CALL.findall(
        templatize(path.read_text(encoding="utf-8"), origin=str(path))
    ):
        yield KEYWORDS[name], ast.literal_eval(f"({arguments.rstrip().rstrip(',')},)")


def sentences() -> Iterator[Found]:
    """All sentences of the source, in a stable order."""
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield from sentences_of_python(path)
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                yield from sentences_of_template(path)


def wanted() -> Catalog:
    """A catalogue of the source's sentences, untranslated."""
    catalogue = Catalog(locale="vi", charset="utf-8")
    for name, arguments in sentences():
        context = arguments[0] if name in {"pgettext", "npgettext"} else None
        words = arguments[1:] if context is not None else arguments
        if words[0]:
            catalogue.add(words[0] if len(words) == 1 else words, context=context)
    return catalogue


def read(path: Path | None = None) -> Catalog:
    """The catalogue in `path`, ours by default; an empty one when there is no such file."""
    path = path or CATALOGUE
    if not path.exists():
        return Catalog(locale="vi", charset="utf-8", fuzzy=False)
    return read_po(io.BytesIO(path.read_bytes()), locale="vi", charset="utf-8")


def write(catalogue: Catalog) -> None:
    """Write without places, dates and line breaks of its own making: small changes, small diffs."""
    entries = io.BytesIO()
    write_po(
        *(entries, catalogue),
        width=0,
        no_location=True,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
    )
    header = (
        'msgid ""\nmsgstr ""\n"Language: vi\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(header.encode() + entries.getvalue())


def update() -> None:
    """Add new sentences, drop those no longer in the source; guess nothing."""
    catalogue = read()
    before = {_key(message) for message in _entries(catalogue)}
    catalogue.update(wanted(), no_fuzzy_matching=True)
    write(catalogue)
    after = {_key(message) for message in _entries(catalogue)}
    empty = sum(not _is_translated(message) for message in _entries(catalogue))
    print(
        f"{len(after - before)} added, {len(before - after)} dropped, {empty} without translation"
    )


def merge(paths: list[Path]) -> None:
    """Take translations from `paths` for what has none yet; say where two of them differ."""
    catalogue = read()
    taken = 0
    for path in paths:
        for message in _entries(read(path)):
            if not _is_translated(message):
                continue
            present = catalogue.get(message.id, message.context)
            if present is None or not _is_translated(present):
                catalogue.delete(message.id, message.context)
                catalogue.add(message.id, message.string, context=message.context)
                taken += 1
            elif present.string != message.string:
                print(f"kept {present.string!r}, not {message.string!r} of {path.name}")
    write(catalogue)
    print(f"{taken} translations taken")


def problems() -> list[str]:
    """What is stale or broken in the catalogue; empty when all is well."""
    catalogue, source = read(), {_key(message) for message in _entries(wanted())}
    found = [f"left over (#~): {message.id}" for message in catalogue.obsolete.values()]
    there = {_key(message): message for message in _entries(catalogue)}
    found += [f"not in the catalogue: {key}" for key in sorted(source - there.keys(), key=str)]
    for key, message in there.items():
        if key not in source:
            found.append(f"no longer in the source: {key}")
        elif message.fuzzy:
            found.append(f"marked fuzzy: {key}")
        elif not _is_translated(message):
            found.append(f"without translation: {key}")
        else:
            found += [f"{error}: {key}" for error in _faults(message, catalogue)]
    return found


def _faults(message: Message, catalogue: Catalog) -> list[TranslationError]:
    # Vietnamese has one plural form: compared with the sentence for many.
    many = message.id[1] if isinstance(message.id, (tuple, list)) else message.id
    told = message.string[0] if isinstance(message.string, (tuple, list)) else message.string
    return list(Message(many, told, flags=message.flags).check(catalogue))


def _entries(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> tuple[str, str]:
    first = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return (message.context or "", first)


def _is_translated(message: Message) -> bool:
    told = message.string
    return all(told) and bool(told) if isinstance(told, (tuple, list)) else bool(told)


def main(arguments: list[str]) -> int:
    """Return the status for the shell."""
    match arguments:
        case ["update"]:
            update()
        case ["merge", *paths] if paths:
            merge([Path(path) for path in paths])
        case ["check"]:
            if found := problems():
                print("\n".join(found))
                print(f"{len(found)} problems; run `make messages`, then translate in {CATALOGUE}")
                return 1
        case ["compile"]:
            for path in compile_catalogues(map(Path, settings.LOCALE_PATHS)):
                print(path)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
