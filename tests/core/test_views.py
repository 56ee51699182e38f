"""Downloads, jobs and the style page."""

import pytest
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from emulation_portal.core import attachments, jobs
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import links
from emulation_portal.core.jobs import kinds
from emulation_portal.core.jobs.states import JobState
from tests.factories.files import pdf, upload
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db

NAME = 'Kế hoạch "số 1" Đ.pdf'


@pytest.fixture
def mandate():
    return make_mandate(Role.UNIT_OFFICER)


def make_mandate(role):
    return MandateFactory(role=role)


@pytest.fixture
def kept(settings, tmp_path, at):
    settings.MEDIA_ROOT = tmp_path
    return attachments.accept_upload(upload(NAME, pdf()), by=Actor.system(), at=at)


@pytest.fixture
def visible_to(monkeypatch):
    """Register the only link there is; return a function that says to whom it is visible."""
    allowed = set()
    monkeypatch.setattr(links, "_links", {})
    attachments.register_link("none", lambda viewer, attachment_id: False)
    attachments.register_link(
        "trial",
        lambda viewer, attachment_id: (viewer.mandate.pk, attachment_id) in allowed,
    )
    return lambda mandate, attachment: allowed.add((mandate.pk, attachment.pk))


def test_who_sees_a_link_gets_the_file_as_a_download(client, sign_in, mandate, kept, visible_to):
    visible_to(mandate, kept)
    response = sign_in(client, mandate).get(f"/attachments/{kept.pk}/")
    assert b"".join(response.streaming_content) == pdf()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(pdf()))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "no-store, private"
    assert response["Content-Disposition"] == (
        "attachment; filename=\"ke hoach _so 1_ d.pdf\"; filename*=UTF-8''"
        "K%E1%BA%BF%20ho%E1%BA%A1ch%20%22s%E1%BB%91%201%22%20%C4%90.pdf"
    )


def test_who_sees_no_link_finds_nothing(client, sign_in, mandate, kept, visible_to):
    visible_to(make_mandate(Role.OBSERVER), kept)
    assert sign_in(client, mandate).get(f"/attachments/{kept.pk}/").status_code == 404


def test_a_file_nothing_links_to_is_nobodys(client, sign_in, mandate, kept, monkeypatch):
    monkeypatch.setattr(links, "_links", {})
    assert sign_in(client, mandate).get(f"/attachments/{kept.pk}/").status_code == 404


def test_a_file_missing_on_disk_is_a_404_and_not_a_crash(
    client, sign_in, mandate, kept, visible_to, caplog
):
    visible_to(mandate, kept)
    kept.file.storage.delete(kept.file.name)
    assert sign_in(client, mandate).get(f"/attachments/{kept.pk}/").status_code == 404
    assert "stored file is missing" in caplog.text


def test_a_store_out_of_reach_is_said_and_asked_again(
    client, sign_in, mandate, kept, visible_to, monkeypatch
):
    def refuse(*args, **kwargs):
        raise OSError("connection refused")

    visible_to(mandate, kept)
    monkeypatch.setattr(FieldFile, "open", refuse)
    response = sign_in(client, mandate).get(f"/attachments/{kept.pk}/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"


def test_visitors_are_asked_to_sign_in(client, kept):
    response = client.get(f"/attachments/{kept.pk}/")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")


# --- Jobs -------------------------------------------------------------------------------


@pytest.fixture
def job(mandate, at):
    if kinds.find("trial") is None:
        jobs.register_job("trial", lambda job, progress: {}, "Trial work")
    return jobs.request_job(kind="trial", params={}, by=mandate_actor(mandate), at=at)


def mandate_actor(mandate):
    return Actor(person_id=mandate.person_id, mandate_id=mandate.pk)


def test_who_asked_for_a_job_sees_how_far_it_is(client, sign_in, mandate, job):
    response = sign_in(client, mandate).get(f"/jobs/{job.pk}/")
    assert response.status_code == 200
    assert "Trial work" in response.content.decode()


def test_a_job_of_somebody_else_is_a_404(client, sign_in, job):
    stranger = sign_in(client, make_mandate(Role.UNIT_OFFICER))
    assert stranger.get(f"/jobs/{job.pk}/").status_code == 404
    assert stranger.post(f"/jobs/{job.pk}/cancel/").status_code == 404


def test_administrators_see_every_job(client, sign_in, job):
    response = sign_in(client, make_mandate(Role.ADMINISTRATOR)).get(f"/jobs/{job.pk}/")
    assert response.status_code == 200


def test_a_waiting_job_can_be_called_off_twice_without_harm(client, sign_in, mandate, job):
    sign_in(client, mandate)
    for _ in range(2):
        response = client.post(f"/jobs/{job.pk}/cancel/")
        assert (response.status_code, response["Location"]) == (302, f"/jobs/{job.pk}/")
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert job.finished_at <= timezone.now()


# --- Style page -------------------------------------------------------------------------


def test_the_style_page_is_for_administrators_only(client, sign_in, mandate):
    assert sign_in(client, mandate).get("/style/").status_code == 403
    administrator = make_mandate(Role.ADMINISTRATOR)
    assert sign_in(client, administrator).get("/style/").status_code == 200
