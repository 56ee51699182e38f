"""The way a table takes: files of every kind, who may bring one, and the jobs that large ones need."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from campaigns.models import PlanVersion
from campaigns.plans.rows import TaskRow
from emulation_portal.core.jobs import run_job
from emulation_portal.core.models import Job
from tests.campaigns.plans.scenes import Scene, make_scene, save
from tests.campaigns.plans.tables import TaskTable, as_file, bring, faults
from tests.factories.files import archive, docx, ole, xlsx
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def version(scene) -> PlanVersion:
    """A draft with two tasks in its first content area."""
    version = scene.start()
    save(section_of(version), by=scene.officer, tasks=[TaskRow("Số hóa hồ sơ"), TaskRow("Đào tạo")])
    return version


def section_of(version: PlanVersion, area: int = 1):
    return version.sections.get(area__number=area)


def tasks_of(version: PlanVersion, area: int = 1) -> list[str]:
    return [task.title for task in section_of(version, area).tasks.order_by("position")]


@pytest.fixture
def table(client, sign_in, scene, version) -> TaskTable:
    sign_in(client, scene.officer)
    return TaskTable(client, scene)


class TestFiles:
    BOMB = {"[Content_Types].xml": "<x/>", "xl/x.bin": bytes(40 * 1024 * 1024)}
    HOSTILE = {
        "none": (None, None),
        "other type": ("a.pdf", b"%PDF-1.7"),
        "empty": ("a.csv", b""),
        "40 MB of nothing": ("a.csv", b"x" * 40 * 1024 * 1024),
        "old encoding": ("a.csv", "Nhiệm vụ\nĐào tạo\n".encode("utf-16-be")),
        "nul": ("a.csv", b"title,identity,lock_version\n\0,,\n"),
        "bomb": ("a.xlsx", archive(BOMB)),
        "locked": ("a.xlsx", ole("EncryptedPackage")),
        "word": ("a.xlsx", docx()),
        "no workbook": ("a.xlsx", b"PK\x03\x04"),
        "no columns": ("a.xlsx", xlsx([["a"], ["b"]])),
        "a million rows": ("a.csv", b"title,identity,lock_version\n" + b"a,,\n" * 1_000_000),
    }

    @pytest.mark.parametrize("case", HOSTILE)
    def test_each_is_refused_with_a_sentence_and_nothing_is_kept(self, case, table, version):
        name, content = self.HOSTILE[case]
        data = {} if name is None else {"table": SimpleUploadedFile(name, content)}
        answer = table.client.post(table.address, data)
        assert answer.status_code == 422
        [sentence] = answer.context["form"].errors["table"]
        assert len(sentence) > 20
        assert Job.objects.count() == 0
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]

    def test_a_formula_gives_its_value_and_links_to_other_files_are_refused(self, table):
        header = ["title", "identity", "lock_version", "area"]
        content = xlsx([header, ["=1+1", "", "", "1"]])
        answer = table.client.post(table.address, {"table": SimpleUploadedFile("a.xlsx", content)})
        # No value was computed: the row is blank, and nothing of the formula is taken.
        assert answer.context["preview"].writes == 0
        packed = io.BytesIO(content)
        with zipfile.ZipFile(packed, "a") as book:
            book.writestr(
                "xl/externalLinks/_rels/e.rels",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                '<Relationship Id="r" Type="urn:x/externalLinkPath" Target="C:/x.xlsx" '
                'TargetMode="External"/></Relationships>',
            )
        upload = SimpleUploadedFile("a.xlsx", packed.getvalue())
        answer = table.client.post(table.address, {"table": upload})
        assert "other files" in answer.context["form"].errors["table"][0]


class TestWhoMayImport:
    @pytest.mark.parametrize("role", [Role.OBSERVER, Role.ADMINISTRATOR])
    def test_readers_may_not(self, role, client, sign_in, scene, version):
        sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))
        address = reverse("campaigns:task-import", args=[scene.campaign.code])
        assert client.get(address).status_code == 403
        assert client.post(address, {"table": as_file([{"title": "x"}])}).status_code == 403

    def test_a_campaign_of_others_is_not_found(self, table):
        elsewhere = reverse("campaigns:task-import", args=[make_scene().campaign.code])
        assert table.client.get(elsewhere).status_code == 404
        assert bring(table.client, elsewhere, table.rows()).status_code == 404

    def test_the_page_says_how_and_offers_the_export(self, table):
        content = table.client.get(table.address).content.decode()
        assert "export.xlsx?version=draft" in content
        assert 'enctype="multipart/form-data"' in content


class TestAsJobs:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch):
        monkeypatch.setattr("emulation_portal.core.import_views.ROWS_CHECKED_AT_ONCE", 1)
        monkeypatch.setattr("emulation_portal.core.import_views.ROWS_WRITTEN_AT_ONCE", 0)

    def test_much_is_checked_and_written_by_jobs(self, table, version, at):
        rows = table.rows()
        rows[0]["title"] = "Từ tệp"
        answer = table.bring(rows)
        check = Job.objects.get()
        assert answer.url == reverse("core:job-detail", args=[check.pk])
        run_job(check.pk, at=at)
        check.refresh_from_db()
        assert check.state == "done", check.error
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]
        preview = table.client.get(check.result_url)
        assert preview.context["preview"].changed == 1
        answer = table.confirm(preview)
        write = Job.objects.exclude(pk=check.pk).get()
        assert answer.url == reverse("core:job-detail", args=[write.pk])
        run_job(write.pk, at=at)
        write.refresh_from_db()
        assert write.state == "done", write.error
        assert tasks_of(version) == ["Từ tệp", "Đào tạo"]
        assert write.result_url == reverse("campaigns:task-list", args=[
            version.plan.phase.campaign.code]) + "?version=draft"  # fmt: skip

    def test_faults_found_by_a_job_stand_on_its_preview(self, table, at):
        rows = table.rows()
        rows[0]["due_date"] = "31/02/2026"
        table.bring(rows)
        check = Job.objects.get()
        run_job(check.pk, at=at)
        check.refresh_from_db()
        answer = table.client.get(check.result_url)
        assert [row for row, _column, _reason in faults(answer)] == [2]

    def test_a_row_that_no_longer_fits_fails_the_job_with_its_sentence(
        self, table, version, scene, at
    ):
        rows = table.rows()
        rows[0]["title"] = "Từ tệp"
        table.bring(rows)
        check = Job.objects.get()
        run_job(check.pk, at=at)
        check.refresh_from_db()
        table.confirm(table.client.get(check.result_url))
        save(section_of(version), by=scene.head, tasks=[TaskRow("Từ màn hình")])
        write = Job.objects.exclude(pk=check.pk).get()
        run_job(write.pk, at=at)
        write.refresh_from_db()
        assert write.state == "failed"
        assert write.error
        assert tasks_of(version) == ["Từ màn hình"]

    @pytest.mark.parametrize("asked", ["", "x", "0", "9" * 30])
    def test_a_job_that_is_none_is_not_found(self, asked, table):
        answer = table.client.get(table.address, {"job": asked})
        assert answer.status_code == (404 if asked else 200)

    def test_the_preview_of_somebody_else_is_not_found(self, table, sign_in, scene, at):
        table.bring(table.rows())
        check = Job.objects.get()
        address = f"{table.address}?job={check.pk}"
        assert table.client.get(address).url == reverse("core:job-detail", args=[check.pk])
        sign_in(table.client, scene.head)
        assert table.client.get(address).status_code == 404
