"""Files made for one person: found by their name, for a day, whole or not at all."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from emulation_portal.core import prepared

AT = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / "prepared"


def make(content: bytes = b"x") -> str:
    token = prepared.new_token()
    with prepared.new_file(token, at=AT) as stream:
        stream.write(content)
    return token


def test_a_file_is_read_by_its_name_for_a_day():
    token = make(b"text")
    for later in (timedelta(), timedelta(hours=24)):
        with prepared.open_file(token, at=AT + later) as stream:
            assert stream.read() == b"text"
    assert prepared.open_file(token, at=AT + timedelta(hours=25)) is None


def test_what_fails_half_way_leaves_nothing(folder):
    token = prepared.new_token()

    def run_out_of_room() -> None:
        with prepared.new_file(token, at=AT) as stream:
            stream.write(b"half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        run_out_of_room()
    assert list(folder.glob("*")) == []
    assert prepared.open_file(token, at=AT) is None


@pytest.mark.parametrize("token", ["", "../secret", "A" * 32, "0" * 31, "0" * 32])
def test_other_names_lead_nowhere(token):
    assert prepared.open_file(token, at=AT) is None


def test_names_are_not_given_by_others():
    with pytest.raises(ValueError, match="token"), prepared.new_file("../secret", at=AT):
        pass


def test_old_files_are_swept_finished_or_not(folder):
    make()
    left = folder / f"{prepared.new_token()}_cut-short"
    left.write_bytes(b"half")
    os.utime(left, (AT.timestamp(), AT.timestamp()))
    assert prepared.sweep(at=AT + timedelta(hours=1)) == 0
    assert prepared.sweep(at=AT + timedelta(hours=25)) == 2
    assert list(folder.iterdir()) == []


def test_sweeping_before_anything_was_made_is_nothing():
    assert prepared.sweep(at=AT) == 0
