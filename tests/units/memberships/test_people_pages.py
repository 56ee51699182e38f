"""The administrator's pages about people."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from emulation_portal.core import audit
from emulation_portal.core.outbox.models import Message
from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.models import Mandate, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, sign_in: Callable[[Client, Any], Client]) -> Client:
    return sign_in(client, MandateFactory(role=Role.ADMINISTRATOR, unit=UnitFactory(code="bo")))


def invitation(body: Any, **changes: str) -> dict[str, str]:
    return {
        "full_name": "Lê Thị Hồng Gấm", "username": "le.gam", "email": "gam@example.gov.vn",
        "language": "vi", "way": "email", "unit": str(body.pk), "role": "unit_officer",
        "valid_from": "01/11/2026", "form_key": "abcdefgh12345678", **changes,
    }  # fmt: skip


def test_invitation_by_email_makes_person_mandate_and_mail(admin: Client) -> None:
    unit = UnitFactory()
    answer = admin.post("/people/invite/", invitation(unit))
    person = User.objects.get(username="le.gam")
    assert answer.url == f"/people/{person.pk}/"
    assert person.mandates.get().unit == unit
    assert Message.objects.get().kind == "invitation"
    actions = [entry.action for entry in audit.entries_of(person)]
    assert actions == ["person.registered", "mandate.granted", "person.invited"]


def test_double_click_invites_once(admin: Client) -> None:
    data = invitation(UnitFactory())
    first, second = admin.post("/people/invite/", data), admin.post("/people/invite/", data)
    assert first.url == second.url
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": ""},
        {"username": "lê gấm"},
        {"username": "a@b"},
        {"username": "x" * 151},
        {"email": "no address"},
        {"email": ""},
        {"unit": "999999"},
        {"unit": "x"},
        {"role": "king"},
        {"role": "council_chair"},
        {"valid_from": "31/02/2026"},
        {"valid_from": ""},
        {"valid_to": "01/11/2026"},
        {"signing_capacity": "KT."},
        {"signing_capacity": "TUQ.", "founding_decision": "1/QĐ"},
        {"delegated_by": "7"},
        {"way": "pigeon"},
    ],
)
def test_bad_invitations_keep_what_was_typed_and_store_nothing(
    admin: Client, changes: dict[str, str]
) -> None:
    people = User.objects.count()
    answer = admin.post("/people/invite/", invitation(UnitFactory(), **changes))
    assert answer.status_code == 422
    if "full_name" not in changes:
        assert "Lê Thị Hồng Gấm" in answer.content.decode()
    assert User.objects.count() == people
    assert not Message.objects.exists()


def test_taken_user_name_is_said(admin: Client) -> None:
    UserFactory(username="LE.GAM")
    answer = admin.post("/people/invite/", invitation(UnitFactory()))
    assert answer.status_code == 422


def test_sheet_shows_the_password_once(admin: Client) -> None:
    answer = admin.post("/people/invite/", invitation(UnitFactory(), way="sheet", email=""))
    person = User.objects.get(username="le.gam")
    assert answer.url == f"/people/{person.pk}/sheet/"
    asked = admin.get(answer.url)
    assert re.search(r"([a-z0-9]{4}-){3}[a-z0-9]{4}", asked.content.decode()) is None
    sheet = admin.post(answer.url)
    found = re.search(r"([a-z0-9]{4}-){3}[a-z0-9]{4}", sheet.content.decode())
    assert found
    person.refresh_from_db()
    assert person.check_password(found[0])
    assert person.must_change_password
    assert "no-store" in sheet["Cache-Control"]
    assert not Message.objects.exists()


def test_no_sheet_for_a_deactivated_account(admin: Client) -> None:
    person = UserFactory(is_active=False)
    assert admin.post(f"/people/{person.pk}/sheet/").status_code == 302
    person.refresh_from_db()
    assert not person.must_change_password


def test_giving_and_ending_a_mandate(admin: Client) -> None:
    person, unit = UserFactory(), UnitFactory()
    data = {"unit": unit.pk, "role": "unit_head", "valid_from": "01/11/2026"}
    assert admin.post(f"/people/{person.pk}/mandates/add/", data).status_code == 302
    mandate = person.mandates.get()
    assert admin.get(f"/mandates/{mandate.pk}/end/").status_code == 200
    assert admin.post(f"/mandates/{mandate.pk}/end/", {"valid_to": "x"}).status_code == 422
    assert admin.post(f"/mandates/{mandate.pk}/end/", {"valid_to": "22/11/2026"}).status_code == 302
    mandate.refresh_from_db()
    assert mandate.valid_to == date(2026, 11, 22)
    assert admin.get(f"/people/{person.pk}/").status_code == 200


def test_own_last_administrator_mandate_stays(admin: Client) -> None:
    own = Mandate.objects.get(role=Role.ADMINISTRATOR)
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert admin.post(f"/mandates/{own.pk}/end/", {"valid_to": today}).status_code == 422
    admin.post(f"/people/{own.person_id}/deactivate/")
    assert admin.get("/people/").status_code == 200


def test_correction_deactivation_and_reactivation(admin: Client) -> None:
    person = UserFactory(username="old")
    url = f"/people/{person.pk}"
    data = {"full_name": "Phạm Đức", "username": "new", "email": ""}
    assert admin.post(f"{url}/correct/", data).status_code == 302
    assert admin.post(f"{url}/correct/", {**data, "username": ""}).status_code == 422
    UserFactory(username="taken")
    assert admin.post(f"{url}/correct/", {**data, "username": "TAKEN"}).status_code == 422
    assert admin.get(f"{url}/deactivate/").status_code == 200
    admin.post(f"{url}/deactivate/")
    person.refresh_from_db()
    assert (person.username, person.email, person.is_active) == ("new", None, False)
    admin.post(f"{url}/reactivate/")
    person.refresh_from_db()
    assert person.is_active


def names(answer: Any) -> list[str]:
    return [person.full_name for person in answer.context["page"]]


def test_filters_stand_in_the_address(admin: Client) -> None:
    heritage = UnitFactory(name_vi="Viện Phim Việt Nam")
    MandateFactory(unit=heritage, person=UserFactory(full_name="Đỗ Ánh"), role=Role.UNIT_HEAD)
    MandateFactory(unit=heritage, person=UserFactory(full_name="Lê Cường"))
    UserFactory(full_name="Vũ Đạt", is_active=False)
    assert names(admin.get("/people/?q=do anh")) == ["Đỗ Ánh"]
    assert names(admin.get("/people/?unit=vien phim")) == ["Đỗ Ánh", "Lê Cường"]
    assert names(admin.get("/people/?unit=vien phim&role=unit_head")) == ["Đỗ Ánh"]
    assert names(admin.get("/people/?state=inactive")) == ["Vũ Đạt"]
    assert names(admin.get("/people/?state=without")) == ["Vũ Đạt"]


@pytest.mark.parametrize("query", ["page=x", "page=-1", "role=king", "q=" + "a" * 500])
def test_odd_addresses_are_answered(admin: Client, query: str) -> None:
    assert admin.get(f"/people/?{query}").status_code == 200


@pytest.mark.parametrize("size", [1, 3, 200])
def test_list_costs_the_same_for_any_number(
    admin: Client, size: int, django_assert_num_queries: Any
) -> None:
    for _ in range(size):
        MandateFactory()
    admin.get("/people/")
    with django_assert_num_queries(5):  # person, mandates; count, page, their mandates
        assert admin.get("/people/").status_code == 200


@pytest.mark.parametrize("path", ["", "correct/", "sheet/", "deactivate/", "mandates/add/"])
def test_unknown_people_are_not_found(admin: Client, path: str) -> None:
    assert admin.get(f"/people/999999/{path}").status_code == 404
    assert admin.get(f"/people/{10**30}/{path}").status_code == 404
