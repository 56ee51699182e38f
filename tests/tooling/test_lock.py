"""The requirement locks: they follow pyproject.toml, agree with one another, and carry hashes."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "lock.py"
PROJECT = """[project]
requires-python = ">=3.11"
dependencies = ["Django~=5.2.0"]
[dependency-groups]
dev = ["pytest"]
"""


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "RUNTIME", tmp_path / "requirements.txt")
    monkeypatch.setattr(module, "S3", tmp_path / "requirements-s3.txt")
    monkeypatch.setattr(module, "DEV", tmp_path / "requirements-dev.txt")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    module.RUNTIME.write_text(module.fingerprint() + "django==5.2.19 \\\n    --hash=sha256:aa\n")
    module.S3.write_text(module.RUNTIME.read_text())
    module.DEV.write_text(module.fingerprint() + "pytest==9.2.0 \\\n    --hash=sha256:bb\n")
    return module


def test_a_lock_made_from_todays_intent_is_well(lock: ModuleType) -> None:
    assert lock.problems() == []


def test_a_changed_intent_is_noticed(lock: ModuleType) -> None:
    (lock.ROOT / "pyproject.toml").write_text(PROJECT.replace("5.2.0", "5.2.3"))

    assert lock.problems() == [
        "requirements.txt was not made from today's pyproject.toml: run `make lock`",
        "requirements-s3.txt was not made from today's pyproject.toml: run `make lock`",
        "requirements-dev.txt was not made from today's pyproject.toml: run `make lock`",
    ]


def test_two_versions_of_one_package_are_noticed(lock: ModuleType) -> None:
    lock.DEV.write_text(lock.fingerprint() + "django==5.2.18 \\\n    --hash=sha256:aa\n")

    assert lock.problems() == ["django is pinned to 5.2.19 and to 5.2.18: run `make lock`"]


def test_a_pin_without_hash_is_noticed(lock: ModuleType) -> None:
    lock.DEV.write_text(lock.fingerprint() + "pytest==9.2.0\n")

    assert lock.problems() == ["requirements-dev.txt: pytest==9.2.0 has no hash"]
