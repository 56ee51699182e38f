"""Attachments in an object store: the same behaviour as in a folder, and an outage is a sentence."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from emulation_portal.core import attachments, prepared
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import links
from emulation_portal.core.attachments.errors import NoRoom
from emulation_portal.core.models import Attachment
from tests.factories.files import pdf, upload
from tests.factories.object_store import Bucket, bucket
from tests.factories.units import MandateFactory

STORE = "emulation_portal.core.object_store.ObjectStore"


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with bucket() as running:
        yield running


@pytest.fixture(autouse=True)
def store(settings, server: Bucket) -> Bucket:
    server.objects.clear()
    server.asked.clear()
    server.failing = False
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": STORE, "OPTIONS": server.options},
    }
    return server


@pytest.mark.django_db
def test_a_file_goes_up_and_comes_down_byte_for_byte(store, at, client: Client, sign_in) -> None:
    mandate = MandateFactory()
    links.register_link("none", lambda viewer, attachment_id: viewer.mandate == mandate)

    kept = attachments.accept_upload(upload("Kế hoạch.pdf", pdf()), by=Actor.system(), at=at)
    response = sign_in(client, mandate).get(f"/attachments/{kept.pk}/")

    assert {name: body for name, (body, _) in store.objects.items()} == {kept.file.name: pdf()}
    assert b"".join(response.streaming_content) == pdf()
    assert f"PUT {kept.file.name}" in store.asked
    links._links.pop("none")


@pytest.mark.django_db
def test_what_is_missing_in_the_store_is_not_found(store, at, client: Client, sign_in) -> None:
    mandate = MandateFactory()
    links.register_link("none", lambda viewer, attachment_id: True)
    kept = attachments.accept_upload(upload("a.pdf", pdf()), by=Actor.system(), at=at)
    store.objects.clear()

    assert sign_in(client, mandate).get(f"/attachments/{kept.pk}/").status_code == 404
    links._links.pop("none")


def test_a_name_is_written_once(store) -> None:
    first = default_storage.save("ab/" + "0" * 32, ContentFile(b"first"))
    second = default_storage.save("ab/" + "0" * 32, ContentFile(b"second"))

    assert first != second
    assert store.objects[first][0] == b"first"


@pytest.mark.django_db
def test_only_old_files_nobody_names_are_swept(store, at) -> None:
    assert attachments.sweep_orphans(at=at) == 0
    kept = attachments.accept_upload(upload("a.pdf", pdf()), by=Actor.system(), at=at)
    left, fresh = "ab/" + "1" * 32, "cd/" + "2" * 32
    for name in (left, fresh):
        store.objects[name] = (b"x", at - timedelta(hours=1))
    store.objects[left] = (b"x", at - timedelta(hours=25))

    assert attachments.sweep_orphans(at=at) == 1
    assert store.objects.keys() == {kept.file.name, fresh}


@pytest.mark.django_db
def test_an_upload_while_the_store_is_away_is_refused_in_a_sentence(store, at) -> None:
    store.failing = True

    with pytest.raises(NoRoom):
        attachments.accept_upload(upload("a.pdf", pdf()), by=Actor.system(), at=at)

    assert not Attachment.objects.exists()


def test_every_complaint_of_the_store_is_an_os_error(store) -> None:
    name = default_storage.save("ab/" + "3" * 32, ContentFile(b"x"))
    store.failing = True
    for ask in (
        default_storage.open,
        default_storage.exists,
        default_storage.size,
        default_storage.listdir,
        default_storage.delete,
        default_storage.get_modified_time,
    ):
        with pytest.raises(OSError, match="object store: "):
            ask(name)


def test_a_wrong_key_opens_nothing(settings, store) -> None:
    wrong = {**store.options, "access_key": "somebody"}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": STORE, "OPTIONS": wrong}}

    with pytest.raises(OSError, match="object store: "):
        default_storage.save("ab/" + "4" * 32, ContentFile(b"x"))
    assert store.objects == {}


def test_files_made_by_a_worker_are_fetched_from_any_host(store, at) -> None:
    token = prepared.new_token()
    with prepared.new_file(token, at=at) as stream:
        stream.write(b"many plans")
    name = f"prepared/{token}"
    store.objects[name] = (store.objects[name][0], at)

    with prepared.open_file(token, at=at) as stream:
        assert stream.read() == b"many plans"
    assert prepared.sweep(at=at + timedelta(hours=1)) == 0
    assert prepared.open_file(token, at=at + timedelta(hours=25)) is None
    assert prepared.sweep(at=at + timedelta(hours=25)) == 1
    assert store.objects == {}
