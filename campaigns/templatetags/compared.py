"""Insertions and deletions in HTML, marked for eyes and, once per run, for screen readers.

Each row of a comparison has an old and a new side. The new side holds the removed words as well,
hidden while the old side stands beside it: so one markup is read side by side or inline.

Rows are written here and not in a template: a page has hundreds of them, and a template takes
longer over them than the comparison itself.
"""

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from emulation_portal.core.templatetags.portal import icon
from emulation_portal.core.text_diff import Row, RowKind, Run, RunKind

register = template.Library()


@register.filter
def old_side(runs: Iterable[Run]) -> SafeString:
    """The words of the older version; those that are gone are marked."""
    return _Marks().runs(_older(runs))


@register.filter
def new_side(runs: Iterable[Run]) -> SafeString:
    """The words of the newer version with those that are gone between them."""
    return _Marks().runs(runs)


@register.filter
def whole_removed(text: str) -> SafeString:
    """A text that is gone as a whole."""
    return _Marks().runs([Run(RunKind.REMOVED, text)])


@register.filter
def whole_added(text: str) -> SafeString:
    """A text that is new as a whole."""
    return _Marks().runs([Run(RunKind.ADDED, text)])


@register.filter
def compared_rows(rows: Iterable[Row]) -> SafeString:
    """Paragraphs in both versions, one below the other."""
    marks = _Marks()
    return mark_safe("".join(map(marks.row, rows)))  # noqa: S308 - every text is escaped


class _Marks:
    """Writes runs and rows; asks for the words of the reader's language once."""

    def __init__(self) -> None:
        self._marks = {
            RunKind.ADDED: self._pair("ins", _("added:"), _("end of addition")),
            RunKind.REMOVED: self._pair("del", _("removed:"), _("end of removal")),
        }

    @staticmethod
    def _pair(tag: str, before: str, after: str) -> tuple[str, str]:
        hidden = '<span class="visually-hidden">'
        return (
            f"<{tag}>{hidden}{escape(before)} </span>",
            f"{hidden} {escape(after)}</span></{tag}>",
        )

    def runs(self, runs: Iterable[Run]) -> SafeString:
        parts = []
        for run in runs:
            before, after = self._marks.get(run.kind, ("", ""))
            parts.append(f"{before}{escape(run.text)}{after}")
        return mark_safe(" ".join(parts))  # noqa: S308 - every text is escaped above

    def row(self, row: Row) -> str:
        match row.kind:
            case RowKind.SAME:
                text = escape(row.new)
                return _row("", f"<p>{text}</p>", f"<p>{text}</p>", old_attributes=_SILENT)
            case RowKind.CHANGED:
                return _row(
                    "is-changed",
                    f"<p>{self.runs(_older(row.runs))}</p>",
                    f"<p>{self.runs(row.runs)}</p>",
                )
            case RowKind.ADDED:
                added = self.runs([Run(RunKind.ADDED, row.new or "")])
                return _row("is-added", "", f"<p>{added}</p>")
            case RowKind.REMOVED:
                gone = f"<p>{self.runs([Run(RunKind.REMOVED, row.old or '')])}</p>"
                return _row("is-removed", gone, gone)
            case RowKind.MOVED_AWAY:
                here = _("This paragraph has moved: where it stands now")
                stood = _("A paragraph that stood here has moved: where it stands now")
                target = f"#moved-to-{row.move}"
                return _row(
                    "is-moved",
                    f"{_note(target, here)}<p>{escape(row.old)}</p>",
                    _note(target, stood, inline=True),
                    anchor=f"moved-from-{row.move}",
                )
        if row.is_rewritten:
            note, text = _("Moved here and changed: where it stood before"), self.runs(row.runs)
        else:
            note, text = _("Moved here: where it stood before"), escape(row.new)
        return _row(
            "is-moved", "", f"{_note(f'#moved-from-{row.move}', note)}<p>{text}</p>",
            anchor=f"moved-to-{row.move}",
        )  # fmt: skip


# What is the same on both sides is read out once.
_SILENT = ' aria-hidden="true"'


def _older(runs: Iterable[Run]) -> Iterable[Run]:
    return (run for run in runs if run.kind != RunKind.ADDED)


def _row(kind: str, old: str, new: str, *, anchor: str = "", old_attributes: str = "") -> str:
    name = f' id="{anchor}"' if anchor else ""
    return (
        f'<div class="cmp-row {kind}"{name}><div class="cmp-old"{old_attributes}>{old}</div>'
        f'<div class="cmp-new">{new}</div></div>'
    )


def _note(target: str, words: str, *, inline: bool = False) -> str:
    where = " cmp-inline" if inline else ""
    return (
        f'<p class="cmp-note{where}">{icon("arrow-repeat")}'
        f'<a href="{target}">{escape(words)}</a></p>'
    )
