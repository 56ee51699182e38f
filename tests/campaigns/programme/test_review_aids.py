"""The checklist and the stock phrases of a campaign file: loaded, compared, refused."""

import pytest
import yaml
from django.conf import settings

from campaigns.indicators.actions import BreakingChange, load_campaign
from campaigns.indicators.loader import CampaignFileRefused, read_campaign_file
from campaigns.models import Campaign, ChecklistItem, StockPhrase
from campaigns.programme.review_aids import PhraseKind
from emulation_portal.core.actors import Actor
from tests.campaigns.plans.scenes import AT
from tests.campaigns.programme.files import SMALL, make_units
from tests.factories.reviewing import ChecklistAnswerFactory, StockPhraseFactory

pytestmark = pytest.mark.django_db

AIDS = """
checklist:
  - code: whole
    area: null
    text: {vi: Kế hoạch đúng thẩm quyền, en: Issued by the right person}
    source: Đề xuất
  - code: first
    area: 1
    text: {vi: Có chỉ tiêu, en: There are targets}
stock_phrases:
  - {code: product, kind: remark, text: Đề nghị nêu rõ sản phẩm.}
"""


@pytest.fixture(autouse=True)
def units():
    make_units()


def load(text):
    document = read_campaign_file(text.encode())
    return load_campaign(document=document, by=Actor.system(), at=AT)


def test_are_loaded_once():
    load(SMALL + AIDS)
    whole, first = ChecklistItem.objects.order_by("position")
    assert (whole.area, first.area.number) == (None, 1)
    assert (whole.source, whole.confirmed) == ("Đề xuất", False)
    assert StockPhrase.objects.get().text_vi == "Đề nghị nêu rõ sản phẩm."
    assert load(SMALL + AIDS).is_empty


def test_a_file_without_them_is_whole():
    load(SMALL)
    assert not ChecklistItem.objects.exists()


def test_what_the_department_changed_is_kept_and_its_own_stay():
    load(SMALL + AIDS)
    own = StockPhraseFactory(campaign=Campaign.objects.get())
    StockPhrase.objects.filter(code="product").update(text_vi="Câu của Vụ.")
    load(SMALL + AIDS.replace("nêu rõ sản phẩm", "ghi rõ sản phẩm"))
    assert StockPhrase.objects.get(code="product").text_vi == "Câu của Vụ."
    load(SMALL)
    assert StockPhrase.objects.filter(pk=own.pk).exists()
    assert StockPhrase.objects.filter(code="product").exists()


def test_an_item_no_longer_named_goes_unless_it_was_answered():
    load(SMALL + AIDS)
    head, _first, tail = AIDS.partition("  - code: first")
    shorter = SMALL + head + tail[tail.index("\nstock_phrases") :]
    load(shorter)
    assert [item.code for item in ChecklistItem.objects.all()] == ["whole"]
    load(SMALL + AIDS)
    ChecklistAnswerFactory(item=ChecklistItem.objects.get(code="first"))
    with pytest.raises(BreakingChange):
        load(shorter)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("area: 1\n    text", "area: 9\n    text"),
        ("code: first", "code: whole"),
        ("kind: remark", "kind: other"),
        ("text: {vi: Có chỉ tiêu, en: There are targets}", "text: {vi: Có chỉ tiêu}"),
    ],
)
def test_mistakes_are_named_with_their_lines(old, new):
    with pytest.raises(CampaignFileRefused) as refused:
        read_campaign_file((SMALL + AIDS.replace(old, new)).encode())
    assert all(problem.place.line > SMALL.count("\n") for problem in refused.value.problems)


def test_the_ministrys_file_asks_about_every_area_and_offers_every_kind():
    text = (settings.BASE_DIR / "campaigns/data/bvhttdl.yaml").read_text("utf-8")
    content = yaml.safe_load(text)
    assert {item["area"] for item in content["checklist"]} == {None, 1, 2, 3, 4, 5}
    assert {row["kind"] for row in content["stock_phrases"]} == set(PhraseKind.values)
    assert not any(item["confirmed"] for item in content["checklist"])
