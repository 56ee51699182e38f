"""What /readyz is told: each part fails on its own, and a probe never raises."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from emulation_portal.core import health
from emulation_portal.core.health import Heartbeat, beat, readiness
from tests.factories.core import AT

pytestmark = pytest.mark.django_db
WELL = {"database": True, "broker": True, "worker": True, "beat": True}


@pytest.fixture(autouse=True)
def memory_broker(settings):
    settings.CELERY_BROKER_URL = "memory://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}


@pytest.fixture
def all_alive():
    beat("worker", at=AT)
    beat("beat", at=AT)


def test_all_is_well(all_alive):
    assert readiness(AT) == WELL
    assert readiness(AT + timedelta(seconds=89)) == WELL


def test_a_heartbeat_is_written_over():
    beat("worker", at=AT)
    beat("worker", at=AT + timedelta(seconds=1))
    assert Heartbeat.objects.get().at == AT + timedelta(seconds=1)


@pytest.mark.parametrize("silent", ["worker", "beat"])
def test_a_silent_part_is_reported(all_alive, silent):
    beat(silent, at=AT - timedelta(seconds=90))
    assert readiness(AT) == {**WELL, silent: False}


@pytest.mark.parametrize("missing", ["worker", "beat"])
def test_a_part_never_heard_of_is_reported(all_alive, missing):
    Heartbeat.objects.filter(name=missing).delete()
    assert readiness(AT) == {**WELL, missing: False}


def test_a_lost_database_is_reported(all_alive, monkeypatch):
    def gone():
        raise OperationalError("gone")

    monkeypatch.setattr(health.connection, "ensure_connection", gone)
    assert readiness(AT) == {"database": False, "broker": True, "worker": False, "beat": False}


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "nonsense://", "redis://:p@ss@127.0.0.1:1/0"]
)
def test_a_lost_broker_is_reported(all_alive, settings, url):
    settings.CELERY_BROKER_URL = url
    assert readiness(AT) == {**WELL, "broker": False}


def test_a_file_broker_is_as_good_as_its_folder(all_alive, settings, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://"
    folders = {"data_folder_in": str(tmp_path / "q"), "data_folder_out": str(tmp_path / "q")}
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = folders
    assert readiness(AT)["broker"] is False
    (tmp_path / "q").mkdir()
    assert readiness(AT)["broker"] is True
