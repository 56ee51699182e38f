"""A version as official paper: who may print it, what it says, and when it is fit to sign."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pdfplumber
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from campaigns.models import PlanTask, PlanVersion
from campaigns.plans.models import PaperKind, PlanIssue, SectionKind
from campaigns.plans.paper import as_draft, draft_reasons
from campaigns.plans.record_codes import record_code
from campaigns.plans.signing import head_of, head_title, signature_of
from emulation_portal.core.documents.model import Paragraph, Part, Table
from tests.campaigns.plans.paper_scenes import ministry_scene, paper, read, section
from tests.campaigns.plans.scenes import Scene
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
    return ministry_scene()


@pytest.fixture
def version(scene: Scene) -> PlanVersion:
    return make_draft(phase=scene.phase, unit=scene.unit)


def watermark(version: PlanVersion) -> str:
    """Read what the print of the version as it stands has behind its text."""
    loaded = read(version)
    del loaded["papers"]
    made = paper(version)
    return (
        as_draft(made, record_code(loaded["version"])) if draft_reasons(**loaded) else made
    ).watermark


def fill(version: PlanVersion) -> None:
    """Write some text into every part."""
    version.sections.update(narrative="Nội dung.")


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
        assert len(queries) == 18


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
        fill(version)
        PlanIssueFactory(version=version)
        assert watermark(version) == "BẢN NHÁP"
        accept(send(version))
        assert watermark(version) == ""

    def test_a_plan_that_is_accepted_and_not_issued_has_it(self, version):
        fill(version)
        accept(send(version))
        assert watermark(version) == "BẢN NHÁP"

    def test_an_unconfirmed_indicator_keeps_it_and_is_named(self, scene, version):
        fill(version)
        indicator = scene.campaign.indicators.first()
        part = section(version, SectionKind.AREA, number=1)
        PlanTargetFactory(version=version, section=part, indicator=indicator)
        type(indicator).objects.filter(pk=indicator.pk).update(confirmed=False)
        PlanIssueFactory(version=version)
        send(version)
        assert watermark(version) == "BẢN NHÁP"
        (table,) = (block for block in paper(version).blocks if isinstance(block, Table))
        assert table.rows[0][1].endswith("(chưa xác nhận)")

    def test_a_part_that_is_only_on_paper_keeps_it(self, version):
        PlanIssueFactory(version=version)
        accept(send(version))
        assert watermark(version) == "BẢN NHÁP"


class TestTheAnnexes:
    def tasks(self, version: PlanVersion, area: int, count: int) -> None:
        part = section(version, SectionKind.AREA, number=area)
        PlanTask.objects.bulk_create(
            PlanTask(version=version, section=part, position=n, title=f"Việc {n}")
            for n in range(count)
        )

    def test_a_table_of_twenty_rows_stays_in_the_text(self, version):
        self.tasks(version, 1, 20)
        made = paper(version)
        assert made.annexes == ()
        assert any(isinstance(block, Table) for block in made.blocks)

    def test_a_longer_one_becomes_an_annex_that_the_text_names(self, version):
        self.tasks(version, 1, 21)
        made = paper(version)
        (annex,) = made.labelled_annexes()
        assert (annex.label, annex.title[0], annex.landscape) == (
            "Phụ lục", "NHIỆM VỤ CỤ THỂ", False,
        )  # fmt: skip
        assert " ".join(annex.reference) == (
            "(Kèm theo Kế hoạch số …/KH-DSVH ngày … tháng … năm … của Cục Di sản văn hóa)"
        )
        texts = [block.text for block in made.blocks if isinstance(block, Paragraph)]
        assert "Nhiệm vụ cụ thể: gồm 21 dòng, chi tiết tại Phụ lục kèm theo." in texts

    def test_several_are_counted_in_roman_numerals(self, version):
        self.tasks(version, 1, 21)
        self.tasks(version, 2, 30)
        made = paper(version)
        assert [annex.label for annex in made.labelled_annexes()] == ["Phụ lục I", "Phụ lục II"]
        texts = " ".join(block.text for block in made.blocks if isinstance(block, Paragraph))
        assert texts.index("Phụ lục I kèm theo") < texts.index("Phụ lục II kèm theo")

    def test_targets_of_many_years_lie_sideways(self, scene, version):
        scene.phase.ends_on = date(2031, 1, 1)
        scene.phase.save()
        part = section(version, SectionKind.AREA, number=1)
        target = PlanTargetFactory(
            version=version, section=part, indicator=scene.campaign.indicators.first()
        )
        for year in range(2025, 2031):
            PlanTargetYearFactory(version=version, target=target, year=year, value=Decimal(10**7))
        (annex,) = paper(version).annexes
        assert annex.landscape
        assert annex.title[0] == "CHỈ TIÊU THI ĐUA"

    def test_attached_annexes_are_listed_at_the_end(self, version):
        fill(version)
        PlanPaperFactory(version=version, kind=PaperKind.ANNEX, abstract="Dự toán kinh phí")
        PlanPaperFactory(
            version=version, kind=PaperKind.ANNEX, number_symbol="7/BC-DSVH",
            issue_date=date(2026, 2, 5), issuer="Cục Di sản văn hóa", abstract="Khảo sát",
        )  # fmt: skip
        texts = [block.text for block in paper(version).blocks if isinstance(block, Paragraph)]
        assert texts[-3:] == [
            "Tài liệu gửi kèm Kế hoạch này:",
            "- Dự toán kinh phí;",
            (
                "- Văn bản số 7/BC-DSVH ngày 05 tháng 02 năm 2026 của Cục Di sản văn hóa về "
                "khảo sát./."
            ),
        ]


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

    def test_before_the_issue_the_head_of_the_day_signs(self, scene):
        day = date(2026, 11, 22)
        head = head_of(scene.unit, on=day)
        assert head is not None
        assert signature_of(scene.unit, scene.unit, None, head).name == scene.head.person.full_name

    def test_nobody_is_named_where_two_lead(self, scene):
        MandateFactory(unit=scene.unit, role=Role.UNIT_HEAD)
        assert head_of(scene.unit, on=date(2026, 11, 22)) is None

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
