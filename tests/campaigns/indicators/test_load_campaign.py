"""The command: what it prints, when it asks, and that it never half-loads."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from campaigns.models import Campaign, Indicator, Phase
from tests.campaigns.programme.files import SMALL, make_units
from tests.factories.campaigns import make_draft


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def file(db: None, tmp_path: Path) -> Path:
    make_units()
    path = tmp_path / "campaign.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("load_campaign", str(path), *options, stdout=out)
    return out.getvalue()


def rewrite(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _prompt: text)


def test_a_new_campaign_loads_without_asking(file: Path) -> None:
    said = run(file)
    assert "+ indicator: 2" in said
    assert said.endswith("The campaign has been loaded.\n")
    assert Campaign.objects.count() == 1


def test_a_trial_shows_and_writes_nothing(file: Path) -> None:
    said = run(file, "--dry-run")
    assert "+ indicator ct-1" in said
    assert said.endswith("Nothing was changed: this was a trial.\n")
    assert not Campaign.objects.exists()


def test_the_same_file_again_changes_nothing(file: Path) -> None:
    run(file)
    assert run(file) == "The file and the portal agree: nothing to change.\n"


def test_mistakes_are_printed_with_key_and_line_and_stop_the_loading(file: Path) -> None:
    rewrite(file, "host_unit: vu-tccb", "host_unit: vu-la")
    rewrite(file, "quarterly_day: 5", "quarterly_day: 40")
    with pytest.raises(CommandError) as stopped:
        run(file)
    assert str(stopped.value).splitlines() == [
        "The campaign file has 2 mistakes; nothing was changed.",
        "campaign.host_unit, line 5: there is no unit “vu-la”",
        "reminder_rule.quarterly_day, line 63: “40” is not a whole number from 1 to 28",
    ]
    assert not Campaign.objects.exists()


def test_a_missing_file_is_said_plainly(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        run(tmp_path / "none.yaml")


def test_a_change_is_shown_and_made_after_a_yes(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(file)
    make_draft(phase=Phase.objects.get(number=1), unit=Campaign.objects.get().host_unit)
    rewrite(file, "plan_deadline: 2025-09-30", "plan_deadline: 2025-10-15")
    answer(monkeypatch, "yes")
    assert run(file) == (
        "~ phase 1  [in use: 1 × plan]\n"
        "    plans issued by: 30/09/2025 → 15/10/2025\n"
        "The campaign has been loaded.\n"
    )
    assert str(Phase.objects.get(number=1).plan_deadline) == "2025-10-15"


def test_anything_but_a_yes_changes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(file)
    rewrite(file, "en: Systems", "en: Information systems")
    answer(monkeypatch, "")
    with pytest.raises(CommandError, match=r"^Nothing was changed\.$"):
        run(file)
    assert Indicator.objects.get(code="ct-2").name_en == "Systems"


def test_without_a_terminal_a_change_needs_the_option(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(file)
    rewrite(file, "en: Systems", "en: Information systems")
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(CommandError, match="run again with --yes"):
        run(file)
    run(file, "--yes")
    assert Indicator.objects.get(code="ct-2").name_en == "Information systems"


def test_a_breaking_edit_is_refused_even_with_yes(file: Path) -> None:
    run(file)
    make_draft(phase=Phase.objects.get(number=1), unit=Campaign.objects.get().host_unit)
    rewrite(file, "kinds: [department, authority]", "kinds: [authority]")
    with pytest.raises(CommandError, match=r"may not be removed: it is in use \(1 plan\)"):
        run(file, "--yes")
    assert Campaign.objects.get().participants.count() == 2
