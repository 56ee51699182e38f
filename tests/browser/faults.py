"""What goes wrong on the side of the server while somebody sits at the page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from units.people import views


@contextmanager
def database_away() -> Iterator[None]:
    """Every statement of the server fails, those of sessions included; the test's own do not."""
    here = threading.current_thread()

    def failing(method: Any) -> Any:
        def run(self: CursorWrapper, *arguments: Any) -> Any:
            if threading.current_thread() is here:
                return method(self, *arguments)
            raise OperationalError("server closed the connection unexpectedly")

        return run

    with (
        patch.object(CursorWrapper, "execute", failing(CursorWrapper.execute)),
        patch.object(CursorWrapper, "executemany", failing(CursorWrapper.executemany)),
    ):
        yield


@contextmanager
def view_fails() -> Iterator[None]:
    """The account page ends in an error nobody has foreseen."""
    with patch.object(views, "_self", side_effect=RuntimeError("a fault of ours")):
        yield
