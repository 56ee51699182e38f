"""How long a text is in print: Word has no rule "as long as the text", so it must be known."""

import json
from functools import lru_cache
from pathlib import Path

import typst

from emulation_portal.core.documents import measures

HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=512)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the millimetres `text` takes in `size` points."""
    weight = "bold" if bold else "regular"
    asked = json.dumps({"text": text, "size": size, "font": measures.FONT, "weight": weight})
    answer = typst.query(
        HERE / "width.typ",
        "<width>",
        field="value",
        one=True,
        root=HERE,
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
        sys_inputs={"asked": asked},
    )
    return float(answer)
