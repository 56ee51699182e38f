"""The file field of forms."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.attachments.errors import UploadRefused
from emulation_portal.core.attachments.inspection import ACCEPT, inspect_upload, upload_hint


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
