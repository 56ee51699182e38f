"""Several PDFs as one: every page, in order, with its text and fonts."""

import io

import pdfplumber
import pytest
from pypdf import PdfReader

from emulation_portal.core.documents.joining import PdfJoiner, pages_of
from emulation_portal.core.documents.pdf import pdf_of
from tests.core.documents.samples import RECORD, annexed, letter, sample


def joined(*parts: tuple[bytes, str, bool]) -> bytes:
    stream = io.BytesIO()
    joiner = PdfJoiner(stream)
    for pdf, title, in_front in parts:
        joiner.add(pdf, title, in_front=in_front)
    joiner.finish("Tất cả")
    return stream.getvalue()


def texts(pdf: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return [page.extract_text() for page in opened.pages]


def test_all_pages_stand_there_with_what_they_say():
    one, two = pdf_of(annexed()), pdf_of(sample(rows=3, watermark="BẢN NHÁP", record=RECORD))
    whole = joined((one, "Một", False), (two, "Hai", False))
    assert texts(whole) == [*texts(one), *texts(two)]
    assert pages_of(whole) == pages_of(one) + pages_of(two)


def test_sideways_pages_stay_sideways_and_fonts_stay_embedded():
    reader = PdfReader(io.BytesIO(joined((pdf_of(annexed()), "Một", False))), strict=True)
    assert [page.mediabox.width > page.mediabox.height for page in reader.pages][-1]
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert all("+Tinos" in str(fonts[name]["/BaseFont"]) for name in fonts)


def test_what_is_put_in_front_is_first_in_pages_and_outline():
    one, front = pdf_of(annexed()), pdf_of(letter())
    reader = PdfReader(io.BytesIO(joined((one, "Một", False), (front, "Mục lục", True))))
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    assert marks == [("Mục lục", 0), ("Một", 1)]
    assert reader.metadata.title == "Tất cả"


@pytest.mark.parametrize("count", [0, 1])
def test_a_file_of_few_parts_is_whole(count):
    whole = joined(*[(pdf_of(letter()), "Một", False)] * count)
    assert len(PdfReader(io.BytesIO(whole), strict=True).pages) == count
