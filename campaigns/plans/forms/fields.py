"""Fields that only plans use: a calendar year, and a file that is kept when a form comes back."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import ScanState, UploadRefused, accept_upload
from emulation_portal.core.models import Attachment

FIRST_YEAR = 1990


class YearField(forms.IntegerField):
    """A calendar year, shown without a thousands separator: 2024, never 2.024."""

    widget = forms.TextInput

    def __init__(self, *, last_year: int, **kwargs: Any) -> None:
        self.last_year = last_year
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        """Return the year; raise ValidationError with a sentence that repeats what was typed."""
        if value in self.empty_values or not str(value).strip():
            return None
        text = str(value).strip()
        if text.isascii() and text.isdecimal() and len(text) == 4:
            year = int(text)
            if FIRST_YEAR <= year <= self.last_year:
                return year
        raise ValidationError(
            _("“%(typed)s” is not a year between %(first)s and %(last)s. Type it like 2024."),
            code="invalid",
            params={"typed": text[:40], "first": str(FIRST_YEAR), "last": str(self.last_year)},
        )

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value


class KeptFileForm(forms.BaseForm):
    """Mixed into a form with one AttachmentField: the file survives when something else is wrong.

    Browsers do not keep a chosen file. A file that passes its own check is taken in at once and
    the form that comes back carries its id; `attachment` is what the action gets.
    """

    file_field: str
    kept_field: str = "kept_file"
    attachment: Attachment | None = None
    offered: Attachment | None = None
    sent_name: str = ""  # what an upload is called that came with this very request
    reused: bool = False  # its bytes were here already

    def take_file(
        self,
        *,
        by: Actor,
        at: datetime,
        offered: Attachment | None = None,
        reuse_from: QuerySet[Attachment] | None = None,
    ) -> None:
        """Find the file this form is about: a new upload, one kept earlier, or the one `offered`.

        Call it once, on a bound form, before `is_valid`. A kept id counts only for the person
        who uploaded that file, or when it is among `reuse_from`: an id is no permission.

        Side effects: a new upload is taken in (`accept_upload`), unless the same bytes stand
        among `reuse_from`.
        """
        self.offered = offered
        field = self.fields[self.file_field]
        upload = self.files.get(self.add_prefix(self.file_field))
        kept = self._kept(by, offered, reuse_from)
        if upload is not None:
            try:
                field.clean(upload)
                self.attachment = accept_upload(upload, by=by, at=at, reuse_from=reuse_from)
            except UploadRefused as refusal:
                self._refusal = str(refusal)
            except ValidationError:
                return  # the field says it by itself when the form is checked
            else:
                self.sent_name = str(upload.name)
                self.reused = self.attachment.uploaded_at < at
                self.files = self.files.copy()
                self.files.pop(self.add_prefix(self.file_field), None)
        elif kept is not None:
            self.attachment = kept
        if self.attachment is not None:
            field.required = False
            data = cast(QueryDict, self.data).copy()
            data[self.add_prefix(self.kept_field)] = str(self.attachment.pk)
            self.data = data

    _refusal = ""

    def _kept(
        self, by: Actor, offered: Attachment | None, reuse_from: QuerySet[Attachment] | None
    ) -> Attachment | None:
        try:
            key = self.fields[self.kept_field].clean(
                self.data.get(self.add_prefix(self.kept_field), "")
            )
        except ValidationError:
            return offered
        if key is None:
            return offered
        if offered is not None and offered.pk == key:
            return offered
        usable = Attachment.objects.filter(uploaded_by_id=by.person_id)
        if reuse_from is not None:
            usable = reuse_from
        return usable.filter(pk=key).exclude(scan__state=ScanState.INFECTED).first() or offered

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self._refusal:
            self.add_error(self.file_field, self._refusal)
        return cleaned
