"""Why a .docx is not read, and how much of one is: each refusal says what to do instead."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from emulation_portal.core.errors import DomainError


@dataclass(frozen=True)
class ReadingLimits:
    """How much of a document is read before it is refused. A plan of 100 pages stays far below."""

    main_bytes: int = 24 * 1024 * 1024
    side_bytes: int = 4 * 1024 * 1024  # styles, numbering
    depth: int = 120
    paragraphs: int = 6000
    tables: int = 200
    rows: int = 1500
    cells: int = 20_000
    letters: int = 600_000
    attribute: int = 100_000


class WordUnreadable(DomainError):
    """The text of the document cannot be read. Nothing of it has been used."""

    message = _("The text of this document cannot be read. Open it in Word and save it again.")


class WordDamaged(WordUnreadable):
    """No archive, a truncated one, or XML that breaks off."""

    message = _(
        "This document is damaged or incomplete. Open it in Word, save it again as .docx and "
        "choose the new copy."
    )


class WordWithoutText(WordUnreadable):
    """There is no main part, or no word in it."""

    message = _(
        "There is no text in this document. If it is a scan, its pages are pictures: type the "
        "plan here, or register it as a plan issued on paper."
    )


class WordStrict(WordUnreadable):
    """Saved as "Strict Open XML", whose elements have other names."""

    message = _(
        "This document is saved as “Strict Open XML”. In Word choose “Save as” and the type "
        "“Word document (.docx)”."
    )


class WordTooLong(WordUnreadable):
    """More of something than any plan has; the subclass says of what."""

    message = _(
        "This document is too large to be a plan: its text takes more than %(limit)s MB when it "
        "is opened. Choose the plan itself, without annexes."
    )


class TooManyParagraphs(WordTooLong):
    message = _(
        "This document has more than %(limit)s paragraphs, more than any plan. Choose the plan "
        "itself, without annexes."
    )


class TooManyLetters(WordTooLong):
    message = _(
        "This document has more than %(limit)s letters, more than any plan. Choose the plan "
        "itself, without annexes."
    )


class TooManyTables(WordTooLong):
    message = _(
        "This document has more than %(limit)s tables, more than any plan. Choose the plan "
        "itself, without annexes."
    )


class TooManyRows(WordTooLong):
    message = _(
        "The tables of this document have more than %(limit)s rows, more than any plan. Choose "
        "the plan itself, without annexes."
    )


class TooManyCells(WordTooLong):
    message = _(
        "The tables of this document have more than %(limit)s cells, more than any plan. Choose "
        "the plan itself, without annexes."
    )


class WordTooDeep(WordUnreadable):
    """Tables in tables, or XML nested beyond what Word writes."""

    message = _(
        "Tables or frames are nested too deeply in this document. Copy its text into a new "
        "document and choose that one."
    )


class WordHostile(WordUnreadable):
    """The XML is made to exhaust its reader."""

    message = _(
        "This document is built in a way that no word processor builds. Copy its text into a new "
        "document and choose that one."
    )
