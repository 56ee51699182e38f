"""Rows copied from a spreadsheet: read, matched, previewed, added, and undone at once."""

import json
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from campaigns.plans import pasting
from campaigns.plans.forms.section import TASK_LIMIT, TaskForm
from campaigns.plans.pasting import read_cells, read_targets, read_tasks
from campaigns.plans.queries import section_by_key, section_content
from emulation_portal.formats.reading import parse_decimal
from emulation_portal.formats.writing import show_date, show_number
from tests.campaigns.plans.scenes import AT, make_scene, section_url, text_of, typed
from tests.factories.campaigns import IndicatorFactory
from tests.factories.units import MandateFactory

YEARS = [2025, 2026, 2027]


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False), translation.override("en"):
        yield


def tsv(*rows):
    return "\r\n".join("\t".join(row) for row in rows)


# --- Reading cells -----------------------------------------------------------------------


def test_a_cell_with_line_breaks_and_quotes_is_one_cell():
    text = 'Một\t"Dòng một\nDòng ""hai"""\r\nHai\tx\r\n'
    assert read_cells(text) == [["Một", 'Dòng một Dòng "hai"'], ["Hai", "x"]]


def test_a_stray_quotation_mark_swallows_nothing():
    assert read_cells('"Số hóa\tA\nHai\tB') == [['"Số hóa', "A"], ["Hai", "B"]]


@pytest.mark.parametrize("nothing", ["", " \t \n\t", "\n\n"])
def test_nothing_is_refused_in_words(nothing):
    with pytest.raises(pasting.NothingPasted):
        read_cells(nothing)


@pytest.mark.parametrize("much", ["x" * 500_001, "a\tb\n" * 1001, "đ\n" * 1001])
def test_too_much_is_refused_with_the_limit(much):
    with pytest.raises(pasting.PasteTooLong, match="1000"):
        read_cells(much)


@pytest.mark.filterwarnings("error")
@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    for read in (read_tasks, lambda typed: read_targets(typed, YEARS)):
        try:
            table = read(text)
        except pasting.PasteRefused:
            continue
        assert all(row.text for row in table.rows)


@given(
    days=st.lists(
        st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 12, 31)), min_size=1, max_size=5
    )
)
def test_dates_come_through_unchanged(days):
    table = read_tasks(tsv(*([f"Việc {n}", "", "", show_date(day)] for n, day in enumerate(days))))
    forms = [TaskForm(row.cells, years=YEARS) for row in table.rows]
    assert all(form.is_valid() for form in forms)
    assert [form.cleaned_data["due_date"] for form in forms] == days


@given(
    values=st.lists(st.decimals(min_value=0, max_value=10**13, places=4), min_size=3, max_size=3)
)
def test_numbers_come_through_unchanged(values):
    (row,) = read_targets(tsv(["Chỉ tiêu", *map(show_number, values)]), YEARS).rows
    assert [parse_decimal(row.cells[f"y{year}"]) for year in YEARS] == values


# --- Columns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headings",
    [
        ["TT", "Nội dung nhiệm vụ", "Đơn vị chủ trì", "Đơn vị phối hợp", "Thời hạn hoàn thành", "Sản phẩm"],
        ["STT", "Nhiệm vụ", "Chủ trì", "Phối hợp", "Thời gian", "Kết quả, sản phẩm"],
        ["No.", "Task", "Lead", "Partners", "Deadline", "Product"],
        ["#", "NHIEM VU", "CO QUAN CHU TRI", "CO QUAN PHOI HOP", "HAN HOAN THANH", "SAN PHAM DU KIEN"],
    ],
)  # fmt: skip
def test_columns_of_tasks_are_found_by_their_headings(headings):
    cells = ["1", "Số hóa", "Văn phòng", "Thanh tra", "30/06/2026", "Báo cáo"]
    order = [4, 0, 5, 2, 1, 3]
    table = read_tasks(tsv([headings[n] for n in order], [cells[n] for n in order]))
    (row,) = table.rows
    assert row.cells == {
        "title": "Số hóa", "lead": "Văn phòng", "partners": "Thanh tra",
        "due_date": "30/06/2026", "product": "Báo cáo",
    }  # fmt: skip
    assert (row.number, table.unused) == (2, [])


def test_without_headings_the_order_of_the_page_holds_and_ordinals_are_left_out():
    table = read_tasks(tsv(["1", "A", "B", "C", "01/02/2026", "D", "thừa"], ["2.", "E"]))
    assert [row.cells["title"] for row in table.rows] == ["A", "E"]
    assert table.rows[0].cells["due_date"] == "01/02/2026"
    assert table.unused == ["column 6"]


def test_a_task_that_speaks_of_products_is_no_heading():
    table = read_tasks(tsv(["Nhiệm vụ số hóa toàn bộ hồ sơ di sản của đơn vị đến hết năm 2027 kèm dữ liệu", "Phòng Sản phẩm"]))  # fmt: skip
    assert len(table.rows) == 1


def test_a_column_that_has_no_place_is_named():
    table = read_tasks(tsv(["Nhiệm vụ", "Chủ trì", "Kinh phí"], ["A", "B", "5"]))
    assert table.unused == ["Kinh phí"]


def test_headings_without_the_column_that_matters_are_refused():
    with pytest.raises(pasting.ColumnMissing, match="Task"):
        read_tasks(tsv(["Chủ trì", "Thời hạn"], ["A", "01/02/2026"]))
    with pytest.raises(pasting.ColumnMissing, match="Indicator"):
        read_targets(tsv(["2025", "2026"], ["1", "2"]), YEARS)
    with pytest.raises(pasting.NothingPasted):
        read_tasks(tsv(["Nhiệm vụ", "Chủ trì"]))


def test_years_and_the_baselines_year_are_found_in_the_headings():
    table = read_targets(
        tsv(
            ["TT", "Chỉ tiêu", "ĐVT", "Hiện trạng 2024", "Năm 2026", "Mục tiêu 2027", "2031", "Ghi chú"],
            ["1", "Tỷ lệ", "%", "20", "50", "75", "90", "Theo đề án"],
        ),
        YEARS,
    )  # fmt: skip
    (row,) = table.rows
    assert row.cells == {
        "indicator": "Tỷ lệ", "baseline": "20", "baseline_year": "2024", "y2026": "50",
        "y2027": "75", "note": "Theo đề án",
    }  # fmt: skip
    assert table.unused == ["2031"]


def test_values_without_headings_are_taken_only_where_each_year_has_its_column():
    (row,) = read_targets(tsv(["Tỷ lệ", "1", "2", "3"]), YEARS).rows
    assert row.cells == {"indicator": "Tỷ lệ", "y2025": "1", "y2026": "2", "y2027": "3"}
    with pytest.raises(pasting.YearsUnclear, match="2025, 2026, 2027"):
        read_targets(tsv(["Tỷ lệ", "0", "1", "2", "3"]), YEARS)


# --- The page ----------------------------------------------------------------------------


@pytest.fixture
def scene(db):
    return make_scene(areas=1)


class Writing:
    """The officer's page of a section, and what is pasted into it."""

    def __init__(self, scene, client):
        self.version = scene.start()
        self.section = section_by_key(self.version, "area-1")
        self.client = client
        self.url = reverse("campaigns:plan-section-paste", args=[self.version.plan.pk, "area-1"])

    def paste(self, what, text, *, do="preview", **fields):
        data = typed(self.section, **{"tasks": [], **fields}) | {
            "do": do, "what": what, "pasted": text,
        }  # fmt: skip
        return self.client.post(self.url, data)


@pytest.fixture
def writing(scene, client, sign_in, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return Writing(scene, sign_in(client, scene.officer))


TASKS = tsv(
    ["Nhiệm vụ", "Chủ trì", "Thời hạn", "Sản phẩm"],
    ["Số hóa hồ sơ", "Văn phòng", "30/6/2026", "Cơ sở dữ liệu"],
    ["Sai ngày", "Văn phòng", "31/11/2026", ""],
    ["", "Phòng B", "", ""],
    ["Ngoài giai đoạn", "", "01/01/2035", ""],
    ["Có rồi", "", "", ""],
    ["Bồi dưỡng", "", "", "Lớp học"],
)


def test_the_button_opens_the_page_and_carries_what_is_typed(writing):
    data = typed(writing.section, tasks=[{"title": "Có rồi"}], narrative="Đang dở") | {
        "do": "paste-targets"
    }
    response = writing.client.post(writing.url, data)
    assert response.status_code == 200
    assert response.context["what"] == "targets"
    assert ("narrative", "Đang dở") in response.context["kept"]
    assert 'name="pasted"' in text_of(response)


def test_the_preview_says_what_is_added_and_why_the_rest_stays_out(writing):
    response = writing.paste("tasks", TASKS, tasks=[{"title": "có rồi"}])
    assert response.status_code == 200
    paste = response.context["paste"]
    assert [row.cells["title"] for row in paste.tasks] == ["Số hóa hồ sơ", "Bồi dưỡng"]
    assert [(row.number, row.reasons[0]) for row in paste.refused] == [
        (3, "Deadline: “31/11/2026” is not a day in the calendar. Check the day and the month; the day comes first, for example 25/03/2027."),
        (4, "Task: Say what is to be done, or remove this row."),
        (5, "Deadline: The deadline 01/01/2035 lies outside the phase, which runs from 2025 to 2027."),
        (6, "This task is in the list already."),
    ]  # fmt: skip
    assert section_content(writing.section).tasks == ()


def test_added_rows_stand_below_those_typed_and_one_undo_brings_back_what_was(writing):
    before = [{"title": "Có rồi", "due_date": "31/"}, {"title": ""}, {"title": "Hai"}]
    response = writing.paste("tasks", TASKS, do="apply", tasks=before, narrative="Đang dở")
    editor = response.context["editor"]
    titles = [form["title"].value() for form in editor.tasks]
    assert titles == ["Có rồi", "Hai", "Số hóa hồ sơ", "Có rồi", "Bồi dưỡng"]
    assert editor.tasks.forms[0]["due_date"].value() == "31/"
    assert editor.text["narrative"].value() == "Đang dở"
    undo = response.context["undo"]
    added = [{"title": title} for title in titles]
    again = writing.client.post(
        section_url(writing.version.plan),
        typed(writing.section, tasks=added, narrative="Viết thêm", do="undo") | {"undo": undo},
    )
    editor = again.context["editor"]
    assert [form["title"].value() for form in editor.tasks] == ["Có rồi", "", "Hai"]
    assert editor.tasks.forms[0]["due_date"].value() == "31/"
    assert editor.text["narrative"].value() == "Viết thêm"
    assert not again.context["undo"]
    assert section_content(writing.section).lock_version == 0


@pytest.mark.parametrize(
    "undo", ["", "{", "[]", '{"what":"x","fields":{}}', json.dumps({"what": "tasks", "fields": 3})]
)
def test_an_undo_that_is_none_changes_nothing(writing, undo):
    data = typed(writing.section, tasks=[{"title": "Một"}], do="undo") | {"undo": undo}
    response = writing.client.post(section_url(writing.version.plan), data)
    assert [form["title"].value() for form in response.context["editor"].tasks] == ["Một"]


def test_an_undo_brings_back_no_fields_but_its_own(writing):
    undo = json.dumps({"what": "tasks", "fields": {"narrative": "Giả", "tasks-TOTAL_FORMS": "0"}})
    data = typed(writing.section, narrative="Thật", do="undo") | {"undo": undo}
    response = writing.client.post(section_url(writing.version.plan), data)
    assert response.context["editor"].text["narrative"].value() == "Thật"


def test_a_full_list_takes_no_more(writing):
    tasks = [{"title": f"Việc {n}"} for n in range(TASK_LIMIT - 1)]
    response = writing.paste("tasks", "A\nB\nC", tasks=tasks)
    paste = response.context["paste"]
    assert [row.cells["title"] for row in paste.tasks] == ["A"]
    assert "300" in paste.refused[0].reasons[0]


def test_targets_are_matched_by_code_or_name_without_accents(scene, writing):
    area = scene.campaign.areas.get()
    count = area.indicators.get()
    ratio = IndicatorFactory(area=area, ratio=True, name_vi="Tỷ lệ hồ sơ trực tuyến")
    answer = IndicatorFactory(
        area=area, value_kind="yes_no", over_units="share_yes", over_time="last", name_vi="Ban hành quy chế",
    )  # fmt: skip
    text = tsv(
        ["Chỉ tiêu", "Hiện trạng 2024", "2026", "2027"],
        [count.code, "1.000", "1.234", ""],
        ["2. TY LE HO SO TRUC TUYEN:", "20%", "1.500/3.000", "62,5%"],
        ["Ban hành quy chế", "", "Có", "khong"],
        ["Chỉ tiêu lạ", "", "5", ""],
        ["Tỷ lệ hồ sơ trực tuyến", "", "1", ""],
        [count.name_vi, "", "", ""],
    )
    prefix = f"target-{ratio.pk}-"
    response = writing.paste("targets", text, do="apply", **{f"{prefix}y2026": "10"})
    forms = {form.indicator.pk: form for form in response.context["editor"].targets}
    value = lambda pk, name: forms[pk][name].value()  # noqa: E731
    assert value(count.pk, "y2026") == "1.234"
    assert (value(count.pk, "baseline"), value(count.pk, "baseline_year")) == ("1.000", "2024")
    assert (value(ratio.pk, "y2026_numerator"), value(ratio.pk, "y2026_denominator")) == (
        "1.500",
        "3.000",
    )
    assert (value(ratio.pk, "y2026"), value(ratio.pk, "y2027")) == ("", "62,5")
    assert (value(answer.pk, "y2026"), value(answer.pk, "y2027")) == ("1", "0")

    preview = writing.paste("targets", text).context["paste"]
    assert [name for name, _ in preview.targets] == [count.name, ratio.name, answer.name]
    assert [(row.number, row.reasons) for row in preview.refused] == [
        (5, ["No indicator of this content area has this name or code."]),
        (6, ["This indicator stands in an earlier row already."]),
        (7, ["This indicator stands in an earlier row already."]),
    ]
    saved = writing.client.post(
        section_url(writing.version.plan),
        typed(writing.section, **{n: v for n, v in preview.fields.items() if v}),
    )
    assert saved.status_code == 302
    years = {row.indicator_id: row.years for row in section_content(writing.section).targets}
    assert years[count.pk][2026].value == Decimal(1234)
    assert years[ratio.pk][2026].value == Decimal(50)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("nhiều", "is not a number"),
        ("1,234.5", "can be misread"),
        ("-3", "0"),
        ("1,5", "follow the comma"),
    ],
)
def test_a_bad_number_keeps_its_row_out_with_the_reason(scene, writing, cell, reason):
    indicator = scene.campaign.areas.get().indicators.get()
    text = tsv(["Chỉ tiêu", "2026", "2027"], [indicator.name_vi, cell, "7"])
    response = writing.paste("targets", text)
    paste = response.context["paste"]
    assert paste.targets == []
    assert reason in paste.refused[0].reasons[0]
    assert "No row can be added." in text_of(response)
    # Pressed all the same: there is nothing to add, so the preview stays.
    assert "paste" in writing.paste("targets", text, do="apply").context


def test_a_value_for_what_does_not_apply_stays_out(scene, writing):
    indicator = scene.campaign.areas.get().indicators.get()
    text = tsv(["Chỉ tiêu", "2026"], [indicator.code, "7"])
    response = writing.paste("targets", text, **{f"target-{indicator.pk}-not_applicable": "on"})
    assert "marked as not applicable" in response.context["paste"].refused[0].reasons[0]


@pytest.mark.parametrize("text", ["", "Chủ trì\tThời hạn\nA\t01/02/2026"])
def test_a_paste_that_cannot_be_read_comes_back_with_the_sentence(writing, text):
    response = writing.paste("tasks", text)
    assert response.status_code == 422
    assert response.context["form"].errors["pasted"]


def test_going_back_shows_what_was_typed(writing):
    data = typed(writing.section, narrative="Đang dở", tasks=[{"title": "Một"}], do="back")
    response = writing.client.post(section_url(writing.version.plan), data)
    assert response.context["editor"].text["narrative"].value() == "Đang dở"


def test_the_address_by_itself_leads_to_the_section(writing):
    assert writing.client.get(writing.url).url == section_url(writing.version.plan)


def test_who_may_not_write_the_section_pastes_nothing(scene, writing, sign_in):
    sign_in(writing.client, MandateFactory())
    assert writing.paste("tasks", TASKS).status_code == 404
    sign_in(writing.client, scene.officer)
    purpose = reverse("campaigns:plan-section-paste", args=[writing.version.plan.pk, "purpose"])
    assert writing.client.post(purpose, {"do": "preview"}).status_code == 404


def test_what_was_typed_into_a_version_sent_meanwhile_stays_on_the_page(scene, client, sign_in):
    scene.sent()
    url = reverse("campaigns:plan-section-paste", args=[scene.plan.pk, "area-1"])
    response = sign_in(client, scene.officer).post(url, {"narrative": "Phút chót", "do": "preview"})
    assert response.status_code == 409
    assert "Phút chót" in text_of(response)
