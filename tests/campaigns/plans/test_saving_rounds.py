"""Two officers who save one section at the same moment, again and again, through the pages.

`make faults` plays 500 rounds, `make test` a few.
"""

import re
from html import unescape

import pytest
import time_machine
from django.test import Client

from campaigns.models import PlanSection
from campaigns.plans.actions import drafting
from campaigns.plans.merging import base_of
from campaigns.plans.queries import section_by_key, section_content
from tests.campaigns.plans.scenes import AT, make_scene, section_url, typed
from tests.concurrency import at_once

SHORT, LONG = 8, 500


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False):
        yield


class Two:
    """Two officers, each at a page of their own, opened from the same save."""

    def __init__(self, sign_in):
        scene = make_scene(areas=1)
        version = scene.start()
        self.section = section_by_key(version, "area-1")
        self.url = section_url(version.plan)
        self.clients = [sign_in(Client(), mandate) for mandate in (scene.officer, scene.head)]

    def save_at_once(self, turn):
        """Both save texts nobody else has; return texts, answers and what is stored."""
        opened = section_content(self.section)
        texts = [f"Bản {turn} của người {name}" for name in ("một", "hai")]

        def post(client, text):
            data = typed(
                self.section, narrative=text, lock_version=opened.lock_version,
                base=base_of(opened), completed="no", do="stay",
            )  # fmt: skip
            return client.post(self.url, data)

        answers = at_once(
            *(
                lambda client=client, text=text: post(client, text)
                for client, text in zip(self.clients, texts, strict=True)
            )
        )
        return texts, answers, PlanSection.objects.get(pk=self.section.pk)

    def readable(self, answers, stored):
        """Every text that is stored, or shown to somebody who is asked to choose."""
        pages = [re.sub(r"</?mark>", "", unescape(a.content.decode())) for a in answers]
        return " ".join([stored.narrative, *pages])


def play(sign_in, rounds):
    """Return how often one was saved, how often both were shown, and how many texts were lost."""
    two = Two(sign_in)
    saved = conflicts = lost = 0
    for turn in range(rounds):
        texts, answers, stored = two.save_at_once(turn)
        saved += [answer.status_code for answer in answers].count(302)
        shown = [answer for answer in answers if answer.status_code == 409]
        conflicts += sum(
            all(text in two.readable([one], stored) for text in texts) for one in shown
        )
        lost += sum(text not in two.readable(shown, stored) for text in texts)
        assert stored.lock_version == turn + 1
    return saved, conflicts, lost


@pytest.mark.django_db(transaction=True)
def test_one_is_saved_and_one_is_shown_both_and_no_text_is_lost(sign_in):
    assert play(sign_in, SHORT) == (SHORT, SHORT, 0)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_five_hundred_rounds(sign_in):
    assert play(sign_in, LONG) == (LONG, LONG, 0)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_a_text_is_lost_in_every_round(sign_in, monkeypatch):
    monkeypatch.setattr(
        drafting, "_as_opened", lambda section, _: PlanSection.objects.filter(pk=section.pk)
    )
    two = Two(sign_in)
    lost = 0
    for turn in range(5):
        texts, answers, stored = two.save_at_once(turn)
        assert [answer.status_code for answer in answers] == [302, 302]
        lost += sum(text not in two.readable([], stored) for text in texts)
    assert lost == 5
