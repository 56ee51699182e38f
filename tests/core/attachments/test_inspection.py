"""What is taken in, and a corpus of files that pretend to be something else."""

import contextlib
import io
import random
import struct
import tracemalloc
import zipfile

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.attachments.errors import (
    ActivePdf,
    Bomb,
    Damaged,
    DoubleExtension,
    HasMacro,
    HasPayload,
    LiesAboutType,
    NameNotTaken,
    NothingUploaded,
    PasswordProtected,
    TooBig,
    TwoFilesInOne,
    TypeNotTaken,
    UploadRefused,
)
from emulation_portal.core.attachments.inspection import inspect_upload, upload_hint
from tests.factories.files import (
    RELATIONSHIPS,
    SAMPLES,
    archive,
    docx,
    docx_linking_to,
    jpg,
    ole,
    pdf,
    png,
    png_chunk,
    upload,
    xlsx,
)

MEGABYTE = 1024 * 1024
MACRO_TYPE = (
    '<Override PartName="/x" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
)


@pytest.mark.parametrize("extension", SAMPLES)
def test_each_kind_is_taken(extension):
    content = SAMPLES[extension]()
    found = inspect_upload(upload(f"Kế hoạch 123.KH-DSVH {extension}.{extension.upper()}", content))
    assert found.size == len(content)
    assert found.kind == extension.replace("jpeg", "jpg")


@pytest.mark.parametrize(
    "content",
    [
        docx({"word/embeddings/Microsoft_Excel_Sheet.xlsx": xlsx()}),
        docx({"word/embeddings/oleObject1.bin": ole("Equation Native")}),
        docx_linking_to("hyperlink", "https://bvhttdl.gov.vn"),
        docx_linking_to("attachedTemplate", "file:///C:/Normal.dotm"),
    ],
    ids=["chart", "equation", "hyperlink", "own template"],
)
def test_ordinary_office_contents_are_taken(content):
    assert inspect_upload(upload("báo cáo.docx", content)).kind == "docx"


def test_a_pdf_signed_after_the_fact_is_taken():
    signed = pdf() + b"2 0 obj\n<< /Type /Sig >>\nendobj\nstartxref\n9\n%%EOF\n"
    assert inspect_upload(upload("đã ký.pdf", signed)).kind == "pdf"


NAMES = [
    ("a.exe", TypeNotTaken),
    ("a.doc", TypeNotTaken),
    ("a", TypeNotTaken),
    ("a.docm", TypeNotTaken),
    ("pdf", TypeNotTaken),
    (".pdf", TypeNotTaken),
    ("a.exe.pdf", DoubleExtension),
    ("a.HTML.pdf", DoubleExtension),
    ("a.exe .pdf", DoubleExtension),
    ("kế\u202ehoạch.pdf", NameNotTaken),
    ("a\tb.pdf", NameNotTaken),
]


@pytest.mark.parametrize(("name", "refusal"), NAMES)
def test_names_that_hide_a_type_are_refused(name, refusal):
    with pytest.raises(refusal):
        inspect_upload(upload(name, pdf()))


def test_a_nul_in_the_name_is_refused():
    sneaky = upload("a.pdf", pdf())
    sneaky._name = "a.exe\0.pdf"
    with pytest.raises(NameNotTaken):
        inspect_upload(sneaky)


def _lying_size_archive():
    """An archive whose directory claims one byte for an entry that holds many."""
    content = bytearray(docx({"word/media/image1.bin": bytes(5 * MEGABYTE)}))
    start = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, start + 24, 1)
    return bytes(content)


def _encrypted_entry():
    content = bytearray(docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    return bytes(content)


def _hidden_between():
    """Data between the last entry and the directory, its offset left as it was."""
    content = docx()
    place = content.find(b"PK\x01\x02")
    return content[:place] + b"MZ hidden" + content[place:]


def _doubled_entry():
    stream = io.BytesIO(docx())
    with zipfile.ZipFile(stream, "a") as packed:
        packed.writestr("WORD/document.xml", "<other/>")
    return stream.getvalue()


def _jpeg_of_no_size():
    return jpg().replace(
        struct.pack(">HBHHB", 11, 8, 1, 1, 1), struct.pack(">HBHHB", 11, 8, 0, 0, 1)
    )


CORPUS = {
    "empty": ("a.pdf", b"", NothingUploaded),
    "renamed program": ("a.pdf", b"MZ\x90\0" * 100, LiesAboutType),
    "renamed program as word": ("a.docx", b"MZ\x90\0" * 100, LiesAboutType),
    "page as pdf": ("a.pdf", b"<html><script>1</script>", LiesAboutType),
    "pdf as word": ("a.docx", pdf(), LiesAboutType),
    "word as excel": ("a.xlsx", docx(), LiesAboutType),
    "excel as word": ("a.docx", xlsx(), LiesAboutType),
    "plain archive as word": ("a.docx", archive({"a.txt": "x"}), LiesAboutType),
    "png as jpg": ("a.jpg", png(), LiesAboutType),
    "jpg as png": ("a.png", jpg(), LiesAboutType),
    "word of 2003": ("a.docx", ole("WordDocument"), LiesAboutType),
    "pdf after other data": ("a.pdf", b"GIF89a" + pdf(), LiesAboutType),
    "pdf without end": ("a.pdf", pdf()[:-60], Damaged),
    "half a word file": ("a.docx", docx()[:200], Damaged),
    "png of wrong checksum": ("a.png", png()[:-1] + b"\0", Damaged),
    "png without picture": ("a.png", png()[:8] + png_chunk(b"IEND", b""), Damaged),
    "png cut off": ("a.png", png()[:-20], Damaged),
    "png chunk too long": ("a.png", png()[:8] + b"\xff\xff\xff\xffIDAT", Damaged),
    "jpg cut off": ("a.jpg", jpg()[:30], Damaged),
    "jpg without end": ("a.jpg", jpg()[:-2], Damaged),
    "jpg of no size": ("a.jpg", _jpeg_of_no_size(), Damaged),
    "broken content types": ("a.docx", archive({"[Content_Types].xml": "<T"}), Damaged),
    "size told wrongly": ("a.docx", _lying_size_archive(), Damaged),
    "locked word": ("a.docx", ole("EncryptedPackage"), PasswordProtected),
    "encrypted entry": ("a.docx", _encrypted_entry(), PasswordProtected),
    "locked pdf": ("a.pdf", pdf(b"<< /Encrypt 5 0 R >>"), PasswordProtected),
    "macro": ("a.docx", docx({"word/vbaProject.bin": b"x"}), HasMacro),
    "macro elsewhere": ("a.docx", docx({"word/VBAPROJECT.BIN": b"x"}), HasMacro),
    "macro by type": ("a.docx", docx(extra_types=MACRO_TYPE), HasMacro),
    "excel 4 macro": ("a.docx", docx({"xl/macrosheets/sheet1.xml": "<x/>"}), HasMacro),
    "active control": ("a.docx", docx({"word/activeX/activeX1.xml": "<x/>"}), HasMacro),
    "packaged file": ("a.docx", docx({"word/embeddings/o.bin": ole("Ole10Native")}), HasPayload),
    "embedded program": ("a.docx", docx({"word/media/image1.png": b"MZ\x90\0"}), HasPayload),
    "embedded archive": ("a.docx", docx({"x.docx": archive({"a.exe": "x"})}), HasPayload),
    "archive in archive": ("a.docx", docx({"x.docx": docx({"y.docx": docx()})}), HasPayload),
    "remote object": ("a.docx", docx_linking_to("oleObject", "http://evil.example/"), HasPayload),
    "remote template": (
        "a.docx",
        docx_linking_to("attachedTemplate", "https://evil.example/t.dotm"),
        HasPayload,
    ),
    "pdf with script": ("a.pdf", pdf(b"<< /S /JavaScript /JS (x) >>"), ActivePdf),
    "pdf that starts a program": ("a.pdf", pdf(b"<< /S /Launch >>"), ActivePdf),
    "pdf and archive": ("a.pdf", pdf() + archive({"a.exe": "x"}), TwoFilesInOne),
    "jpg and archive": ("a.jpg", jpg() + archive({"a.exe": "x"}), TwoFilesInOne),
    "png and more": ("a.png", png() + b"MZ", TwoFilesInOne),
    "data hidden in archive": ("a.docx", _hidden_between(), TwoFilesInOne),
    "doubled entry": ("a.docx", _doubled_entry(), TwoFilesInOne),
    "escaping name": ("a.docx", docx({"../../etc/passwd": "x"}), TwoFilesInOne),
    "doctype": (
        "a.docx",
        docx({"word/a.xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'}),
        TwoFilesInOne,
    ),
    "doctype in utf-16": (
        "a.docx",
        docx({"word/a.xml": "<!DOCTYPE x><x/>".encode("utf-16")}),
        TwoFilesInOne,
    ),
    "doctype in relationships": (
        "a.docx",
        docx({"word/_rels/a.rels": "<!DOCTYPE x>" + RELATIONSHIPS.format("")}),
        TwoFilesInOne,
    ),
    "too many entries": ("a.docx", docx({f"word/{n}.xml": "" for n in range(3100)}), Bomb),
}


@pytest.mark.parametrize("case", CORPUS)
def test_dishonest_files_are_refused_for_what_they_are(case):
    name, content, refusal = CORPUS[case]
    with pytest.raises(UploadRefused) as caught:
        inspect_upload(upload(name, content))
    assert caught.type is refusal


def test_a_bomb_is_refused_without_being_unpacked():
    content = docx({"word/media/1.bin": bytes(80 * MEGABYTE)})
    assert len(content) < MEGABYTE
    bomb = upload("a.docx", content)
    tracemalloc.start()
    with pytest.raises(Bomb):
        inspect_upload(bomb)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * MEGABYTE


def test_a_bomb_inside_an_embedded_archive_is_refused():
    inner = docx({"word/media/1.bin": bytes(60 * MEGABYTE)})
    with pytest.raises(Bomb):
        inspect_upload(upload("a.docx", docx({"word/embeddings/x.docx": inner})))


def test_a_directory_without_end_is_refused_before_it_is_read():
    content = bytearray(docx())
    struct.pack_into("<L", content, len(content) - 10, 0x7FFFFFFF)
    with pytest.raises(Bomb):
        inspect_upload(upload("a.docx", bytes(content)))


def test_an_archive_of_64_bit_sizes_is_refused():
    content = docx()
    end = content.rfind(b"PK\x05\x06")
    with pytest.raises(Bomb):
        inspect_upload(upload("a.docx", content[:end] + b"PK\x06\x07" + bytes(16) + content[end:]))


def test_a_file_above_the_limit_is_refused_with_the_limit(settings):
    settings.ATTACHMENT_MAX_BYTES = 2 * MEGABYTE
    with pytest.raises(TooBig) as caught:
        inspect_upload(upload("lớn.pdf", pdf(bytes(2 * MEGABYTE))))
    assert "lớn.pdf" in str(caught.value)
    assert "2 MB" in str(caught.value)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_hint_names_limit_and_forbidden_content(language, settings):
    settings.ATTACHMENT_MAX_BYTES = 20 * MEGABYTE
    with translation.override(language):
        assert "20 MB" in upload_hint()


def test_the_upload_can_be_read_from_its_beginning_afterwards():
    sent = upload("a.pdf", pdf())
    inspect_upload(sent)
    assert sent.read() == pdf()


# Made once: a workbook carries the time of its making.
GOOD = {extension: make() for extension, make in SAMPLES.items()}


@given(data=st.data())
def test_any_damage_is_taken_or_refused_but_never_a_crash(data):
    extension = data.draw(st.sampled_from(sorted(SAMPLES)))
    content = bytearray(GOOD[extension])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for candidate in (bytes(content), bytes(content[:cut])):
        with contextlib.suppress(UploadRefused):
            inspect_upload(upload(f"a.{extension}", candidate))


def test_noise_is_refused():
    noise = random.Random(1).randbytes(5000)
    for extension in SAMPLES:
        with pytest.raises(LiesAboutType):
            inspect_upload(upload(f"a.{extension}", noise))


def test_an_upload_without_a_body_is_refused():
    sent = upload("a.pdf", pdf())
    sent.file = None
    with pytest.raises(NothingUploaded):
        inspect_upload(sent)
