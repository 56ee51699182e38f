"""Reading a .docx: what is read, what is refused and with which sentence, and what it costs."""

import io
import resource
import time
import tracemalloc
import zipfile
from collections.abc import Iterable

import pytest
from docx import Document

from emulation_portal.core.archives import ArchiveRefused, ArchiveTooLarge, DeceptiveArchive
from emulation_portal.core.documents.word_deception import (
    HasDoubledNames,
    HasEntities,
    HasEscapingNames,
    deception_of,
)
from emulation_portal.core.documents.word_faults import (
    ReadingLimits,
    TooManyCells,
    TooManyLetters,
    TooManyParagraphs,
    TooManyRows,
    TooManyTables,
    WordDamaged,
    WordHostile,
    WordStrict,
    WordTooDeep,
    WordTooLong,
    WordUnreadable,
    WordWithoutText,
)
from emulation_portal.core.documents.word_reading import TextParagraph, TextTable, clean, read_word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="%s"/></Relationships>'
)


def body(inner: str) -> str:
    return f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{inner}</w:body></w:document>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def package(
    main: str | bytes, *, name: str = "word/document.xml", **parts: str | bytes
) -> io.BytesIO:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELS % name)
        archive.writestr(name, main)
        for part, content in parts.items():
            archive.writestr(part.replace("__", "/").replace("_xml", ".xml"), content)
    return written


def texts(blocks: Iterable[object]) -> list[str]:
    return [block.whole for block in blocks if isinstance(block, TextParagraph)]


# --- What is read ------------------------------------------------------------------------


def test_paragraphs_and_tables_come_in_order_without_the_empty_ones():
    document = Document()
    document.add_paragraph("một")
    document.add_paragraph("   ")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "a\nb"
    document.add_paragraph("hai")
    written = io.BytesIO()
    document.save(written)
    first, second, third = read_word(written)
    assert (first.text, third.text) == ("một", "hai")
    assert isinstance(second, TextTable)
    assert [cell.text for cell in second.rows[0].cells] == ["a\nb", ""]


def test_deleted_text_comments_and_fields_are_not_read_inserted_text_is():
    inner = (
        "<w:p><w:r><w:t>giữ </w:t></w:r><w:del><w:r><w:delText>xóa</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>thêm</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>chuyển</w:t></w:r></w:moveFrom>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:br/><w:t>dòng</w:t><w:tab/><w:t>hai</w:t></w:r></w:p>"
    )
    assert texts(read_word(package(body(inner)))) == ["giữ thêm\ndòng hai"]


def test_text_boxes_are_read_once_and_not_their_fallback():
    box = (
        '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r>'
        f"<mc:AlternateContent><mc:Choice><w:txbxContent>{paragraph('khung')}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{paragraph('khung')}</w:txbxContent></mc:Fallback></mc:AlternateContent>"
        "</w:r><w:r><w:t>ngoài</w:t></w:r></w:p>"
    )
    assert texts(read_word(package(body(box)))) == ["khung", "ngoài"]


def test_text_is_composed_and_free_of_controls():
    assert clean("Ti\u1ebfng Vi\u1ec7t".replace("ế", "e\u0302\u0301")) == "Tiếng Việt"
    assert clean("a\u0007b\u200bc\ufeff\u00ad\ud800\uf0b7 \u00a0 d\te") == "abc d e"


def test_the_main_part_is_where_the_archive_says_it_is():
    stream = package(body(paragraph("xin chào")), name="word/document2.xml")
    assert texts(read_word(stream)) == ["xin chào"]


def test_automatic_numbers_are_read_along():
    numbering = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="1">'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )

    def item(level: int, text: str) -> str:
        return (
            f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr></w:pPr>'
            f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        )

    main = body(item(0, "A") + item(1, "b") + item(1, "c") + item(0, "D") + item(1, "e"))
    blocks = read_word(package(main, word__numbering_xml=numbering))
    assert texts(blocks) == ["I. A", "I.1 b", "I.2 c", "II. D", "II.1 e"]


# --- What is refused, and how ------------------------------------------------------------


def rows(count: int, cells: int = 2) -> str:
    row = "<w:tr>" + f"<w:tc>{paragraph('x')}</w:tc>" * cells + "</w:tr>"
    return f"<w:tbl>{row * count}</w:tbl>"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<w:document xmlns:w="{W}"><w:body>{paragraph("&b;")}</w:body></w:document>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    f'<w:document xmlns:w="{W}"><w:body>{paragraph("&a;")}</w:body></w:document>'
)
DEEP = "<w:sdt><w:sdtContent>" * 3000 + "</w:sdtContent></w:sdt>" * 3000
NESTED = "<w:tbl><w:tr><w:tc>" * 60 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 60

HOSTILE = {
    "billion laughs": (lambda: package(LAUGHS), DeceptiveArchive),
    "external entity": (lambda: package(OUTSIDE), DeceptiveArchive),
    "no archive": (lambda: io.BytesIO(b"Xin chao" * 100), ArchiveRefused),
    "truncated": (lambda: io.BytesIO(package(body(paragraph("x"))).getvalue()[:-40]), ArchiveRefused),
    "empty file": (lambda: io.BytesIO(b""), ArchiveRefused),
    "missing main part": (lambda: package("x", name="word/other.bin"), WordUnreadable),
    "zip bomb": (lambda: package(body(paragraph("0" * 45_000_000))), ArchiveTooLarge),
    "40 MB of nothing": (lambda: package(body(" " * 40_000_000)), ArchiveTooLarge),
    "20 MB of nothing": (lambda: package(body(" " * 19_000_000)), WordHostile),
    "100 000 paragraphs": (lambda: package(body(paragraph("x") * 100_000)), TooManyParagraphs),
    "100 000 empty paragraphs": (lambda: package(body("<w:p/>" * 100_000)), TooManyParagraphs),
    "10 000 rows": (lambda: package(body(rows(10_000))), TooManyRows),
    "20 000 cells in a row": (lambda: package(body(rows(1, 25_000))), TooManyCells),
    "1 000 tables": (lambda: package(body(rows(1) * 1000)), TooManyTables),
    "one endless paragraph": (lambda: package(body(paragraph("a " * 2_000_000))), TooManyLetters),
    "one text of 12 MB": (lambda: package(body(paragraph("ab" * 6_000_000))), WordUnreadable),
    "huge attribute": (lambda: package(body(f'<w:p w:x="{"a" * 5_000_000}"/>')), WordHostile),
    "huge attribute of 15 MB": (lambda: package(body(f'<w:p w:x="{"a" * 15_000_000}"/>')), WordUnreadable),
    "deep nesting": (lambda: package(body(DEEP)), WordTooDeep),
    "tables in tables": (lambda: package(body(NESTED)), WordTooDeep),
    "broken xml": (lambda: package(body("<w:p><w:r></w:p>")), WordDamaged),
    "no xml at all": (lambda: package(b"\x00\x01\x02"), WordDamaged),
    "wrong encoding": (lambda: package(b'<?xml version="1.0" encoding="utf-16"?><a/>'), WordDamaged),
    "strict": (lambda: package('<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'), WordStrict),
    "nothing but a picture": (lambda: package(body("<w:p><w:r><w:drawing/></w:r></w:p>")), WordWithoutText),
    "huge styles": (lambda: package(body(paragraph("x")), word__styles_xml=f"<a>{'x' * 5_000_000}</a>"), WordHostile),
    "path traversal": (lambda: package(body(paragraph("x")), **{"..__..__etc__passwd": "x"}), DeceptiveArchive),
    "zip in a zip": (lambda: package(body(paragraph("x")), word__a_xml=package("x", word__b_xml=package("x").getvalue()).getvalue()), ArchiveRefused),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_with_its_own_sentence_and_little_memory(name):
    make, kind = HOSTILE[name]
    stream = make()
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(kind) as refusal:
            read_word(stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * 1024 * 1024
    assert time.process_time() - began < 20
    if issubclass(kind, WordUnreadable):
        assert "%(" not in str(refusal.value)


def test_what_is_too_large_altogether_is_refused_by_its_size():
    stream = package(body(paragraph("x") * 100))
    with pytest.raises(WordTooLong):
        read_word(stream, limits=ReadingLimits(main_bytes=1000))


def test_the_largest_document_that_is_read_stays_within_bounds():
    limits = ReadingLimits()
    text = paragraph("chữ " * 20)
    stream = package(body(text * 4000 + rows(limits.rows, 6)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    assert len(read_word(stream)) == 4001
    assert time.process_time() - began < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024  # kilobytes


def test_what_hides_in_a_refused_archive_is_named():
    assert isinstance(deception_of(package(LAUGHS)), HasEntities)
    assert isinstance(deception_of(package(OUTSIDE)), HasEntities)
    assert isinstance(deception_of(package(body(""), **{"..__a": "x"})), HasEscapingNames)
    assert deception_of(io.BytesIO(b"PK")) is None
    doubled = package(body(""))
    with (
        zipfile.ZipFile(doubled, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("word/document.xml", body(""))
    assert isinstance(deception_of(doubled), HasDoubledNames)


def test_a_circle_of_styles_ends():
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="A"><w:basedOn w:val="B"/></w:style>'
        '<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>'
    )
    main = body('<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>')
    assert texts(read_word(package(main, word__styles_xml=styles))) == ["x"]
