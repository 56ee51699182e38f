"""Factories of what reviewers and units say about a version, and of what helps reviewers."""

from datetime import datetime

import factory
from factory.django import DjangoModelFactory

from campaigns.models import (
    ChecklistAnswer,
    ChecklistItem,
    RemarkReply,
    RemarkTick,
    StockPhrase,
)
from campaigns.plans.models import Answer
from campaigns.programme.review_aids import PhraseKind
from tests.factories.campaigns import (
    HANOI,
    CampaignFactory,
    PlanVersionFactory,
    RemarkFactory,
    send,
)
from tests.factories.units import MandateFactory


class RemarkReplyFactory(DjangoModelFactory[RemarkReply]):
    class Meta:
        model = RemarkReply

    remark = factory.SubFactory(RemarkFactory)
    author = factory.SubFactory(MandateFactory)
    body = "Đơn vị đã bổ sung thời hạn."
    created_at = datetime(2026, 11, 13, 9, 0, tzinfo=HANOI)


class RemarkTickFactory(DjangoModelFactory[RemarkTick]):
    class Meta:
        model = RemarkTick

    remark = factory.SubFactory(RemarkFactory)
    ticked_by = factory.SubFactory(MandateFactory)
    ticked_at = datetime(2026, 11, 13, 9, 30, tzinfo=HANOI)


class ChecklistItemFactory(DjangoModelFactory[ChecklistItem]):
    class Meta:
        model = ChecklistItem

    campaign = factory.SubFactory(CampaignFactory)
    code = factory.Sequence(lambda n: f"item-{n}")
    text_vi = factory.Sequence(lambda n: f"Có chỉ tiêu đo được {n}")
    text_en = factory.Sequence(lambda n: f"Targets can be measured {n}")
    position = factory.Sequence(int)


class ChecklistAnswerFactory(DjangoModelFactory[ChecklistAnswer]):
    """An answer about a version under review: about others the database takes none."""

    class Meta:
        model = ChecklistAnswer

    version = factory.LazyFunction(lambda: send(PlanVersionFactory.create()))
    item = factory.SubFactory(ChecklistItemFactory)
    answer = Answer.YES
    answered_by = factory.SubFactory(MandateFactory)
    answered_at = datetime(2026, 11, 11, 9, 0, tzinfo=HANOI)


class StockPhraseFactory(DjangoModelFactory[StockPhrase]):
    class Meta:
        model = StockPhrase

    campaign = factory.SubFactory(CampaignFactory)
    kind = PhraseKind.REMARK
    text_vi = factory.Sequence(lambda n: f"Đề nghị nêu rõ sản phẩm {n}.")
