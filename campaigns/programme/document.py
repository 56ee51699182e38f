"""Reading a YAML file so that every refusal names the key and the line.

The file is composed into nodes, which know their lines, and read by a schema made of the
small parsers below. All problems are collected: an editor mends a file once, not line by line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.text import nfc

MAX_BYTES = 5 * 1024 * 1024
_NULL = "tag:yaml.org,2002:null"
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,4})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")

Reason = str | Promise


@dataclass(frozen=True)
class Place:
    """Where something stands in the file: `areas[2].name.vi`, line 88."""

    path: str
    line: int


@dataclass(frozen=True)
class Problem:
    place: Place
    reason: Reason
    details: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        reason = str(self.reason) % self.details if self.details else str(self.reason)
        return _("%(path)s, line %(line)s: %(reason)s") % {
            "path": self.place.path,
            "line": self.place.line,
            "reason": reason,
        }


class Problems(list[Problem]):
    def add(self, place: Place, reason: Reason, **details: object) -> None:
        self.append(Problem(place, reason, details))


class Record(dict[str, Any]):
    """The values of a mapping by key, None where a value was refused; and where each stands."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}

    def where(self, key: str) -> Place:
        """The place of a key's value, or of the mapping itself where the key is absent."""
        return self.places.get(key, self.place)


class Parser(Protocol):
    def read(self, node: yaml.Node, path: str, problems: Problems) -> Any: ...


def place_of(node: yaml.Node, path: str) -> Place:
    return Place(path, node.start_mark.line + 1)


def is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL


def _scalar(node: yaml.Node, path: str, problems: Problems) -> str | None:
    """The text of a plain value; a list, a mapping or nothing at all is a problem."""
    if isinstance(node, yaml.ScalarNode) and node.tag.startswith("tag:yaml.org,2002:"):
        if node.tag != _NULL:
            return str(node.value)
        problems.add(place_of(node, path), _("missing"))
        return None
    problems.add(place_of(node, path), _("a single value is expected here"))
    return None


@dataclass(frozen=True)
class Text:
    max_length: int | None = None
    blank: bool = False

    def read(self, node: yaml.Node, path: str, problems: Problems) -> str | None:
        if self.blank and is_null(node):
            return ""
        value = _scalar(node, path, problems)
        if value is None:
            return None
        value = nfc(value).strip()
        if not value and not self.blank:
            problems.add(place_of(node, path), _("missing"))
            return None
        if self.max_length is not None and len(value) > self.max_length:
            problems.add(
                place_of(node, path),
                _("%(length)s characters long; at most %(most)s fit"),
                length=len(value),
                most=self.max_length,
            )
            return None
        return value


@dataclass(frozen=True)
class Slug:
    """A short stable name: small letters and digits, joined by hyphens."""

    def read(self, node: yaml.Node, path: str, problems: Problems) -> str | None:
        value = _scalar(node, path, problems)
        if value is not None and (len(value) > 60 or not _SLUG.fullmatch(value)):
            problems.add(
                place_of(node, path),
                _("“%(value)s” is not a code: small letters a–z, digits and hyphens, at most 60"),
                value=value[:80],
            )
            return None
        return value


@dataclass(frozen=True)
class Integer:
    least: int
    most: int

    def read(self, node: yaml.Node, path: str, problems: Problems) -> int | None:
        value = _scalar(node, path, problems)
        if value is None:
            return None
        if not _WHOLE.fullmatch(value) or not self.least <= int(value) <= self.most:
            problems.add(
                place_of(node, path),
                _("“%(value)s” is not a whole number from %(least)s to %(most)s"),
                value=value[:80],
                least=str(self.least),
                most=str(self.most),
            )
            return None
        return int(value)


@dataclass(frozen=True)
class Number:
    def read(self, node: yaml.Node, path: str, problems: Problems) -> Decimal | None:
        value = _scalar(node, path, problems)
        if value is not None and not _NUMBER.fullmatch(value):
            problems.add(
                place_of(node, path),
                _("“%(value)s” is not a number; write 1234.5, with at most four decimals"),
                value=value[:80],
            )
            return None
        return None if value is None else Decimal(value)


@dataclass(frozen=True)
class Flag:
    def read(self, node: yaml.Node, path: str, problems: Problems) -> bool | None:
        value = _scalar(node, path, problems)
        if value is not None and value not in ("true", "false"):
            problems.add(
                place_of(node, path), _("“%(value)s” is neither true nor false"), value=value[:80]
            )
            return None
        return None if value is None else value == "true"


@dataclass(frozen=True)
class Day:
    def read(self, node: yaml.Node, path: str, problems: Problems) -> date | None:
        value = _scalar(node, path, problems)
        if value is None:
            return None
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            problems.add(
                place_of(node, path),
                _("“%(value)s” is not a date; write 2025-09-30"),
                value=value[:80],
            )
            return None


@dataclass(frozen=True)
class Choice:
    values: tuple[str, ...]

    def read(self, node: yaml.Node, path: str, problems: Problems) -> str | None:
        value = _scalar(node, path, problems)
        if value is not None and value not in self.values:
            problems.add(
                place_of(node, path),
                _("“%(value)s” is none of: %(choices)s"),
                value=value[:80],
                choices=", ".join(self.values),
            )
            return None
        return value


@dataclass(frozen=True)
class ListOf:
    item: Parser

    def read(self, node: yaml.Node, path: str, problems: Problems) -> list[Any]:
        """The items that could be read; those refused are left out, with a problem each."""
        if not isinstance(node, yaml.SequenceNode):
            problems.add(place_of(node, path), _("a list is expected here"))
            return []
        items = [
            self.item.read(item, f"{path}[{index}]", problems)
            for index, item in enumerate(node.value)
        ]
        return [item for item in items if item is not None]


@dataclass(frozen=True)
class Key:
    """A key of a mapping: required unless `default` is given."""

    parser: Parser
    default: Any = ...

    @property
    def required(self) -> bool:
        return self.default is ...


class MappingOf:
    """A mapping with exactly these keys; others, and keys written twice, are refused."""

    def __init__(self, **keys: Key) -> None:
        self.keys = keys

    def read(self, node: yaml.Node, path: str, problems: Problems) -> Record | None:
        if not isinstance(node, yaml.MappingNode):
            problems.add(place_of(node, path), _("keys with values are expected here"))
            return None
        record = Record(place_of(node, path))
        for key_node, value_node in node.value:
            name = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            inner = f"{path}.{name}" if path else name
            if name in record.places:
                problems.add(place_of(key_node, inner), _("this key stands here twice"))
                continue
            record.places[name] = place_of(value_node, inner)
            if name not in self.keys:
                problems.add(
                    place_of(key_node, inner),
                    _("unknown key; known here: %(keys)s"),
                    keys=", ".join(self.keys),
                )
                continue
            key = self.keys[name]
            if is_null(value_node) and not key.required:
                record[name] = key.default
            else:
                record[name] = key.parser.read(value_node, inner, problems)
        for name, key in self.keys.items():
            if name in record:
                continue
            record[name] = None if key.required else key.default
            if key.required:
                inner = f"{path}.{name}" if path else name
                problems.add(Place(inner, record.place.line), _("missing"))
        return record


def read_document(content: bytes, schema: MappingOf, problems: Problems) -> Record | None:
    """Read `content` by `schema`.

    Returns the record with whatever could be read, or None where there is nothing to go on.
    Every problem met is added to `problems`; nothing is raised for a bad file.
    """
    if len(content) > MAX_BYTES:
        problems.add(Place("file", 1), _("the file is larger than 5 MB"))
        return None
    try:
        # Composing builds nodes only: no tag of the file can make an object of any kind.
        node = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems.add(Place("file", line), _("the file is not UTF-8 text"))
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(
            Place("file", mark.line + 1 if mark else 1),
            _("this is not YAML: %(problem)s"),
            problem=error.problem or error.context or "",
        )
        return None
    except (yaml.YAMLError, RecursionError) as error:
        problems.add(
            Place("file", 1),
            _("this is not YAML: %(problem)s"),
            problem=getattr(error, "reason", "") or type(error).__name__,
        )
        return None
    if node is None:
        problems.add(Place("file", 1), _("the file is empty"))
        return None
    return schema.read(node, "", problems)
