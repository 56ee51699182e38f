"""One factory per model of core that tests make by hand, and people to act."""

import hashlib
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from emulation_portal.core.models import Attachment, AttachmentScan, Job, Message
from emulation_portal.core.outbox.models import search_key

AT = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


class PersonFactory(DjangoModelFactory[Any]):
    """A person who may sign in, with an address."""

    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.Sequence(lambda n: f"person{n}@example.gov.vn")
    full_name = factory.Sequence(lambda n: f"Nguyễn Văn Ân {n}")
    password = "!"


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A row of the register; the file itself is not on the disk."""

    class Meta:
        model = Attachment

    original_name = factory.Sequence(lambda n: f"Kế hoạch {n}.pdf")
    kind = "pdf"
    size = 1024
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.original_name.encode()).hexdigest())
    file = factory.LazyFunction(lambda: f"{uuid.uuid4().hex}.pdf")
    uploaded_by = factory.SubFactory(PersonFactory)
    uploaded_at = AT


class AttachmentScanFactory(DjangoModelFactory[AttachmentScan]):
    """A file the virus scanner has not answered for yet."""

    class Meta:
        model = AttachmentScan

    attachment = factory.SubFactory(AttachmentFactory)
    state = "pending"


class MessageFactory(DjangoModelFactory[Message]):
    """A mail that waits to be sent."""

    class Meta:
        model = Message

    dedupe_key = factory.Sequence(lambda n: f"test:{n}")
    batch = factory.LazyFunction(uuid.uuid4)
    kind = "test"
    recipient = factory.SubFactory(PersonFactory)
    address = factory.LazyAttribute(lambda o: (o.recipient and o.recipient.email) or "")
    not_before = AT
    created_at = AT
    search_key = factory.LazyAttribute(lambda o: search_key(o.recipient, o.address, o.subject))
    subject = ""

    class Params:
        sent = factory.Trait(
            state="sent", sent_at=AT, subject="Nhắc việc", body="Kính gửi đồng chí", attempts=1
        )
        failed = factory.Trait(state="failed", reason="refused", reason_detail="550 no such user")


class JobFactory(DjangoModelFactory[Job]):
    """A job that waits to be run."""

    class Meta:
        model = Job

    kind = "test"
    created_by = factory.SubFactory(PersonFactory)
    created_at = AT
