"""The department's own list of sentences it uses often."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from campaigns.programme.models import Campaign
from campaigns.programme.review_aids import StockPhrase
from emulation_portal.core import audit
from emulation_portal.core.actors import Actor


@dataclass(frozen=True)
class PhraseText:
    """What the department sets of a phrase."""

    kind: str
    text_vi: str
    position: int
    active: bool


@transaction.atomic
def add_phrase(*, campaign: Campaign, phrase: PhraseText, by: Actor, at: datetime) -> StockPhrase:
    """Add a sentence to the list and return it. "phrase.added" is audited on the campaign."""
    row = StockPhrase.objects.create(campaign=campaign, **asdict(phrase))
    _record("phrase.added", row, phrase, by=by, at=at)
    return row


@transaction.atomic
def change_phrase(*, row: StockPhrase, phrase: PhraseText, by: Actor, at: datetime) -> StockPhrase:
    """Change a sentence, its place, or whether it is offered; saving the same writes nothing.

    Side effects, in order: the row is locked and changed, "phrase.changed" is audited on the
    campaign. What was already inserted into letters stays as it is.
    """
    locked = StockPhrase.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if all(getattr(locked, name) == value for name, value in asdict(phrase).items()):
        return locked
    for name, value in asdict(phrase).items():
        setattr(locked, name, value)
    locked.save(update_fields=list(asdict(phrase)))
    _record("phrase.changed", locked, phrase, by=by, at=at)
    return locked


def _record(action: str, row: StockPhrase, phrase: PhraseText, *, by: Actor, at: datetime) -> None:
    audit.record(
        action, root=Campaign(pk=row.campaign_id), by=by, at=at,
        data={"phrase": row.pk, **asdict(phrase)},
    )  # fmt: skip
