"""Beginning a plan, and the hub of its draft, as their people use them and as others try to."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import Remark
from campaigns.plans import actions
from campaigns.plans.queries import draft_of, section_by_key
from campaigns.plans.rows import TaskRow
from emulation_portal.core.models import Attachment
from tests.campaigns.plans.scenes import (
    AT,
    make_scene,
    save,
    scan,
    section_url,
    text_of,
)
from tests.factories.campaigns import (
    ParticipantFactory,
    PhaseFactory,
    give_back,
    make_draft,
)
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory, UnitFactory
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
    assert client.get(f"{url}?unit={scene.unit.pk}").context["form"]["unit"].value() == str(
        scene.unit.pk
    )
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
    save(
        section_by_key(version, "area-1"), by=scene.officer, completed=False, tasks=[TaskRow("Một")]
    )
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
        *(
            reverse(f"campaigns:plan-{page}", args=[plan.pk])
            for page in ("issue", "papers", "check", "withdraw")
        ),
    ]:
        assert client.get(url).status_code == 404, url
    for page in ("send", "amend", "withdraw"):
        assert client.post(reverse(f"campaigns:plan-{page}", args=[plan.pk])).status_code == 404
    assert client.post(section_url(plan), {}).status_code == 404


def test_an_issued_plan_of_another_unit_is_read_but_not_written(scene, as_):
    scene.sent()
    plan = scene.plan
    client = as_(MandateFactory(unit=scene.campaign.host_unit))
    assert client.get(plan.get_absolute_url()).url == reverse(
        "campaigns:plan-version", args=[plan.pk, 1]
    )
    assert client.get(section_url(plan)).status_code == 404
    assert client.post(reverse("campaigns:plan-amend", args=[plan.pk])).status_code == 403
    assert client.post(reverse("campaigns:plan-withdraw", args=[plan.pk])).status_code == 403
    assert (
        client.post(
            reverse("campaigns:plan-send", args=[plan.pk]), {"checked_hash": "0" * 64}
        ).status_code
        == 403
    )


def test_the_department_in_its_own_unit_reads_the_draft_but_does_not_write_it(scene, as_):
    scene.unit = scene.campaign.host_unit
    plan = scene.start(by=MandateFactory(unit=scene.unit)).plan
    client = as_(scene.reviewer)
    response = client.get(section_url(plan))
    assert response.status_code == 403
    assert client.get(plan.get_absolute_url()).url == reverse(
        "campaigns:plan-version", args=[plan.pk, 1]
    )


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
    assert head.person.full_name in text_of(client.get(version.plan.get_absolute_url()))
    check = client.get(reverse("campaigns:plan-check", args=[version.plan_id]))
    assert head.person.full_name in text_of(check)
    assert not check.context["can_send"]


@pytest.mark.parametrize("phases", [1, 3, 200])
def test_the_list_of_the_units_plans_costs_the_same_for_any_number(
    as_, phases, django_assert_num_queries
):
    unit = UnitFactory()
    campaign = ParticipantFactory(unit=unit).campaign
    for number in range(1, phases + 1):
        make_draft(phase=PhaseFactory(campaign=campaign, number=number), unit=unit)
    client = as_(MandateFactory(unit=unit))
    url = reverse("campaigns:unit-plans")
    with django_assert_num_queries(5):
        client.get(url)
