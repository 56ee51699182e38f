"""The pages on which a draft is written, as its people use them and as others try to."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import PlanSection, PlanTarget, Remark
from campaigns.plans import actions
from campaigns.plans.queries import draft_of, section_by_key, section_content
from campaigns.plans.registration import file_is_visible
from campaigns.plans.rows import TaskRow
from emulation_portal.core.attachments import Viewer
from emulation_portal.core.models import Attachment
from tests.campaigns.plans.scenes import AT, make_scene, record_issue, save
from tests.factories.campaigns import IndicatorFactory, MinistryTargetFactory, accept, give_back
from tests.factories.core import AttachmentFactory
from tests.factories.files import pdf
from tests.factories.units import MandateFactory
from units.models import Role

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


def scan(name="ke-hoach.pdf", content=None):
    return SimpleUploadedFile(name, pdf() if content is None else content)


def section_url(plan, key="area-1"):
    return reverse("campaigns:plan-section", args=[plan.pk, key])


def typed(section, *, tasks=(), lock_version=None, **fields):
    """What the browser sends for a section whose page shows `tasks` rows."""
    data = {
        "narrative": "Nội dung",
        "completed": "yes",
        "lock_version": section.lock_version if lock_version is None else lock_version,
        "tasks-TOTAL_FORMS": len(tasks),
        "tasks-INITIAL_FORMS": 0,
        "do": "save",
        **fields,
    }
    for row, task in enumerate(tasks):
        data |= {f"tasks-{row}-{name}": value for name, value in task.items()}
    return data


def text_of(response):
    return response.content.decode()


# --- Beginning ---------------------------------------------------------------------------


def test_the_units_plans_lead_to_the_beginning_and_then_to_the_draft(scene, as_):
    client = as_(scene.officer)
    url = reverse("campaigns:unit-plans")
    assert reverse("campaigns:plan-start", args=[scene.phase.pk]) in text_of(client.get(url))
    version = scene.start()
    assert version.plan.get_absolute_url() in text_of(client.get(url))


def test_a_unit_in_no_campaign_is_told_so(as_):
    response = as_(MandateFactory()).get(reverse("campaigns:unit-plans"))
    assert "Đơn vị chưa tham gia phong trào nào" in text_of(response)


def test_an_officer_begins_the_draft(scene, as_):
    client = as_(scene.officer)
    url = reverse("campaigns:plan-start", args=[scene.phase.pk])
    page = client.get(url)
    assert page.status_code == 200
    key = page.context["form"]["form_key"].value()
    first = client.post(url, {"form_key": key})
    assert first.url == scene.plan.get_absolute_url()
    assert client.post(url, {"form_key": key}).status_code == 302
    assert scene.plan.versions.count() == 1
    assert client.get(url).url == scene.plan.get_absolute_url()


def test_the_department_begins_for_a_unit_with_the_source(scene, as_):
    client = as_(scene.reviewer)
    url = reverse("campaigns:plan-start", args=[scene.phase.pk])
    assert client.get(f"{url}?unit={scene.unit.pk}").context["form"]["unit"].value() == str(scene.unit.pk)
    refused = client.post(url, {"unit": scene.unit.pk})
    assert refused.status_code == 422
    assert "Chưa chọn tệp" in text_of(refused) or "thiếu" in text_of(refused)
    begun = client.post(url, {"unit": scene.unit.pk, "source": scan()})
    assert begun.status_code == 302
    version = draft_of(scene.plan)
    assert (version.entered_on_behalf, version.papers.get().kind) == (True, "source")
    hub = client.get(scene.plan.get_absolute_url())
    assert scene.reviewer.person.full_name in text_of(hub)
    assert "Nhập thay đơn vị" in text_of(hub)


def test_the_department_is_not_offered_its_own_unit_nor_one_that_has_a_plan(scene, as_):
    scene.start()
    url = reverse("campaigns:plan-start", args=[scene.phase.pk])
    form = as_(scene.reviewer).get(url).context["form"]
    assert list(form.fields["unit"].queryset) == []


@pytest.mark.parametrize("unit", ["", "0", "x", "9" * 30, "-1"])
def test_an_unknown_unit_is_refused_in_words(scene, as_, unit):
    url = reverse("campaigns:plan-start", args=[scene.phase.pk])
    response = as_(scene.reviewer).post(url, {"unit": unit, "source": scan()})
    assert response.status_code == 422
    assert response.context["form"].errors["unit"]
    # The file is in already: it need not be chosen again.
    assert response.context["form"].attachment.original_name == "ke-hoach.pdf"


def test_a_phase_of_another_ministry_is_not_there(scene, as_):
    stranger = MandateFactory()
    for name in ("plan-start", "plan-register-paper"):
        url = reverse(f"campaigns:{name}", args=[scene.phase.pk])
        assert as_(stranger).get(url).status_code == 404


def test_a_plan_on_paper_is_registered_with_its_scan(scene, as_):
    client = as_(scene.officer)
    url = reverse("campaigns:plan-register-paper", args=[scene.phase.pk])
    assert client.get(url).status_code == 200
    data = {
        "number_symbol": "12/KH-DSVH", "issue_date": "25-9-2025", "signer_name": "Nguyễn Văn Ân",
        "signer_title": "Cục trưởng", "signing_capacity": "", "scan": scan(),
    }  # fmt: skip
    response = client.post(url, data)
    assert response.url == reverse("campaigns:plan-check", args=[scene.plan.pk])
    version = draft_of(scene.plan)
    assert (version.registered_from_paper, version.issue.issue_date) == (True, date(2025, 9, 25))
    assert client.get(response.url).context["can_send"]


def test_what_is_wrong_with_a_paper_plan_is_said_and_the_scan_is_kept(scene, as_):
    client = as_(scene.officer)
    url = reverse("campaigns:plan-register-paper", args=[scene.phase.pk])
    data = {
        "number_symbol": "", "issue_date": "31/02/2025", "signer_name": "Nguyễn Văn Ân",
        "signer_title": "Cục trưởng", "scan": scan(),
    }  # fmt: skip
    response = client.post(url, data)
    assert response.status_code == 422
    form = response.context["form"]
    assert set(form.errors) == {"number_symbol", "issue_date"}
    assert "31/02/2025" in text_of(response)
    kept = form["kept_file"].value()
    del data["scan"]
    data |= {"number_symbol": "12/KH", "issue_date": "25/09/2025", "kept_file": kept}
    assert client.post(url, data).status_code == 302
    assert str(draft_of(scene.plan).issue.scan_id) == kept
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (("ke-hoach.exe", b"MZ"), "ke-hoach.exe"),
        (("ke-hoach.pdf", b"not a pdf"), "không đúng"),
        (("ke-hoach.pdf", b""), "ke-hoach.pdf"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_nothing_is_stored(scene, as_, upload, sentence):
    url = reverse("campaigns:plan-register-paper", args=[scene.phase.pk])
    response = as_(scene.officer).post(
        url,
        {
            "number_symbol": "12/KH", "issue_date": "25/09/2025", "signer_name": "A",
            "signer_title": "B", "scan": SimpleUploadedFile(*upload),
        },
    )  # fmt: skip
    assert response.status_code == 422
    assert response.context["form"].errors["scan"]
    assert Attachment.objects.count() == 0
    assert scene.unit.plans.count() == 0


def test_somebody_elses_file_cannot_be_claimed(scene, as_):
    foreign = AttachmentFactory()
    url = reverse("campaigns:plan-register-paper", args=[scene.phase.pk])
    response = as_(scene.officer).post(
        url,
        {
            "number_symbol": "12/KH", "issue_date": "25/09/2025", "signer_name": "A",
            "signer_title": "B", "kept_file": str(foreign.pk),
        },
    )  # fmt: skip
    assert response.status_code == 422
    assert response.context["form"].errors["scan"]


# --- The hub -----------------------------------------------------------------------------


def test_the_hub_lists_every_part_with_its_status(scene, as_):
    version = scene.start()
    save(section_by_key(version, "purpose"), by=scene.officer)
    save(section_by_key(version, "area-1"), by=scene.officer, completed=False, tasks=[TaskRow("Một")])
    tasks = as_(scene.officer).get(version.plan.get_absolute_url()).context["tasks"]
    assert [task["status"] for task in tasks] == [
        "Chưa bắt đầu", "Đã xong", "Đang soạn", "Chưa bắt đầu",
    ]  # fmt: skip


def test_another_units_draft_is_not_there(scene, as_):
    plan = scene.start().plan
    stranger = MandateFactory(unit=scene.campaign.host_unit)
    client = as_(stranger)
    for url in [
        plan.get_absolute_url(),
        section_url(plan),
        *(reverse(f"campaigns:plan-{page}", args=[plan.pk]) for page in ("issue", "papers", "check", "withdraw")),
    ]:
        assert client.get(url).status_code == 404, url
    for page in ("send", "amend", "withdraw"):
        assert client.post(reverse(f"campaigns:plan-{page}", args=[plan.pk])).status_code == 404
    assert client.post(section_url(plan), {}).status_code == 404


def test_an_issued_plan_of_another_unit_is_read_but_not_written(scene, as_):
    scene.sent()
    plan = scene.plan
    client = as_(MandateFactory(unit=scene.campaign.host_unit))
    assert client.get(plan.get_absolute_url()).url == reverse("campaigns:plan-version", args=[plan.pk, 1])
    assert client.get(section_url(plan)).status_code == 404
    assert client.post(reverse("campaigns:plan-amend", args=[plan.pk])).status_code == 403
    assert client.post(reverse("campaigns:plan-withdraw", args=[plan.pk])).status_code == 403
    assert client.post(reverse("campaigns:plan-send", args=[plan.pk]), {"checked_hash": "0" * 64}).status_code == 403


def test_the_department_in_its_own_unit_reads_the_draft_but_does_not_write_it(scene, as_):
    scene.unit = scene.campaign.host_unit
    plan = scene.start(by=MandateFactory(unit=scene.unit)).plan
    client = as_(scene.reviewer)
    response = client.get(section_url(plan))
    assert response.status_code == 403
    assert client.get(plan.get_absolute_url()).url == reverse("campaigns:plan-version", args=[plan.pk, 1])


def test_what_the_department_asked_for_stands_on_hub_and_section(scene, as_):
    sent = scene.sent()
    Remark.objects.create(
        version=sent, section=section_by_key(sent, "area-1"), author=scene.reviewer,
        body="Nêu rõ thời hạn", created_at=AT,
    )  # fmt: skip
    give_back(sent, reason="Bổ sung thời hạn")
    actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    client = as_(scene.officer)
    hub = text_of(client.get(scene.plan.get_absolute_url()))
    assert "Bổ sung thời hạn" in hub
    assert "1 ý kiến" in hub
    assert "Nêu rõ thời hạn" in text_of(client.get(section_url(scene.plan)))


def test_a_closed_window_is_announced_on_the_hub_and_explained_on_the_check_page(scene, as_):
    version = scene.complete_draft()
    head = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
    scene.phase.plans_closed_at, scene.phase.plans_closed_by = AT, head
    scene.phase.save()
    client = as_(scene.officer)
    assert "đang dừng nhận" in text_of(client.get(version.plan.get_absolute_url()))
    check = client.get(reverse("campaigns:plan-check", args=[version.plan_id]))
    assert head.person.full_name in text_of(check)
    assert not check.context["can_send"]


# --- A section ---------------------------------------------------------------------------


@pytest.mark.parametrize("tasks", [1, 3, 200])
def test_the_section_page_costs_the_same_for_any_number_of_tasks(
    scene, as_, tasks, django_assert_num_queries
):
    version = scene.start()
    section = section_by_key(version, "area-1")
    save(section, by=scene.officer, tasks=[TaskRow(f"Việc {n}") for n in range(tasks)])
    client = as_(scene.officer)
    with django_assert_num_queries(11):
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
    response = as_(scene.officer).post(section_url(version.plan, "purpose"), typed(section, do="stay"))
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
    response = client.post(section_url(version.plan), typed(section, **{f"{prefix}baseline_year": "2024"}))
    assert [line.anchor for line in response.context["errors"]] == [f"id_{prefix}baseline"]


def test_yes_or_no_is_chosen_and_kept(scene, as_):
    version = scene.start()
    indicator = IndicatorFactory(
        area=scene.campaign.areas.get(), value_kind="yes_no", over_units="share_yes", over_time="last"
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
    assert "chưa rõ" in page
    assert "Chưa lưu gì" in page
    assert section_content(section).tasks == ()


def test_removing_the_last_row_leaves_an_empty_one(scene, as_):
    version = scene.start()
    section = section_by_key(version, "area-1")
    data = typed(section, tasks=[{"title": "A"}], do="remove-0")
    response = as_(scene.officer).post(section_url(version.plan), data)
    assert len(response.context["editor"].tasks.forms) == 1


# --- Two editors -------------------------------------------------------------------------


@pytest.fixture
def conflict(scene, as_):
    """The officer's page is older than what the head has saved."""
    version = scene.start()
    section = section_by_key(version, "area-1")
    save(section, by=scene.head, narrative="Của thủ trưởng", tasks=[TaskRow("Việc một")])
    client = as_(scene.officer)
    data = typed(
        section, narrative="Của tôi", lock_version=0, tasks=[{"title": "Việc hai"}],
        **{f"target-{section.area.indicators.get().pk}-y2026": "5"},
    )  # fmt: skip
    response = client.post(section_url(version.plan), data)
    return client, version, section, data, response


def test_the_second_save_shows_both_texts(scene, conflict):
    _client, _version, section, _data, response = conflict
    assert response.status_code == 409
    page = text_of(response)
    for shown in ("Của tôi", "Của thủ trưởng", "Việc một", "Việc hai", scene.head.person.full_name):
        assert shown in page
    assert section_content(section).narrative == "Của thủ trưởng"


@pytest.mark.parametrize(
    ("text", "tasks", "narrative", "titles"),
    [
        ("mine", "mine", "Của tôi", ["Việc hai"]),
        ("theirs", "theirs", "Của thủ trưởng", ["Việc một"]),
        ("both", "both", "Gộp lại", ["Việc một", "Việc hai"]),
    ],
)
def test_what_is_chosen_is_saved(conflict, text, tasks, narrative, titles):
    client, version, section, data, response = conflict
    chosen = dict(response.context["kept"]) | {
        "do": "resolve", "saved_version": 1, "keep_narrative": text, "keep_tasks": tasks,
        "keep_targets": "mine", "merged": "Gộp lại",
    }  # fmt: skip
    assert data.items() - dict(response.context["kept"]).items()
    assert client.post(section_url(version.plan), chosen).status_code == 302
    content = section_content(section)
    assert content.narrative == narrative
    assert [task.title for task in content.tasks] == titles
    assert len(content.targets) == 1


def test_a_third_save_in_between_asks_again(scene, conflict):
    client, version, section, _data, response = conflict
    save(section, by=scene.head, narrative="Bản thứ ba")
    chosen = dict(response.context["kept"]) | {
        "do": "resolve", "saved_version": 1, "keep_narrative": "mine", "keep_tasks": "mine",
        "keep_targets": "mine", "merged": "",
    }  # fmt: skip
    again = client.post(section_url(version.plan), chosen)
    assert again.status_code == 409
    assert "Bản thứ ba" in text_of(again)
    assert "Của tôi" in text_of(again)


def test_a_choice_not_made_or_a_merged_text_too_long_comes_back(conflict):
    client, version, _section, _data, response = conflict
    chosen = dict(response.context["kept"]) | {"do": "resolve", "saved_version": 1, "merged": "x" * 30_001}
    again = client.post(section_url(version.plan), chosen)
    assert again.status_code == 422
    assert set(again.context["form"].errors) == {"keep_narrative", "keep_tasks", "keep_targets", "merged"}
    assert "x" * 30_001 in text_of(again)


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


# --- Issue and papers --------------------------------------------------------------------


def issue_data(**fields):
    return {
        "number_symbol": "15/KH-DSVH", "issue_date": "20/09/2025", "signer_name": "Lê Thị Hoa",
        "signer_title": "Phó Cục trưởng", "signing_capacity": "KT.", **fields,
    }  # fmt: skip


def test_the_issue_is_recorded_and_corrected_without_another_scan(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    url = reverse("campaigns:plan-issue", args=[version.plan_id])
    assert client.post(url, issue_data(scan=scan())).status_code == 302
    kept = draft_of(scene.plan).issue.scan
    assert client.post(url, issue_data(number_symbol="16/KH")).status_code == 302
    issue = draft_of(scene.plan).issue
    assert (issue.number_symbol, issue.scan) == ("16/KH", kept)
    assert "16/KH" in text_of(client.get(url))


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("23/11/2026", "tương lai"), ("30/06/2025", "trước khi phong trào"),
        ("2025", "không phải là ngày"), ("", "chưa được điền"),
    ],
)  # fmt: skip
def test_a_date_of_issue_that_cannot_be_is_refused_in_words(scene, as_, day, sentence):
    version = scene.start()
    url = reverse("campaigns:plan-issue", args=[version.plan_id])
    response = as_(scene.officer).post(url, issue_data(issue_date=day, scan=scan()))
    assert response.status_code == 422
    (error,) = response.context["form"].errors["issue_date"]
    assert sentence in error


def test_a_paper_is_attached_with_its_metadata_and_taken_off(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    url = reverse("campaigns:plan-papers", args=[version.plan_id])
    data = {"kind": "annex", "file": scan("phu-luc.pdf"), "abstract": "Phụ lục 1", "issue_date": "01/09/2025"}
    assert client.post(url, data).status_code == 302
    paper = version.papers.get()
    page = text_of(client.get(url))
    assert "phu-luc.pdf" in page
    assert "Phụ lục 1" in page
    assert client.post(url, {"remove": paper.pk}).status_code == 302
    assert version.papers.count() == 0
    assert client.post(url, {"remove": paper.pk}).status_code == 404


def test_a_paper_with_mistakes_comes_back_with_its_file(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    url = reverse("campaigns:plan-papers", args=[version.plan_id])
    assert client.post(url, {"kind": "annex"}).status_code == 422
    response = client.post(url, {"kind": "source", "file": scan(), "issue_date": "01/01/2027"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"kind", "issue_date"}
    assert "ke-hoach.pdf" in text_of(response)


def test_the_same_file_twice_is_refused_in_words(scene, as_):
    version = scene.start()
    mine = AttachmentFactory(uploaded_by=scene.officer.person)
    data = {"kind": "annex", "kept_file": str(mine.pk)}
    client = as_(scene.officer)
    url = reverse("campaigns:plan-papers", args=[version.plan_id])
    assert client.post(url, data).status_code == 302
    response = client.post(url, data)
    assert response.status_code == 422
    assert "Phụ lục" in response.context["form"].errors["file"][0]


def test_issue_and_papers_of_a_sent_plan_lead_back_to_it(scene, as_):
    scene.sent()
    client = as_(scene.officer)
    for page in ("issue", "papers", "check"):
        url = reverse(f"campaigns:plan-{page}", args=[scene.plan.pk])
        assert client.get(url).url == scene.plan.get_absolute_url()
    url = reverse("campaigns:plan-issue", args=[scene.plan.pk])
    assert client.post(url, issue_data()).status_code == 409


# --- Files -------------------------------------------------------------------------------


def test_papers_and_scans_are_read_by_whoever_may_read_the_version(scene):
    version = scene.complete_draft()
    paper = actions.attach_paper(
        version=version, attachment=AttachmentFactory(), kind="annex", by=scene.officer.actor, at=AT
    )
    files = [paper.attachment_id, version.issue.scan_id]
    stranger = MandateFactory(unit=scene.campaign.host_unit)

    def readers():
        return [
            [file_is_visible(Viewer(m and m.person, m, None), file) for file in files]
            for m in (scene.officer, scene.reviewer, stranger, None)
        ]

    assert readers() == [[True, True], [False, False], [False, False], [False, False]]
    accept(actions.send_plan(version=version, by=scene.officer.actor, at=AT))
    assert readers() == [[True, True], [True, True], [True, True], [False, False]]
    actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    draft = draft_of(scene.plan)
    record_issue(draft, by=scene.officer, scan=(new := AttachmentFactory()))
    assert not file_is_visible(Viewer(stranger.person, stranger, None), new.pk)
