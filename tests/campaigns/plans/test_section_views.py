"""Writing a section: rows without JavaScript, mistakes that lose nothing."""

from datetime import date

import pytest
import time_machine

from campaigns.models import PlanSection, PlanTarget
from campaigns.plans import actions
from campaigns.plans.queries import section_by_key, section_content
from campaigns.plans.rows import TaskRow
from tests.campaigns.plans.scenes import (
    AT,
    make_scene,
    save,
    section_url,
    text_of,
    typed,
)
from tests.factories.campaigns import (
    IndicatorFactory,
    MinistryTargetFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=1)


@pytest.fixture
def as_(client, sign_in):
    return lambda mandate: sign_in(client, mandate)


# --- A section ---------------------------------------------------------------------------


@pytest.mark.parametrize("tasks", [1, 3, 200])
def test_the_section_page_costs_the_same_for_any_number_of_tasks(
    scene, as_, tasks, django_assert_num_queries
):
    version = scene.start()
    section = section_by_key(version, "area-1")
    save(section, by=scene.officer, tasks=[TaskRow(f"Việc {n}") for n in range(tasks)])
    client = as_(scene.officer)
    with django_assert_num_queries(12):
        response = client.get(section_url(version.plan))
    assert len(response.context["editor"].tasks.forms) == tasks


def test_everything_typed_is_saved(scene, as_):
    version = scene.start()
    ratio = IndicatorFactory(area=scene.campaign.areas.get(), ratio=True)
    MinistryTargetFactory(indicator=ratio, year=2027, value=90)
    section = section_by_key(version, "area-1")
    client = as_(scene.officer)
    page = text_of(client.get(section_url(version.plan)))
    assert "90%" in page
    prefix = f"target-{ratio.pk}-"
    data = typed(
        section,
        tasks=[
            {"title": "Số hóa hồ sơ", "lead": "Văn phòng", "partners": "Thanh tra",
             "due_date": "30/6/2026", "product": "Cơ sở dữ liệu"},
            {"title": "", "lead": "", "partners": "", "due_date": "", "product": ""},
        ],
        **{
            f"{prefix}baseline_year": "2024", f"{prefix}baseline_numerator": "1.000",
            f"{prefix}baseline_denominator": "4.000", f"{prefix}baseline": "",
            f"{prefix}y2026": "62,5", f"{prefix}note": "Theo đề án",
        },
    )  # fmt: skip
    response = client.post(section_url(version.plan), data)
    assert response.url == version.plan.get_absolute_url()
    content = section_content(section)
    assert content.tasks[0].due_date == date(2026, 6, 30)
    (target,) = content.targets
    assert (target.baseline.value, target.years[2026].value) == (25, 62.5)
    assert content.completed
    again = client.get(section_url(version.plan))
    for shown in ("30/06/2026", "1.000", "62,5", "Theo đề án"):
        assert shown in text_of(again)


def test_saving_and_going_on_stays_on_the_page(scene, as_):
    version = scene.start()
    section = section_by_key(version, "purpose")
    response = as_(scene.officer).post(
        section_url(version.plan, "purpose"), typed(section, do="stay")
    )
    assert response.url == section_url(version.plan, "purpose")


@pytest.mark.parametrize("key", ["area-9", "area-x", "area-99999999", "nothing", "area-"])
def test_a_section_that_is_not_there(scene, as_, key):
    version = scene.start()
    assert as_(scene.officer).get(section_url(version.plan, key)).status_code == 404


def test_a_narrative_too_long_comes_back_whole_with_the_count(scene, as_):
    version = scene.start()
    section = section_by_key(version, "purpose")
    novel = "Ăâ" * (5 * 1024 * 1024 // 4)
    response = as_(scene.officer).post(
        section_url(version.plan, "purpose"), typed(section, narrative=novel)
    )
    assert response.status_code == 422
    assert novel in text_of(response)
    assert "2.621.440" in text_of(response)
    assert "30.000" in text_of(response)
    section.refresh_from_db()
    assert section.narrative == ""


def test_a_narrative_of_exactly_the_limit_is_taken(scene, as_):
    version = scene.start()
    section = section_by_key(version, "purpose")
    lines = "\r\n".join(["x" * 9] * 3000)
    response = as_(scene.officer).post(
        section_url(version.plan, "purpose"), typed(section, narrative=lines)
    )
    assert response.status_code == 302
    section.refresh_from_db()
    assert len(section.narrative) == 29_999


def test_every_mistake_of_a_row_is_said_and_nothing_typed_is_lost(scene, as_):
    version = scene.start()
    section = section_by_key(version, "area-1")
    indicator = section.area.indicators.get()
    prefix = f"target-{indicator.pk}-"
    data = typed(
        section,
        tasks=[
            {"title": "Một", "due_date": "31/11/2026", "lead": "L" * 256},
            {"title": "", "product": "Cái gì?"},
            {"title": "Ba", "due_date": "01/01/2035"},
        ],
        **{
            f"{prefix}baseline_year": "24", f"{prefix}baseline": "1,5", f"{prefix}y2025": "mười",
            f"{prefix}y2026": "-3", f"{prefix}y2027": "7", f"{prefix}not_applicable": "on",
        },
    )  # fmt: skip
    response = as_(scene.officer).post(section_url(version.plan), data)
    assert response.status_code == 422
    page = text_of(response)
    anchors = [line.anchor for line in response.context["errors"]]
    assert anchors == [
        "id_tasks-0-lead", "id_tasks-0-due_date", "id_tasks-1-title", "id_tasks-2-due_date",
        f"id_{prefix}baseline_year", f"id_{prefix}baseline", f"id_{prefix}y2025",
        f"id_{prefix}y2026", f"id_{prefix}not_applicable",
    ]  # fmt: skip
    for anchor in anchors:
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page
    for value in ("31/11/2026", "L" * 256, "Cái gì?", "01/01/2035", "mười", "1,5"):
        assert value in page
    assert not PlanTarget.objects.exists()
    assert PlanSection.objects.get(pk=section.pk).lock_version == 0


@pytest.mark.parametrize(
    ("numbers", "field", "sentence"),
    [
        ({"_numerator": "1"}, "_denominator", "Hãy nhập cả tử số và mẫu số"),
        ({"_denominator": "1"}, "_numerator", "Hãy nhập cả tử số và mẫu số"),
        ({"_numerator": "1", "_denominator": "0"}, "_denominator", "Mẫu số phải lớn hơn 0"),
        ({"_numerator": "5", "_denominator": "4"}, "_numerator", "Tử số không được lớn hơn mẫu số"),
        ({"_numerator": "1", "_denominator": "4", "": "30"}, "", "1 ÷ 4 là 25%, không phải 30%"),
        ({"": "101"}, "", "100"),
    ],
)
def test_a_ratio_that_contradicts_itself_is_refused_in_words(scene, as_, numbers, field, sentence):
    version = scene.start()
    ratio = IndicatorFactory(area=scene.campaign.areas.get(), ratio=True)
    section = section_by_key(version, "area-1")
    data = typed(section, **{f"target-{ratio.pk}-y2026{name}": v for name, v in numbers.items()})
    response = as_(scene.officer).post(section_url(version.plan), data)
    assert response.status_code == 422
    (line,) = response.context["errors"]
    assert line.anchor == f"id_target-{ratio.pk}-y2026{field}"
    assert sentence in line.text


def test_a_baseline_needs_its_year_and_a_year_its_value(scene, as_):
    version = scene.start()
    section = section_by_key(version, "area-1")
    prefix = f"target-{section.area.indicators.get().pk}-"
    client = as_(scene.officer)
    response = client.post(section_url(version.plan), typed(section, **{f"{prefix}baseline": "5"}))
    assert [line.anchor for line in response.context["errors"]] == [f"id_{prefix}baseline_year"]
    response = client.post(
        section_url(version.plan), typed(section, **{f"{prefix}baseline_year": "2024"})
    )
    assert [line.anchor for line in response.context["errors"]] == [f"id_{prefix}baseline"]


def test_yes_or_no_is_chosen_and_kept(scene, as_):
    version = scene.start()
    indicator = IndicatorFactory(
        area=scene.campaign.areas.get(),
        value_kind="yes_no",
        over_units="share_yes",
        over_time="last",
    )
    section = section_by_key(version, "area-1")
    name = f"target-{indicator.pk}-y2026"
    client = as_(scene.officer)
    assert client.post(section_url(version.plan), typed(section, **{name: "2"})).status_code == 422
    assert client.post(section_url(version.plan), typed(section, **{name: "1"})).status_code == 302
    page = client.get(section_url(version.plan))
    assert '<option value="1" selected>' in text_of(page)


def test_a_page_that_did_not_arrive_whole_saves_nothing(scene, as_):
    version = scene.start()
    response = as_(scene.officer).post(section_url(version.plan), {"narrative": "Chỉ có thế"})
    assert response.status_code == 422
    assert "Chỉ có thế" in text_of(response)
    assert section_by_key(version, "area-1").narrative == ""


@pytest.mark.parametrize("total", ["301", "x", "99999999999"])
def test_a_forged_number_of_rows_is_no_failure(scene, as_, total):
    version = scene.start()
    section = section_by_key(version, "area-1")
    data = typed(section, **{"tasks-TOTAL_FORMS": total})
    assert as_(scene.officer).post(section_url(version.plan), data).status_code == 422
    data["do"] = "add"
    assert as_(scene.officer).post(section_url(version.plan), data).status_code == 200


# --- Rows without JavaScript -------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("add", ["A", "B", "C", ""]),
        ("up-1", ["B", "A", "C"]),
        ("down-1", ["A", "C", "B"]),
        ("remove-1", ["A", "C"]),
        ("up-0", ["A", "B", "C"]),
        ("down-2", ["A", "B", "C"]),
        ("remove-77", ["A", "B", "C"]),
    ],
)
def test_the_buttons_beside_a_row_move_what_is_typed_and_save_nothing(scene, as_, button, expected):
    version = scene.start()
    section = section_by_key(version, "area-1")
    indicator = section.area.indicators.get()
    tasks = [{"title": title, "due_date": "không phải ngày"} for title in "ABC"]
    data = typed(section, tasks=tasks, do=button, **{f"target-{indicator.pk}-y2026": "chưa rõ"})
    response = as_(scene.officer).post(section_url(version.plan), data)
    assert response.status_code == 200
    rows = [form["title"].value() for form in response.context["editor"].tasks]
    assert [row or "" for row in rows] == expected
    page = text_of(response)
    assert "không phải ngày" in page
    moved = {"add": 3, "up-1": 0, "down-1": 2}.get(button)
    focused = [
        n
        for n, form in enumerate(response.context["editor"].tasks)
        if "autofocus" in str(form["title"])
    ]
    assert focused == ([] if moved is None else [moved])
    assert "chưa rõ" in page
    assert "Chưa lưu gì" in page
    assert section_content(section).tasks == ()


def test_many_indicators_are_folded_to_their_names_and_what_is_set(scene, as_):
    area = scene.campaign.areas.get()
    first = area.indicators.get()
    version = scene.start()
    client = as_(scene.officer)
    assert not client.get(section_url(version.plan)).context["editor"].folds
    ratio = IndicatorFactory(area=area, ratio=True)
    IndicatorFactory(area=area)
    prefix = f"target-{ratio.pk}-"
    data = typed(
        section_by_key(version, "area-1"),
        **{
            f"target-{first.pk}-y2026": "1234", f"target-{first.pk}-not_applicable": "",
            f"{prefix}y2025": "62,5", f"{prefix}y2026_numerator": "3",
            f"{prefix}y2026_denominator": "4",
        },
    )  # fmt: skip
    client.post(section_url(version.plan), data)
    page = client.get(section_url(version.plan))
    editor = page.context["editor"]
    assert editor.folds
    assert [form.told for form in editor.targets][:2] == [
        ["2026: 1.234"],
        ["2025: 62,5%", "2026: 75%"],
    ]
    assert text_of(page).count("<details") - text_of(page).count(" open>") >= 3
    data[f"{prefix}y2027"] = "nhiều"
    wrong = text_of(client.post(section_url(version.plan), data))
    assert f'aria-labelledby="target-{ratio.pk}-title" open>' in wrong
    assert f'aria-labelledby="target-{first.pk}-title" open>' not in wrong


def test_removing_the_last_row_leaves_an_empty_one(scene, as_):
    version = scene.start()
    section = section_by_key(version, "area-1")
    data = typed(section, tasks=[{"title": "A"}], do="remove-0")
    response = as_(scene.officer).post(section_url(version.plan), data)
    assert len(response.context["editor"].tasks.forms) == 1


# --- Sent meanwhile ------------------------------------------------------------------------


def test_what_was_typed_into_a_version_sent_meanwhile_stays_on_the_page(scene, as_):
    version = scene.complete_draft()
    section = section_by_key(version, "area-1")
    client = as_(scene.officer)
    actions.send_plan(version=version, by=scene.head.actor, at=AT)
    data = typed(section, narrative="Vào phút chót", tasks=[{"title": "Việc phút chót"}])
    response = client.post(section_url(version.plan), data)
    assert response.status_code == 409
    assert "Vào phút chót" in text_of(response)
    assert "Việc phút chót" in text_of(response)
    assert client.get(section_url(version.plan)).url == version.plan.get_absolute_url()
