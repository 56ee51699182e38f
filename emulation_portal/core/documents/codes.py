"""The code that leads from a print back to its record."""

import io
from dataclasses import dataclass

import segno
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class RecordCode:
    """Where the record is (an absolute address), and the lines beside the code that say so."""

    address: str
    lines: tuple[str, ...]

    @property
    def svg(self) -> SafeString:
        """The code as a picture for a page; the text stands beside it."""
        drawn = _code(self.address).svg_inline(
            scale=4, border=2, dark="#000", light="#fff", svgclass="record-code-picture",
            lineclass=None, omitsize=True,
        )  # fmt: skip
        return mark_safe(drawn)  # noqa: S308 - drawn from squares; the address is not in it

    def picture(self) -> bytes:
        """The code as a PNG file, for Word."""
        written = io.BytesIO()
        _code(self.address).save(written, kind="png", scale=8, border=0)
        return written.getvalue()

    def drawing(self) -> str:
        """The code as an SVG file, for the PDF."""
        written = io.BytesIO()
        _code(self.address).save(written, kind="svg", border=0)
        return written.getvalue().decode()


def _code(address: str) -> segno.QRCode:
    """Level M: about a seventh of it may be lost to folds and stamps."""
    return segno.make_qr(address, error="m")
