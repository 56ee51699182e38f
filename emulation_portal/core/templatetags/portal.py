"""Tags of the shared components; every template has them without `{% load %}`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BaseFormSet, BoundField
from django.http import HttpRequest, QueryDict
from django.template import RequestContext
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from emulation_portal.core.context_processors import PortalFacts, portal_facts
from emulation_portal.core.forms import SummaryEntry, error_summary
from emulation_portal.core.navigation import NavItem, navigation, search_address
from emulation_portal.core.searching import marked as mark_words
from emulation_portal.formats.writing import show_date, show_number

register = template.Library()

NO_VALUE = "–"
LONGEST_SHORT_ENTRY = 60

# A tone is shown by symbol and word as well: colour alone tells nobody anything.
TONE_ICONS = {
    "neutral": "circle",
    "info": "info-circle-fill",
    "progress": "circle-half",
    "success": "check-circle-fill",
    "warning": "exclamation-triangle-fill",
    "danger": "exclamation-octagon-fill",
}

# Words that mean the same wherever they occur; a page may name another tone.
STATE_TONES = {
    "draft": "neutral",
    "withdrawn": "neutral",
    "cancelled": "neutral",
    "suppressed": "neutral",
    "sent": "info",
    "queued": "info",
    "held": "warning",
    "running": "progress",
    "sending": "progress",
    "returned": "warning",
    "late": "warning",
    "failed": "danger",
    "accepted": "success",
    "done": "success",
    "on_time": "success",
}
MESSAGE_TONES = {"success": "success", "warning": "warning", "error": "danger"}
STATE_ICONS = {
    "draft": "pencil",
    "sent": "send",
    "queued": "clock",
    "held": "lock-fill",
    "returned": "arrow-return-left",
    "late": "clock",
    "withdrawn": "dash-circle",
    "cancelled": "dash-circle",
    "suppressed": "dash-circle",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the local sprite: silent beside words, named by `label` where it stands alone."""
    url = static("vendor/bootstrap-icons/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            label,
            url,
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        url,
        name,
    )


@register.simple_tag
def state_badge(state: str, label: str | Promise = "", tone: str = "") -> SafeString:
    """A state by symbol, word and tone. `label` is the word; `tone` overrides the usual one."""
    key = str(state).lower()
    shown_tone = tone or STATE_TONES.get(key, "neutral")
    symbol = STATE_ICONS.get(key) or TONE_ICONS[shown_tone]
    return format_html(
        '<span class="badge-state tone-{}">{}{}</span>', shown_tone, icon(symbol), label or state
    )


@register.simple_tag
def tone_icon(tone: str) -> SafeString:
    """The symbol that goes with a tone."""
    return icon(TONE_ICONS[tone])


@register.filter
def vn_date(value: date | datetime | None, missing: str | None = None) -> str:
    """05/03/2027; a moment reads 10:45 05/03/2027 in Vietnam's time.

    Without a value: `missing`, or "undetermined".
    """
    if value is None or value == "":
        return _("undetermined") if missing is None else missing
    if isinstance(value, datetime):
        moment = timezone.localtime(value)
        return f"{moment:%H:%M} {show_date(moment)}"
    return show_date(value)


@register.filter
def vn_number(value: Decimal | float | None, decimals: int | None = None) -> str:
    """1.234,5: without `decimals`, as many as the number has. Nothing there: a dash."""
    if value is None or value == "":
        return NO_VALUE
    return show_number(Decimal(str(value)), decimal_places=decimals)


@register.filter
def percent(part: Decimal | float | None, whole: Decimal | float | None = None) -> str:
    """`{{ part|percent:whole }}` reads 71,5%; without `whole`, `part` is the percentage.

    A part of nothing has no percentage: a dash.
    """
    if part is None or part == "" or whole == 0:
        return NO_VALUE
    number = Decimal(str(part))
    if whole is not None:
        number = number * 100 / Decimal(str(whole))
    return vn_number(number.quantize(Decimal("0.1"))) + "%"


@register.simple_tag
def portal_info() -> PortalFacts:
    """Names and contact, for pages rendered without a request."""
    return portal_facts()


@register.simple_tag(takes_context=True)
def nav_items(context: RequestContext) -> list[NavItem]:
    """The main navigation of the mandate acted in; empty on pages rendered without a request."""
    request: HttpRequest | None = context.get("request")
    return navigation(request) if request is not None else []


@register.simple_tag(takes_context=True)
def search_box(context: RequestContext) -> str:
    """Where the search box of the frame leads; empty on pages rendered without a request."""
    request: HttpRequest | None = context.get("request")
    return search_address(request) if request is not None else ""


@register.filter
def marked(text: str, words: Sequence[str] | None) -> SafeString:
    """`text` with every place marked where one of the folded `words` stands."""
    return mark_words(text, words or ())


@dataclass(frozen=True)
class Crumb:
    label: str
    url: str


@register.inclusion_tag("components/_breadcrumb.html")
def breadcrumb(*labels_and_urls: str) -> dict[str, list[Crumb]]:
    """`{% breadcrumb _("Plans") plans_url plan.unit.name %}`: pairs, the page itself last."""
    pairs = list(labels_and_urls)
    if len(pairs) % 2:
        pairs.append("")
    return {"items": [Crumb(*pair) for pair in zip(pairs[::2], pairs[1::2], strict=True)]}


@register.filter
def error_lines(part: "BaseForm | BaseFormSet[Any] | None") -> list[SummaryEntry]:
    """The errors of a form or formset, in the order of its fields, each leading to its field."""
    return error_summary(part) if part is not None and part.is_bound else []


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address of the page without it."""

    label: str
    value: str
    url: str


@register.simple_tag(takes_context=True)
def filter_chips(context: RequestContext, form: BaseForm) -> list[Chip]:
    """The filters in force in a bound GET form, each removable."""
    query: QueryDict = context["request"].GET
    return [
        Chip(str(field.label), shown, _without(query, field.html_name, raw))
        for field in form
        for raw, shown in _chosen(form, field, query)
    ]


def _chosen(form: BaseForm, field: BoundField, query: QueryDict) -> Iterator[tuple[str, str]]:
    """The raw and the readable value of each choice made in `field`."""
    if not form.is_bound or field.errors or field.is_hidden:
        return
    choices = getattr(field.field, "choices", None)
    names: dict[str, str] = {}
    for value, name in choices or ():
        group = name if isinstance(name, list | tuple) else [(value, name)]
        names.update((str(key), str(label)) for key, label in group)
    for raw in query.getlist(field.html_name):
        if raw:
            yield raw, names.get(raw, raw)


def _without(query: QueryDict, name: str, value: str) -> str:
    remaining = query.copy()
    remaining.setlist(name, [other for other in remaining.getlist(name) if other != value])
    remaining.pop("page", None)
    return "?" + remaining.urlencode()


@register.filter
def message_tone(level_tag: str) -> str:
    """The tone of one of Django's message levels."""
    return MESSAGE_TONES.get(level_tag, "info")


@register.filter
def page_numbers(page: Page[Any]) -> list[int | None]:
    """The page numbers worth a link; `None` stands for those left out between them."""
    return [
        number if isinstance(number, int) else None
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]


@register.filter
def unlocalized(value: Decimal | float) -> str:
    """A number as HTML attributes write it: 71.5."""
    return str(value)


@register.filter
def is_long_text(value: str) -> bool:
    """Whether a typed value is worth showing back: a sentence or more, not a date or a choice.

    JSON is what a page keeps in its hidden fields; nobody has typed it.
    """
    return not value.startswith('{"') and (len(value) > LONGEST_SHORT_ENTRY or "\n" in value)
