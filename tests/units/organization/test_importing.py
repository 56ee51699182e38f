"""Importing units: every fault is named with its row, and nothing is ever half written."""

import time
from collections.abc import Iterable
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from tests.factories.units import BlockFactory, UnitFactory, UserFactory
from units.models import Block, BlockMembership, Succession, Unit, UnitName
from units.organization.actions import ImportResult, import_units
from units.organization.importing import RowsRefused, plan_import
from units.organization.rows import Reading, read_blocks, read_successions, read_units

BASE = {
    "code": "cuc-a", "abbreviation": "A", "kind": "authority", "name_vi": "Cục A",
    "name_en": "Authority A", "valid_from": "01/03/2025",
}  # fmt: skip


def rows(*cells: dict[str, str]) -> list[tuple[int, dict[str, str]]]:
    columns = {**BASE, **{name: "" for row in cells for name in row}}
    return [(number, {**columns, **BASE, **row}) for number, row in enumerate(cells, start=2)]


def take(at: datetime, *cells: dict[str, str]) -> ImportResult:
    return import_units(read_units(rows(*cells)), by=Actor.system(), at=at)


def faults(reading: Reading) -> list[tuple[int, str]]:
    return [(error.row, error.column) for error in reading.errors]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("code", ""), ("code", "cục-a"), ("code", "a b"), ("code", "x" * 61), ("code", "a/b"),
        ("abbreviation", ""), ("abbreviation", "x" * 31),
        ("kind", ""), ("kind", "castle"),
        ("name_vi", ""), ("name_vi", "x" * 256), ("name_vi", "a\nb"), ("name_en", ""),
        ("place", "x" * 101), ("own_seal", "maybe"), ("owes_plan", "2"),
        ("parent", "cuc-a"), ("parent", "không"),
        ("valid_from", ""), ("valid_from", "31/02/2025"), ("valid_from", "soon"),
        ("valid_to", "01/03/2025"), ("valid_to", "01/01/2020"), ("names_from", "2025-13-01"),
        ("block_2026", "khối"),
    ],
)  # fmt: skip
def test_each_bad_cell_is_named(column: str, value: str) -> None:
    assert faults(read_units(rows({column: value}))) == [(2, column)]


@pytest.mark.parametrize("value", ["yes", "Có", "TRUE", "1", "x"])
@pytest.mark.parametrize("no", ["no", "Không", "0", "false"])
def test_yes_and_no_in_both_languages(value: str, no: str) -> None:
    unit = read_units(rows({"own_seal": value, "owes_plan": no})).units[0]
    assert (unit.values["has_own_seal"], unit.values["owes_plan"]) == (True, False)


def test_every_fault_of_every_row_is_collected() -> None:
    reading = read_units(
        rows(
            {"code": "a", "kind": "x", "valid_from": ""},
            {"code": "b"},
            {"code": "a"},
            {"name_vi": ""},
        )
    )
    assert faults(reading) == [(2, "valid_from"), (2, "kind"), (4, "code"), (5, "name_vi")]


def test_wrong_header_is_one_fault_per_column() -> None:
    cells = {**BASE, "colour": "red", "block_x": ""}
    del cells["kind"]
    assert faults(read_units([(2, cells), (3, cells)])) == [
        (1, "kind"), (1, "colour"), (1, "block_x"),
    ]  # fmt: skip


def test_empty_file_is_said() -> None:
    assert faults(read_units([])) == [(1, "")]


def test_reasons_are_in_the_language_of_the_reader() -> None:
    with translation.override("en"):
        (error,) = read_units(rows({"kind": "castle"})).errors
        assert str(error).startswith("Row 2, column kind: “castle” is not a kind of unit.")


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*BASE, "parent", "valid_to", "own_seal", "names_from", "block_2026"]),
            st.one_of(
                st.text(max_size=70),
                st.sampled_from(["cuc-a", "yes", "2025-03-01", "01/01/2030", "authority", ""]),
            ),
        ),
        max_size=6,
    )
)
def test_any_rows_are_read_or_named_never_dropped(cells: list[dict[str, str]]) -> None:
    reading = read_units(rows(*cells))
    read = {unit.row for unit in reading.units}
    bad = {error.row for error in reading.errors if error.row > 1}
    assert read.isdisjoint(bad)
    assert read | bad == set(range(2, 2 + len(cells)))
    for unit in reading.units:
        assert (
            unit.values["valid_to"] is None or unit.values["valid_to"] > unit.values["valid_from"]
        )


@pytest.mark.django_db
class TestWriting:
    def test_new_units_with_names_parent_and_audit(self, at: datetime) -> None:
        result = take(at, {"code": "child", "parent": "top"}, {"code": "top", "kind": "ministry"})
        assert result == ImportResult(2, 0, 0)
        child = Unit.objects.get(code="child")
        assert child.parent
        assert child.parent.code == "top"
        assert child.search_key
        assert child.names.get().valid_from == date(2025, 3, 1)
        assert audit.entries_of(child).get().action == "unit.imported"

    def test_same_file_twice_changes_nothing(self, at: datetime) -> None:
        BlockFactory(code="k1")
        file = [{"code": "a", "block_2026": "k1", "own_seal": "no"}, {"code": "b", "parent": "a"}]
        take(at, *file)
        assert take(at, *file) == ImportResult(0, 0, 2)
        assert audit.entries_of(Unit.objects.get(code="b")).count() == 1

    def test_one_bad_row_stops_everything(self, at: datetime) -> None:
        UnitFactory(code="known", place="Huế")
        with pytest.raises(RowsRefused):
            take(
                at,
                {"code": "known", "place": "Hà Nội"},
                {"code": "new"},
                {"code": "bad", "parent": "nowhere"},
            )
        assert list(Unit.objects.values_list("code", "place")) == [("known", "Huế")]
        assert not UnitName.objects.exists()

    def test_children_of_a_bad_row_are_not_at_fault(self, at: datetime) -> None:
        with pytest.raises(RowsRefused) as refusal:
            take(at, {"code": "top", "kind": "castle"}, {"code": "child", "parent": "top"})
        assert [error.row for error in refusal.value.errors] == [2]

    @pytest.mark.parametrize("known", [True, False])
    def test_circles_are_found_through_file_and_database(self, at: datetime, known: bool) -> None:
        if known:
            take(at, {"code": "a"}, {"code": "b", "parent": "a"}, {"code": "c", "parent": "b"})
            file = [{"code": "a", "parent": "c"}]
        else:
            file = [{"code": c, "parent": p} for c, p in (("a", "c"), ("b", "a"), ("c", "b"))]
        with pytest.raises(RowsRefused) as refusal:
            take(at, *file, {"code": "leaf", "parent": "a"})
        assert {error.column for error in refusal.value.errors} == {"parent"}
        assert len(refusal.value.errors) == len(file)

    def test_unknown_block_is_named(self, at: datetime) -> None:
        with pytest.raises(RowsRefused) as refusal:
            take(at, {"block_2026": "nowhere"})
        assert [(e.row, e.column) for e in refusal.value.errors] == [(2, "block_2026")]

    def test_renaming_keeps_the_old_name(self, at: datetime) -> None:
        take(at, {"code": "a"})
        take(at, {"code": "a", "name_vi": "Cục Mới", "names_from": "01/06/2026"})
        unit = Unit.objects.get()
        assert unit.name_vi == "Cục Mới"
        assert "cuc moi" in unit.search_key
        assert list(unit.names.order_by("valid_from").values_list("name_vi", "valid_from")) == [
            ("Cục A", date(2025, 3, 1)), ("Cục Mới", date(2026, 6, 1)),
        ]  # fmt: skip
        assert (
            take(at, {"code": "a", "name_vi": "Cục Mới", "names_from": "01/06/2026"}).unchanged == 1
        )

    def test_same_day_corrects_the_spelling(self, at: datetime) -> None:
        take(at, {"code": "a", "name_vi": "Cục Á"})
        take(at, {"code": "a", "names_from": "01/03/2025"})
        assert UnitName.objects.get().name_vi == "Cục A"

    def test_same_name_with_another_day_corrects_the_day(self, at: datetime) -> None:
        take(at, {"code": "a"})
        assert take(at, {"code": "a", "names_from": "01/04/2025"}).changed == 1
        assert UnitName.objects.get().valid_from == date(2025, 4, 1)

    @pytest.mark.parametrize("since", ["", "01/01/2025", "01/01/2027"])
    def test_renaming_needs_a_day_that_has_come(self, at: datetime, since: str) -> None:
        take(at, {"code": "a"})
        with pytest.raises(RowsRefused) as refusal:
            take(at, {"code": "a", "name_vi": "Cục Mới", "names_from": since})
        assert [e.column for e in refusal.value.errors] == ["names_from"]

    def test_missing_column_leaves_and_empty_cell_clears(self, at: datetime) -> None:
        take(at, {"code": "a", "place": "Huế", "valid_to": "01/01/2027"})
        take(at, {"code": "a"})
        assert Unit.objects.get().place == "Huế"
        take(at, {"code": "a", "place": "", "valid_to": ""})
        unit = Unit.objects.get()
        assert (unit.place, unit.valid_to) == ("", None)

    def test_units_end_and_are_never_deleted(self, at: datetime) -> None:
        take(at, {"code": "a"}, {"code": "b"})
        take(at, {"code": "a", "valid_to": "01/01/2026"})
        assert Unit.objects.count() == 2
        assert not Unit.objects.get(code="a").exists_on(date(2026, 1, 1))

    def test_block_of_a_year_moves(self, at: datetime) -> None:
        BlockFactory(code="k1")
        BlockFactory(code="k2")
        take(at, {"code": "a", "block_2025": "k1", "block_2026": "k1"})
        take(at, {"code": "a", "block_2026": "k2"})
        held = BlockMembership.objects.order_by("year").values_list("year", "block__code")
        assert list(held) == [(2025, "k1"), (2026, "k2")]
        take(at, {"code": "a", "block_2026": ""})
        assert list(held.all()) == [(2025, "k1")]

    def test_blocks_and_successions_come_along(self, at: datetime) -> None:
        reading = read_units(rows({"code": "old", "block_2026": "k9"}, {"code": "new"}))
        read_blocks(
            [(2, {"code": "k9", "name_vi": "Khối", "name_en": "Block", "evidence": "S1"})], reading
        )
        row = {"from_code": "old", "to_code": "new", "date": "2026-01-01", "decision": "QĐ 1"}
        read_successions([(2, row)], reading)
        for _ in range(2):
            import_units(reading, by=Actor.system(), at=at)
        assert Block.objects.get().source == "S1"
        assert Succession.objects.get().predecessor.code == "old"

    @pytest.mark.parametrize(
        "row",
        [
            {"from_code": "a", "to_code": "a"}, {"from_code": "a", "to_code": "gone"},
            {"date": ""}, {"decision": ""},
        ],
    )  # fmt: skip
    def test_bad_successions_are_refused(self, at: datetime, row: dict[str, str]) -> None:
        reading = read_units(rows({"code": "a"}, {"code": "b"}))
        full = {"from_code": "a", "to_code": "b", "date": "2026-01-01", "decision": "QĐ", **row}
        read_successions([(2, full)], reading)
        assert plan_import(reading, today=at.date()).errors

    def test_who_imported_is_recorded(self, at: datetime) -> None:
        person = UserFactory()
        import_units(read_units(rows({})), by=Actor(person.pk, 7), at=at)
        entry = audit.entries_of(Unit.objects.get()).get()
        assert (entry.actor_id, entry.mandate_id) == (person.pk, 7)

    @pytest.mark.parametrize("size", [1, 3, 200])
    def test_queries_do_not_grow_with_the_file(
        self, at: datetime, size: int, django_assert_max_num_queries: Any
    ) -> None:
        file = [{"code": f"u{n}", "parent": "u0" if n else ""} for n in range(size)]
        with django_assert_max_num_queries(28):
            take(at, *file)


def csv_file(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.django_db
class TestCommands:
    def test_ministry_file_loads_twice(self) -> None:
        data = settings.BASE_DIR / "units" / "data"
        out = StringIO()
        for _ in range(2):
            call_command(
                "import_units", data / "units.csv", blocks=data / "blocks.csv",
                successions=data / "successions.csv", stdout=out,
            )  # fmt: skip
        heritage = Unit.objects.get(code="cuc-dsvh")
        assert heritage.name_vi == "Cục Di sản văn hóa"
        assert Unit.objects.filter(kind="council").get().owes_plan is False
        assert Succession.objects.exists()
        assert audit.entries_of(heritage).count() == 1

    def test_dry_run_shows_and_writes_nothing(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path / "u.csv", [",".join(BASE), ",".join(BASE.values())])
        out = StringIO()
        call_command("import_units", path, dry_run=True, stdout=out)
        assert "+ cuc-a: Cục A" in out.getvalue()
        assert not Unit.objects.exists()

    def test_faults_are_listed_with_their_rows(self, tmp_path: Path) -> None:
        values = [",".join({**BASE, "code": code}.values()) for code in ("a", "", "a")]
        path = csv_file(tmp_path / "u.csv", [",".join(BASE), *values])
        err = StringIO()
        with pytest.raises(CommandError), translation.override("en"):
            call_command("import_units", path, stderr=err)
        assert err.getvalue().splitlines() == [
            "Row 3, column code: is missing.", "Row 4, column code: is the same as in row 2.",
        ]  # fmt: skip
        assert not Unit.objects.exists()

    @pytest.mark.parametrize("name", ["gone.csv", "u.txt", "u.xlsx"])
    def test_unreadable_files_are_refused_with_a_sentence(self, tmp_path: Path, name: str) -> None:
        if name != "gone.csv":
            (tmp_path / name).write_bytes(b"\x00\x01")
        with pytest.raises(CommandError):
            call_command("import_units", tmp_path / name)

    @pytest.mark.parametrize("ending", [".csv", ".xlsx"])
    def test_own_export_is_taken_back_unchanged(self, tmp_path: Path, ending: str) -> None:
        data = settings.BASE_DIR / "units" / "data"
        call_command(
            "import_units", data / "units.csv", blocks=data / "blocks.csv", stdout=StringIO()
        )
        path = tmp_path / f"units{ending}"
        call_command("export_units", path, stdout=StringIO())
        out = StringIO()
        call_command("import_units", path, dry_run=True, stdout=out)
        count = Unit.objects.count()
        assert f"0 new, 0 changed, {count} as they are" in out.getvalue()


@pytest.mark.django_db
def test_ten_thousand_units_go_in_at_once(at: datetime, django_assert_max_num_queries: Any) -> None:
    BlockFactory(code="k1")
    size = 10_000
    file = [
        {"code": f"u{n}", "name_vi": f"Đơn vị {n}", "parent": "u0" if n else "", "block_2026": "k1"}
        for n in range(size)
    ]
    started = time.process_time()
    with django_assert_max_num_queries(700):
        assert take(at, *file) == ImportResult(size, 0, 0)
    first = time.process_time() - started
    assert take(at, *file) == ImportResult(0, 0, size)
    assert first < 10, f"{first:.1f} s"
    assert Unit.objects.count() == BlockMembership.objects.count() == size
