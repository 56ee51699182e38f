"""Stock phrases: the department's own list, and inserting one without losing what is typed."""

import pytest
from django.urls import reverse

from campaigns.models import StockPhrase
from campaigns.plans.phrases import phrases_of, with_phrase
from emulation_portal.core import audit
from tests.campaigns.plans.scenes import Scene, make_scene
from tests.factories.reviewing import StockPhraseFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


@pytest.fixture
def reviewer(client, sign_in, scene):
    return sign_in(client, scene.reviewer)


def fields(**changes):
    return {
        "text_vi": "Đề nghị nêu rõ.",
        "kind": "remark",
        "position": "3",
        "active": "on",
    } | changes


class TestTheList:
    def address(self, scene):
        return reverse("campaigns:phrase-list", args=[scene.campaign.code])

    def test_is_added_to(self, reviewer, scene):
        assert reviewer.post(self.address(scene), fields()).url == self.address(scene)
        row = StockPhrase.objects.get()
        assert (row.text_vi, row.kind, row.position, row.active, row.code) == (
            "Đề nghị nêu rõ.", "remark", 3, True, "",
        )  # fmt: skip
        assert audit.entries_of(scene.campaign).last().action == "phrase.added"
        assert "Đề nghị nêu rõ." in reviewer.get(self.address(scene)).content.decode()

    @pytest.mark.parametrize(
        ("name", "value"),
        [("text_vi", " "), ("text_vi", "Dài " * 200), ("kind", "x"), ("position", "-1")],
    )
    def test_refuses_what_is_wrong_at_its_field(self, name, value, reviewer, scene):
        response = reviewer.post(self.address(scene), fields(**{name: value}))
        assert response.status_code == 422
        assert name in response.context["form"].errors
        assert value.strip() in response.content.decode()
        assert not StockPhrase.objects.exists()

    def test_a_phrase_is_changed_or_no_longer_offered(self, reviewer, scene):
        row = StockPhraseFactory(campaign=scene.campaign)
        address = reverse("campaigns:phrase-change", args=[row.pk])
        assert row.text_vi in reviewer.get(address).content.decode()
        reviewer.post(address, {"text_vi": "Câu mới.", "kind": "return", "position": "1"})
        row.refresh_from_db()
        assert (row.text_vi, row.kind, row.active) == ("Câu mới.", "return", False)
        assert phrases_of(scene.campaign).for_return == []
        before = audit.entries_of(scene.campaign).count()
        reviewer.post(address, {"text_vi": "Câu mới.", "kind": "return", "position": "1"})
        assert audit.entries_of(scene.campaign).count() == before

    def test_of_another_campaign_is_not_found(self, reviewer, scene):
        row = StockPhraseFactory()
        address = reverse("campaigns:phrase-change", args=[row.pk])
        assert reviewer.get(address).status_code == 404
        assert reviewer.post(address, fields()).status_code == 404

    @pytest.mark.parametrize("role", [role for role in Role if "department" not in role])
    def test_is_for_the_department(self, role, client, sign_in, scene):
        sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))
        row = StockPhraseFactory(campaign=scene.campaign)
        for address in (self.address(scene), reverse("campaigns:phrase-change", args=[row.pk])):
            assert client.get(address).status_code == 403
            assert client.post(address, fields()).status_code == 403


class TestInserting:
    def test_into_a_remark_keeps_what_is_typed_and_the_place(self, reviewer, scene):
        version = scene.sent()
        phrase = StockPhraseFactory(campaign=scene.campaign)
        response = reviewer.post(
            reverse("campaigns:review-remark", args=[version.pk, "area-1"]),
            {"do": "insert", "phrase": phrase.pk, "body": "Đã viết", "pin": "p1"},
        )
        (form,) = (
            part.form for part in response.context["sections"] if part.section.key == "area-1"
        )
        assert form["body"].value() == f"Đã viết\n{phrase.text_vi}"
        assert (form["pin"].value(), form.is_open) == ("p1", True)
        assert not version.remarks.exists()

    def test_into_the_reason_keeps_the_choice(self, reviewer, scene):
        version = scene.sent()
        phrase = StockPhraseFactory(campaign=scene.campaign, kind="return")
        response = reviewer.post(
            reverse("campaigns:review-decide", args=[version.pk]),
            {"do": "insert", "phrase": phrase.pk, "decision": "return", "reason": ""},
        )
        form = response.context["decision"]
        assert (form["decision"].value(), form["reason"].value()) == ("return", phrase.text_vi)
        version.refresh_from_db()
        assert version.decided_at is None

    @pytest.mark.parametrize("chosen", ["", "x", "٣", "9" * 30, "-1", "999999"])
    def test_nothing_chosen_changes_nothing(self, chosen, scene):
        StockPhraseFactory(campaign=scene.campaign)
        assert with_phrase("Đã viết", chosen, scene.campaign) == "Đã viết"

    def test_one_of_another_campaign_or_not_offered_is_not_inserted(self, scene):
        for phrase in (
            StockPhraseFactory(),
            StockPhraseFactory(campaign=scene.campaign, active=False),
        ):
            assert with_phrase("", str(phrase.pk), scene.campaign) == ""

    def test_the_page_offers_each_where_it_belongs(self, reviewer, scene):
        version = scene.sent()
        rows = {
            kind: StockPhraseFactory(campaign=scene.campaign, kind=kind)
            for kind in ("remark", "return", "accept")
        }
        content = reviewer.get(reverse("campaigns:review", args=[version.pk])).content.decode()
        decision = content.split('id="decision"')[1]
        assert rows["remark"].text_vi not in decision
        assert rows["return"].text_vi in decision
        assert rows["accept"].text_vi in decision
        assert content.count(rows["remark"].text_vi) == len(scene.plan.current.sections.all()) + 2
