"""Which letters the fonts of the PDF have: a tagged PDF may not hold one that cannot be shown."""

import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent / "fonts"
MISSING = "□"


def shown(text: str) -> str:
    """Return `text` with a box for each letter no font has, and without marks no font has."""
    known = _covered()
    if known.issuperset(map(ord, text)):
        return text
    return "".join(
        letter if letter in "\t\n" or ord(letter) in known else _instead(letter) for letter in text
    )


def _instead(letter: str) -> str:
    is_seen = unicodedata.category(letter) not in ("Cf", "Mn", "Me", "Cc")
    return MISSING if is_seen and ord(MISSING) in _covered() else ""


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """The code points that each of the fonts has a glyph for."""
    return frozenset.intersection(
        *(frozenset(_mapped(font.read_bytes())) for font in FONTS.glob("*.ttf"))
    )


def _mapped(font: bytes) -> Iterator[int]:
    """Yield what the font's character map leads to a glyph (OpenType, table `cmap`, format 4)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    directory = (struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(tables))
    start = next(offset for tag, _sum, offset, _length in directory if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    maps = (struct.unpack_from(">HHL", font, start + 4 + 8 * n) for n in range(count))
    at = start + next(offset for platform, kind, offset in maps if (platform, kind) == (3, 1))
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    parts = doubled // 2
    ends = struct.unpack_from(f">{parts}H", font, at + 14)
    starts = struct.unpack_from(f">{parts}H", font, at + 16 + doubled)
    deltas = struct.unpack_from(f">{parts}H", font, at + 16 + 2 * doubled)
    ranges_at = at + 16 + 3 * doubled
    ranges = struct.unpack_from(f">{parts}H", font, ranges_at)
    for n, (first, last, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if shift:
                (glyph,) = struct.unpack_from(
                    ">H", font, ranges_at + 2 * n + shift + 2 * (code - first)
                )
            if glyph and (glyph + delta) % 0x10000:
                yield code
