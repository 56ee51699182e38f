"""A version as official paper: who may print it, what it says, and when it is fit to sign."""

import io
import sys
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pdfplumber
import pytest
import typst
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from docx import Document

from campaigns.models import PlanTask, PlanVersion
from campaigns.plans.document import document_of
from campaigns.plans.models import PaperKind, PlanIssue, SectionKind
from campaigns.plans.paper import paper_of
from campaigns.plans.queries import issue_of, papers_of
from campaigns.plans.signing import head_title, signature_of
from emulation_portal.core.documents.model import Paper, Paragraph, Part, Table
from emulation_portal.core.documents.pdf import FONTS, HERE, inputs_of, pdf_of
from tests.campaigns.plans.scenes import Scene, make_scene
from tests.factories.campaigns import (
    PlanIssueFactory,
    PlanPaperFactory,
    PlanTargetFactory,
    PlanTargetYearFactory,
    PlanTaskFactory,
    accept,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory, UnitNameFactory
from units.models import Mandate, Role, Unit, UnitKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    made = make_scene(areas=2)
    ministry = UnitFactory(
        name_vi="Bộ Văn hóa, Thể thao và Du lịch", kind=UnitKind.MINISTRY, abbreviation="BVHTTDL"
    )
    made.unit.parent = ministry
    made.unit.abbreviation, made.unit.name_vi = "DSVH", "Cục Di sản văn hóa"
    made.unit.save()
    return made


@pytest.fixture
def version(scene: Scene) -> PlanVersion:
    return make_draft(phase=scene.phase, unit=scene.unit)


def read(version: PlanVersion) -> dict[str, Any]:
    """Read what a paper is made of."""
    version = PlanVersion.objects.select_related(
        "plan__unit__parent", "plan__phase__campaign__host_unit"
    ).get(pk=version.pk)
    with translation.override("vi"):
        return {
            "version": version,
            "sections": document_of(version),
            "issue": issue_of(version),
            "papers": papers_of(version),
        }


def paper(version: PlanVersion) -> Paper:
    return paper_of(**read(version))


def section(version: PlanVersion, kind: str, *, number: int | None = None) -> Any:
    rows = version.sections.filter(kind=kind)
    return rows.get(area__number=number) if number else rows.get()


def write(version: PlanVersion, kind: str, narrative: str) -> None:
    version.sections.filter(kind=kind).update(narrative=narrative)


def fetch(client: Any, version: PlanVersion, form: str = "pdf") -> Any:
    return client.get(
        reverse(f"campaigns:plan-print-{form}", args=[version.plan_id, version.number])
    )


class TestThePages:
    def test_the_pdf_and_the_word_file_say_the_same(self, scene, version, client, sign_in):
        write(version, SectionKind.PURPOSE, "Nâng cao nhận thức.")
        sign_in(client, scene.officer)
        pdf, word = fetch(client, version), fetch(client, version, "docx")
        assert pdf["Content-Type"] == "application/pdf"
        assert pdf["Content-Disposition"].startswith('inline; filename="ke-hoach-')
        assert word["Content-Disposition"].endswith('phien-ban-1.docx"')
        with pdfplumber.open(io.BytesIO(pdf.content)) as read:
            text = "".join(page.extract_text() for page in read.pages)
        lines = [line.text for line in Document(io.BytesIO(word.content)).paragraphs]
        for said in ("Nâng cao nhận thức.", "II. NỘI DUNG THI ĐUA", "KẾ HOẠCH"):
            assert said in text
            assert said in lines

    def test_paper_is_vietnamese_whatever_the_reader_reads(self, scene, version, client, sign_in):
        PlanTaskFactory(section=section(version, SectionKind.AREA, number=1), version=version)
        sign_in(client, scene.officer)
        client.cookies["django_language"] = "en"
        with pdfplumber.open(io.BytesIO(fetch(client, version).content)) as read:
            text = "".join(page.extract_text() for page in read.pages)
        assert "Nội dung thi đua số 1" in text
        assert "Content area" not in text

    @pytest.mark.parametrize("form", ["pdf", "docx"])
    def test_a_foreign_draft_is_not_found(self, form, scene, version, client, sign_in):
        stranger = UnitFactory()
        scene.campaign.participants.create(unit=stranger)
        sign_in(client, MandateFactory(unit=stranger))
        assert fetch(client, version, form).status_code == 404

    @pytest.mark.parametrize("form", ["pdf", "docx"])
    def test_a_received_plan_that_is_not_issued_is_the_departments_only(
        self, form, scene, version, client, sign_in
    ):
        send(version)
        stranger: Mandate = MandateFactory(unit=scene.campaign.host_unit, role=Role.OBSERVER)
        sign_in(client, stranger)
        assert fetch(client, version, form).status_code == 404
        sign_in(client, scene.reviewer)
        assert fetch(client, version, form).status_code == 200

    def test_another_number_is_not_found(self, scene, version, client, sign_in):
        sign_in(client, scene.officer)
        url = reverse("campaigns:plan-print-pdf", args=[version.plan_id, 9])
        assert client.get(url).status_code == 404

    def test_the_reading_page_leads_to_both_and_says_why_it_is_a_draft(
        self, scene, version, client, sign_in
    ):
        sign_in(client, scene.officer)
        page = client.get(
            reverse("campaigns:plan-version", args=[version.plan_id, 1])
        ).content.decode()
        for form in ("pdf", "docx"):
            assert reverse(f"campaigns:plan-print-{form}", args=[version.plan_id, 1]) in page
        assert len(page.split('<ul class="soft">')[1].split("</ul>")[0].split("<li>")) == 3

    @pytest.mark.parametrize("rows", [1, 3, 200])
    def test_the_number_of_queries_does_not_grow(self, rows, scene, version, client, sign_in):
        part = section(version, SectionKind.AREA, number=1)
        PlanTask.objects.bulk_create(
            PlanTask(version=version, section=part, position=n, title=f"Việc {n}")
            for n in range(rows)
        )
        sign_in(client, scene.officer)
        fetch(client, version)
        with CaptureQueriesContext(connection) as queries:
            fetch(client, version)
        assert len(queries) == 12


class TestTheHead:
    def test_an_authority_issues_under_its_own_name(self, version):
        made = paper(version)
        assert made.superior == ("BỘ VĂN HÓA, THỂ THAO", "VÀ DU LỊCH")
        assert made.issuer == ("CỤC DI SẢN VĂN HÓA",)
        assert made.symbol == "Số: …/KH-DSVH"
        assert made.place_date == "Hà Nội, ngày … tháng … năm …"
        assert made.signature.authority == ("CỤC TRƯỞNG",)

    def test_a_department_without_a_seal_issues_under_the_ministry(self, scene, version):
        Unit.objects.filter(pk=scene.unit.pk).update(
            has_own_seal=False, kind=UnitKind.DEPARTMENT, name_vi="Vụ Pháp chế", abbreviation="PC"
        )
        made = paper(version)
        assert made.superior == ()
        assert made.issuer == ("BỘ VĂN HÓA, THỂ THAO", "VÀ DU LỊCH")
        assert made.symbol == "Số: …/KH-BVHTTDL"
        assert made.signature.authority == ("TL. BỘ TRƯỞNG", "VỤ TRƯỞNG VỤ PHÁP CHẾ")
        assert made.recipients[-1] == "- Lưu: VT, PC."

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("5/KH-DSVH", "Số: 05/KH-DSVH"),
            ("Số: 7/KH-DSVH", "Số: 07/KH-DSVH"),
            ("125/KH-DSVH", "Số: 125/KH-DSVH"),
            ("5a/KH-DSVH", "Số: 5a/KH-DSVH"),
            ("112", "Số: 112"),
        ],
    )
    def test_a_number_under_ten_begins_with_a_zero(self, typed, shown, version):
        PlanIssueFactory(version=version, number_symbol=typed)
        assert paper(version).symbol == shown

    @pytest.mark.parametrize(
        ("day", "shown"),
        [
            (date(2026, 2, 5), "Hà Nội, ngày 05 tháng 02 năm 2026"),
            (date(2026, 3, 10), "Hà Nội, ngày 10 tháng 3 năm 2026"),
            (date(2025, 12, 9), "Hà Nội, ngày 09 tháng 12 năm 2025"),
        ],
    )
    def test_days_under_ten_and_months_one_and_two_begin_with_a_zero(self, day, shown, version):
        PlanIssueFactory(version=version, issue_date=day)
        assert paper(version).place_date == shown

    def test_a_plan_bears_the_name_of_its_day(self, scene, version):
        UnitNameFactory(unit=scene.unit, name_vi="Cục Di sản", valid_from=date(2025, 3, 1))
        UnitNameFactory(unit=scene.unit, name_vi="Cục Di sản văn hóa", valid_from=date(2026, 1, 1))
        PlanIssueFactory(version=version, issue_date=date(2025, 9, 25))
        assert paper(version).issuer == ("CỤC DI SẢN",)


class TestTheText:
    def test_bases_end_with_semicolons_and_the_last_with_a_full_stop(self, version):
        write(version, SectionKind.LEGAL_BASES, "Luật Thi đua, khen thưởng.\n- Căn cứ Nghị định;")
        PlanPaperFactory(
            version=version, kind=PaperKind.LEGAL_BASIS, number_symbol="5/QĐ-BVHTTDL",
            issue_date=date(2026, 2, 5), issuer="Bộ trưởng", abstract="Phát động phong trào",
        )  # fmt: skip
        assert paper(version).bases == (
            "Căn cứ Luật Thi đua, khen thưởng;",
            "Căn cứ Nghị định;",
            (
                "Căn cứ Quyết định số 5/QĐ-BVHTTDL ngày 05 tháng 02 năm 2026 của Bộ trưởng"
                " về phát động phong trào."
            ),
        )

    def test_a_basis_already_written_is_not_said_twice(self, version):
        write(version, SectionKind.LEGAL_BASES, "Căn cứ Quyết định số 5/QĐ-BVHTTDL của Bộ trưởng")
        PlanPaperFactory(version=version, kind=PaperKind.LEGAL_BASIS, number_symbol="5/QĐ-BVHTTDL")
        assert len(paper(version).bases) == 1

    def test_parts_areas_tasks_and_targets_stand_in_their_order(self, scene, version):
        part = section(version, SectionKind.AREA, number=1)
        PlanTaskFactory(
            version=version, section=part, title="Số hóa", lead="Văn phòng", partners="Các phòng",
            due_date=date(2026, 12, 31), product="Dữ liệu",
        )  # fmt: skip
        target = PlanTargetFactory(
            version=version, section=part, indicator=scene.campaign.indicators.first(),
            value=Decimal(1000), baseline_year=2024,
        )  # fmt: skip
        PlanTargetYearFactory(version=version, target=target, year=2026, value=Decimal("1234.5"))
        blocks = paper(version).blocks
        parts = [block.text for block in blocks if isinstance(block, Part)]
        tasks, targets = (block for block in blocks if isinstance(block, Table))
        assert parts == [
            "I. MỤC ĐÍCH, YÊU CẦU", "II. NỘI DUNG THI ĐUA", "1. Nội dung thi đua số 1",
            "2. Nội dung thi đua số 2", "III. TỔ CHỨC THỰC HIỆN",
        ]  # fmt: skip
        assert tasks.rows == (("1", "Số hóa", "Văn phòng", "Các phòng", "31/12/2026", "Dữ liệu"),)
        assert [column.title for column in targets.columns][-3:] == [
            "Năm 2025", "Năm 2026", "Năm 2027",
        ]  # fmt: skip
        assert targets.rows[0][3:] == ("1.000 (năm 2024)", "–", "1.234,5", "–")
        assert {"a) Nhiệm vụ cụ thể:", "b) Chỉ tiêu thi đua:"} <= {
            block.text for block in blocks if isinstance(block, Paragraph)
        }

    def test_an_empty_section_of_a_plan_issued_on_paper_refers_to_the_paper(self, scene):
        version = make_draft(phase=scene.phase, unit=scene.unit, registered_from_paper=True)
        texts = {block.text for block in paper(version).blocks if isinstance(block, Paragraph)}
        assert "(Theo bản giấy đã ban hành.)" in texts


class TestTheWatermark:
    def test_a_draft_has_it_and_a_sent_issued_plan_has_not(self, version):
        PlanIssueFactory(version=version)
        assert paper(version).watermark == "BẢN NHÁP"
        accept(send(version))
        assert paper(version).watermark == ""

    def test_a_plan_that_is_accepted_and_not_issued_has_it(self, version):
        accept(send(version))
        assert paper(version).watermark == "BẢN NHÁP"

    def test_an_unconfirmed_indicator_keeps_it_and_is_named(self, scene, version):
        indicator = scene.campaign.indicators.first()
        part = section(version, SectionKind.AREA, number=1)
        PlanTargetFactory(version=version, section=part, indicator=indicator)
        type(indicator).objects.filter(pk=indicator.pk).update(confirmed=False)
        PlanIssueFactory(version=version)
        send(version)
        made = paper(version)
        assert made.watermark == "BẢN NHÁP"
        (table,) = (block for block in made.blocks if isinstance(block, Table))
        assert table.rows[0][1].endswith("(chưa xác nhận)")


class TestTheSignature:
    @pytest.mark.parametrize(
        ("capacity", "title", "shown"),
        [
            ("", "Cục trưởng", ("CỤC TRƯỞNG",)),
            ("KT.", "Phó Cục trưởng", ("KT. CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG")),
            ("TL.", "Chánh Văn phòng", ("TL. CỤC TRƯỞNG", "CHÁNH VĂN PHÒNG")),
            ("TUQ.", "Trưởng phòng", ("TUQ. CỤC TRƯỞNG", "TRƯỞNG PHÒNG")),
            ("TM.", "Cục trưởng", ("TM. TẬP THỂ LÃNH ĐẠO", "CỤC TRƯỞNG")),
            ("Q.", "Cục trưởng", ("Q. CỤC TRƯỞNG",)),
        ],
    )
    def test_the_authority_by_capacity(self, capacity, title, shown):
        unit = UnitFactory.build(kind=UnitKind.AUTHORITY)
        issue = PlanIssue(signing_capacity=capacity, signer_title=title, signer_name="Lê Thị Hoa")
        assert signature_of(unit, unit, issue).authority == shown

    @pytest.mark.parametrize(
        ("capacity", "title", "shown"),
        [
            ("", "Vụ trưởng", ("TL. BỘ TRƯỞNG", "VỤ TRƯỞNG VỤ PHÁP CHẾ")),
            ("KT.", "Phó Vụ trưởng", ("TL. BỘ TRƯỞNG", "KT. VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG")),
            ("KT.", "Thứ trưởng", ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG")),
        ],
    )
    def test_under_the_ministry(self, capacity, title, shown):
        ministry = UnitFactory.build(pk=1, kind=UnitKind.MINISTRY)
        unit = UnitFactory.build(pk=2, kind=UnitKind.DEPARTMENT, name_vi="Vụ Pháp chế")
        issue = PlanIssue(signing_capacity=capacity, signer_title=title, signer_name="Lê Thị Hoa")
        assert signature_of(unit, ministry, issue).authority == shown

    @pytest.mark.parametrize(
        "typed",
        ["Nguyễn Văn Ân", "PGS.TS. Nguyễn Văn Ân", "TS Nguyễn Văn Ân", "ThS. Nguyễn Văn Ân"],
    )
    def test_no_academic_title_stands_before_the_name(self, typed):
        unit = UnitFactory.build()
        issue = PlanIssue(signer_title="Cục trưởng", signer_name=typed)
        assert signature_of(unit, unit, issue).name == "Nguyễn Văn Ân"

    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("Viện Phim Việt Nam", "Viện trưởng"),
            ("Trường Đại học Văn hóa Hà Nội", "Hiệu trưởng"),
            ("Tạp chí Văn hóa Nghệ thuật", "Tổng Biên tập"),
            ("Bảo tàng Hồ Chí Minh", "Giám đốc"),
        ],
    )
    def test_the_head_of_a_service_unit_is_called_after_its_house(self, name, title):
        assert head_title(UnitFactory.build(kind=UnitKind.SERVICE_UNIT, name_vi=name)) == title


def test_sixty_tasks_print_in_less_than_one_and_a_half_times_the_bare_renderer(version):
    part = section(version, SectionKind.AREA, number=1)
    PlanTask.objects.bulk_create(
        PlanTask(version=version, section=part, position=n, title=f"Số hóa hồ sơ di tích {n}")
        for n in range(60)
    )
    whole, ours, bare = [], [], []
    for _round in range(5):
        # Another text each time: Typst remembers what it has laid out.
        part.tasks.update(title=Concat("title", Value(" a")))
        began = time.process_time()
        loaded = read(version)
        read_in = time.process_time() - began
        began = time.process_time()
        pdf_of(paper_of(**loaded))
        ours.append(time.process_time() - began)
        whole.append(ours[-1] + read_in)
        part.tasks.update(title=Concat("title", Value(" b")))
        inputs = inputs_of(paper(version))
        began = time.process_time()
        typst.compile(
            HERE / "paper.typ", root=HERE, font_paths=[FONTS], ignore_system_fonts=True,
            format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"],
        )  # fmt: skip
        bare.append(time.process_time() - began)
    ratio = min(ours) / min(bare)
    sys.stdout.write(
        f"\n60 tasks: bare {min(bare) * 1000:.0f} ms, ours {ratio:.2f} times as long, "
        f"with the queries {min(whole) / min(bare):.2f} times\n"
    )
    assert ratio < 1.5
