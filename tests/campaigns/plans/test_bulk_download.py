"""All issued plans of a list as one file: what is in it, who gets it, how it stops."""

import io
import re
import sys
import time
import tracemalloc
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.messages import get_messages
from django.urls import reverse
from pypdf import PdfReader

from campaigns.models import PlanVersion
from campaigns.plans import bulk_download
from emulation_portal.core.jobs import JobState, cancel_job, run_job
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.jobs.runner import Progress
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.factories.campaigns import (
    PlanIssueFactory,
    PlanTaskFactory,
    accept,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _place(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    with time_machine.travel(AT, tick=True):
        yield


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


def issued(scene: Scene, count: int) -> list[PlanVersion]:
    """Make `count` units whose plan is issued and accepted."""
    made = []
    for number in range(count):
        unit = UnitFactory(name_vi=f"Đơn vị {number:02d}")
        scene.campaign.participants.create(unit=unit)
        version = make_draft(phase=scene.phase, unit=unit)
        version.sections.update(narrative="Nội dung.")
        area = version.sections.get(area__number=1)
        PlanTaskFactory(version=version, section=area, title=f"Việc của đơn vị {number}")
        PlanIssueFactory(version=version, number_symbol=f"{number + 1}/KH-ĐV")
        made.append(accept(send(version)))
    return made


def ask(client: Any, scene: Scene, form: str = "zip", query: str = "") -> Any:
    url = reverse("campaigns:plans-download", args=[scene.campaign.code])
    return client.post(f"{url}{query}", {"form": form})


def done(client: Any, scene: Scene, form: str = "zip", query: str = "") -> Job:
    ask(client, scene, form, query)
    job = Job.objects.latest("pk")
    run_job(job.pk, at=AT)
    job.refresh_from_db()
    return job


def body(client: Any, job: Job) -> bytes:
    response = client.get(reverse("campaigns:plans-file", args=[job.pk]))
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def stored() -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / "prepared").glob("*"))


class TestTheFile:
    def test_the_zip_holds_each_issued_plan_and_a_list(self, scene, client, sign_in):
        issued(scene, 2)
        send(make_draft(phase=scene.phase, unit=scene.unit))  # came in, is not issued
        sign_in(client, scene.reviewer)
        job = done(client, scene)
        assert job.state == JobState.DONE
        assert job.result_url == reverse("campaigns:plans-file", args=[job.pk])
        names = sorted(zipfile.ZipFile(io.BytesIO(body(client, job))).namelist())
        assert names[0] == "0000-danh-muc.pdf"
        assert len(names) == 3
        assert names[1].startswith("0001-")
        assert names[1].endswith("-1-kh-dv.pdf")

    def test_the_pdf_begins_with_contents_that_name_the_pages(self, scene, client, sign_in):
        issued(scene, 3)
        sign_in(client, scene.reviewer)
        reader = PdfReader(io.BytesIO(body(client, done(client, scene, "pdf"))), strict=True)
        marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
        assert [title for title, _page in marks] == [
            "Danh mục", "Đơn vị 00", "Đơn vị 01", "Đơn vị 02",
        ]  # fmt: skip
        contents = reader.pages[0].extract_text()
        for title, page in marks[1:]:
            assert f"Số: 0{int(title[-2:]) + 1}/KH-ĐV" in reader.pages[page].extract_text()
            assert title in contents
            assert re.search(rf"\b{page + 1}\b", contents)

    def test_the_filters_of_the_address_narrow_it(self, scene, client, sign_in):
        issued(scene, 3)
        sign_in(client, scene.reviewer)
        job = done(client, scene, query="?q=don+vi+01")
        names = zipfile.ZipFile(io.BytesIO(body(client, job))).namelist()
        assert len(names) == 2

    def test_a_draft_in_it_is_marked(self, scene, client, sign_in):
        issued(scene, 1)
        bare = make_draft(phase=scene.phase, unit=scene.unit, registered_from_paper=True)
        PlanIssueFactory(version=bare)
        send(bare)
        sign_in(client, scene.reviewer)
        reader = PdfReader(io.BytesIO(body(client, done(client, scene, "pdf"))))
        assert f"{scene.unit.name_vi} (*)" in " ".join(reader.pages[0].extract_text().split())


class TestWhoGetsIt:
    @pytest.mark.parametrize("role", [Role.UNIT_OFFICER, Role.OBSERVER, Role.ADMINISTRATOR])
    def test_others_may_not_ask(self, role, scene, client, sign_in):
        issued(scene, 1)
        sign_in(client, MandateFactory(unit=scene.unit, role=role))
        assert ask(client, scene).status_code == 403
        assert not Job.objects.exists()

    def test_a_colleague_does_not_get_what_another_asked_for(self, scene, client, sign_in):
        issued(scene, 1)
        sign_in(client, scene.reviewer)
        url = reverse("campaigns:plans-file", args=[done(client, scene).pk])
        colleague: Mandate = MandateFactory(unit=scene.reviewer.unit, role=Role.DEPARTMENT_REVIEWER)
        sign_in(client, colleague)
        assert client.get(url).status_code == 404
        sign_in(client, scene.officer)
        assert client.get(url).status_code == 403
        client.logout()
        assert client.get(url).status_code == 302

    def test_who_lost_the_mandate_meanwhile_gets_nothing(self, scene, client, sign_in):
        issued(scene, 1)
        sign_in(client, scene.reviewer)
        ask(client, scene)
        job = Job.objects.latest("pk")
        Mandate.objects.filter(pk=scene.reviewer.pk).update(valid_to=AT.date())
        run_job(job.pk, at=AT)
        job.refresh_from_db()
        assert job.state == JobState.FAILED
        assert stored() == []

    def test_the_file_is_kept_for_a_day(self, scene, client, sign_in):
        issued(scene, 1)
        sign_in(client, scene.reviewer)
        url = reverse("campaigns:plans-file", args=[done(client, scene).pk])
        with time_machine.travel(AT + timedelta(hours=25)):
            sign_in(client, scene.reviewer)
            assert client.get(url).status_code == 410

    @pytest.mark.parametrize("file", ["../../secret", "", "g" * 32])
    def test_a_name_that_is_none_leads_nowhere(self, file, scene, client, sign_in):
        issued(scene, 1)
        sign_in(client, scene.reviewer)
        job = done(client, scene)
        Job.objects.filter(pk=job.pk).update(result={**job.result, "file": file})
        assert client.get(reverse("campaigns:plans-file", args=[job.pk])).status_code == 410


class TestTheWork:
    def test_nothing_issued_is_said_and_no_work_begun(self, scene, client, sign_in):
        sign_in(client, scene.reviewer)
        response = ask(client, scene, query="?q=khong+co")
        assert response.url.endswith("?q=khong+co&sort=name") or "q=khong" in response.url
        assert not Job.objects.exists()

    @pytest.mark.parametrize("form", ["zip", "pdf"])
    def test_too_many_are_refused_with_the_number(self, form, scene, client, sign_in, monkeypatch):
        monkeypatch.setitem(bulk_download.AT_MOST, form, 1)
        issued(scene, 2)
        sign_in(client, scene.reviewer)
        refusal = next(iter(get_messages(ask(client, scene, form).wsgi_request)))
        assert "2" in str(refusal)
        assert "1" in str(refusal)
        assert not Job.objects.exists()

    @pytest.mark.parametrize("form", ["", "exe", "../zip"])
    def test_another_form_is_not_known(self, form, scene, client, sign_in):
        issued(scene, 1)
        sign_in(client, scene.reviewer)
        assert ask(client, scene, form).status_code == 302
        assert not Job.objects.exists()

    def test_a_double_click_asks_once(self, scene, client, sign_in):
        issued(scene, 1)
        sign_in(client, scene.reviewer)
        assert ask(client, scene).url == ask(client, scene).url
        assert Job.objects.count() == 1
        assert ask(client, scene, "pdf").url != ask(client, scene).url

    def test_called_off_in_the_middle_it_leaves_nothing(self, scene, client, sign_in, monkeypatch):
        issued(scene, 3)
        sign_in(client, scene.reviewer)
        ask(client, scene)
        job = Job.objects.latest("pk")
        steps = []
        step = Progress.step

        def stopping(progress: Progress, name: str, percent: int) -> None:
            steps.append(percent)
            if len(steps) == 2:
                cancel_job(Job.objects.get(pk=job.pk), by=scene.reviewer.actor, at=AT)
            step(progress, name, percent)

        monkeypatch.setattr(Progress, "step", stopping)
        run_job(job.pk, at=AT)
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED
        assert len(steps) == 2
        assert stored() == []

    def test_the_list_offers_it_to_the_department_only(self, scene, client, sign_in):
        issued(scene, 1)
        url = reverse("campaigns:plan-list", args=[scene.campaign.code])
        action = reverse("campaigns:plans-download", args=[scene.campaign.code])
        sign_in(client, scene.reviewer)
        page = client.get(f"{url}?q=don+vi").content.decode()
        assert f'action="{action}?q=don+vi"' in page
        sign_in(client, scene.officer)
        assert action not in client.get(url).content.decode()


@pytest.mark.parametrize("form", ["zip", "pdf"])
def test_sixteen_plans_take_little_more_memory_than_four(form, scene, client, sign_in):
    sign_in(client, scene.reviewer)
    peaks = {}
    for name, more in (("four", 4), ("sixteen", 12)):
        issued(scene, more)
        tracemalloc.start()
        began = time.perf_counter()
        job = done(client, scene, form)
        took = time.perf_counter() - began
        peaks[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert job.state == JobState.DONE
    sys.stdout.write(
        f"\n{form}: 16 plans in {took:.1f} s, {peaks['sixteen'] / 2**20:.1f} MB at most, "
        f"4 plans {peaks['four'] / 2**20:.1f} MB\n"
    )
    assert peaks["sixteen"] < peaks["four"] + 2 * 2**20
