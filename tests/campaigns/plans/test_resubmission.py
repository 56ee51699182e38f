"""A version sent again: the reviewer sees what changed, what was asked, and what was answered."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import PlanVersion, Remark
from campaigns.plans.actions.answering import reply_to_remark, tick_remark
from campaigns.plans.actions.reviewing import return_plan
from campaigns.plans.models import PinKind
from campaigns.plans.queries import section_by_key
from tests.campaigns.plans.remark_scenes import (
    PARAGRAPHS,
    amended,
    returned_with_pins,
    sent_again,
    sent_with_words,
)
from tests.campaigns.plans.scenes import AT, Scene, make_scene, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=2)


@pytest.fixture
def again(scene: Scene) -> PlanVersion:
    """Sent again: area 1 as it was, the purpose rewritten, the first remark ticked and answered."""
    _returned, made = returned_with_pins(scene)
    draft = amended(scene)
    save(section_by_key(draft, "purpose"), by=scene.officer, narrative="Mục đích viết lại.")
    tick_remark(remark=made[0], done=True, by=scene.officer.actor, at=AT)
    reply_to_remark(
        remark=made[0], body="Đơn vị đã rà soát", by=scene.officer.actor,
        at=AT + timedelta(days=2),
    )  # fmt: skip
    return sent_again(scene, draft)


@pytest.fixture
def reviewer(client, sign_in, scene):
    return sign_in(client, scene.reviewer)


def page(client, version, **query):
    return client.get(reverse("campaigns:review", args=[version.pk]), query)


def parts(response):
    return {part.section.key: part for part in response.context["sections"]}


class TestWhatChanged:
    def test_only_changed_parts_stand_open(self, reviewer, again):
        response = page(reviewer, again)
        folded = {key for key, part in parts(response).items() if part.folded}
        assert folded == {"legal_bases", "area-1", "area-2", "organisation"}
        content = response.content.decode()
        assert content.count('<details class="more doc-folded"') == 4
        assert "show=all" in content

    def test_everything_is_one_link_away(self, reviewer, again):
        response = page(reviewer, again, show="all")
        assert not any(part.folded for part in parts(response).values())
        assert "doc-folded" not in response.content.decode()

    def test_a_first_version_is_shown_whole(self, reviewer, scene):
        response = page(reviewer, sent_with_words(scene))
        assert not any(part.folded for part in parts(response).values())
        assert response.context["before"] is None

    def test_the_part_a_remark_is_pinned_in_stands_open(self, reviewer, again):
        response = page(reviewer, again, pin="area-2:p1")
        assert not parts(response)["area-2"].folded

    def test_links_to_the_comparison(self, reviewer, again):
        content = page(reviewer, again).content.decode()
        address = reverse("campaigns:plan-compare", args=[again.plan_id, 1, 2])
        assert address in content


class TestEarlierRemarks:
    def test_stand_beside_their_places_with_answers_and_ticks(self, reviewer, again):
        response = page(reviewer, again)
        earlier = parts(response)["area-1"].remarks
        assert [view.is_earlier for view in earlier] == [True, True, True]
        assert response.context["earlier"] == {"total": 3, "ticked": 1, "replies": 1}
        content = response.content.decode()
        assert "Đơn vị đã rà soát" in content
        assert PARAGRAPHS[1] in content
        assert content.count("doc-remark is-earlier") == 3

    def test_are_not_sent_again_with_the_decision(self, reviewer, again):
        assert page(reviewer, again).context["my_remarks"] == []

    def test_on_two_rounds_only_the_last_stand_there(self, reviewer, scene, again):
        return_plan(version=again, reason="Thêm", by=scene.reviewer.actor, at=AT)
        third = sent_again(scene, amended(scene))
        assert page(reviewer, third).context["earlier"]["total"] == 0

    def test_ids_are_unique(self, reviewer, again):
        for query in ({}, {"show": "all"}, {"pin": "area-1:p2"}):
            content = page(reviewer, again, **query).content.decode()
            ids = [part.split('"')[0] for part in content.split(' id="')[1:]]
            assert len(ids) == len(set(ids)), query

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, scene, client, sign_in):
        version = sent_with_words(scene)
        section = section_by_key(version, "area-1")
        Remark.objects.bulk_create(
            Remark(version=version, section=section, author=scene.reviewer, body="Thêm",
                   created_at=AT, pin_kind=PinKind.PARAGRAPH, paragraph=1, quote=f"Đoạn {number}")
            for number in range(count)
        )  # fmt: skip
        return_plan(version=version, reason="Bổ sung", by=scene.reviewer.actor, at=AT)
        again = sent_again(scene, amended(scene))
        sign_in(client, scene.reviewer)
        page(client, again)
        with CaptureQueriesContext(connection) as queries:
            assert page(client, again).status_code == 200
        assert len(queries) == 26


class TestTheUnitsPages:
    def test_the_unit_reads_remarks_at_their_places(self, client, sign_in, scene):
        returned, made = returned_with_pins(scene)
        sign_in(client, scene.officer)
        content = client.get(returned.get_absolute_url()).content.decode()
        for remark in made:
            assert f'id="remark-{remark.pk}"' in content
            assert reverse("campaigns:remark", args=[remark.pk]) in content
        assert 'href="#part-area-1-p2"' in content
        assert "doc-pin" not in content.replace("doc-pinned", "")

    def test_both_sides_see_how_long_it_took(self, client, sign_in, scene, again):
        sign_in(client, scene.officer)
        shown = client.get(again.get_absolute_url()).context["turn_round"]
        assert shown.unit == 2  # asked on Monday, sent again on Wednesday
        sign_in(client, scene.reviewer)
        assert page(client, again).context["turn_round"].unit == 2
        first = client.get(again.based_on.get_absolute_url()).context["turn_round"]
        assert (first.department, first.is_decided) == (1, True)
