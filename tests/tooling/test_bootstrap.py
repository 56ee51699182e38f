"""The set-up script: what it does on a bare machine, and the sentence where it cannot go on."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("")
    return module


def on(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, *, debian: bool, root: bool) -> None:
    monkeypatch.setattr(bootstrap, "is_debian", lambda: debian)
    monkeypatch.setattr(bootstrap, "is_root", lambda: root)


def test_without_ensurepip_a_user_is_told_the_line_to_type(bootstrap, monkeypatch) -> None:
    on(bootstrap, monkeypatch, debian=True, root=False)
    monkeypatch.setattr(bootstrap, "can_make_venv", lambda _: False)

    with pytest.raises(bootstrap.Refusal) as refusal:
        bootstrap.ensure_venv(sys.executable)

    assert str(refusal.value) == (
        "python3's venv module is missing. Type this line, then try again:\n\n"
        "    sudo apt-get update && sudo apt-get install --no-install-recommends -y python3-venv\n"
    )
    assert not bootstrap.VENV.exists()


def test_without_ensurepip_root_on_debian_installs_it(bootstrap, monkeypatch) -> None:
    on(bootstrap, monkeypatch, debian=True, root=True)
    commands: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "can_make_venv", lambda _: len(commands) == 2)
    monkeypatch.setattr(subprocess, "call", lambda command, **_: commands.append(command) or 0)
    made: list[list[str]] = []
    monkeypatch.setattr(subprocess, "check_call", made.append)

    bootstrap.ensure_venv(sys.executable)

    assert [command[-1] for command in commands] == ["update", "python3-venv"]
    assert made == [[sys.executable, "-m", "venv", "--clear", str(bootstrap.VENV)]]


def test_a_failing_apt_get_is_named(bootstrap, monkeypatch) -> None:
    on(bootstrap, monkeypatch, debian=True, root=True)
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 100)

    with pytest.raises(bootstrap.Refusal, match="update` failed"):
        bootstrap.apt_install(["chromium"], "the browser tests")


def test_elsewhere_the_package_is_named(bootstrap, monkeypatch) -> None:
    on(bootstrap, monkeypatch, debian=False, root=True)

    with pytest.raises(bootstrap.Refusal, match="install postgresql"):
        bootstrap.apt_install(["postgresql"], "PostgreSQL")


def test_an_unsupported_python_is_refused_by_name(bootstrap, monkeypatch) -> None:
    on(bootstrap, monkeypatch, debian=True, root=True)
    monkeypatch.setattr(bootstrap, "version_of", lambda _: (3, 9))

    with pytest.raises(bootstrap.Refusal, match=r"Python 3\.11, 3\.12 or 3\.13 is needed"):
        bootstrap.find_interpreter(["/usr/bin/python3"])


def test_another_python_on_the_path_is_found(bootstrap, monkeypatch) -> None:
    versions = {"/usr/bin/python3": (3, 14), "/usr/bin/python3.13": (3, 13)}
    monkeypatch.setattr(bootstrap, "version_of", versions.get)

    assert bootstrap.find_interpreter(list(versions)) == "/usr/bin/python3.13"


def test_what_is_installed_is_not_installed_again(bootstrap, monkeypatch) -> None:
    (bootstrap.VENV).mkdir()
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "call", lambda command, **_: commands.append(command) or 0)

    bootstrap.install_requirements("dev")
    bootstrap.install_requirements("dev")
    assert len(commands) == 1
    assert "--require-hashes" in commands[0]

    (bootstrap.ROOT / "requirements-dev.txt").write_text("changed")
    bootstrap.install_requirements("dev")
    assert len(commands) == 2


def test_a_failed_installation_is_tried_again(bootstrap, monkeypatch) -> None:
    (bootstrap.VENV).mkdir()
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 1)

    with pytest.raises(bootstrap.Refusal, match="PIP_NO_INDEX=1"):
        bootstrap.install_requirements("runtime")

    assert not (bootstrap.VENV / ".installed-runtime").exists()


def test_a_wrong_call_shows_how_it_is_called() -> None:
    result = subprocess.run(
        [sys.executable, str(SCRIPT), "everything"], capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert "bootstrap.py {runtime,dev}" in result.stderr
