"""Remarks with what was answered and ticked off, put beside the places they are pinned to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F, QuerySet

from campaigns.plans.document import SectionView
from campaigns.plans.models import PinKind, PlanVersion, Remark, RemarkReply, RemarkTick
from campaigns.plans.pins import Pin, find_paragraph, paragraphs_of
from campaigns.plans.states import PlanState


@dataclass
class RemarkView:
    """A remark as a page shows it. `anchor` leads to its place on the page, "" where that is
    gone; `is_earlier` says that it was made on a version before the one shown.
    """

    remark: Remark
    replies: list[RemarkReply] = field(default_factory=list)
    is_earlier: bool = False
    anchor: str = ""

    @property
    def tick(self) -> RemarkTick | None:
        return getattr(self.remark, "tick", None)

    @property
    def is_pinned(self) -> bool:
        return self.remark.pin_kind != PinKind.SECTION

    @property
    def pin(self) -> Pin:
        return pin_of(self.remark)


def pin_of(remark: Remark) -> Pin:
    """Return the place in its own version that `remark` names."""
    return Pin(PinKind(remark.pin_kind), remark.paragraph, remark.row)


def _remarks() -> QuerySet[Remark]:
    return Remark.objects.select_related(
        "version", "section__area", "author__person", "author__unit", "tick__ticked_by__person"
    )


def remarks_on(versions: Iterable[PlanVersion], *, shown: PlanVersion | None) -> list[RemarkView]:
    """Return the remarks on `versions` with their answers, the oldest first. Two queries.

    Those on another version than the one `shown` are marked as earlier.
    """
    rows = _remarks().filter(version__in=[version.pk for version in versions])
    views = [
        RemarkView(remark, is_earlier=shown is not None and remark.version_id != shown.pk)
        for remark in rows.order_by("created_at", "pk")
    ]
    answers: dict[int, list[RemarkReply]] = defaultdict(list)
    replies = RemarkReply.objects.filter(remark__in=[view.remark.pk for view in views])
    for reply in replies.select_related("author__person", "author__unit").order_by("pk"):
        answers[reply.remark_id].append(reply)
    for view in views:
        view.replies = answers[view.remark.pk]
    return views


def remarks_to_answer(version: PlanVersion) -> QuerySet[Remark]:
    """Return the remarks that the draft `version` answers, in the order of the plan, each with
    `reply_count`: those on the version that was returned last, also where a version sent
    meanwhile was withdrawn again.
    """
    decided = version.plan.versions.filter(
        number__lt=version.number, state__in=(PlanState.RETURNED, PlanState.ACCEPTED)
    )
    last = decided.order_by("-number").values("pk")[:1]
    return (
        _remarks()
        .filter(version__in=last, version__state=PlanState.RETURNED)
        .annotate(reply_count=Count("replies"))
        .order_by(
            F("section__position").asc(nulls_last=True),
            F("paragraph").asc(nulls_last=True),
            "created_at",
            "pk",
        )
    )


def pin_remarks(sections: list[SectionView], views: Iterable[RemarkView]) -> list[RemarkView]:
    """Put remarks beside the places of `sections` they are pinned to; return those that belong
    beside all sections, on the issue and the papers.

    A remark on an earlier version is put where its task, target or paragraph stands now; where
    that is gone, with its section.
    """
    by_key = {part.section.key: part for part in sections}
    beside = []
    for view in views:
        section = view.remark.section
        part = by_key.get(section.key) if section is not None else None
        if part is None:
            view.anchor = {PinKind.ISSUE: "issue", PinKind.PAPERS: "papers"}.get(view.pin.kind, "")
            beside.append(view)
            continue
        part.remarks.append(view)
        token = _token_in(part, view)
        if token:
            part.pinned.setdefault(token, []).append(view)
        else:
            part.general.append(view)
    return beside


def _token_in(part: SectionView, view: RemarkView) -> str:
    """The pin of the remark's place in `part` as it stands now, "" for the section itself."""
    pin = view.pin
    if pin.kind == PinKind.PARAGRAPH and view.is_earlier:
        number = find_paragraph(view.remark.quote, paragraphs_of(part.section.narrative))
        pin = Pin(PinKind.PARAGRAPH, paragraph=number) if number else Pin()
    elif pin.row is not None:
        rows = part.tasks if pin.kind == PinKind.TASK else part.targets
        if all(row.identity != pin.row for row in rows):
            pin = Pin()
    if pin.kind == PinKind.PARAGRAPH:
        view.anchor = f"{part.anchor}-p{pin.paragraph}"
    elif pin.row is not None:
        view.anchor = f"row-{pin.row}"
    elif not view.is_pinned:
        view.anchor = part.anchor
    return pin.token
