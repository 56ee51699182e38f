"""Receiving uploads."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class CappedUploadHandler(FileUploadHandler):
    """Lets nothing beyond the size limit reach memory or disk.

    The rest is read and dropped, so that the form still arrives whole: what was typed comes back
    with the sentence that the file is too large.
    """

    _received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Start counting anew: the limit is per file."""
        super().new_file(*args, **kwargs)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass the chunk on to the next handler, or drop it once the limit has been passed."""
        if self._received > settings.ATTACHMENT_MAX_BYTES:
            return None
        self._received += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Return nothing: the next handler builds the file."""
        return
