"""Every model of the app, by name. A model missing here would get no table."""

from emulation_portal.core.attachments.models import Attachment, AttachmentScan
from emulation_portal.core.audit.models import (
    AuditChain,
    AuditDailyHead,
    AuditEntry,
    ErasableText,
)
from emulation_portal.core.health import Heartbeat
from emulation_portal.core.idempotency import FormKey
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.outbox.models import Message

__all__ = [
    "Attachment",
    "AttachmentScan",
    "AuditChain",
    "AuditDailyHead",
    "AuditEntry",
    "ErasableText",
    "FormKey",
    "Heartbeat",
    "Job",
    "Message",
]
