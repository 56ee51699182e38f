"""The heat map says in symbol, number and words what its colours only repeat."""

import time
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.charts import HeatCell, HeatColumn, HeatRow, heat_map


def parsed(markup):
    return ET.fromstring(str(markup))  # noqa: S314 - our own output


def one_cell(cell):
    table = heat_map(
        caption="c", corner="Unit", columns=[HeatColumn("Area 1")], rows=[HeatRow("Cục A", [cell])]
    )
    return parsed(table).find(".//td/*")


@pytest.mark.parametrize(
    ("done", "applicable", "style", "shown"),
    [
        (0, 8, "heat-1", "▼ 0/8"),
        (1, 8, "heat-1", "▼ 1/8"),
        (2, 8, "heat-2", "▼ 2/8"),
        (4, 8, "heat-3", "– 4/8"),
        (6, 8, "heat-4", "▲ 6/8"),
        (7, 8, "heat-4", "▲ 7/8"),
        (8, 8, "heat-5", "✓ 8/8"),
        (9, 8, "heat-5", "✓ 9/8"),
        (None, 8, "heat-missing", " not submitted"),
        (None, 0, "heat-na", "× not applicable"),
        (0, 0, "heat-na", "× not applicable"),
    ],
)
def test_each_share_has_class_symbol_and_number(done, applicable, style, shown):
    with translation.override("en"):
        cell = one_cell(HeatCell(done, applicable))
    assert (cell.tag, cell.get("class"), cell[0].text) == ("span", style, shown)


def test_a_cell_with_an_address_is_a_link_named_in_full():
    with translation.override("en"):
        cell = one_cell(HeatCell(3, 4, url="/plans/?unit=1&area=2"))
    assert (cell.tag, cell.get("href")) == ("a", "/plans/?unit=1&area=2")
    assert cell[0].get("aria-hidden") == "true"
    assert (cell[1].get("class"), cell[1].text) == ("visually-hidden", "Cục A, Area 1: 3 of 4")


def test_the_table_has_caption_and_scopes():
    root = parsed(
        heat_map(
            caption=gettext_lazy("Caption"),
            corner="Unit",
            columns=[HeatColumn("Content area one", short="1"), HeatColumn("Two")],
            rows=[HeatRow("Cục A", [HeatCell(1, 1), HeatCell(1, 1)], url="/units/1/")],
        )
    )
    assert (root.get("tabindex"), root.get("role"), root.get("aria-label")) == (
        "0", "region", "Caption",
    )  # fmt: skip
    assert root.find(".//caption").text == "Caption"
    heads = root.findall(".//th")
    assert [head.get("scope") for head in heads] == ["col", "col", "col", "row"]
    assert "".join(heads[1].itertext()) == "1Content area one"
    assert heads[3].find("a").get("href") == "/units/1/"


@given(text=st.text(alphabet="<>&\"'ăa/ ", max_size=20))
def test_every_text_is_escaped(text):
    root = parsed(
        heat_map(
            caption=text,
            corner=text,
            columns=[HeatColumn(text, short=text)],
            rows=[HeatRow(text, [HeatCell(1, 2, url="/" + text.replace("/", ""))])],
        )
    )
    assert (root.find(".//caption").text or "") == text
    assert "".join(root.find(".//th[@scope='row']").itertext()) == text


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_links_stay_in_the_portal(url):
    with pytest.raises(ValueError, match="only into the portal"):
        one_cell(HeatCell(1, 2, url=url))


def test_a_row_needs_a_cell_for_each_column():
    with pytest.raises(ValueError, match="zip"):
        heat_map(caption="c", corner="u", columns=[HeatColumn("a")], rows=[HeatRow("A", [])])


def test_a_thousand_units_are_drawn_quickly():
    rows = [HeatRow(f"Unit {n}", [HeatCell(n % 9, 8, url="/x/")] * 5) for n in range(1000)]
    columns = [HeatColumn(f"Area {n}") for n in range(5)]
    started = time.perf_counter()
    heat_map(caption="c", corner="u", columns=columns, rows=rows)
    assert time.perf_counter() - started < 1
