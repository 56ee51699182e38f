"""Mandates: what may be given, how they end, and that somebody can always let people in."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from tests.concurrency import at_once
from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.memberships import actions, queries
from units.memberships.actions import MandateTerms
from units.models import Mandate, Role, UnitKind

pytestmark = pytest.mark.django_db
BY = Actor.system()
START = date(2026, 1, 1)


def grant(at: datetime, **terms: object) -> Mandate:
    person = terms.pop("person", None) or UserFactory()
    terms.setdefault("unit", UnitFactory())
    terms = {"role": Role.UNIT_OFFICER, "valid_from": START, **terms}
    return actions.grant_mandate(person, MandateTerms(**terms), by=BY, at=at)


def test_grant_is_recorded_with_person_and_mandate(at: datetime) -> None:
    giver = MandateFactory(role=Role.ADMINISTRATOR)
    person, unit = UserFactory(), UnitFactory()
    terms = MandateTerms(unit=unit, role=Role.UNIT_HEAD, valid_from=START)
    mandate = actions.grant_mandate(person, terms, by=giver.actor, at=at)
    entry = audit.entries_of(person).get()
    assert entry.action == "mandate.granted"
    assert (entry.actor_id, entry.mandate_id, entry.at) == (giver.person_id, giver.pk, at)
    assert entry.data["mandate"] == mandate.pk
    assert entry.data["unit"] == unit.code


@pytest.mark.parametrize("last", [START, date(2025, 12, 31)])
def test_no_mandate_without_a_day(at: datetime, last: date) -> None:
    with pytest.raises(actions.EndsBeforeItBegins):
        grant(at, valid_to=last)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", [UnitKind.COUNCIL, UnitKind.AUTHORITY])
def test_council_roles_belong_to_councils(at: datetime, role: Role, kind: UnitKind) -> None:
    council_role = role.startswith("council_")
    anywhere = role in (Role.ADMINISTRATOR, Role.OBSERVER)
    fits = anywhere or council_role == (kind == UnitKind.COUNCIL)
    unit = UnitFactory(kind=kind, owes_plan=False)
    if fits:
        assert grant(at, unit=unit, role=role).role == role
    else:
        with pytest.raises(actions.RoleDoesNotFitBody):
            grant(at, unit=unit, role=role)


@pytest.mark.parametrize("first", [date(2025, 2, 28), date(2026, 7, 1), date(2027, 1, 1)])
def test_nobody_acts_for_a_body_that_does_not_exist_then(at: datetime, first: date) -> None:
    unit = UnitFactory(valid_from=date(2025, 3, 1), valid_to=date(2026, 7, 1))
    with pytest.raises(actions.BodyDoesNotExistThen):
        grant(at, unit=unit, valid_from=first)


def test_the_same_mandate_twice_at_a_time_is_refused(at: datetime) -> None:
    first = grant(at, valid_to=date(2026, 6, 1))
    same = {"person": first.person, "unit": first.unit}
    with pytest.raises(actions.MandateOverlaps):
        grant(at, **same, valid_from=date(2026, 5, 31))
    with pytest.raises(actions.MandateOverlaps):
        grant(at, **same, valid_from=date(2025, 6, 1))
    assert grant(at, **same, valid_from=date(2026, 6, 1))
    assert grant(at, **same, role=Role.UNIT_DEPUTY)


class TestSigning:
    @pytest.fixture
    def head(self, at: datetime) -> Mandate:
        return grant(at, role=Role.UNIT_HEAD, valid_to=date(2027, 1, 1))

    def delegation(self, head: Mandate, at: datetime, **terms: object) -> Mandate:
        full = {
            "unit": head.unit, "role": Role.UNIT_DEPUTY, "signing_capacity": "TUQ.",
            "founding_decision": "12/GUQ-DSVH, 05/01/2026", "delegated_by": head,
            "valid_to": date(2026, 6, 1), **terms,
        }  # fmt: skip
        return grant(at, **full)

    def test_delegation_names_its_giver_and_its_end(self, head: Mandate, at: datetime) -> None:
        assert self.delegation(head, at).delegated_by == head

    @pytest.mark.parametrize("capacity", ["KT.", "TUQ."])
    def test_signing_for_the_head_needs_a_decision(
        self, head: Mandate, at: datetime, capacity: str
    ) -> None:
        with pytest.raises(actions.DecisionMissing):
            self.delegation(head, at, signing_capacity=capacity, founding_decision="")

    @pytest.mark.parametrize("missing", [{"valid_to": None}, {"delegated_by": None}])
    def test_open_ended_or_anonymous_delegation_is_refused(
        self, head: Mandate, at: datetime, missing: dict[str, None]
    ) -> None:
        with pytest.raises(actions.DelegationIncomplete):
            self.delegation(head, at, **missing)

    def test_only_the_head_of_the_same_body_delegates(self, head: Mandate, at: datetime) -> None:
        officer = grant(at, unit=head.unit)
        for giver in (officer, MandateFactory(role=Role.UNIT_HEAD)):
            with pytest.raises(actions.DelegationIncomplete):
                self.delegation(head, at, delegated_by=giver)

    @pytest.mark.parametrize(
        "span", [{"valid_to": date(2027, 1, 2)}, {"valid_from": date(2025, 12, 31)}]
    )
    def test_delegation_lies_within_the_givers_mandate(
        self, head: Mandate, at: datetime, span: dict[str, date]
    ) -> None:
        with pytest.raises(actions.DelegationOutlivesGiver):
            self.delegation(head, at, **span)

    def test_ending_the_head_ends_what_the_head_delegated(
        self, head: Mandate, at: datetime
    ) -> None:
        given = self.delegation(head, at)
        actions.end_mandate(head, valid_to=date(2026, 3, 1), by=BY, at=at)
        given.refresh_from_db()
        assert given.valid_to == date(2026, 3, 1)
        assert [e.action for e in audit.entries_of(given.person)] == [
            "mandate.granted", "mandate.ended",
        ]  # fmt: skip

    def test_database_refuses_an_undated_delegation(self, head: Mandate) -> None:
        with pytest.raises(IntegrityError):
            MandateFactory(unit=head.unit, signing_capacity="TUQ.", delegated_by=head)


class TestEnding:
    def test_end_is_the_first_day_without(self, at: datetime) -> None:
        mandate = grant(at)
        actions.end_mandate(mandate, valid_to=date(2026, 11, 22), by=BY, at=at)
        mandate.refresh_from_db()
        assert mandate.valid_on(date(2026, 11, 21))
        assert not mandate.valid_on(date(2026, 11, 22))

    def test_mandate_given_today_can_be_taken_back_today(self, at: datetime) -> None:
        mandate = grant(at, valid_from=at.date())
        actions.end_mandate(mandate, valid_to=at.date(), by=BY, at=at)
        assert not Mandate.objects.valid_on(at.date()).filter(pk=mandate.pk).exists()

    def test_mandate_of_the_future_never_begins(self, at: datetime) -> None:
        mandate = grant(at, valid_from=date(2027, 1, 1))
        actions.end_mandate(mandate, valid_to=at.date(), by=BY, at=at)
        assert not Mandate.objects.valid_on(date(2027, 1, 1)).filter(pk=mandate.pk).exists()

    def test_ending_twice_is_refused(self, at: datetime) -> None:
        mandate = grant(at, valid_to=date(2026, 6, 1))
        with pytest.raises(actions.AlreadyEnded):
            actions.end_mandate(mandate, valid_to=date(2026, 6, 1), by=BY, at=at)


class TestLastAdministrator:
    def test_last_one_cannot_be_ended(self, at: datetime) -> None:
        last = MandateFactory(role=Role.ADMINISTRATOR)
        with pytest.raises(actions.LastAdministrator):
            actions.end_mandate(last, valid_to=at.date(), by=BY, at=at)
        last.refresh_from_db()
        assert last.valid_to is None

    def test_last_one_cannot_be_deactivated(self, at: datetime) -> None:
        last = MandateFactory(role=Role.ADMINISTRATOR)
        with pytest.raises(actions.LastAdministrator):
            actions.deactivate_person(last.person, by=BY, at=at)

    def test_others_count_only_while_they_can_sign_in_on_that_day(self, at: datetime) -> None:
        last = MandateFactory(role=Role.ADMINISTRATOR)
        MandateFactory(role=Role.ADMINISTRATOR, person=UserFactory(is_active=False))
        MandateFactory(role=Role.ADMINISTRATOR, valid_to=date(2026, 12, 1))
        with pytest.raises(actions.LastAdministrator):
            actions.end_mandate(last, valid_to=date(2026, 12, 1), by=BY, at=at)
        actions.end_mandate(last, valid_to=date(2026, 11, 30), by=BY, at=at)

    def test_somebody_without_the_mandate_can_always_be_deactivated(self, at: datetime) -> None:
        person = MandateFactory().person
        actions.deactivate_person(person, by=BY, at=at)
        person.refresh_from_db()
        assert not person.is_active
        assert audit.entries_of(person).get().action == "person.deactivated"


class TestQueries:
    def test_people_of_one_unit_by_given_name(self, at: datetime) -> None:
        unit = UnitFactory()
        for name in ("Nguyễn Văn Ước", "Trần Thị Ân", "Lê Bình"):
            MandateFactory(unit=unit, person=UserFactory(full_name=name))
        MandateFactory(unit=unit, role=Role.OBSERVER)
        MandateFactory(unit=unit, valid_to=at.date())
        MandateFactory()
        found = queries.people_acting_for(unit.pk, [Role.UNIT_OFFICER], at.date())
        assert [p.full_name for p in found] == ["Trần Thị Ân", "Lê Bình", "Nguyễn Văn Ước"]

    @pytest.mark.parametrize("size", [1, 3, 200])
    def test_mandates_of_many_units_cost_one_query(
        self, at: datetime, size: int, django_assert_num_queries: object
    ) -> None:
        units = UnitFactory.create_batch(size)
        made = {MandateFactory(unit=unit).pk for unit in units}
        with django_assert_num_queries(1):
            found = queries.mandates_for_units(
                [u.pk for u in units], [Role.UNIT_OFFICER], at.date()
            )
            assert all(m.person.full_name and m.unit.code for m in found)
        assert {m.pk for m in found} == made

    def test_more_units_than_an_in_list_takes(
        self, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queries, "_LONGEST_LIST", 1)
        wanted, _other = MandateFactory(), MandateFactory()
        ids = [wanted.unit_id, wanted.unit_id + 10_000]
        assert queries.mandates_for_units(ids, [Role.UNIT_OFFICER], at.date()) == [wanted]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_end_each_other_at_once(at: datetime) -> None:
    first, second = (MandateFactory(role=Role.ADMINISTRATOR) for _ in range(2))

    def end(mandate: Mandate) -> Mandate:
        return actions.end_mandate(mandate, valid_to=at.date(), by=BY, at=at)

    outcomes = at_once(lambda: end(first), lambda: end(second))
    assert {type(outcome) for outcome in outcomes} == {Mandate, actions.LastAdministrator}
    assert Mandate.objects.valid_on(at.date()).in_roles(Role.ADMINISTRATOR).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_mandate_given_twice_at_once_is_given_once(at: datetime) -> None:
    person, unit = UserFactory(), UnitFactory()

    def give(day: int) -> Mandate:
        return grant(at, person=person, unit=unit, valid_from=date(2026, 1, day))

    outcomes = at_once(lambda: give(1), lambda: give(2))
    assert {type(outcome) for outcome in outcomes} == {Mandate, actions.MandateOverlaps}
    assert person.mandates.count() == 1
