"""Autosave: what can be saved is, what waits is named, and nothing is overwritten in silence."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from campaigns.plans import actions
from campaigns.plans.forms.section import TASK_LIMIT
from campaigns.plans.merging import base_of
from campaigns.plans.queries import section_by_key, section_content
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core import audit
from tests.campaigns.plans.scenes import AT, make_scene, save, section_url, typed
from tests.factories.campaigns import IndicatorFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False), translation.override("en"):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=1)


@pytest.fixture
def as_(client, sign_in, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return lambda mandate: sign_in(client, mandate)


def url(plan, key="area-1"):
    return reverse("campaigns:plan-section-autosave", args=[plan.pk, key])


@pytest.fixture
def writing(scene, as_):
    """A section whose page has just been opened by the officer."""
    version = scene.start()
    return as_(scene.officer), version, section_by_key(version, "area-1")


def data_for(section, **fields):
    fields = {"completed": "no", "base": base_of(section_content(section)), **fields}
    section.refresh_from_db()
    return typed(section, **fields)


# --- Saved -------------------------------------------------------------------------------


def test_what_is_typed_is_saved_and_the_page_learns_what_it_needs(scene, writing):
    client, version, section = writing
    indicator = section.area.indicators.get()
    data = data_for(
        section, narrative="Đang viết dở",
        tasks=[{"title": "Một", "due_date": "30/6/2026"}, {"title": ""}, {"title": "Hai"}],
        **{f"target-{indicator.pk}-y2026": "1.234"},
    )  # fmt: skip
    response = client.post(url(version.plan), data)
    assert response.status_code == 200
    answer, content = response.json(), section_content(section)
    assert content.narrative == "Đang viết dở"
    assert [(t.title, t.due_date) for t in content.tasks] == [
        ("Một", date(2026, 6, 30)),
        ("Hai", None),
    ]
    assert content.targets[0].years == {2026: Measure(Decimal(1234))}
    one, two = (str(task.identity) for task in content.tasks)
    assert answer == {
        "state": "saved", "time": "09:00", "lock_version": 1, "held": [],
        "identities": [one, "", two], "base": base_of(content),
    }  # fmt: skip
    assert content.saved_by_id == scene.officer.person_id


def test_it_is_not_audited_one_by_one_but_the_explicit_save_is(writing):
    client, version, section = writing
    client.post(url(version.plan), data_for(section, narrative="Một"))
    assert [e.action for e in audit.entries_of(version.plan)] == ["plan.started"]
    client.post(section_url(version.plan), data_for(section, narrative="Hai"))
    assert audit.entries_of(version.plan).last().action == "plan.section_saved"


def test_after_an_explicit_save_the_browser_is_told_what_it_need_not_keep(writing):
    client, version, section = writing
    client.post(section_url(version.plan), data_for(section, narrative="Một"))
    assert client.cookies["draft_saved"].value == f"{version.pk}:area-1:0"


def test_nothing_new_is_written_nowhere(writing):
    client, version, section = writing
    client.post(url(version.plan), data_for(section, narrative="Một"))
    answer = client.post(url(version.plan), data_for(section, narrative="Một ")).json()
    assert (answer["state"], answer["lock_version"]) == ("saved", 1)


def test_a_save_repeated_because_its_answer_was_lost_is_no_conflict(writing):
    client, version, section = writing
    data = data_for(section, narrative="Một", tasks=[{"title": "Việc"}])
    first = client.post(url(version.plan), data).json()
    again = client.post(url(version.plan), data).json()
    assert again == first


@pytest.mark.parametrize("tasks", [1, 3, 200])
@pytest.mark.parametrize(
    ("what", "queries"),
    [("nothing", 8), ("text", 10), ("task", 11), ("new task", 11), ("value", 12)],
)
def test_it_costs_the_same_for_any_number_of_tasks(
    scene, writing, tasks, what, queries, django_assert_num_queries
):
    client, version, section = writing
    rows = [TaskRow(f"Việc {n}") for n in range(tasks)]
    save(section, by=scene.officer, tasks=rows, narrative="Nội dung", completed=False)
    typed_rows = [
        {"identity": str(task.identity), "title": task.title}
        for task in section_content(section).tasks
    ]
    fields = {}
    if what == "text":
        fields["narrative"] = "Khác"
    elif what == "task":
        typed_rows[-1]["title"] = "Việc khác"
    elif what == "new task":
        typed_rows.append({"title": "Việc mới"})
    elif what == "value":
        fields[f"target-{section.area.indicators.get().pk}-y2026"] = "5"
    data = data_for(section, tasks=typed_rows, **fields)
    with django_assert_num_queries(queries):
        response = client.post(url(version.plan), data)
    assert response.json()["held"] == []


# --- What waits --------------------------------------------------------------------------


def test_half_a_date_waits_while_the_rest_of_its_row_is_saved(scene, writing):
    client, version, section = writing
    save(section, by=scene.officer, tasks=[TaskRow("Một", due_date=date(2026, 5, 1))])
    (task,) = section_content(section).tasks
    row = {"identity": str(task.identity), "title": "Một sửa", "due_date": "31/"}
    answer = client.post(url(version.plan), data_for(section, tasks=[row], completed="yes")).json()
    (held,) = answer["held"]
    assert held["anchor"] == "id_tasks-0-due_date"
    assert held["text"].startswith("Task 1 – Deadline: “31/” is not a date.")
    content = section_content(section)
    assert content.tasks == (replace(task, title="Một sửa"),)
    # What waits is not finished, whatever the page says.
    assert not content.completed


def test_a_new_task_without_a_title_waits_whole(writing):
    client, version, section = writing
    rows = [{"title": "", "product": "Báo cáo"}, {"title": "Hai"}]
    answer = client.post(url(version.plan), data_for(section, tasks=rows)).json()
    assert [line["anchor"] for line in answer["held"]] == ["id_tasks-0-title"]
    (task,) = section_content(section).tasks
    assert answer["identities"] == ["", str(task.identity)]


def test_a_stored_task_is_not_removed_because_its_fields_are_empty_for_a_moment(scene, writing):
    client, version, section = writing
    save(section, by=scene.officer, tasks=[TaskRow("Một")])
    (task,) = section_content(section).tasks
    row = {"identity": str(task.identity), "title": ""}
    answer = client.post(url(version.plan), data_for(section, tasks=[row])).json()
    assert [line["anchor"] for line in answer["held"]] == ["id_tasks-0-title"]
    assert section_content(section).tasks == (task,)
    client.post(url(version.plan), data_for(section, tasks=[]))
    assert section_content(section).tasks == ()


def test_half_a_ratio_waits_and_the_years_beside_it_do_not(scene, writing):
    client, version, section = writing
    ratio = IndicatorFactory(area=scene.campaign.areas.get(), ratio=True)
    stored = TargetRow(
        ratio.pk, baseline_year=2024, baseline=Measure(Decimal(20)),
        years={2026: Measure(Decimal(50))}, note="Ghi chú",
    )  # fmt: skip
    save(section, by=scene.officer, targets=[stored])
    prefix = f"target-{ratio.pk}-"
    answer = client.post(
        url(version.plan),
        data_for(
            section,
            **{
                f"{prefix}baseline": "2x", f"{prefix}baseline_year": "2023",
                f"{prefix}y2026_numerator": "3", f"{prefix}y2027": "75", f"{prefix}note": "Mới",
            },
        ),
    ).json()  # fmt: skip
    anchors = [line["anchor"] for line in answer["held"]]
    assert anchors == [f"id_{prefix}baseline", f"id_{prefix}y2026_denominator"]
    (row,) = section_content(section).targets
    # A baseline is one thing: value and year wait together.
    assert (row.baseline_year, row.baseline) == (2024, Measure(Decimal(20)))
    assert row.years == {2026: Measure(Decimal(50)), 2027: Measure(Decimal(75))}
    assert row.note == "Mới"


def test_a_contradiction_leaves_the_indicator_as_it_was(scene, writing):
    client, version, section = writing
    indicator = section.area.indicators.get()
    prefix = f"target-{indicator.pk}-"
    data = data_for(section, **{f"{prefix}not_applicable": "on", f"{prefix}y2026": "4"})
    answer = client.post(url(version.plan), data).json()
    assert [line["anchor"] for line in answer["held"]] == [f"id_{prefix}not_applicable"]
    assert section_content(section).targets == ()


def test_a_text_too_long_waits_and_the_tasks_do_not(scene, writing):
    client, version, section = writing
    save(section, by=scene.officer, narrative="Vừa đủ")
    data = data_for(section, narrative="x" * 30_001, tasks=[{"title": "Một"}])
    answer = client.post(url(version.plan), data).json()
    assert [line["anchor"] for line in answer["held"]] == ["id_narrative"]
    content = section_content(section)
    assert (content.narrative, content.tasks[0].title) == ("Vừa đủ", "Một")


@pytest.mark.parametrize(
    "broken",
    [
        {"lock_version": "x"},
        {"lock_version": ""},
        {"tasks-TOTAL_FORMS": "x"},
        {"tasks-TOTAL_FORMS": str(TASK_LIMIT + 1)},
        {"do": "up-1"},
    ],
)
def test_a_page_that_did_not_arrive_whole_saves_nothing(writing, broken):
    client, version, section = writing
    response = client.post(url(version.plan), data_for(section, narrative="Một") | broken)
    assert response.status_code == 422
    assert response.json()["state"] == "refused"
    assert section_content(section).lock_version == 0


# --- Refused -----------------------------------------------------------------------------


def test_another_save_pauses_it_with_who_and_when_and_changes_nothing(scene, writing):
    client, version, section = writing
    data = data_for(section, narrative="Của tôi")
    save(section, by=scene.head, narrative="Của thủ trưởng")
    response = client.post(url(version.plan), data)
    assert response.status_code == 409
    assert response.json() == {
        "state": "conflict", "clean": False,
        "reason": f"{scene.head.person.full_name} saved this part at 09:00.",
    }  # fmt: skip
    assert section_content(section).narrative == "Của thủ trưởng"


def test_changes_in_other_places_are_said_to_fit_together(scene, writing):
    client, version, section = writing
    data = data_for(section, narrative="Nội dung", tasks=[{"title": "Việc"}])
    save(section, by=scene.head, narrative="Nội dung", completed=True)
    data["base"] = base_of(replace(section_content(section), completed=False, narrative=""))
    response = client.post(url(version.plan), data)
    assert (response.status_code, response.json()["clean"]) == (409, True)


def test_the_own_save_in_another_tab_is_called_so(scene, writing):
    client, version, section = writing
    data = data_for(section, narrative="Thẻ này")
    save(section, by=scene.officer, narrative="Thẻ kia")
    answer = client.post(url(version.plan), data).json()
    assert answer["reason"] == "You saved this part in another tab or on another device at 09:00."


def test_a_save_from_the_future_is_a_conflict_too(scene, writing):
    client, version, section = writing
    response = client.post(url(version.plan), data_for(section, narrative="x", lock_version=7))
    assert response.status_code == 409


def test_a_version_sent_meanwhile_pauses_it(scene, as_):
    version = scene.complete_draft()
    section = section_by_key(version, "area-1")
    client = as_(scene.officer)
    actions.send_plan(version=version, by=scene.head.actor, at=AT)
    for response in (
        client.post(url(version.plan), data_for(section, narrative="Phút chót")),
        client.get(url(version.plan)),
    ):
        assert response.status_code == 409
        answer = response.json()
        assert (answer["state"], answer["url"]) == ("frozen", version.plan.get_absolute_url())
    assert section_content(section).narrative == "Nội dung"


def test_a_version_sent_in_the_same_instant_pauses_it(writing, monkeypatch):
    def refuse(**_):
        raise actions.VersionFrozen

    client, version, section = writing
    monkeypatch.setattr(actions, "autosave_section", refuse)
    response = client.post(url(version.plan), data_for(section, narrative="x"))
    assert (response.status_code, response.json()["state"]) == (409, "frozen")


def test_an_indicator_that_has_just_become_compulsory_is_said(writing, monkeypatch):
    def refuse(**_):
        raise actions.NotApplicableRefused(indicator="Chỉ tiêu một")

    client, version, section = writing
    monkeypatch.setattr(actions, "autosave_section", refuse)
    response = client.post(url(version.plan), data_for(section, narrative="x"))
    assert response.status_code == 422
    assert "Chỉ tiêu một" in response.json()["reason"]


def test_the_page_of_one_person_saves_nothing_in_anothers_name(scene, writing):
    client, version, section = writing
    data = data_for(section, narrative="Của người khác", writer=scene.head.person_id)
    response = client.post(url(version.plan), data)
    assert (response.status_code, response.json()["state"]) == (409, "other_person")
    assert section_content(section).narrative == ""


# --- Who may -----------------------------------------------------------------------------


def test_asking_tells_who_is_signed_in_and_brings_a_fresh_token(scene, writing):
    client, version, _section = writing
    answer = client.get(url(version.plan)).json()
    assert answer.pop("token")
    assert answer == {"state": "open", "person": scene.officer.person_id, "lock_version": 0}


def test_after_the_session_asking_leads_to_sign_in_and_saving_is_refused(writing):
    client, version, section = writing
    data = data_for(section, narrative="x")
    client.logout()
    assert client.get(url(version.plan)).url.startswith(reverse("units:sign-in"))
    assert client.post(url(version.plan), data).status_code == 403
    assert section_content(section).lock_version == 0


def test_others_may_not_know_of_the_draft_or_may_not_write_it(scene, writing, sign_in):
    client, version, section = writing
    data = data_for(section, narrative="x")
    stranger = MandateFactory(role=Role.UNIT_OFFICER)
    for mandate, status in [(stranger, 404), (scene.reviewer, 404)]:
        sign_in(client, mandate)
        assert client.get(url(version.plan)).status_code == status
        assert client.post(url(version.plan), data).status_code == status
    observer = MandateFactory(unit=scene.campaign.host_unit, role=Role.OBSERVER)
    assert sign_in(client, observer).post(url(version.plan), data).status_code == 403
    assert section_content(section).lock_version == 0


@pytest.mark.parametrize("key", ["area-9", "area-x", "area-99999999", "nothing"])
def test_a_section_that_is_not_there(writing, key):
    client, version, _section = writing
    assert client.get(url(version.plan, key)).status_code == 404


def test_sections_without_rows_are_saved_by_their_text(writing):
    client, version, _ = writing
    section = section_by_key(version, "purpose")
    data = data_for(section, narrative="Mục đích")
    assert client.post(url(version.plan, "purpose"), data).json()["lock_version"] == 1
    assert section_content(section).narrative == "Mục đích"
