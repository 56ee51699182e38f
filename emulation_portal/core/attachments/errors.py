"""Why an upload is refused. Each sentence names the file and says what to do instead."""

from django.utils.translation import gettext_lazy as _

from emulation_portal.core.errors import DomainError


class UploadRefused(DomainError):
    """The file is not taken in; nothing of it has been kept."""

    message = _("The file “%(name)s” cannot be taken in.")


class NothingUploaded(UploadRefused):
    """The file has no content."""

    message = _(
        "The file “%(name)s” is empty. Open it to see whether it was saved, then choose it again."
    )


class TooBig(UploadRefused):
    """The file exceeds the size limit."""

    message = _(
        "The file “%(name)s” is larger than %(limit)s. Scan it at a lower resolution or split it."
    )


class TypeNotTaken(UploadRefused):
    """The extension is not on the list."""

    message = _(
        "Files of the type of “%(name)s” are not taken in. Save it as pdf, docx, xlsx, jpg or png."
    )


class NameNotTaken(UploadRefused):
    """The name holds characters that hide what the file is."""

    message = _("The name of this file contains characters that cannot be shown. Rename the file.")


class NameTooLong(UploadRefused):
    """The name is longer than the portal keeps whole."""

    message = _(
        "The name of this file is longer than %(limit)s characters. "
        "Give the file a shorter name, then choose it again."
    )


class DoubleExtension(UploadRefused):
    """A program's extension stands before the last one."""

    message = _(
        "The name “%(name)s” has two endings, one of them of a program. "
        "Rename the file if it really is a document."
    )


class LiesAboutType(UploadRefused):
    """Name and content disagree."""

    message = _(
        "The content of “%(name)s” is not what its ending says. "
        "Open it and save it again as pdf, docx, xlsx, jpg or png; renaming is not enough."
    )


class Damaged(UploadRefused):
    """The structure is broken."""

    message = _(
        "The file “%(name)s” is damaged or incomplete. Open it, save it again and choose the new copy."
    )


class PasswordProtected(UploadRefused):
    """The content is encrypted."""

    message = _(
        "The file “%(name)s” is protected by a password or by restrictions. "
        "Save a copy without protection."
    )


class HasMacro(UploadRefused):
    """The file carries program code."""

    message = _(
        "The file “%(name)s” contains macros. Save it as docx or xlsx without macros, or as pdf."
    )


class HasPayload(UploadRefused):
    """The file carries another file, or loads one from elsewhere."""

    message = _(
        "The file “%(name)s” contains another file or loads one from elsewhere. Save it as pdf."
    )


class ActivePdf(UploadRefused):
    """The PDF runs something when opened."""

    message = _("The file “%(name)s” contains a script. Print it to a new pdf and choose that one.")


class Bomb(UploadRefused):
    """The file grows out of proportion when opened."""

    message = _(
        "The file “%(name)s” becomes too large when it is opened. Split it or save it as pdf."
    )


class TooManyDots(UploadRefused):
    """A picture larger than any scanner makes."""

    message = _(
        "The picture “%(name)s” has more than %(limit)s million dots. "
        "Scan or save it at a lower resolution."
    )


class TwoFilesInOne(UploadRefused):
    """The file is of two kinds at once, or hides data."""

    message = _(
        "The file “%(name)s” hides data inside. Open it, save it again and choose the new copy."
    )


class Infected(UploadRefused):
    """The virus scanner found malware."""

    message = _(
        "The file “%(name)s” contains malware (%(signature)s). Nothing of it has been kept. "
        "Tell the person responsible for your computers, and choose a clean copy."
    )


class QuotaReached(UploadRefused):
    """The person has uploaded as much as one day allows."""

    message = _(
        "You have uploaded %(limit)s within a day, which is the most allowed. "
        "“%(name)s” can be uploaded tomorrow."
    )


class NoRoom(UploadRefused):
    """The server could not store the file."""

    message = _(
        "The file “%(name)s” could not be stored. Nothing has been kept; try again later "
        "and tell the administrator if it happens again."
    )
