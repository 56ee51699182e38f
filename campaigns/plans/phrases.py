"""The department's stock phrases as the pages offer them."""

from dataclasses import dataclass, field

from campaigns.programme.models import Campaign
from campaigns.programme.review_aids import PhraseKind, StockPhrase


@dataclass(frozen=True)
class Phrases:
    """What is offered, by where it is used."""

    rows: list[StockPhrase] = field(default_factory=list)

    @property
    def for_remark(self) -> list[StockPhrase]:
        return self._of(PhraseKind.REMARK)

    @property
    def for_return(self) -> list[StockPhrase]:
        return self._of(PhraseKind.RETURN)

    @property
    def for_accept(self) -> list[StockPhrase]:
        return self._of(PhraseKind.ACCEPT)

    def _of(self, kind: PhraseKind) -> list[StockPhrase]:
        return [row for row in self.rows if row.kind == kind]


def phrases_of(campaign: Campaign) -> Phrases:
    """Return the sentences offered at present. One query."""
    rows = StockPhrase.objects.filter(campaign=campaign, active=True)
    return Phrases(list(rows.order_by("kind", "position", "pk")))


def with_phrase(text: str, chosen: str, campaign: Campaign) -> str:
    """Return `text` with the phrase whose id is `chosen` on a line of its own at the end; the
    text as it is where there is no such phrase.
    """
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        return text
    phrase = StockPhrase.objects.filter(campaign=campaign, active=True, pk=int(chosen)).first()
    return "\n".join(part for part in (text.strip(), phrase and phrase.text_vi) if part)
