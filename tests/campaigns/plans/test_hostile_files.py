"""Hostile files through the very door an officer uses: none stored, none crashes, memory bounded.

The control: files as officers really send them, which must all be taken. `make test` tries a
sample from all over the list, `make faults` all three hundred.
"""

import sys
import tempfile
import tracemalloc
from collections import Counter
from html import escape
from typing import Any, BinaryIO

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from emulation_portal.core.models import Attachment
from tests.campaigns.plans.scenes import AT, make_scene
from tests.factories.hostile_files import NUMBER, Hostile, honest_files, hostile_files

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SAMPLE = 30
MEGABYTE = 1024 * 1024
MOST_MEMORY = 64 * MEGABYTE
_BOUNDARY = "----hostile"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "attachments"
    settings.ATTACHMENT_DAILY_BYTES = 10**12  # or forty honest files meet the quota
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def papers(client, sign_in):
    scene = make_scene(areas=1)
    version = scene.start()
    return sign_in(client, scene.officer), reverse("campaigns:plan-papers", args=[version.plan_id])


def _body(name: str, content: bytes, size: int) -> tuple[BinaryIO, int]:
    """The request as it comes over the wire, on the disk: the sender's memory is not measured."""
    body = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the request is
    fields = {"kind": "annex", "abstract": "Phụ lục"}
    for key, value in fields.items():
        body.write(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        )
    body.write(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
        + name.encode()
        + b'"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    body.write(content)
    body.seek(max(0, size - len(content)), 1)  # a hole: it takes no room on the disk
    body.write(f"\r\n--{_BOUNDARY}--\r\n".encode())
    length = body.tell()
    body.seek(0)
    return body, length


def _send(client: Client, url: str, name: str, content: bytes, size: int = 0) -> Any:
    body, length = _body(name, content, size)
    with body, translation.override("en"):
        return client.request(
            **{
                "REQUEST_METHOD": "POST",
                "PATH_INFO": url,
                "CONTENT_TYPE": f"multipart/form-data; boundary={_BOUNDARY}",
                "CONTENT_LENGTH": str(length),
                "HTTP_ACCEPT_LANGUAGE": "en",
                "wsgi.input": body,
            }
        )


def _sentence(file: Hostile) -> str:
    """The beginning of the refusal's own sentence, up to what it fills in."""
    return str(file.refusal.message).partition("%(")[0].strip() or str(file.refusal.message)


def _stored_files() -> list[str]:
    folder = settings.MEDIA_ROOT
    return [str(path) for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def _try_all(papers: tuple[Client, str], number: int, capsys: Any) -> None:
    client, url = papers
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    peak, refused, wrong = 0, Counter[str](), []
    for file in hostile_files(number):
        tracemalloc.start()
        response = _send(client, url, file.name, file.content, file.size)
        peak = max(peak, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        with translation.override("en"):
            said = _sentence(file)
        if response.status_code != 422 or escape(said) not in response.content.decode():
            wrong.append((file.label, file.name[:30], response.status_code, said))
        refused[file.refusal.__name__] += 1
    assert wrong == []
    assert sum(refused.values()) == number
    assert Attachment.objects.count() == 0
    assert _stored_files() == []
    with capsys.disabled():
        sys.stdout.write(
            f"\n{number} hostile files: 0 stored, 0 crashes, peak {peak / MEGABYTE:.1f} MB\n"
        )
    assert peak < MOST_MEMORY


def test_a_sample_of_hostile_files_is_refused_in_words(papers, capsys):
    _try_all(papers, SAMPLE, capsys)


@pytest.mark.faults
def test_three_hundred_hostile_files_are_refused_in_words(papers, capsys):
    _try_all(papers, NUMBER, capsys)


def test_the_list_is_the_same_each_time_and_as_long_as_it_says():
    first = [(file.label, file.name, len(file.content) > 0) for file in hostile_files()]
    assert len(first) == NUMBER
    assert len({label for label, _name, _content in first}) > 200
    assert first == [(file.label, file.name, len(file.content) > 0) for file in hostile_files()]


@pytest.mark.parametrize("label", honest_files())
def test_what_officers_really_send_is_taken(papers, label):
    client, url = papers
    name, content = honest_files()[label]
    response = _send(client, url, name, content)
    assert response.status_code == 302, response.context["form"].errors
    assert Attachment.objects.get().size == len(content)
    assert len(_stored_files()) == 1
