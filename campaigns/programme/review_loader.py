"""The checklist and the stock phrases of a campaign file: their keys, and the way to the tables."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.programme.document import (
    Choice,
    Integer,
    Key,
    ListOf,
    MappingOf,
    Problems,
    Record,
    Slug,
    Text,
)
from campaigns.programme.loader import SOURCED as SOURCED_FIELDS
from campaigns.programme.loader import in_both, keep_all, keep_confirmation, plain
from campaigns.programme.models import Campaign, ContentArea
from campaigns.programme.review_aids import ChecklistItem, PhraseKind, StockPhrase
from campaigns.programme.schema import SOURCED, bilingual, refuse_duplicates, refuse_unknown
from campaigns.programme.sync import Diff, Table, sync, used_from_outside

REVIEW_KEYS: dict[str, Key] = {
    "checklist": Key(
        ListOf(
            MappingOf(
                code=Key(Slug()),
                area=Key(Integer(1, 99), default=None),
                text=Key(bilingual(500)),
                **SOURCED,
            )
        ),
        default=(),
    ),
    "stock_phrases": Key(
        ListOf(
            MappingOf(
                code=Key(Slug()),
                kind=Key(Choice(tuple(PhraseKind.values))),
                text=Key(Text(500)),
            )
        ),
        default=(),
    ),
}

CHECKLIST_ITEM = Table(
    _("checklist item"),
    ChecklistItem,
    ("code",),
    ("area", "text_vi", "text_en", "position", *SOURCED_FIELDS),
    lambda row: used_from_outside(row, frozenset()),
    # A review that has answered the question has answered it about this part.
    fixed=lambda changed: frozenset({"area"}),
    kept=keep_confirmation,
)
STOCK_PHRASE = Table(
    _("stock phrase"),
    StockPhrase,
    ("code",),
    ("kind", "text_vi", "position"),
    lambda row: "",
    kept=keep_all,
)


def check_review_aids(file: Record, problems: Problems) -> None:
    """Add a problem for codes that stand twice, and for questions about unknown areas."""
    checklist = file["checklist"] or []
    refuse_duplicates(checklist, ("code",), problems)
    refuse_duplicates(file["stock_phrases"] or [], ("code",), problems)
    refuse_unknown(checklist, "area", (area["number"] for area in file["areas"] or []), problems)


def load_review_aids(
    file: Record, campaign: Campaign, areas: Mapping[int, ContentArea], diff: Diff
) -> list[tuple[Table, list[Any]]]:
    """Write what the file says; return the checklist items it no longer names.

    A stock phrase the file no longer names stays: it has become the department's own.
    """
    _items, stale = sync(
        CHECKLIST_ITEM,
        ChecklistItem.objects.filter(campaign=campaign).select_related("area"),
        [
            in_both(row, text="text")
            | plain(row, "code", *SOURCED_FIELDS)
            | {"campaign": campaign, "area": areas.get(row["area"]), "position": position}
            for position, row in enumerate(file["checklist"], start=1)
        ],
        diff,
    )
    sync(
        STOCK_PHRASE,
        StockPhrase.objects.filter(campaign=campaign).exclude(code=""),
        [
            {
                "campaign": campaign,
                "code": row["code"],
                "kind": row["kind"],
                "text_vi": row["text"],
                "position": position,
            }
            for position, row in enumerate(file["stock_phrases"], start=1)
        ],
        diff,
    )
    return [(CHECKLIST_ITEM, stale)]
