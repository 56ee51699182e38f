"""Which of core's own tables are protected, and how."""

from emulation_portal.core import immutability
from emulation_portal.core.attachments.models import Attachment, AttachmentScan
from emulation_portal.core.attachments.states import SCAN_TRANSITIONS, ScanState
from emulation_portal.core.audit.models import AuditDailyHead, AuditEntry, ErasableText
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.jobs.states import JOB_TRANSITIONS
from emulation_portal.core.outbox.models import Message
from emulation_portal.core.outbox.states import MESSAGE_TRANSITIONS, MessageState
from emulation_portal.core.transitions import pairs_of


def register() -> None:
    """Put core's rules into the registry. Called once, by `CoreConfig.ready()`."""
    immutability.register_append_only(AuditEntry)
    immutability.register_append_only(AuditDailyHead)
    immutability.register_erasable(ErasableText, text="text", erased_at="erased_at")
    immutability.register_append_only(Attachment)
    immutability.register_transitions(
        AttachmentScan, state_field="state", pairs=pairs_of(SCAN_TRANSITIONS)
    )
    immutability.register_frozen_columns(
        AttachmentScan,
        state_field="state",
        open_states=(ScanState.NOT_SCANNED, ScanState.PENDING),
        columns=("signature", "scanned_at"),
    )
    immutability.register_transitions(
        Message, state_field="state", pairs=pairs_of(MESSAGE_TRANSITIONS)
    )
    immutability.register_frozen_columns(
        Message,
        state_field="state",
        open_states=[state for state in MessageState if state != MessageState.SENT],
        # Not the text and the address: personal data must remain erasable.
        columns=("dedupe_key", "kind", "recipient", "message_id", "sent_at"),
    )
    immutability.register_transitions(Job, state_field="state", pairs=pairs_of(JOB_TRANSITIONS))
