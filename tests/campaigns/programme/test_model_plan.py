"""The model plan of a campaign file: what is refused, written, kept and listed."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from campaigns.indicators.actions import load_campaign
from campaigns.indicators.loader import CampaignFileRefused, read_campaign_file
from campaigns.models import Campaign, ModelSection, ModelTask
from campaigns.programme.facts import unconfirmed_facts
from campaigns.programme.sync import Diff, Kind
from emulation_portal.core.actors import Actor
from tests.campaigns.programme.files import SMALL, make_units

pytestmark = pytest.mark.django_db

MINISTRY_FILE = Path("campaigns/data/bvhttdl.yaml")
MODEL = """
model_plan:
  - section: purpose
    text: Mục đích của …
    source: Cổng soạn
    confirmed: false
  - section: area-1
    text: Nội dung …
    tasks:
      - {title: Quán triệt, partners: Công đoàn, product: Hội nghị}
      - {title: Tuyên truyền}
    confirmed: true
"""


@pytest.fixture(autouse=True)
def units() -> dict[str, Any]:
    return make_units()


def load(content: str, at: datetime) -> Diff:
    return load_campaign(document=read_campaign_file(content.encode()), by=Actor.system(), at=at)


def problems_of(content: str) -> list[str]:
    with pytest.raises(CampaignFileRefused) as refused:
        read_campaign_file(content.encode())
    return [f"{p.place.path}:{p.place.line}" for p in refused.value.problems]


def line_of(content: str, text: str) -> int:
    return next(at for at, line in enumerate(content.splitlines(), start=1) if text in line)


def test_the_model_is_loaded_once_and_loading_it_again_changes_nothing(at):
    diff = load(SMALL + MODEL, at)
    assert {change.kind for change in diff.changes} == {Kind.ADDED}
    assert [row.section for row in ModelSection.objects.all()] == ["purpose", "area-1"]
    assert list(ModelTask.objects.values_list("position", "title", "partners", "product")) == [
        (1, "Quán triệt", "Công đoàn", "Hội nghị"), (2, "Tuyên truyền", "", ""),
    ]  # fmt: skip
    assert load(SMALL + MODEL, at).is_empty


def test_changed_wording_and_removed_tasks_are_told_and_written(at):
    load(SMALL + MODEL, at)
    bent = MODEL.replace("Nội dung …", "Nội dung khác").replace(
        "      - {title: Tuyên truyền}\n", ""
    )
    diff = load(SMALL + bent, at)
    told = {(change.kind, change.key) for change in diff.changes}
    assert told == {(Kind.CHANGED, "area-1"), (Kind.REMOVED, "area-1 2")}
    assert ModelSection.objects.get(section="area-1").text == "Nội dung khác"
    assert ModelTask.objects.get().title == "Quán triệt"
    assert not load(SMALL, at).is_empty
    assert not ModelSection.objects.exists()


@pytest.mark.parametrize(
    ("good", "bad", "place"),
    [
        ("section: purpose", "section: area-9", "model_plan[0].section"),
        ("section: purpose", "section: preface", "model_plan[0].section"),
        ("section: area-1", "section: purpose", "model_plan[1].section"),
        ("    text: Mục đích của …\n", "", "model_plan[0].section"),
        ("{title: Tuyên truyền}", "{product: Tin bài}", "model_plan[1].tasks[1].title"),
        ("{title: Tuyên truyền}", "{title: A, lead: B}", "model_plan[1].tasks[1].lead"),
    ],
)
def test_what_is_wrong_is_named_by_key_and_line(good, bad, place):
    content = SMALL + MODEL.replace(good, bad, 1)
    assert any(problem.startswith(f"{place}:") for problem in problems_of(content))
    named = next(one for one in problems_of(content) if one.startswith(f"{place}:"))
    assert int(named.rpartition(":")[2]) >= line_of(content, "model_plan:")


def test_tasks_outside_the_content_areas_are_refused():
    content = SMALL + MODEL.replace("section: area-1", "section: organisation")
    assert any(one.startswith("model_plan[1].tasks:") for one in problems_of(content))


def test_an_unconfirmed_section_is_on_the_administrators_list_and_stays_confirmed(at):
    load(SMALL + MODEL, at)
    campaign = Campaign.objects.get()
    listed = {kind.slug: facts for kind, facts in unconfirmed_facts(campaign)}
    assert [fact.row.section for fact in listed["model-plan"]] == ["purpose"]
    ModelSection.objects.filter(section="purpose").update(confirmed=True, source="Văn bản 1")
    diff = load(SMALL + MODEL, at)
    assert [change.kind for change in diff.changes] == [Kind.KEPT]
    assert ModelSection.objects.get(section="purpose").confirmed


def test_the_ministrys_own_file_has_a_model_for_each_area_and_claims_no_confirmation():
    content = MINISTRY_FILE.read_bytes()
    with pytest.raises(CampaignFileRefused) as refused:
        read_campaign_file(content)  # its units are not in this database
    assert not [p for p in refused.value.problems if p.place.path.startswith("model_plan")]
    rows = yaml.safe_load(content)["model_plan"]
    assert [row["section"] for row in rows] == [
        "purpose", *(f"area-{number}" for number in range(1, 6)), "organisation",
    ]  # fmt: skip
    assert not any(row["confirmed"] for row in rows)
    assert all("…" in row["text"] for row in rows if row["section"] != "area-5")
