"""Beginning from another text, as officers use it and as others try to."""

import io
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from campaigns.models import ModelSection, ModelTask, Plan, PlanImport, PlanVersion
from campaigns.plans import actions
from campaigns.plans.actions.seeding import Seed, SeedSource, bring_in
from campaigns.plans.models import PlanTask
from campaigns.plans.queries import draft_of, section_by_key, sections_of
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core.models import Attachment, AuditEntry
from tests.campaigns.plans.importing.samples import (
    add_bold,
    add_table,
    foot,
    head,
    real_scene,
    saved,
)
from tests.campaigns.plans.scenes import AT, fill, issue_facts, make_scene, save, text_of
from tests.factories.campaigns import (
    ParticipantFactory,
    PlanIssueFactory,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=2)


@pytest.fixture
def as_(client, sign_in):
    return lambda mandate: sign_in(client, mandate)


def give_model(scene, *, confirmed=False):
    row = ModelSection.objects.create(
        campaign=scene.campaign, section="purpose", text="Mục đích của …", confirmed=confirmed,
        source="Cổng soạn",
    )  # fmt: skip
    area = ModelSection.objects.create(
        campaign=scene.campaign, section="area-1", text="Nội dung mẫu", confirmed=confirmed
    )
    ModelTask.objects.create(
        campaign=scene.campaign, section=area, position=1, title="Việc mẫu", product="Báo cáo"
    )
    return row


def start_url(scene):
    return reverse("campaigns:plan-start", args=[scene.phase.pk])


def url(name, plan, *rest):
    return reverse(f"campaigns:plan-bring-in{name}", args=[plan.pk, *rest])


def chosen(response, **changed):
    """What the browser sends when the form of a confirming page is sent as it stands."""
    form = response.context["form"]
    data = {}
    for field in form:
        value = field.value()
        if value is not None:
            data[field.html_name] = value
    return data | changed


def word(*, area="1. Nội dung thi đua số 1", text="Đoạn văn của nội dung một."):
    document = Document()
    head(document)
    add_bold(document, "I. MỤC ĐÍCH, YÊU CẦU")
    document.add_paragraph("Mục đích từ tài liệu.")
    add_bold(document, "II. NỘI DUNG THI ĐUA")
    add_bold(document, area)
    document.add_paragraph(text)
    add_table(
        document,
        [["STT", "Nhiệm vụ", "Chủ trì", "Thời hạn", "Sản phẩm"],
         ["1", "Số hóa hồ sơ", "Văn phòng", "30/6/2026", "Báo cáo"],
         ["2", "Tập huấn", "Phòng A", "Quý IV/2026", "Lớp học"]],
    )  # fmt: skip
    foot(document)
    return saved(document)


def uploaded(content, name="ke-hoach.docx"):
    return SimpleUploadedFile(name, content)


# --- The starting page -------------------------------------------------------------------


def test_the_starting_page_offers_five_ways_and_says_what_each_does_not_bring(scene, as_):
    give_model(scene)
    response = as_(scene.officer).get(start_url(scene))
    ways = [choice.data["value"] for choice, _closed in response.context["form"].ways()]
    assert ways == ["blank", "model", "plan", "earlier", "document"]
    assert text_of(response).count('type="radio"') == 5
    assert text_of(response).count('class="way-not"') >= 4


def test_a_way_that_is_not_open_says_why_and_is_refused_when_sent_all_the_same(scene, as_):
    client = as_(scene.officer)
    page = client.get(start_url(scene))
    assert text_of(page).count("disabled") == 2  # no model, no earlier plan
    refused = client.post(start_url(scene), {"way": "model"})
    assert refused.status_code == 422
    assert not Plan.objects.exists()
    assert client.post(start_url(scene), {"way": "elsewhere"}).status_code == 422


@pytest.mark.parametrize(
    ("way", "page"),
    [("model", "-model"), ("plan", "-plans"), ("document", "-document")],
)
def test_a_draft_begins_and_leads_to_the_chosen_source(scene, as_, way, page):
    give_model(scene)
    answer = as_(scene.officer).post(start_url(scene), {"way": way})
    assert answer.url == url(page, scene.plan)
    assert draft_of(scene.plan) is not None


def test_without_a_choice_the_plan_begins_blank(scene, as_):
    answer = as_(scene.officer).post(start_url(scene), {})
    assert answer.url == scene.plan.get_absolute_url()


def test_the_earlier_plan_is_offered_in_the_next_phase(scene, as_):
    scene.sent()
    second = scene.campaign.phases.get(number=2)
    client = as_(scene.officer)
    answer = client.post(reverse("campaigns:plan-start", args=[second.pk]), {"way": "earlier"})
    new = Plan.objects.get(phase=second)
    assert answer.url == url("-plan", new, scene.plan.pk)


def test_the_department_begins_from_a_source_on_a_units_behalf(scene, as_):
    give_model(scene)
    answer = as_(scene.reviewer).post(
        start_url(scene),
        {"unit": scene.unit.pk, "source": uploaded(word()), "way": "model"},
    )
    assert answer.url == url("-model", scene.plan)


def test_the_open_draft_offers_to_bring_in_text_later(scene, as_):
    plan = scene.start().plan
    client = as_(scene.officer)
    assert url("", plan) in text_of(client.get(plan.get_absolute_url()))
    assert client.get(url("", plan)).status_code == 200


# --- The model plan ----------------------------------------------------------------------


def test_the_model_says_that_it_is_unconfirmed_and_is_written_when_confirmed(scene, as_):
    give_model(scene)
    version = scene.start()
    client = as_(scene.officer)
    page = client.get(url("-model", version.plan))
    assert "Cổng soạn" in text_of(page)
    assert section_by_key(version, "purpose").narrative == ""  # shown, not written
    answer = client.post(url("-model", version.plan), chosen(page))
    assert answer.url == version.plan.get_absolute_url()
    assert section_by_key(version, "purpose").narrative == "Mục đích của …"
    task = PlanTask.objects.get(version=version)
    assert (task.title, task.lead, task.product) == ("Việc mẫu", "", "Báo cáo")


def test_a_confirmed_model_carries_no_warning(scene, as_):
    give_model(scene, confirmed=True)
    version = scene.start()
    page = as_(scene.officer).get(url("-model", version.plan))
    assert page.context["unconfirmed"] == []


def test_a_campaign_without_a_model_has_no_such_page(scene, as_):
    version = scene.start()
    assert as_(scene.officer).get(url("-model", version.plan)).status_code == 404


# --- What stands there already -----------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "text", "titles"),
    [
        ("keep", "Đã viết", ["Việc cũ"]),
        ("append", "Đã viết\nNội dung mẫu", ["Việc cũ", "Việc mẫu"]),
        ("replace", "Nội dung mẫu", ["Việc mẫu"]),
    ],
)
def test_for_each_written_part_the_officer_decides(scene, as_, mode, text, titles):
    give_model(scene)
    version = scene.start()
    section = section_by_key(version, "area-1")
    save(section, by=scene.officer, narrative="Đã viết", tasks=[TaskRow("Việc cũ")])
    client = as_(scene.officer)
    page = client.get(url("-model", version.plan))
    assert "Đã viết" in text_of(page)
    assert [one.key for one, _field in page.context["form"].mode_choices] == ["area-1"]
    client.post(url("-model", version.plan), chosen(page, **{"mode-area-1": mode}))
    section.refresh_from_db()
    assert section.narrative == text
    assert [task.title for task in section.tasks.order_by("position")] == titles
    assert section.task_count == len(titles)


def test_bringing_in_counts_as_a_save_and_opens_the_part_again(scene, as_):
    give_model(scene)
    version = scene.start()
    section = section_by_key(version, "area-1")
    saved_section = save(section, by=scene.officer, narrative="Đã viết", completed=True)
    client = as_(scene.officer)
    client.post(url("-model", version.plan), chosen(client.get(url("-model", version.plan))))
    section.refresh_from_db()
    assert section.lock_version == saved_section.lock_version + 1
    assert section.completed is False
    assert section.updated_by == scene.officer


def test_a_part_saved_in_between_is_shown_again_and_nothing_is_written(scene, as_):
    give_model(scene)
    version = scene.start()
    client = as_(scene.officer)
    page = client.get(url("-model", version.plan))
    save(section_by_key(version, "area-1"), by=scene.head, narrative="Thủ trưởng vừa viết")
    answer = client.post(url("-model", version.plan), chosen(page))
    assert answer.status_code == 409
    assert "Thủ trưởng vừa viết" in text_of(answer)
    assert section_by_key(version, "purpose").narrative == ""
    again = client.post(url("-model", version.plan), chosen(answer))
    assert again.status_code == 302
    narrative = section_by_key(version, "area-1").narrative
    assert narrative == "Thủ trưởng vừa viết\nNội dung mẫu"


def test_a_double_click_brings_it_in_once(scene, as_):
    give_model(scene)
    version = scene.start()
    client = as_(scene.officer)
    data = chosen(client.get(url("-model", version.plan)))
    assert client.post(url("-model", version.plan), data).status_code == 302
    assert client.post(url("-model", version.plan), data).status_code == 302
    assert section_by_key(version, "purpose").narrative == "Mục đích của …"


def test_leaving_everything_out_is_told_and_writes_nothing(scene, as_):
    give_model(scene)
    version = scene.start()
    client = as_(scene.officer)
    page = client.get(url("-model", version.plan))
    left_out = {name: "-" for name in chosen(page) if name.endswith("-section")}
    answer = client.post(url("-model", version.plan), chosen(page, **left_out))
    assert answer.status_code == 422
    assert not AuditEntry.objects.filter(action="plan.brought_in").exists()


def test_legal_bases_that_stand_there_are_not_doubled(scene):
    version = scene.start()
    save(section_by_key(version, "legal_bases"), by=scene.officer,
         narrative="Căn cứ Luật Thi đua, khen thưởng;")  # fmt: skip
    section = section_by_key(version, "legal_bases")
    seed = Seed("legal_bases", section.lock_version,
                text="Căn cứ luật thi đua, khen thưởng.\nCăn cứ Nghị quyết số 57-NQ/TW;")  # fmt: skip
    bring_in(
        version=version, seeds=[seed], source=SeedSource("model"), by=scene.officer.actor, at=AT
    )
    assert section_by_key(version, "legal_bases").narrative.splitlines() == [
        "Căn cứ Luật Thi đua, khen thưởng;", "Căn cứ Nghị quyết số 57-NQ/TW;",
    ]  # fmt: skip


# --- Another unit's plan -----------------------------------------------------------------


@pytest.fixture
def lender(scene):
    """Another unit's issued plan, with everything that must not come along."""
    unit = UnitFactory(name_vi="Cục Điện ảnh")
    ParticipantFactory(campaign=scene.campaign, unit=unit)
    officer = MandateFactory(unit=unit)
    plan = actions.start_plan(unit=unit, phase=scene.phase, by=officer.actor, at=AT)
    version = draft_of(plan)
    for section in sections_of(version):
        tasks, targets = [], []
        if section.area:
            tasks = [
                TaskRow(
                    "Số hóa 1.200 phim", lead="Phòng Kỹ thuật", partners="Viện Phim",
                    due_date=date(2026, 6, 30), product="Kho phim số",
                )
            ]  # fmt: skip
            targets = [
                TargetRow(one.pk, years={2026: Measure(Decimal(4711))}, note="Ghi chú riêng")
                for one in section.area.indicators.all()
            ]
        text = "Lời văn riêng, đạt 87,5% trước ngày 30/6/2026 theo Nghị quyết số 57-NQ/TW"
        if section.key == "legal_bases":
            text = "Căn cứ Nghị quyết số 57-NQ/TW;"
        save(section, by=officer, narrative=text, tasks=tasks, targets=targets)
    actions.record_issue(
        version=version, issue=issue_facts(signer_name="Người Ký Riêng"), by=officer.actor, at=AT
    )
    actions.send_plan(version=version, by=officer.actor, at=AT)
    return Plan.objects.get(pk=plan.pk)


def test_another_units_wording_comes_along_and_nothing_else(scene, lender, as_):
    version = scene.start()
    client = as_(scene.officer)
    page = client.get(url("-plan", version.plan, lender.pk))
    shown = text_of(page)
    for secret in ("4711", "4.711", "Phòng Kỹ thuật", "Người Ký Riêng", "Ghi chú riêng", "87,5"):
        assert secret not in shown
    assert client.post(url("-plan", version.plan, lender.pk), chosen(page)).status_code == 302
    section = section_by_key(version, "area-1")
    assert section.narrative == "Lời văn riêng, đạt …% trước ngày … theo Nghị quyết số 57-NQ/TW"
    task = section.tasks.get()
    assert (task.title, task.partners, task.product) == (
        "Số hóa … phim",
        "Viện Phim",
        "Kho phim số",
    )
    assert (task.lead, task.due_date) == ("", None)
    theirs = lender.current.tasks.values_list("identity", flat=True)
    assert task.identity not in set(theirs)
    assert not version.targets.exists()
    assert not version.papers.exists()


def test_the_trail_names_the_source(scene, lender, as_):
    version = scene.start()
    client = as_(scene.officer)
    page = client.get(url("-plan", version.plan, lender.pk))
    client.post(url("-plan", version.plan, lender.pk), chosen(page))
    entry = AuditEntry.objects.get(action="plan.brought_in")
    assert entry.data["source"] == "plan"
    assert entry.data["plan"] == lender.pk
    assert entry.data["content_hash"] == lender.current.content_hash
    assert {done["section"] for done in entry.data["sections"]} == {
        section.key for section in sections_of(version)
    }


def test_units_are_found_without_accents_and_only_where_their_plan_is_issued(scene, lender, as_):
    hidden = UnitFactory(name_vi="Cục Điện toán")
    ParticipantFactory(campaign=scene.campaign, unit=hidden)
    send(make_draft(phase=scene.phase, unit=hidden))  # received, but not issued
    drafting = UnitFactory(name_vi="Cục Điện lực")
    make_draft(phase=scene.phase, unit=drafting)
    version = scene.start()
    client = as_(scene.officer)
    found = client.get(url("-plans", version.plan), {"q": "cuc dien"})
    assert [plan.pk for plan in found.context["page"]] == [lender.pk]
    nobody = client.get(url("-plans", version.plan), {"q": "nha hat"})
    assert list(nobody.context["page"]) == []
    assert (
        client.get(url("-plans", version.plan), {"q": "%_'" * 90, "page": "x"}).status_code == 200
    )


def test_a_plan_that_may_not_be_read_lends_nothing(scene, as_):
    other = UnitFactory()
    ParticipantFactory(campaign=scene.campaign, unit=other)
    received = send(make_draft(phase=scene.phase, unit=other)).plan
    stranger = make_scene(areas=1)
    stranger_plan = stranger.sent().plan
    version = scene.start()
    client = as_(scene.officer)
    for plan_id in (received.pk, stranger_plan.pk, version.plan_id, 10**9):
        for act in (client.get, client.post):
            assert act(url("-plan", version.plan, plan_id)).status_code == 404
    # The department has received it, but it is not issued: no model for another unit.
    on_behalf = scene_plan_on_behalf(scene)
    client = as_(scene.reviewer)
    assert client.get(url("-plan", on_behalf, received.pk)).status_code == 404


def scene_plan_on_behalf(scene):
    unit = UnitFactory()
    ParticipantFactory(campaign=scene.campaign, unit=unit)
    return actions.start_plan(unit=unit, phase=scene.phase, by=scene.reviewer.actor, at=AT)


def test_the_other_phase_lends_as_well(scene, lender, as_):
    second = scene.campaign.phases.get(number=2)
    plan = actions.start_plan(unit=scene.unit, phase=second, by=scene.officer.actor, at=AT)
    found = as_(scene.officer).get(url("-plans", plan))
    assert [one.pk for one in found.context["page"]] == [lender.pk]


@pytest.mark.parametrize("count", [1, 3, 200])
def test_the_search_asks_the_same_number_of_questions_for_any_number_of_plans(scene, as_, count):
    for _ in range(count):
        unit = UnitFactory()
        version = make_draft(phase=scene.phase, unit=unit)
        PlanIssueFactory(version=version)
        send(version)
    draft = scene.start()
    client = as_(scene.officer)
    client.get(url("-plans", draft.plan))
    with CaptureQueriesContext(connection) as asked:
        client.get(url("-plans", draft.plan))
    assert len(asked) == SEARCH_QUERIES


SEARCH_QUERIES = 6


# --- The unit's earlier plan -------------------------------------------------------------


@pytest.fixture
def next_phase(scene):
    version = scene.start()
    for section in sections_of(version):
        tasks, targets = [], []
        if section.area:
            tasks = [
                TaskRow(
                    "Việc đã xong", lead="Phòng A", due_date=date(2026, 6, 30), product="Báo cáo"
                ),
                TaskRow("Việc còn tiếp", lead="Phòng B", due_date=date(2027, 12, 31), product="Sổ"),
            ]
            targets = [
                TargetRow(one.pk, baseline=Measure(Decimal(7)), baseline_year=2024,
                          years={2027: Measure(Decimal(4711))})
                for one in section.area.indicators.all()
            ]  # fmt: skip
        save(section, by=scene.officer, narrative=f"Năm 2026 đạt 80% {section.key}", tasks=tasks,
             targets=targets)  # fmt: skip
    actions.record_issue(version=version, issue=issue_facts(), by=scene.officer.actor, at=AT)
    actions.send_plan(version=version, by=scene.officer.actor, at=AT)
    second = scene.campaign.phases.get(number=2)
    return actions.start_plan(unit=scene.unit, phase=second, by=scene.officer.actor, at=AT)


def test_the_own_earlier_plan_brings_text_and_tasks_but_never_a_promise_as_baseline(
    scene, next_phase, as_
):
    client = as_(scene.officer)
    page = client.get(url("-plan", next_phase, scene.plan.pk))
    assert "4.711" in text_of(page)  # listed for reference
    assert "30/06/2026" in text_of(page)  # the deadline that does not come along
    client.post(url("-plan", next_phase, scene.plan.pk), chosen(page))
    version = draft_of(next_phase)
    section = section_by_key(version, "area-1")
    assert section.narrative == "Năm 2026 đạt 80% area-1"
    rows = [(t.title, t.lead, t.due_date) for t in section.tasks.order_by("position")]
    assert rows == [
        ("Việc đã xong", "Phòng A", None), ("Việc còn tiếp", "Phòng B", date(2027, 12, 31)),
    ]  # fmt: skip
    assert not version.targets.exists()
    old = scene.plan.current.tasks.values_list("identity", flat=True)
    assert not set(old) & set(version.tasks.values_list("identity", flat=True))


# --- A Word document ---------------------------------------------------------------------


def test_a_document_is_read_shown_and_written_only_when_confirmed(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    answer = client.post(url("-document", version.plan), {"document": uploaded(word())})
    kept = PlanImport.objects.get()
    assert answer.url == url("-confirm", version.plan, kept.attachment_id)
    page = client.get(answer.url)
    assert page.status_code == 200
    assert "215/KH-DSVH" in text_of(page)
    assert section_by_key(version, "purpose").narrative == ""
    done = client.post(answer.url, chosen(page))
    assert done.url == version.plan.get_absolute_url()
    assert section_by_key(version, "purpose").narrative == "Mục đích từ tài liệu."
    tasks = section_by_key(version, "area-1").tasks.order_by("position")
    assert [(one.title, one.due_date) for one in tasks] == [
        ("Số hóa hồ sơ", date(2026, 6, 30)), ("Tập huấn", date(2026, 12, 31)),
    ]  # fmt: skip
    kept.refresh_from_db()
    assert kept.brought_in_at == AT
    entry = AuditEntry.objects.get(action="plan.brought_in")
    assert entry.data["sha256"] == kept.attachment.sha256


def test_unticked_rows_stay_out_and_tasks_may_become_text(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    there = client.post(url("-document", version.plan), {"document": uploaded(word())}).url
    page = client.get(there)
    data = chosen(page, **{"tasks0-rows": ["1"], "tasks0-section": "text:organisation"})
    assert client.post(there, data).status_code == 302
    assert not version.tasks.exists()
    narrative = section_by_key(version, "organisation").narrative
    assert narrative == "- Tập huấn; chủ trì: Phòng A; thời hạn: 31/12/2026; sản phẩm: Lớp học"


def test_what_is_not_recognised_must_be_placed_before_anything_is_written(scene, as_):
    document = Document()
    document.add_paragraph("Một đoạn không có tiêu đề nào.")
    version = scene.start()
    client = as_(scene.officer)
    there = client.post(url("-document", version.plan), {"document": uploaded(saved(document))}).url
    page = client.get(there)
    assert page.context["proposal"].open_count == 1
    assert client.post(there, chosen(page)).status_code == 422
    assert client.post(there, chosen(page, **{"text0-section": "purpose"})).status_code == 302
    assert section_by_key(version, "purpose").narrative == "Một đoạn không có tiêu đề nào."


def test_only_the_uploader_confirms_and_only_in_the_same_draft(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    there = client.post(url("-document", version.plan), {"document": uploaded(word())}).url
    kept = PlanImport.objects.get()
    download = reverse("core:attachment-download", args=[kept.attachment_id])
    answer = client.get(download)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    colleague = MandateFactory(unit=scene.unit)
    elsewhere = make_scene(areas=1).start().plan
    for other in (colleague, scene.head, scene.reviewer):
        client = as_(other)
        assert client.get(there).status_code in (403, 404)
        assert client.post(there, {}).status_code in (403, 404)
        assert client.get(download).status_code == 404
    # The uploader's own second unit does not make the file readable in another plan.
    second = MandateFactory(person=scene.officer.person, unit=elsewhere.unit)
    client = as_(second)
    assert client.get(url("-confirm", elsewhere, kept.attachment_id)).status_code == 404


def test_a_document_that_cannot_be_read_is_not_kept_and_says_why(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    for name, content in (
        ("ke-hoach.pdf", b"%PDF-1.4"), ("ke-hoach.docx", b"PK\x03\x04"), ("a.docx", b""),
        ("trong.docx", saved(Document())),
    ):  # fmt: skip
        answer = client.post(url("-document", version.plan), {"document": uploaded(content, name)})
        assert answer.status_code == 422, name
        assert len(answer.context["form"].errors["document"]) == 1
    assert client.post(url("-document", version.plan), {}).status_code == 422
    assert not Attachment.objects.exists()
    assert not PlanImport.objects.exists()


def test_garbage_in_the_confirmation_is_no_failure_of_the_server(scene, as_):
    version = scene.start()
    client = as_(scene.officer)
    there = client.post(url("-document", version.plan), {"document": uploaded(word())}).url
    for data in (
        {}, {"tasks0-rows": ["99", "x"], "text0-section": "nirgends"},
        {"seen-purpose": "x", "mode-legal_bases": "?"}, {"seen-purpose": "9" * 40},
    ):  # fmt: skip
        assert client.post(there, data).status_code == 422


# --- Who, and when not -------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "-model", "-plans", "-document"])
def test_strangers_find_nothing_and_readers_may_not_write(scene, as_, page):
    give_model(scene)
    version = scene.start()
    stranger = MandateFactory(unit=UnitFactory())
    assert as_(stranger).get(url(page, version.plan)).status_code == 404
    observer = MandateFactory(role=Role.OBSERVER)
    assert as_(observer).get(url(page, version.plan)).status_code in (403, 404)
    assert as_(scene.reviewer).get(url(page, version.plan)).status_code in (403, 404)


def test_a_sent_version_takes_nothing_in(scene, as_):
    give_model(scene)
    version = scene.start()
    client = as_(scene.officer)
    page = client.get(url("-model", version.plan))
    data = chosen(page)
    there = client.post(url("-document", version.plan), {"document": uploaded(word())}).url
    fill(version, by=scene.officer)
    actions.record_issue(version=version, issue=issue_facts(), by=scene.officer.actor, at=AT)
    actions.send_plan(version=version, by=scene.officer.actor, at=AT)
    before = PlanVersion.objects.get(pk=version.pk).content_hash
    for address in (url("-model", version.plan), there, url("", version.plan)):
        assert client.get(address).status_code == 302
    assert client.post(url("-model", version.plan), data).status_code == 409
    assert client.post(there, data).status_code == 409
    upload = {"document": uploaded(word())}
    assert client.post(url("-document", version.plan), upload).status_code == 409
    assert section_by_key(version, "purpose").narrative == "Nội dung"
    assert PlanVersion.objects.get(pk=version.pk).content_hash == before


def test_the_confirming_page_asks_a_fixed_number_of_questions(as_):
    scene = real_scene()
    version = scene.start()
    client = as_(scene.officer)
    asked_by_size = []
    for rows in (1, 3, 200):
        document = Document(io.BytesIO(word(area="1. Nâng cao nhận thức, đổi mới tư duy lãnh đạo")))
        table = document.tables[1]
        for number in range(rows):
            for cell, text in zip(
                table.add_row().cells, (str(number), f"Việc {number}", "A", "", "B"), strict=True
            ):
                cell.text = text
        there = client.post(
            url("-document", version.plan), {"document": uploaded(saved(document))}
        ).url
        client.get(there)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(there).status_code == 200
        asked_by_size.append(len(asked))
    assert asked_by_size == [CONFIRM_QUERIES] * 3


CONFIRM_QUERIES = 9


def test_each_page_of_bringing_in_keeps_to_the_budget_of_a_list(scene, lender, next_phase, as_):
    give_model(scene)
    client = as_(scene.officer)
    second = reverse("campaigns:plan-start", args=[scene.campaign.phases.get(number=1).pk])
    asked = {}
    for name, address in {
        "start": second,
        "choose": url("", next_phase),
        "model": url("-model", next_phase),
        "plans": url("-plans", next_phase),
        "another unit's": url("-plan", next_phase, lender.pk),
        "earlier": url("-plan", next_phase, scene.plan.pk),
        "document": url("-document", next_phase),
    }.items():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked[name] = len(queries)
    assert asked == {
        "start": 4,
        "choose": 7,
        "model": 9,
        "plans": 6,
        "another unit's": 12,
        "earlier": 12,
        "document": 5,
    }
