"""The PDF read back against the decree's table: position, size, weight, case, rules."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pdfplumber
import pytest
import segno

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.model import Table
from emulation_portal.core.documents.pdf import pdf_of
from tests.core.documents.decree import (
    ELEMENTS,
    INDENTS,
    MARGINS,
    PAGE_NUMBER_SIZES,
    PAGE_ROWS,
    ROWS,
    Element,
    papers,
    report,
    within,
)
from tests.core.documents.samples import (
    COLUMNS,
    RECORD,
    annexed,
    decision,
    minutes,
    of_every_type,
    sample,
)

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


MIDDLES = {"left half": 65.5, "right half": 148.0, "page": 112.5, "sideways": 156.0}
INK = {False: {(0.0,)}, True: {(230 / 255, 0.0, 0.0)}}


def meets(pdf: Any, element: Element) -> bool:
    page, found = find(pdf, element.text)
    chars = [char for char in found["chars"] if char["text"].strip()]
    left, right = millimetres(found, "x0", "x1")
    colours = {tuple(round(part, 2) for part in char["non_stroking_color"]) for char in chars}
    checks = [
        look_of(chars) == (element.bold, element.italic),
        all(within(char["size"], element.sizes) for char in chars),
        not element.caps or element.text == element.text.upper(),
        colours == {tuple(round(part, 2) for part in one) for one in INK[element.red]},
    ]
    if element.align == "center":
        checks.append(abs((left + right) / 2 - MIDDLES[element.area]) < 0.5)
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


def page_rows(pdfs: dict[str, Any]) -> Iterator[bool]:
    """Answer for each of `PAGE_ROWS`, in their order."""
    plan, letter, annexed = pdfs["plan"], pdfs["letter"], pdfs["annexed"]
    pages = plan.pages
    every = [page for pdf in pdfs.values() for page in pdf.pages]
    yield all({round(one.width / MM), round(one.height / MM)} == {210, 297} for one in every)
    yield [one.width > one.height for one in annexed.pages] == [False] * 4 + [True] and all(
        one.height > one.width for one in pages
    )
    yield all(_inside_margins(page, first=not n) for n, page in enumerate(pages))
    chars = [char for page in pages for char in page.chars]
    yield (
        all("+Tinos-" in char["fontname"] for char in chars)
        and {char["non_stroking_color"] for char in chars} == {(0.0,)}
    )
    yield all(_numbered(page, n) for n, page in enumerate(pages, start=1))
    shown = ["".join(char["text"] for char in _top_line(page)) for page in annexed.pages]
    yield shown == ["", "2", "", "2", ""]
    yield _spaced(pages[0])
    yield all(
        _level(pdf, "Số: ", "Hà Nội, ngày") for name, pdf in pdfs.items() if name != "minutes"
    )
    yield _level(plan, "Nơi nhận:", "KT. CỤC TRƯỞNG", slack=3)
    number, about = find(letter, "Số: 07/BVHTTDL-TCCB")[1], find(letter, "V/v báo cáo")[1]
    # Beside the single line itself.
    yield 6 <= about["bottom"] - number["bottom"] - measures.SINGLE_LINE * 12 <= 7
    yield _addressed(letter)
    yield _stamped(letter)
    yield _ruled_off(letter)
    head = pdfs["minutes"].pages[0].crop((0, 0, 595, 60 * MM))
    yield not [char for char in head.chars if "Italic" in char["fontname"]]


def _level(pdf: Any, one: str, other: str, slack: float = 0.5) -> bool:
    return abs(find(pdf, one)[1]["top"] - find(pdf, other)[1]["top"]) < slack


def _addressed(pdf: Any) -> bool:
    """The dashes of several addressees stand under the colon, each on a line of its own."""
    label, names = find(pdf, "Kính gửi:")[1], [
        find(pdf, text)[1] for text in ("- Vụ Kế hoạch, Tài chính;", "- Cục Di sản văn hóa.")
    ]  # fmt: skip
    colon = label["chars"][-1]["x0"]
    tops = [label["top"], *(name["top"] for name in names)]
    sizes = {char["size"] for found in (label, *names) for char in found["chars"]}
    return (
        all(abs(name["x0"] - colon) < 1 for name in names)
        and tops == sorted(set(tops))
        and all(within(size, (13, 14)) for size in sizes)
    )


def _stamped(pdf: Any) -> bool:
    boxes = [one for one in pdf.pages[0].rects if one["stroking_color"] not in ((0.0,), None)]
    sizes = [(one["width"] / MM, one["height"] / MM) for one in boxes]
    return (
        len(sizes) == 1 and within(sizes[0][0], (40, 40), 0.3) and within(sizes[0][1], (8, 8), 0.3)
    )


def _ruled_off(pdf: Any) -> bool:
    page, found = find(pdf, "Số 51 Ngô Quyền")
    above = [one for one in page.lines if 0 <= found["top"] - one["top"] < 6]
    return (
        page.page_number == 1
        and found["top"] / MM > 277
        and [round((one["x1"] - one["x0"]) / MM) for one in above] == [165]
    )


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


def results_of(papers: dict[str, Any]) -> dict[str, bool]:
    """Check every row on the papers given, each on the sample that has it."""
    with ExitStack() as stack:
        pdfs = {name: stack.enter_context(opened(paper)) for name, paper in papers.items()}
        rows = dict(zip(PAGE_ROWS, page_rows(pdfs), strict=True))
        return rows | {one.row: meets(pdfs[one.sample], one) for one in ELEMENTS}


def test_the_files_meet_every_row_of_the_decree():
    results = results_of(papers())
    assert report("PDF", results) == []
    assert set(results) == ROWS


@pytest.mark.parametrize(
    ("key", "size", "row"),
    [
        ("motto", 11, "Tiêu ngữ"),
        ("recipient", 12, "Danh sách nơi nhận"),
        ("body", 15, "Nội dung"),
        ("letter_abstract", 14, "Trích yếu công văn"),
        ("annex_label", 13, "Phụ lục và số"),
    ],
)
def test_a_wrong_size_is_seen(key, size, row, monkeypatch):
    monkeypatch.setitem(measures.SIZES, key, size)
    assert row in report("PDF with a wrong size", results_of(papers()))


def test_a_wrong_margin_rule_and_stamp_are_seen(monkeypatch):
    monkeypatch.setitem(measures.MARGINS, "left", 25.0)
    monkeypatch.setattr(measures, "SHORT_RULE", 0.8)
    monkeypatch.setattr(measures, "URGENCY_HEIGHT", 12.0)
    unmet = report("PDF with a wrong margin", results_of(papers()))
    assert {"Lề trang", "Cơ quan ban hành", "Trích yếu", "Khung dấu độ khẩn"} <= set(unmet)


@pytest.mark.parametrize("name", of_every_type())
def test_every_model_form_prints_tagged_and_under_its_own_name(name):
    paper = of_every_type()[name]
    with opened(paper) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
        assert pdf.doc.catalog["MarkInfo"]["Marked"] is True
    assert paper.symbol in text
    assert paper.type.name in text
    assert paper.signature.name in text


def test_the_two_halves_of_the_head_begin_level():
    with opened(sample(rows=1)) as pdf:
        assert _level(pdf, "BỘ VĂN HÓA", "CỘNG HÒA")


def test_what_stands_behind_the_signature_line_is_level_on_minutes():
    with opened(minutes()) as pdf:
        assert _level(pdf, "THƯ KÝ", "TM. HỘI ĐỒNG")
        assert _level(pdf, "Lê Thị Hoa", "Nguyễn Văn Hùng")
        assert find(pdf, "Nơi nhận:")[1]["top"] > find(pdf, "Lê Thị Hoa")[1]["bottom"]


def test_an_article_has_its_number_in_bold_and_its_text_upright():
    with opened(decision()) as pdf:
        number, text = find(pdf, "Điều 2.")[1], find(pdf, "Quyết định này có hiệu lực")[1]
    assert look_of(number["chars"]) == (True, False)
    assert not any("Bold" in char["fontname"] for char in text["chars"])


def test_one_annex_has_no_number():
    with opened(replace(annexed(), annexes=annexed().annexes[:1])) as pdf:
        assert "Phụ lục\n" in pdf.pages[2].extract_text()


def test_a_draft_leads_back_to_its_record_and_final_paper_does_not():
    with opened(sample(rows=45, record=RECORD)) as draft, opened(SAMPLE) as final:
        for page in draft.pages:
            assert RECORD.address in page.extract_text()
            assert scanned(page) == [[bool(one) for one in row] for row in CODE.matrix]
        assert not any("https" in page.extract_text() for page in final.pages)
        assert not any(one["bottom"] / MM > 277 for page in final.pages for one in page.curves)


CODE = segno.make_qr(RECORD.address, error="m")


def scanned(page: Any) -> list[list[bool]]:
    """Read the squares of the code off the printed page, as a telephone would."""
    side, dots = measures.RECORD_CODE, 40
    drawn = page.to_image(resolution=round(25.4 * dots)).original.convert("L")
    left = round(measures.MARGINS["left"] * dots)
    top = next(
        row for row in range(277 * dots, 297 * dots)
        if drawn.getpixel((left + dots // 10, row)) < 128
    )  # fmt: skip
    count = len(CODE.matrix)
    step = side * dots / count
    return [
        [drawn.getpixel((left + int((x + 0.5) * step), top + int((y + 0.5) * step))) < 128
         for x in range(count)]
        for y in range(count)
    ]  # fmt: skip


def test_a_signed_paper_ends_with_a_sentence():
    paper = sample(rows=1)
    with pytest.raises(ValueError, match="ends with a sentence"):
        replace(paper, blocks=paper.blocks[:-2])


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
    table = Table(COLUMNS, (row,), "Nhiệm vụ")
    paper = replace(sample(rows=1), blocks=(table,), signature=None)
    with opened(paper) as pdf:
        page = pdf.pages[0]
        column = [c for c in page.chars if c["text"].startswith("x") and c["size"] == 13]
        edges = sorted({line["x0"] for line in page.lines if line["x0"] == line["x1"]})
        assert len(column) == 60
        assert max(c["x1"] for c in column) < edges[3]
        assert max(c["x1"] for c in page.chars) / MM < 195.1
