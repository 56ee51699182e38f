"""A file beyond the limit fills neither memory nor disk, and loses nothing typed beside it."""

import pytest
from django.test import RequestFactory

from emulation_portal.core.attachments.errors import TooBig
from emulation_portal.core.attachments.inspection import inspect_upload
from tests.factories.files import pdf, upload

MEGABYTE = 1024 * 1024


def test_what_exceeds_the_limit_is_dropped_and_the_text_arrives(settings):
    settings.ATTACHMENT_MAX_BYTES = MEGABYTE
    fields = {
        "before": "chữ trước",
        "big": upload("a.pdf", pdf(bytes(5 * MEGABYTE))),
        "small": upload("b.pdf", pdf()),
        "after": "chữ sau",
    }
    request = RequestFactory().post("/", fields)
    assert request.FILES["big"].size < 2 * MEGABYTE
    with pytest.raises(TooBig):
        inspect_upload(request.FILES["big"])
    assert request.FILES["small"].read() == pdf()
    assert (request.POST["before"], request.POST["after"]) == ("chữ trước", "chữ sau")
    request.close()
