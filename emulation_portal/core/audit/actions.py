"""Writing the audit trail."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction

from emulation_portal.core.actors import Actor
from emulation_portal.core.audit.hashing import entry_hash, head_hash, plain
from emulation_portal.core.audit.models import (
    GENESIS,
    AuditChain,
    AuditDailyHead,
    AuditEntry,
    ErasableText,
)
from emulation_portal.core.audit.roots import root_key

_BATCH = 500  # SQLite takes a limited number of parameters per statement


@transaction.atomic
def record(
    action: str,
    *,
    root: models.Model,
    by: Actor,
    at: datetime,
    data: dict[str, Any] | None = None,
    personal: str = "",
) -> AuditEntry:
    """Append "`by` did `action` to `root`" to the chain of `root`; return the entry.

    `data` holds plain facts (no floats: give a Decimal); `personal` holds what must be erasable
    later, a name or an address, and is kept outside the hash.

    Side effects, in order: `personal` is stored, the chain's row is locked until the surrounding
    transaction ends, the entry is written, the chain's end moves.
    """
    reference = ErasableText.objects.create(text=plain(personal)) if personal else None
    root_type, root_id = root_key(root)
    # On a race for a new chain the unique key lets one insert through; the other waits and locks.
    chain, _ = AuditChain.objects.select_for_update().get_or_create(
        root_type=root_type, root_id=root_id
    )
    entry = _link(chain, action=action, by=by, at=at, data=data, personal=reference)
    entry.save(force_insert=True)
    chain.save(update_fields=["length", "head"])
    return entry


@transaction.atomic
def record_many(
    action: str,
    *,
    entries: Iterable[tuple[models.Model, dict[str, Any] | None]],
    by: Actor,
    at: datetime,
) -> int:
    """Append one entry per (root, data), in few statements; return how many. For imports.

    Side effects, in order: missing chains are made, all chains are locked in one fixed order,
    the entries are written, the chains' ends move.
    """
    drafts = [(root_key(root), data) for root, data in entries]
    if not drafts:
        return 0
    keys = sorted({key for key, _ in drafts})
    AuditChain.objects.bulk_create(
        [AuditChain(root_type=root_type, root_id=root_id) for root_type, root_id in keys],
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
    chains = _lock(keys)
    links = [
        _link(chains[key], action=action, by=by, at=at, data=data, personal=None)
        for key, data in drafts
    ]
    AuditEntry.objects.bulk_create(links, batch_size=_BATCH)
    _move_ends(chains.values())
    return len(links)


def _move_ends(chains: Iterable[AuditChain]) -> None:
    """Store where the chains end now. An upsert: bulk_update took six times as long (10,000 rows)."""
    AuditChain.objects.bulk_create(
        [
            AuditChain(
                root_type=chain.root_type,
                root_id=chain.root_id,
                length=chain.length,
                head=chain.head,
                sealed_length=chain.sealed_length,
            )
            for chain in chains
        ],
        update_conflicts=True,
        unique_fields=["root_type", "root_id"],
        update_fields=["length", "head"],
        batch_size=_BATCH,
    )


def _lock(keys: list[tuple[str, str]]) -> dict[tuple[str, str], AuditChain]:
    by_type: dict[str, list[str]] = {}
    for root_type, root_id in keys:
        by_type.setdefault(root_type, []).append(root_id)
    return {
        (chain.root_type, chain.root_id): chain
        for root_type, ids in by_type.items()
        for start in range(0, len(ids), _BATCH)
        for chain in AuditChain.objects.select_for_update()
        .filter(root_type=root_type, root_id__in=ids[start : start + _BATCH])
        .order_by("root_type", "root_id")
    }


def _link(
    chain: AuditChain,
    *,
    action: str,
    by: Actor,
    at: datetime,
    data: dict[str, Any] | None,
    personal: ErasableText | None,
) -> AuditEntry:
    """The next entry of `chain`, unsaved; `chain` already points at it."""
    entry = AuditEntry(
        root_type=chain.root_type,
        root_id=chain.root_id,
        sequence=chain.length + 1,
        at=at,
        action=action,
        actor_id=by.person_id,
        mandate_id=by.mandate_id,
        data=plain(data or {}),
        personal=personal,
        previous_hash=chain.head,
    )
    entry.hash = entry_hash(entry)
    chain.length, chain.head = entry.sequence, entry.hash
    return entry


@transaction.atomic
def erase(entry: AuditEntry, *, root: models.Model, by: Actor, at: datetime) -> None:
    """Empty the personal text `entry` refers to; the chain stays valid and says that it was done.

    Does nothing when there is no text or it is erased already.
    """
    if entry.personal_id is None:
        return
    texts = ErasableText.objects.filter(pk=entry.personal_id, erased_at__isnull=True)
    if texts.update(text="", erased_at=at):
        record("audit.erased", root=root, by=by, at=at, data={"sequence": entry.sequence})


def seal_day(*, day: date) -> AuditDailyHead:
    """Seal all that was recorded since the last seal, under the name of `day`; return the head.

    Idempotent: a day sealed already keeps its head, also when two processes try at once. A day
    without entries gets a head too, so that a missing day means a day the portal did not run.

    What counts is when an entry was written, not its `at`: an entry written after the day's
    seal is covered by the next one, and no entry is ever between two seals.
    """
    sealed = AuditDailyHead.objects.filter(day=day).first()
    if sealed:
        return sealed
    try:
        return _seal(day)
    except IntegrityError:
        return AuditDailyHead.objects.get(day=day)


@transaction.atomic
def _seal(day: date) -> AuditDailyHead:
    grown = list(
        AuditChain.objects.select_for_update()
        .filter(length__gt=models.F("sealed_length"))
        .order_by("root_type", "root_id")
    )
    last = AuditDailyHead.objects.order_by("-sequence").first()
    head = AuditDailyHead(
        sequence=last.sequence + 1 if last else 1,
        day=day,
        chains=[[chain.root_type, chain.root_id, chain.length, chain.head] for chain in grown],
        previous_hash=last.hash if last else GENESIS,
    )
    head.hash = head_hash(head)
    head.save(force_insert=True)
    for chain in grown:
        chain.sealed_length = chain.length
    AuditChain.objects.bulk_update(grown, ["sealed_length"], batch_size=_BATCH)
    return head
