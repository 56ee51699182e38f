"""The PDF read back against the decree's table: position, size, weight, case, rules."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pdfplumber
import pytest

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.model import Table
from emulation_portal.core.documents.pdf import pdf_of
from tests.core.documents.decree import (
    ELEMENTS,
    INDENTS,
    MARGINS,
    PAGE_NUMBER_SIZES,
    PAGE_ROWS,
    Element,
    report,
    within,
)
from tests.core.documents.samples import COLUMNS, sample

MM = 72 / 25.4
SAMPLE = sample(rows=45)


def opened(paper: Any) -> Any:
    return pdfplumber.open(io.BytesIO(pdf_of(paper)))


def millimetres(found: dict[str, Any], *keys: str) -> list[float]:
    return [found[key] / MM for key in keys]


def look_of(chars: list[dict[str, Any]]) -> tuple[bool, bool]:
    fonts = {char["fontname"] for char in chars if char["text"].strip()}
    return all("Bold" in font for font in fonts), all("Italic" in font for font in fonts)


def find(pdf: Any, text: str) -> tuple[Any, dict[str, Any]]:
    for page in pdf.pages:
        for found in page.search(text, regex=False):
            return page, found
    raise AssertionError(f"not in the file: {text}")


def meets(pdf: Any, element: Element) -> bool:
    page, found = find(pdf, element.text)
    chars = [char for char in found["chars"] if char["text"].strip()]
    left, right = millimetres(found, "x0", "x1")
    checks = [
        look_of(chars) == (element.bold, element.italic),
        all(within(char["size"], element.sizes) for char in chars),
        not element.caps or element.text == element.text.upper(),
    ]
    if element.align == "center":
        half = {True: (30.0, 101.0), False: (101.0, 195.0)}
        whole = element.row in {"Tên loại", "Trích yếu"}
        middle = 112.5 if whole else sum(half[left < 100]) / 2
        checks.append(abs((left + right) / 2 - middle) < 0.5)
    elif element.align == "justify":
        checks.append(within(left - measures.MARGINS["left"], INDENTS, 0.6))
    else:
        checks.append(within(left, (30, 30), 0.6))
    if element.rule:
        below = [
            line
            for line in page.lines
            if 0 <= line["top"] - found["bottom"] < 8
            and line["x0"] >= found["x0"] - 2
            and line["x1"] <= found["x1"] + 2
        ]
        lengths = [(line["x1"] - line["x0"]) / (found["x1"] - found["x0"]) for line in below]
        checks.append(len(lengths) == 1 and within(lengths[0], element.rule, 0.0))
    return all(checks)


def page_rows(pdf: Any) -> Iterator[tuple[str, bool]]:
    pages = pdf.pages
    yield (
        PAGE_ROWS[0],
        all(
            within(page.width / MM, (210, 210)) and within(page.height / MM, (297, 297))
            for page in pages
        ),
    )
    yield PAGE_ROWS[1], all(_inside_margins(page, first=not n) for n, page in enumerate(pages))
    chars = [char for page in pages for char in page.chars]
    yield (
        PAGE_ROWS[2],
        (
            all("+Tinos-" in char["fontname"] for char in chars)
            and {char["non_stroking_color"] for char in chars} == {(0.0,)}
        ),
    )
    yield PAGE_ROWS[3], all(_numbered(page, n) for n, page in enumerate(pages, start=1))
    yield PAGE_ROWS[4], _spaced(pages[0])


def _top_line(page: Any) -> list[dict[str, Any]]:
    return [char for char in page.chars if char["bottom"] / MM < measures.MARGINS["top"]]


def _inside_margins(page: Any, *, first: bool) -> bool:
    body = (c for c in page.chars if c["bottom"] / MM >= measures.MARGINS["top"])
    text = [c for c in body if c["text"].strip()]
    left, right = min(c["x0"] for c in text) / MM, max(c["x1"] for c in text) / MM
    top, bottom = min(c["top"] for c in text) / MM, max(c["bottom"] for c in text) / MM
    # A letter's box stands a little above its ascent.
    inside = left > 29.4 and right < 195.6 and top > 19 and bottom < 277.6
    exact = within(left, MARGINS["left"], 0.6) and within(210 - right, MARGINS["right"], 0.6)
    return inside and (exact or not first)


def _numbered(page: Any, number: int) -> bool:
    found = _top_line(page)
    if number == 1:
        return not found
    middle = (found[0]["x0"] + found[-1]["x1"]) / 2 / MM if found else 0
    return (
        "".join(char["text"] for char in found) == str(number)
        and all(within(char["size"], PAGE_NUMBER_SIZES) for char in found)
        and look_of(found) == (False, False)
        and abs(middle - 112.5) < 0.5
    )


def _spaced(page: Any) -> bool:
    """Line to line single to 1.5, at least 6 points more between paragraphs, even right edge."""
    lines = page.extract_text_lines()
    starts = [line["text"] for line in lines]
    first, following = starts.index("I. MỤC ĐÍCH, YÊU CẦU") + 1, starts.index("Văn bản thuần.")
    tops = [line["top"] for line in lines]
    pitches = [tops[n + 1] - tops[n] for n in range(first, following - 1)]
    gap = tops[following] - tops[following - 1] - pitches[0]
    single = measures.SINGLE_LINE * 14
    edges = {round(line["x1"] / MM) for line in lines[first : following - 1]}
    return (
        all(single - 0.1 <= pitch <= 1.5 * single for pitch in pitches)
        and gap >= 5.9
        and edges == {195}
    )


def results_of(pdf: Any) -> dict[str, bool]:
    return dict(page_rows(pdf)) | {element.row: meets(pdf, element) for element in ELEMENTS}


def test_the_file_meets_every_row_of_the_decree():
    with opened(SAMPLE) as pdf:
        assert report("PDF", results_of(pdf)) == []


@pytest.mark.parametrize(
    ("key", "size", "row"),
    [("motto", 11, "Tiêu ngữ"), ("recipient", 12, "Danh sách nơi nhận"), ("body", 15, "Nội dung")],
)
def test_a_wrong_size_is_seen(key, size, row, monkeypatch):
    monkeypatch.setitem(measures.SIZES, key, size)
    with opened(sample(rows=1)) as pdf:
        assert row in report("PDF with a wrong size", results_of(pdf))


def test_a_wrong_margin_and_a_wrong_rule_are_seen(monkeypatch):
    monkeypatch.setitem(measures.MARGINS, "left", 25.0)
    monkeypatch.setattr(measures, "SHORT_RULE", 0.8)
    with opened(sample(rows=1)) as pdf:
        unmet = report("PDF with a wrong margin", results_of(pdf))
    assert {"Lề trang", "Cơ quan ban hành", "Trích yếu"} <= set(unmet)


def test_head_elements_stand_on_their_lines():
    with opened(sample(rows=1)) as pdf:
        top = {text: find(pdf, text)[1]["top"] for text in (
            "BỘ VĂN HÓA", "CỘNG HÒA", "Số: 05", "Hà Nội, ngày", "Nơi nhận:", "KT. CỤC TRƯỞNG",
        )}  # fmt: skip
        authority, recipients = find(pdf, "KT. CỤC TRƯỞNG")[1], find(pdf, "Nơi nhận:")[1]
    assert abs(top["BỘ VĂN HÓA"] - top["CỘNG HÒA"]) < 0.5
    assert abs(top["Số: 05"] - top["Hà Nội, ngày"]) < 0.5
    assert abs(authority["top"] - recipients["top"]) < 3


def test_the_header_row_of_a_table_stands_on_every_page():
    with opened(SAMPLE) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    with_rows = [text for text in texts if "31/12/2026" in text]
    assert len(with_rows) > 2
    assert all(text.count("STT") == 1 for text in with_rows)


def test_the_signature_never_stands_on_a_page_of_its_own():
    for rows in range(41, 49):
        with opened(sample(rows=rows)) as pdf:
            last = pdf.pages[-1].extract_text()
        assert "hình thức." in last
        assert "Nguyễn Văn Ân" in last


def test_the_file_is_tagged_titled_and_vietnamese():
    with opened(sample(rows=1)) as pdf:
        catalog = pdf.doc.catalog
        assert catalog["StructTreeRoot"]
        assert catalog["MarkInfo"]["Marked"] is True
        assert catalog["Lang"] in (b"vi-VN", "vi-VN")
        assert pdf.metadata["Title"].startswith("Kế hoạch Thực hiện Phong trào")


def test_a_draft_says_so_on_every_page_and_final_paper_never():
    with opened(sample(watermark="BẢN NHÁP")) as draft, opened(SAMPLE) as final:
        grey = [{c["text"] for c in page.chars if c["size"] > 50} for page in draft.pages]
        assert all(letters >= set("BẢNHÁP") for letters in grey)
        assert not [c for page in final.pages for c in page.chars if c["size"] > 50]


@pytest.mark.parametrize(
    "typed", ["#panic()", '#read("/etc/passwd")', "*đậm* _nghiêng_ $x^2$", "<a> @b \\ // `c` [d]"]
)
def test_what_people_typed_stays_plain_text(typed):
    with opened(sample(rows=1, note=typed)) as pdf:
        assert typed in pdf.pages[0].extract_text()


def test_control_characters_do_not_stop_the_print():
    with opened(sample(rows=1, note="Trước\x0b\x00sau")) as pdf:
        assert "Trướcsau" in pdf.pages[0].extract_text()


def test_a_word_longer_than_its_cell_is_broken_inside_it():
    row = ("1", "Việc", "https://" + "x" * 60, "", "31/12/2026", "1.234.567.890.123")
    paper = replace(sample(rows=1), blocks=(Table(COLUMNS, (row,), "Nhiệm vụ"),))
    with opened(paper) as pdf:
        page = pdf.pages[0]
        column = [c for c in page.chars if c["text"].startswith("x") and c["size"] == 13]
        edges = sorted({line["x0"] for line in page.lines if line["x0"] == line["x1"]})
        assert len(column) == 60
        assert max(c["x1"] for c in column) < edges[3]
        assert max(c["x1"] for c in page.chars) / MM < 195.1
