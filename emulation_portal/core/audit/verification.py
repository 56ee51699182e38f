"""Proving that nobody changed, dropped, added or swapped entries of the audit trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db import models

from emulation_portal.core.audit.hashing import entry_hash, head_hash
from emulation_portal.core.audit.models import GENESIS, AuditChain, AuditDailyHead, AuditEntry
from emulation_portal.core.audit.roots import root_key


@dataclass(frozen=True)
class Fault:
    """Where the trail is broken, and how."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def verify_chain(root: models.Model) -> bool:
    """Whether the chain of `root` is whole: every link in place, unchanged, and none cut off."""
    root_type, root_id = root_key(root)
    entries = AuditEntry.objects.filter(root_type=root_type, root_id=root_id).order_by("sequence")
    chain = AuditChain.objects.filter(root_type=root_type, root_id=root_id).first()
    return not list(_chain_faults(f"{root_type}:{root_id}", entries.iterator(), chain))


def verify_all() -> list[Fault]:
    """Every fault of every chain and of the daily heads; an empty list when all is well."""
    return [*_all_chain_faults(), *_head_faults()]


def _all_chain_faults() -> Iterator[Fault]:
    chains = {(chain.root_type, chain.root_id): chain for chain in AuditChain.objects.iterator()}
    entries = AuditEntry.objects.order_by("root_type", "root_id", "sequence").iterator()
    for key, links in groupby(entries, key=lambda entry: (entry.root_type, entry.root_id)):
        yield from _chain_faults(":".join(key), links, chains.pop(key, None))
    for chain in chains.values():
        yield from _chain_faults(str(chain), iter(()), chain)


def _chain_faults(
    place: str, entries: Iterator[AuditEntry], chain: AuditChain | None
) -> Iterator[Fault]:
    sequence, previous = 0, GENESIS
    for entry in entries:
        sequence += 1
        if entry.sequence != sequence:
            yield Fault(place, f"entry {sequence} is missing")
            return
        if entry.previous_hash != previous:
            yield Fault(place, f"entry {sequence} does not follow the one before it")
        if entry_hash(entry) != entry.hash:
            yield Fault(place, f"entry {sequence} was changed")
        previous = entry.hash
    if chain is None:
        if sequence:
            yield Fault(place, "the end of the chain is missing")
    elif (chain.length, chain.head) != (sequence, previous):
        yield Fault(place, f"{sequence} entries, but its end names {chain.length} or another hash")


def _head_faults() -> Iterator[Fault]:
    sequence, previous = 0, GENESIS
    for head in AuditDailyHead.objects.order_by("sequence").iterator():
        sequence += 1
        place = f"daily head {head.day}"
        if head.sequence != sequence:
            yield Fault(place, f"head {sequence} is missing before it")
            sequence = head.sequence
        if head.previous_hash != previous:
            yield Fault(place, "does not follow the head before it")
        if head_hash(head) != head.hash:
            yield Fault(place, "was changed")
        previous = head.hash
        yield from _sealed_faults(place, head)


def _sealed_faults(place: str, head: AuditDailyHead) -> Iterator[Fault]:
    """A chain rewritten or dropped whole is consistent in itself; the seal remembers its end."""
    for start in range(0, len(head.chains), 200):
        sealed = head.chains[start : start + 200]
        ends = models.Q()
        for root_type, root_id, length, _ in sealed:
            ends |= models.Q(root_type=root_type, root_id=root_id, sequence=length)
        found = {
            (entry.root_type, entry.root_id, entry.sequence): entry.hash
            for entry in AuditEntry.objects.filter(ends)
        }
        for root_type, root_id, length, hash_ in sealed:
            if found.get((root_type, root_id, length)) != hash_:
                yield Fault(place, f"entry {length} of {root_type}:{root_id} is not the sealed one")
