"""The audit trail: append-only entries, hash-chained per root object, with a daily head over all."""

from emulation_portal.core.audit.actions import erase, record, record_many, seal_day
from emulation_portal.core.audit.queries import entries_of
from emulation_portal.core.audit.verification import Fault, verify_all, verify_chain

__all__ = [
    "Fault",
    "entries_of",
    "erase",
    "record",
    "record_many",
    "seal_day",
    "verify_all",
    "verify_chain",
]
