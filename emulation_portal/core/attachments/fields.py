"""The file field of forms."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.attachments.errors import (
    NothingUploaded,
    TooBig,
    TypeNotTaken,
    UploadRefused,
)
from emulation_portal.core.attachments.inspection import (
    ACCEPT,
    inspect_upload,
    shown_limit,
    upload_hint,
)


def _said(refusal: type[UploadRefused]) -> Any:
    """The sentence of `refusal`, lazily, with {name} where the file's name goes."""

    def sentence() -> str:
        return str(refusal(name="{name}", limit=shown_limit(settings.ATTACHMENT_MAX_BYTES)))

    return lazy(sentence, str)()


class AttachmentField(forms.FileField):
    """One file, looked at while the form is checked; `accept_upload` then keeps it.

    The form's tag needs `enctype="multipart/form-data"` (`form.is_multipart` says so).
    """

    widget = forms.FileInput
    default_error_messages = {
        "required": _("No file has been chosen."),
        "invalid": _("The file did not arrive. Choose it again."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": lazy(upload_hint, str)(), **kwargs})
        self.widget.attrs.setdefault("accept", ACCEPT)
        # For the check before twenty megabytes are sent in vain: the same limits, the same words.
        self.widget.attrs.update(
            {
                "data-max-bytes": lazy(lambda: str(settings.ATTACHMENT_MAX_BYTES), str)(),
                "data-empty": _said(NothingUploaded),
                "data-too-big": _said(TooBig),
                "data-wrong-type": _said(TypeNotTaken),
            }
        )

    def to_python(self, data: Any) -> UploadedFile | None:
        """Return the upload; raise ValidationError with the sentence of the refusal."""
        if data in self.empty_values:
            return None
        if not isinstance(data, UploadedFile):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            inspect_upload(data)
        except UploadRefused as refusal:
            raise ValidationError(str(refusal), code="refused") from refusal
        return data
