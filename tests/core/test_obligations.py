"""The registry of obligations: asks every provider, filters what they over-deliver."""

from datetime import date

import pytest

from emulation_portal.core import obligations
from emulation_portal.core.obligations import Obligation

DAY = date(2026, 11, 22)


def owed(key, *, kind="plan", due=DAY, campaign=1):
    return Obligation(
        kind=kind, key=key, unit_id=1, label=key, due_date=due, person_ids=(1,), url="/",
        campaign_id=campaign,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    monkeypatch.setattr(obligations, "_providers", {})


def provider_of(*found):
    return lambda *, on, campaign_id=None, key=None: list(found)


def test_due_asks_everybody_and_starts_with_the_earliest():
    late, early, later = owed("b"), owed("a", due=date(2026, 1, 1)), owed("c", kind="report")
    obligations.register_provider("plan", provider_of(late, early))
    obligations.register_provider("report", provider_of(later))
    assert obligations.due(on=DAY) == [early, late, later]


def test_other_campaigns_are_left_out():
    obligations.register_provider("plan", provider_of(owed("a"), owed("b", campaign=2)))
    assert [o.key for o in obligations.due(on=DAY, campaign_id=2)] == ["b"]


def test_providers_are_told_what_is_asked():
    asked = []

    def provider(**question):
        asked.append(question)
        return []

    obligations.register_provider("plan", provider)
    obligations.due(on=DAY, campaign_id=5)
    obligations.still_owed("plan", "plan:1", on=DAY)
    assert asked == [{"on": DAY, "campaign_id": 5}, {"on": DAY, "key": "plan:1"}]


def test_still_owed():
    obligations.register_provider("plan", provider_of(owed("a"), owed("b")))
    assert obligations.still_owed("plan", "b", on=DAY) == owed("b")
    assert obligations.still_owed("plan", "c", on=DAY) is None
    assert obligations.still_owed("report", "b", on=DAY) is None


def test_a_kind_has_one_provider():
    provider = provider_of()
    obligations.register_provider("plan", provider)
    obligations.register_provider("plan", provider)
    with pytest.raises(ValueError, match="plan"):
        obligations.register_provider("plan", provider_of())
