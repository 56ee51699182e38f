"""A plan of 3,000 words compares within three times the bare two-level difflib.

CPU time, medians of runs that take turns; what was measured stands in the JUnit report.
"""

import random
import time
from difflib import SequenceMatcher
from statistics import median

import pytest
from django.test import RequestFactory
from django.urls import reverse

from campaigns.models import PlanSection
from campaigns.plans.comparing import compare_versions
from campaigns.plans.views.comparing import plan_compare
from tests.campaigns.plans.scenes import make_scene
from tests.factories.campaigns import give_back, make_draft, send

pytestmark = [pytest.mark.django_db, pytest.mark.timed]

WORDS, PARAGRAPH, ROUNDS = 3_000, 100, 15
SYLLABLES = [
    "đơn",
    "vị",
    "hoàn",
    "thành",
    "số",
    "hóa",
    "hồ",
    "sơ",
    "di",
    "sản",
    "văn",
    "hóa",
    "phi",
    "vật",
    "thể",
    "trong",
    "năm",
    "theo",
    "kế",
    "hoạch",
    "được",
    "giao",
    "và",
    "báo",
    "cáo",
    "kết",
    "quả",
    "về",
    "vụ",
    "tổ",
    "chức",
    "cán",
    "bộ",
    "trước",
    "ngày",
    "cuối",
    "quý",
    "cán",
    "bộ",
    "đầu",
    "mối",
    "tổng",
    "hợp",
    "dữ",
    "liệu",
    "phòng",
    "quản",
    "lý",
    "bảo",
    "đảm",
    "an",
    "toàn",
    "thông",
    "tin",
    "mạng",
    "nâng",
    "cao",
    "nhận",
    "thức",
    "chuyển",
    "đổi",
]


def written(chance):
    """Paragraphs of one plan with the frequency of syllables that Vietnamese has."""
    weights = [1 / (rank + 1) for rank in range(len(SYLLABLES))]
    return [chance.choices(SYLLABLES, weights, k=PARAGRAPH) for _ in range(WORDS // PARAGRAPH)]


def edited(paragraphs, chance):
    """A plan returned for additions: each paragraph changed in a dozen places, one paragraph
    added, one removed, one moved."""
    texts = [list(words) for words in paragraphs]
    for words in texts:
        for _ in range(12):
            words[chance.randrange(len(words))] = chance.choice(SYLLABLES)
        words[10:10] = ["bổ", "sung", "mới"]
    texts.insert(5, chance.choices(SYLLABLES, k=PARAGRAPH))
    del texts[20]
    texts.append(texts.pop(7))
    return texts


def spread(paragraphs, count):
    """The paragraphs as the texts of `count` parts."""
    size = -(-len(paragraphs) // count)
    return [
        "\n".join(" ".join(words) for words in paragraphs[at * size : (at + 1) * size])
        for at in range(count)
    ]


def bare(pairs):
    """Paragraphs, then the words of those replaced: difflib and nothing else."""
    for old, new in pairs:
        before, after = old.split("\n"), new.split("\n")
        for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag == "replace":
                for one, other in zip(before[i:j], after[k:m], strict=False):
                    SequenceMatcher(None, one.split(), other.split(), autojunk=False).get_opcodes()


@pytest.fixture
def scene():
    return make_scene(areas=5)


@pytest.fixture
def versions(scene):
    chance = random.Random(3)
    old, new = make_draft(phase=scene.phase, unit=scene.unit), None
    before = written(chance)
    write(old, before)
    give_back(send(old))
    new = make_draft(phase=scene.phase, unit=scene.unit, number=2, based_on=old)
    write(new, edited(before, chance))
    return old, new


def write(version, paragraphs):
    sections = list(version.sections.order_by("position"))
    for section, text in zip(sections, spread(paragraphs, len(sections)), strict=True):
        section.narrative = text
    PlanSection.objects.bulk_update(sections, ["narrative"])


def pairs_of(old, new):
    olds, news = (
        version.sections.order_by("position").values_list("narrative", flat=True)
        for version in (old, new)
    )
    return list(zip(olds, news, strict=True))


def cpu(act):
    began = time.process_time()
    act()
    return time.process_time() - began


def ratio(act, versions):
    """The medians of runs that take turns: whatever slows the machine slows both."""
    pairs = pairs_of(*versions)
    act(), bare(pairs)
    ours, theirs = zip(*((cpu(act), cpu(lambda: bare(pairs))) for _ in range(ROUNDS)), strict=True)
    return median(ours) / median(theirs)


def test_comparing_takes_at_most_three_times_the_bare_difflib(versions, record_property):
    found = ratio(lambda: compare_versions(*versions), versions)
    record_property("compare / bare difflib", round(found, 2))
    assert found <= 3


def test_the_whole_page_stays_in_sight_of_the_bare_difflib(
    scene, versions, client, sign_in, record_property
):
    """Signing in, layout and template come on top; they must not outgrow the comparison."""
    old, _new = versions
    request = RequestFactory().get("/")
    request.mandate, request.user, request.session = scene.officer, scene.officer.person, {}
    sign_in(client, scene.officer)
    address = reverse("campaigns:plan-compare", args=[old.plan_id, 1, 2])

    def function():
        assert plan_compare(request, pk=old.plan_id, old=1, new=2).status_code == 200

    def answer():
        assert client.get(address).status_code == 200

    found = {"page function": ratio(function, versions), "whole answer": ratio(answer, versions)}
    for name, times in found.items():
        record_property(f"{name} / bare difflib", round(times, 2))
    assert found["page function"] <= 6
    assert found["whole answer"] <= 8
