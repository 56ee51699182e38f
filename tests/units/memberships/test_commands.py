"""Taking people in from a file, and the first administrator."""

import re
import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.outbox.models import Message
from tests.factories.units import MandateFactory, UnitFactory, UserFactory
from units.memberships.people_rows import read_people
from units.models import Mandate, Role, UnitKind, User

HEADER = (
    "username,full_name,email,unit_code,role,valid_from,valid_to,"
    "signing_capacity,position_title,founding_decision,delegated_by"
)
HEAD = "le.ha,Lê Thị Hà,ha@example.gov.vn,cuc-a,unit_head,01/03/2025,,,Cục trưởng,,"
OFFICER = "an,Nguyễn An,an@example.gov.vn,cuc-a,Cán bộ đầu mối,01/03/2025,,,,,"
PAPER = "binh,Trần Bình,,cuc-a,unit_officer,01/03/2025,,,,,"
DEPUTY = (
    "vu.tu,Vũ Tú,tu@example.gov.vn,cuc-a,unit_deputy,01/02/2026,01/12/2026,TUQ.,,12/GUQ-A,le.ha"
)


@pytest.fixture
def path(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str) -> Path:
        file = tmp_path / "people.csv"
        file.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
        return file

    return write


@pytest.fixture
def unit() -> Any:
    return UnitFactory(code="cuc-a")


def refused(file: Path) -> list[str]:
    err = StringIO()
    with translation.override("en"), pytest.raises(CommandError):
        call_command("import_people", file, stderr=err)
    return [line.split(":")[0] for line in err.getvalue().splitlines()]


@pytest.mark.django_db
class TestImport:
    def test_people_mandates_and_invitations(self, path: Any, unit: Any) -> None:
        out = StringIO()
        call_command("import_people", path(DEPUTY, HEAD, PAPER), stdout=out)
        assert User.objects.count() == 3
        deputy = Mandate.objects.get(role=Role.UNIT_DEPUTY)
        assert deputy.delegated_by
        assert deputy.delegated_by.person.username == "le.ha"
        assert Message.objects.filter(kind="invitation").count() == 2
        assert "Trần Bình (binh)" in out.getvalue()

    def test_twice_invites_once(self, path: Any, unit: Any) -> None:
        for _ in range(2):
            call_command("import_people", path(HEAD, DEPUTY), stdout=StringIO())
        assert (User.objects.count(), Mandate.objects.count(), Message.objects.count()) == (2, 2, 2)

    def test_one_person_with_two_mandates_has_two_rows(self, path: Any, unit: Any) -> None:
        UnitFactory(code="cuc-b")
        call_command("import_people", path(HEAD, HEAD.replace("cuc-a", "cuc-b")), stdout=StringIO())
        assert User.objects.get().mandates.count() == 2
        assert Message.objects.count() == 1

    def test_role_may_be_given_by_its_name(self, path: Any, unit: Any) -> None:
        line = OFFICER.replace("Cán bộ đầu mối", "Unit officer")
        call_command("import_people", path(line), stdout=StringIO())
        assert Mandate.objects.get().role == Role.UNIT_OFFICER

    def test_dry_run_writes_nothing(self, path: Any, unit: Any, tmp_path: Path) -> None:
        sheets = tmp_path / "s.html"
        call_command(
            "import_people", path(HEAD, PAPER), dry_run=True, sheets=sheets, stdout=StringIO()
        )
        assert not User.objects.exists()
        assert not Message.objects.exists()
        assert not sheets.exists()

    def test_one_bad_row_stops_everything(self, path: Any, unit: Any) -> None:
        lines = (HEAD, PAPER.replace("cuc-a", "nowhere"), DEPUTY.replace(",01/12/2026", ","))
        assert refused(path(*lines)) == ["Row 3, column unit_code", "Row 4"]
        assert not User.objects.exists()
        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("old", "new", "column"),
        [
            ("le.ha,", ",", "username"), ("le.ha,", "lê hà,", "username"), ("le.ha,", "a@b,", "username"),
            ("Lê Thị Hà", "", "full_name"), ("ha@example.gov.vn", "nowhere", "email"),
            ("cuc-a", "", "unit_code"), ("unit_head", "king", "role"),
            ("01/03/2025", "31/02/2025", "valid_from"), ("01/03/2025", "", "valid_from"),
            ("Cục trưởng", "x" * 151, "position_title"),
        ],
    )  # fmt: skip
    def test_each_bad_cell_is_named(
        self, path: Any, unit: Any, old: str, new: str, column: str
    ) -> None:
        assert refused(path(HEAD.replace(old, new, 1))) == [f"Row 2, column {column}"]

    def test_rows_that_contradict_each_other(self, path: Any, unit: Any) -> None:
        other_name = HEAD.replace("Lê Thị Hà", "Lê Hạ")
        same_address = OFFICER.replace("an@", "HA@").replace("Cán bộ đầu mối", "unit_officer")
        assert refused(path(HEAD, other_name, same_address)) == [
            "Row 3, column username", "Row 4, column email",
        ]  # fmt: skip

    def test_user_name_of_somebody_else(self, path: Any, unit: Any) -> None:
        UserFactory(username="LE.HA", full_name="Somebody Else")
        assert refused(path(HEAD)) == ["Row 2, column username"]

    def test_address_of_somebody_else(self, path: Any, unit: Any) -> None:
        UserFactory(email="HA@example.gov.vn")
        assert refused(path(HEAD)) == ["Row 2"]

    def test_sheets_for_people_without_an_address(
        self, path: Any, unit: Any, tmp_path: Path, client: Client
    ) -> None:
        sheets = tmp_path / "sheets.html"
        call_command("import_people", path(HEAD, PAPER), sheets=sheets, stdout=StringIO())
        assert stat.S_IMODE(sheets.stat().st_mode) == 0o600
        found = re.findall(r"(?:[a-z0-9]{4}-){3}[a-z0-9]{4}", sheets.read_text())
        assert len(found) == 1
        answer = client.post("/sign-in/", {"username": "binh", "password": found[0]})
        assert answer.status_code == 302

    def test_sheets_never_overwrite_and_then_nothing_is_stored(
        self, path: Any, unit: Any, tmp_path: Path
    ) -> None:
        sheets = tmp_path / "sheets.html"
        sheets.write_text("keep")
        with pytest.raises(CommandError):
            call_command("import_people", path(PAPER), sheets=sheets, stdout=StringIO())
        assert sheets.read_text() == "keep"
        assert not User.objects.exists()

    def test_missing_file_is_said(self) -> None:
        with pytest.raises(CommandError):
            call_command("import_people", "nowhere.csv")


@given(
    st.lists(st.dictionaries(st.sampled_from(HEADER.split(",")), st.text(max_size=40)), max_size=5)
)
def test_any_rows_are_read_or_named_never_dropped(cells: list[dict[str, str]]) -> None:
    base = dict(zip(HEADER.split(","), HEAD.split(","), strict=True))
    reading = read_people([(n, {**base, **row}) for n, row in enumerate(cells, start=2)])
    named = {row.row for row in reading.rows} | {error.row for error in reading.errors}
    assert named - {1} == set(range(2, 2 + len(cells)))


@pytest.mark.django_db
class TestFirstAdministrator:
    def test_signs_in_with_the_printed_password(self, client: Client) -> None:
        UnitFactory(code="bo", kind=UnitKind.MINISTRY, owes_plan=False)
        out = StringIO()
        call_command("create_administrator", username="root", full_name="Quản trị", stdout=out)
        password = out.getvalue().split()[-1]
        answer = client.post("/sign-in/", {"username": "root", "password": password})
        assert answer.status_code == 302
        assert Mandate.objects.get().role == Role.ADMINISTRATOR
        assert client.get("/people/").url == "/password-change/"

    @pytest.mark.parametrize("username", ["a@b", "", "quản trị"])
    def test_bad_names_are_refused(self, username: str) -> None:
        UnitFactory(kind=UnitKind.MINISTRY)
        with pytest.raises(CommandError):
            call_command("create_administrator", username=username, full_name="Quản trị")
        assert not User.objects.exists()

    def test_taken_name_and_missing_unit_leave_nothing(self) -> None:
        with pytest.raises(CommandError):
            call_command("create_administrator", username="root", full_name="Quản trị")
        assert not User.objects.exists()
        MandateFactory(unit=UnitFactory(kind=UnitKind.MINISTRY), person__username="ROOT")
        with pytest.raises(CommandError):
            call_command("create_administrator", username="root", full_name="Quản trị")
        assert User.objects.count() == 1
