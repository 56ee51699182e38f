"""Drafts, paper made for signature, and the receipt: what each carries, and who gets it."""

import io
from typing import Any

import pdfplumber
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from campaigns.models import PlanVersion
from campaigns.plans.receipts import grouped_hash
from campaigns.programme.models import PlanFlow
from tests.campaigns.plans.scenes import Scene, fill, make_scene
from tests.factories.campaigns import (
    IndicatorFactory,
    PlanTargetFactory,
    PlanTargetYearFactory,
    accept,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=2)


def complete(scene: Scene) -> PlanVersion:
    """Write everything, and issue nothing: what the unit prints to have it signed."""
    version = scene.start()
    fill(version, by=scene.officer)
    return version


def with_unconfirmed(scene: Scene, version: PlanVersion) -> str:
    """Promise a target for an indicator nobody has confirmed; return its name."""
    part = version.sections.get(area__number=2)
    indicator = IndicatorFactory(
        campaign=scene.campaign, area=part.area, confirmed=False, name_vi="Số mô hình mới"
    )
    target = PlanTargetFactory(version=version, section=part, indicator=indicator)
    PlanTargetYearFactory(version=version, target=target, year=2026, value=5)
    return str(indicator.name_vi)


def address(name: str, version: PlanVersion) -> str:
    return reverse(f"campaigns:plan-{name}", args=[version.plan_id, version.number])


def text_of(response: Any) -> str:
    with pdfplumber.open(io.BytesIO(response.content)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def has_watermark(response: Any) -> bool:
    with pdfplumber.open(io.BytesIO(response.content)) as pdf:
        return any(char["size"] > 50 for char in pdf.pages[0].chars)


class TestPaperForSignature:
    def test_a_complete_draft_prints_clean_before_it_is_issued(self, scene, client, sign_in):
        version = complete(scene)
        sign_in(client, scene.officer)
        pdf = client.get(address("final-pdf", version))
        assert pdf.status_code == 200
        assert not has_watermark(pdf)
        text = text_of(pdf)
        assert "Số: …/KH-" in text
        assert "ngày … tháng … năm …" in text
        assert scene.head.person.full_name in text
        assert "testserver" not in text
        word = client.get(address("final-docx", version))
        section = Document(io.BytesIO(word.content)).sections[0]
        assert "textpath" not in section.first_page_header._element.xml
        assert section.first_page_footer.is_linked_to_previous

    def test_the_draft_of_the_same_version_has_watermark_hash_and_address(
        self, scene, client, sign_in
    ):
        version = complete(scene)
        sign_in(client, scene.officer)
        pdf = client.get(address("print-pdf", version))
        assert has_watermark(pdf)
        assert f"http://testserver{version.get_absolute_url()}" in text_of(pdf)
        sent = send(version)
        short = grouped_hash(sent.content_hash[:16])
        assert short in text_of(client.get(address("print-pdf", sent)))

    @pytest.mark.parametrize("form", ["pdf", "docx"])
    def test_what_is_not_confirmed_blocks_it_by_name(self, form, scene, client, sign_in):
        version = complete(scene)
        name = with_unconfirmed(scene, version)
        administrator = MandateFactory(unit=scene.campaign.host_unit, role=Role.ADMINISTRATOR)
        sign_in(client, scene.officer)
        response = client.get(address(f"final-{form}", version))
        assert response.status_code == 409
        page = response.content.decode()
        assert name in page
        assert administrator.person.full_name in page
        assert [item.indicator.name_vi for item in response.context["fitness"].unconfirmed] == [
            name
        ]
        assert response.context["missing"] == []
        # The draft prints all the same.
        assert client.get(address(f"print-{form}", version)).status_code == 200

    def test_once_confirmed_it_prints(self, scene, client, sign_in):
        version = complete(scene)
        with_unconfirmed(scene, version)
        scene.campaign.indicators.update(confirmed=True)
        sign_in(client, scene.officer)
        assert client.get(address("final-pdf", version)).status_code == 200

    def test_what_is_missing_blocks_it_and_leads_to_its_field(self, scene, client, sign_in):
        version = scene.start()
        sign_in(client, scene.officer)
        response = client.get(address("final-pdf", version))
        assert response.status_code == 409
        addresses = [where for where, _sentence in response.context["missing"]]
        purpose = reverse("campaigns:plan-section", args=[version.plan_id, "purpose"])
        assert f"{purpose}#id_narrative" in addresses
        # Number, date, signer and scan come after the signature.
        assert not any("/issue/" in where or "/papers/" in where for where in addresses)

    def test_parts_that_are_only_on_paper_block_it(self, scene, client, sign_in):
        version = make_draft(phase=scene.phase, unit=scene.unit, registered_from_paper=True)
        send(version)
        sign_in(client, scene.reviewer)
        response = client.get(address("final-pdf", version))
        assert response.status_code == 409
        assert len(response.context["fitness"].empty) == 5
        assert all(where == "" for where, _sentence in response.context["missing"])

    def test_an_issued_plan_prints_clean_for_everybody_who_reads_it(self, scene, client, sign_in):
        version = accept(scene.sent())
        sign_in(client, scene.reviewer)
        final = client.get(address("final-pdf", version))
        assert final.status_code == 200
        assert "Số: 12/KH-DSVH" in text_of(final)
        assert text_of(client.get(address("print-pdf", version))) == text_of(final)

    @pytest.mark.parametrize("name", ["print-pdf", "print-docx", "final-pdf", "final-docx"])
    def test_a_foreign_draft_is_not_found(self, name, scene, client, sign_in):
        version = complete(scene)
        stranger = UnitFactory()
        scene.campaign.participants.create(unit=stranger)
        sign_in(client, MandateFactory(unit=stranger))
        assert client.get(address(name, version)).status_code == 404

    def test_where_review_comes_first_an_accepted_plan_prints_to_be_signed(self, client, sign_in):
        scene = make_scene(areas=1, plan_flow=PlanFlow.REVIEW_FIRST)
        version = accept(send(complete(scene)))
        sign_in(client, scene.officer)
        assert has_watermark(client.get(address("print-pdf", version)))
        assert not has_watermark(client.get(address("final-pdf", version)))

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_the_refusal_asks_as_often_however_much_is_missing(self, count, scene, client, sign_in):
        version = complete(scene)
        part = version.sections.get(area__number=2)
        for _number in range(count):
            indicator = IndicatorFactory(campaign=scene.campaign, area=part.area, confirmed=False)
            PlanTargetFactory(version=version, section=part, indicator=indicator)
        sign_in(client, scene.officer)
        client.get(address("final-pdf", version))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address("final-pdf", version)).status_code == 409
        assert len(queries) == 18


class TestTheButtons:
    @pytest.mark.parametrize("page", ["detail", "check"])
    def test_a_draft_offers_both_prints(self, page, scene, client, sign_in):
        version = complete(scene)
        sign_in(client, scene.officer)
        url = reverse(f"campaigns:plan-{page}", args=[version.plan_id])
        shown = client.get(url).content.decode()
        for name in ("print-pdf", "print-docx", "final-pdf", "final-docx"):
            assert f'href="{address(name, version)}"' in shown

    def test_an_issued_plan_offers_its_paper_only(self, scene, client, sign_in):
        version = scene.sent()
        sign_in(client, scene.officer)
        shown = client.get(version.get_absolute_url()).content.decode()
        assert f'href="{address("final-pdf", version)}"' in shown
        assert address("print-pdf", version) not in shown
        assert "data-print" not in shown

    def test_a_version_that_waits_says_why_it_prints_as_a_draft(self, client, sign_in):
        scene = make_scene(areas=1, plan_flow=PlanFlow.REVIEW_FIRST)
        version = send(complete(scene))
        sign_in(client, scene.officer)
        response = client.get(version.get_absolute_url())
        (reason,) = response.context["draft_reasons"]
        assert str(reason) in response.content.decode()


class TestTheReceipt:
    def test_it_says_what_came_in_and_leads_back(self, scene, client, sign_in):
        version = scene.sent()
        sign_in(client, scene.officer)
        response = client.get(address("receipt-pdf", version))
        assert response["Content-Type"] == "application/pdf"
        text = text_of(response)
        assert "BIÊN NHẬN" in text
        assert scene.officer.person.full_name in text
        assert grouped_hash(version.content_hash)[:17] in text
        assert f"http://testserver{version.get_absolute_url()}" in text
        assert not has_watermark(response)

    def test_a_draft_has_none(self, scene, client, sign_in):
        version = scene.start()
        sign_in(client, scene.officer)
        assert client.get(address("receipt-pdf", version)).status_code == 404

    def test_another_unit_does_not_get_it(self, scene, client, sign_in):
        version = accept(scene.sent())
        stranger: Mandate = MandateFactory(unit=UnitFactory())
        scene.campaign.participants.create(unit=stranger.unit)
        sign_in(client, stranger)
        assert client.get(version.get_absolute_url()).status_code == 200
        assert client.get(address("receipt-pdf", version)).status_code == 404
