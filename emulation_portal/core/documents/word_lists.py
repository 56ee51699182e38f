"""What a paragraph of a .docx takes from its style and its list: heading level, weight, number."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{_W}val"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
          (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_ANCESTORS = 12  # a style may be based on another, and a file may make a circle of it
_LEVELS = 9


@dataclass(frozen=True)
class ParagraphFacts:
    level: int | None
    bold: bool
    italic: bool
    centred: bool
    list_id: str
    list_level: int


@dataclass
class Styles:
    """The styles by id: each is the XML element Word keeps."""

    by_id: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Any | None) -> "Styles":
        """Return the styles of a styles.xml; none where the file has no such part."""
        if root is None:
            return cls()
        return cls({str(style.get(f"{_W}styleId")): style for style in root.iter(f"{_W}style")})

    def of(self, paragraph: Any) -> ParagraphFacts:
        """Return what paragraph, runs and styles together say."""
        own = paragraph.find(f"{_W}pPr")
        chain = self._chain(own)
        level = self._level(own, chain)
        list_id, list_level = self._list(own, chain)
        return ParagraphFacts(
            level=level,
            bold=self._all_runs(paragraph, chain, "b"),
            italic=self._all_runs(paragraph, chain, "i"),
            centred=self._first(own, chain, "jc") == "center",
            list_id=list_id,
            list_level=list_level,
        )

    def _chain(self, properties: Any) -> list[Any]:
        name = _val(properties, "pStyle")
        chain: list[Any] = []
        while name in self.by_id and len(chain) < _ANCESTORS:
            chain.append(self.by_id[name])
            name = _val(chain[-1], "basedOn")
        return chain

    def _level(self, own: Any, chain: list[Any]) -> int | None:
        for style in chain:
            name = _val(style, "name").lower()
            if name == "title":
                return None
            if name.startswith("heading ") and name[8:].isdecimal():
                return int(name[8:]) if len(name) < 11 else None
        said = self._first(own, chain, "outlineLvl")
        return (
            int(said) + 1 if said.isdecimal() and len(said) == 1 and int(said) < _LEVELS else None
        )

    def _list(self, own: Any, chain: list[Any]) -> tuple[str, int]:
        for properties in [own, *(style.find(f"{_W}pPr") for style in chain)]:
            numbers = None if properties is None else properties.find(f"{_W}numPr")
            if numbers is not None:
                level = _val(numbers, "ilvl")
                at = int(level) if level.isdecimal() and len(level) == 1 else 0
                return _val(numbers, "numId"), min(at, _LEVELS - 1)
        return "", 0

    def _first(self, own: Any, chain: list[Any], name: str) -> str:
        for properties in [own, *(style.find(f"{_W}pPr") for style in chain)]:
            if said := _val(properties, name):
                return said
        return ""

    def _all_runs(self, paragraph: Any, chain: list[Any], name: str) -> bool:
        """Whether every run with a letter in it is bold (or italic), by itself or by style."""
        by_style = next(
            (on for style in chain if (on := _switch(style.find(f"{_W}rPr"), name)) is not None),
            False,
        )
        seen = False
        for run in paragraph.iter(f"{_W}r"):
            if not any((text.text or "").strip() for text in run.iter(f"{_W}t")):
                continue
            own = _switch(run.find(f"{_W}rPr"), name)
            if not (by_style if own is None else own):
                return False
            seen = True
        return seen


@dataclass
class Numbering:
    """Word's own numbers, which stand in no text: counted along while the document is read."""

    formats: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    counters: dict[str, list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0] * _LEVELS)
    )

    @classmethod
    def read(cls, root: Any | None) -> "Numbering":
        """Return the lists of a numbering.xml; none where the file has no such part."""
        if root is None:
            return cls()
        abstract = {
            str(one.get(f"{_W}abstractNumId")): _levels(one)
            for one in root.iter(f"{_W}abstractNum")
        }
        formats = {
            str(one.get(f"{_W}numId")): abstract.get(_val(one, "abstractNumId"), [])
            for one in root.iter(f"{_W}num")
        }
        return cls(formats)

    def label(self, list_id: str, level: int) -> tuple[str, bool]:
        """Count one item; return its label ("II.", "a)") and whether it is a bullet instead."""
        levels = self.formats.get(list_id, [])
        if level >= len(levels):
            return "", False
        kind, pattern, _start = levels[level]
        if kind == "bullet":
            return "", True
        counters = self.counters[list_id]
        counters[level] = counters[level] + 1 if counters[level] else levels[level][2]
        counters[level + 1 :] = [0] * (_LEVELS - level - 1)
        text = pattern
        for at in range(level + 1):
            shown = counters[at] or levels[at][2]
            text = text.replace(f"%{at + 1}", _shown(shown, levels[at][0]))
        return text[:20].strip(), False


def _levels(abstract: Any) -> list[tuple[str, str, int]]:
    levels = []
    for one in abstract.findall(f"{_W}lvl")[:_LEVELS]:
        start = _val(one, "start")
        begins = int(start) if start.isdecimal() and len(start) < 4 else 1
        levels.append((_val(one, "numFmt") or "decimal", _val(one, "lvlText"), begins))
    return levels


def _shown(number: int, kind: str) -> str:
    if kind in ("upperRoman", "lowerRoman"):
        text = ""
        for value, letters in _ROMAN:
            text, number = text + letters * (number // value), number % value
        return text if kind == "upperRoman" else text.lower()
    if kind in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter.upper() if kind == "upperLetter" else letter
    return "" if kind == "none" else str(number)


def _val(element: Any, name: str) -> str:
    child = None if element is None else element.find(f"{_W}{name}")
    return "" if child is None else str(child.get(_VAL, ""))


def _switch(properties: Any, name: str) -> bool | None:
    child = None if properties is None else properties.find(f"{_W}{name}")
    return None if child is None else child.get(_VAL, "1") not in ("0", "false", "none")
