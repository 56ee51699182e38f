"""How a plan was issued, its papers, and who may read the files."""

import pytest
import time_machine
from django.urls import reverse

from campaigns.plans import actions
from campaigns.plans.queries import draft_of
from campaigns.plans.registration import file_is_visible
from emulation_portal.core.attachments import Viewer
from emulation_portal.core.models import Attachment
from tests.campaigns.plans.scenes import (
    AT,
    issue_data,
    make_scene,
    record_issue,
    scan,
    text_of,
)
from tests.factories.campaigns import accept
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory

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


# --- Issue and papers --------------------------------------------------------------------


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
    data = {
        "kind": "annex",
        "file": scan("phu-luc.pdf"),
        "abstract": "Phụ lục 1",
        "issue_date": "01/09/2025",
    }
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


def test_a_file_beyond_the_days_quota_is_refused_and_the_rest_stays(scene, as_, settings):
    settings.ATTACHMENT_DAILY_BYTES = 10
    version = scene.start()
    url = reverse("campaigns:plan-papers", args=[version.plan_id])
    data = {"kind": "annex", "file": scan("phu-luc.pdf"), "abstract": "Phụ lục 1"}
    response = as_(scene.officer).post(url, data)
    assert response.status_code == 422
    assert "phu-luc.pdf" in response.context["form"].errors["file"][0]
    assert "Phụ lục 1" in text_of(response)
    assert not Attachment.objects.exists()


def test_the_same_file_twice_is_refused_in_words(scene, as_):
    version = scene.start()
    mine = AttachmentFactory(uploaded_by=scene.officer.person)
    data = {"kind": "annex", "kept_file": str(mine.pk), "abstract": "Phụ lục 1"}
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
