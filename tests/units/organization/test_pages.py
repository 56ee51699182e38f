"""The unit pages: list, one unit, import with preview, export."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from emulation_portal.core import jobs
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.spreadsheets import read_rows
from tests.factories.units import (
    BlockMembershipFactory,
    MandateFactory,
    SuccessionFactory,
    UnitFactory,
    UnitNameFactory,
    UserFactory,
)
from units.models import Role, Unit
from units.organization import views

pytestmark = pytest.mark.django_db
HEADER = "code,abbreviation,kind,name_vi,name_en,valid_from"


@pytest.fixture
def admin(client: Client, sign_in: Callable[[Client, Any], Client]) -> Client:
    return sign_in(client, MandateFactory(role=Role.ADMINISTRATOR, unit=UnitFactory(code="bo")))


def table(*lines: str, name: str = "units.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADER, *lines]).encode())


def codes(answer: Any) -> list[str]:
    return [unit.code for unit in answer.context["page"]]


def test_list_searches_without_accents_and_filters(admin: Client) -> None:
    film = UnitFactory(code="film", name_vi="Viện Phim Việt Nam", kind="service_unit")
    block = BlockMembershipFactory(unit=film, year=timezone.localdate().year).block
    UnitFactory(code="over", name_vi="Viện Cũ", valid_to="2026-01-01")
    assert codes(admin.get("/units/?q=vien phim")) == ["film"]
    assert codes(admin.get("/units/?kind=service_unit")) == ["film"]
    assert codes(admin.get(f"/units/?block={block.code}")) == ["film"]
    assert codes(admin.get("/units/?state=ended")) == ["over"]
    assert set(codes(admin.get("/units/?state=all"))) == {"bo", "film", "over"}


@pytest.mark.parametrize("query", ["page=x", "kind=castle", "block=none", "q=" + "a" * 500])
def test_odd_addresses_are_answered(admin: Client, query: str) -> None:
    assert admin.get(f"/units/?{query}").status_code == 200


@pytest.mark.parametrize("size", [1, 3, 200])
def test_list_costs_the_same_for_any_number(
    admin: Client, size: int, django_assert_num_queries: Any
) -> None:
    BlockMembershipFactory.create_batch(size)
    admin.get("/units/")
    with django_assert_num_queries(5):  # person, mandates; blocks, count, page
        assert admin.get("/units/").status_code == 200


@pytest.mark.parametrize("size", [1, 3, 200])
def test_detail_costs_the_same_for_any_number(
    admin: Client, size: int, django_assert_num_queries: Any
) -> None:
    unit = UnitFactory(code="a")
    for number in range(size):
        MandateFactory(unit=unit, person=UserFactory())
        SuccessionFactory(successor=unit)
        UnitFactory(parent=unit)
        BlockMembershipFactory(unit=unit, year=2025 + number)
    with django_assert_num_queries(9):
        assert admin.get("/units/unit/a/").status_code == 200


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.DEPARTMENT_REVIEWER, True), (Role.UNIT_OFFICER, False), (Role.OBSERVER, False)],
)
def test_only_department_and_administrator_see_who_acts(
    client: Client, sign_in: Callable[[Client, Any], Client], role: Role, sees: bool
) -> None:
    unit = UnitFactory(code="a")
    MandateFactory(unit=unit, person=UserFactory(full_name="Hoàng Kim Ngân"))
    sign_in(client, MandateFactory(role=role))
    page = client.get("/units/unit/a/").content.decode()
    assert ("Hoàng Kim Ngân" in page) == sees


def test_unknown_unit_is_not_found(admin: Client) -> None:
    assert admin.get("/units/unit/nowhere/").status_code == 404


def test_import_shows_first_and_writes_on_confirmation(admin: Client) -> None:
    UnitNameFactory(unit=UnitFactory(code="a", name_vi="Cũ", name_en="Old", abbreviation="X"))
    upload = table("a,Y,authority,Cũ,Old,2025-03-01", "b,B,authority,Cục B,B,2025-03-01")
    preview = admin.post("/units/import/", {"units": upload})
    assert preview.status_code == 200
    assert Unit.objects.filter(code="b").count() == 0
    answer = admin.post("/units/import/confirm/", {"payload": preview.context["payload"]})
    assert answer.url == "/units/"
    assert Unit.objects.get(code="a").abbreviation == "Y"
    assert Unit.objects.get(code="b").name_vi == "Cục B"


def test_faults_are_shown_with_row_and_reason(admin: Client) -> None:
    answer = admin.post("/units/import/", {"units": table("a,Y,castle,Cũ,Old,2025-02-30")})
    assert answer.status_code == 422
    assert [(e.row, e.column) for e in answer.context["row_errors"]] == [
        (2, "kind"),
        (2, "valid_from"),
    ]
    assert not Unit.objects.filter(code="a").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("units.csv", b""),
        ("units.csv", b"\xff\xfe\x00"),
        ("units.txt", b"code"),
        ("units.xlsx", b"PK\x03\x04 not a workbook"),
        ("units.csv", b"code,code\na,b"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(
    admin: Client, name: str, content: bytes
) -> None:
    answer = admin.post("/units/import/", {"units": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert admin.post("/units/import/", {}).status_code == 422


@pytest.mark.parametrize("payload", ["", "x", "a:b:c", "\0"])
def test_changed_preview_writes_nothing(admin: Client, payload: str) -> None:
    assert admin.post("/units/import/confirm/", {"payload": payload}).url == "/units/import/"


def test_what_changed_since_the_preview_is_judged_again(admin: Client) -> None:
    preview = admin.post("/units/import/", {"units": table("a,A,authority,Cục A,A,2025-03-01")})
    UnitNameFactory(unit=UnitFactory(code="a", name_vi="Khác"))
    answer = admin.post("/units/import/confirm/", {"payload": preview.context["payload"]})
    assert answer.status_code == 422
    assert Unit.objects.get(code="a").name_vi == "Khác"


def test_large_import_runs_as_a_job(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "ROWS_AT_ONCE", 1)
    lines = [f"u{n},U,authority,Cục {n},U,2025-03-01" for n in range(3)]
    preview = admin.post("/units/import/", {"units": table(*lines)})
    data = {"payload": preview.context["payload"]}
    first, again = (admin.post("/units/import/confirm/", data) for _ in range(2))
    job = Job.objects.get()
    assert first.url == again.url
    jobs.run_job(job.pk, at=timezone.now())
    job.refresh_from_db()
    assert job.state == "done"
    assert Unit.objects.filter(code__startswith="u").count() >= 3


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_export_has_every_unit_in_the_shape_of_the_import(admin: Client, ending: str) -> None:
    UnitNameFactory(unit=UnitFactory(code="a", place="=1+1"))
    answer = admin.get(f"/units/export/?format={ending}")
    content = b"".join(answer) if answer.streaming else answer.content
    found = {row["code"]: row for _, row in read_rows(io.BytesIO(content), filename=f"u.{ending}")}
    assert set(found) == {"bo", "a"}
    assert found["a"]["place"] == "=1+1"
