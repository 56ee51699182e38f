"""Small real files of each accepted kind, and the means to build dishonest ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATIONSHIPS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{}</Relationships>"
)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """Return `content` as it arrives from a form."""
    return SimpleUploadedFile(name, content)


def pdf(body: bytes = b"") -> bytes:
    """Return a PDF; `body` stands among its objects."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
        + body
        + (b"\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n")
    )


def archive(parts: Mapping[str, bytes | str], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of `parts`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return stream.getvalue()


def docx(
    parts: Mapping[str, bytes | str] | None = None, *, main: str = WORD_MAIN, extra_types: str = ""
) -> bytes:
    """Return a Word file with `parts` added."""
    types = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{extra_types}</Types>'
    )
    return archive(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": RELATIONSHIPS.format(""),
            "word/document.xml": "<w:document xmlns:w='urn:w'>Kế hoạch</w:document>",
            **(parts or {}),
        }
    )


def docx_linking_to(kind: str, target: str) -> bytes:
    """Return a Word file with one external relationship."""
    link = f'<Relationship Id="r1" Type="urn:x/{kind}" Target="{target}" TargetMode="External"/>'
    return docx({"word/_rels/document.xml.rels": RELATIONSHIPS.format(link)})


def xlsx(rows: list[list[object]] | None = None) -> bytes:
    """Return an Excel file with `rows` on its first sheet."""
    book = openpyxl.Workbook()
    for row in rows or [["a"], ["b"]]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk with its checksum."""
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def png() -> bytes:
    """Return a picture of one dot."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(b"\0\0"))
        + png_chunk(b"IEND", b"")
    )


def jpg() -> bytes:
    """Return the frame of a picture of one dot; enough for everything but showing it."""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 1, 1, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00"
    start = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    return start + frame + scan + b"\x00\xff\xd9"


def ole(stream_name: str) -> bytes:
    """Return the beginning of an OLE file that names a stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream_name.encode("utf-16-le")


SAMPLES = {"pdf": pdf, "docx": docx, "xlsx": xlsx, "png": png, "jpg": jpg, "jpeg": jpg}
