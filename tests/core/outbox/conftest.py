from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import translation

from emulation_portal.core.outbox import kinds
from emulation_portal.core.outbox.kinds import Rendered


@dataclass
class Mailroom:
    """The kind "test": counts what it renders; a test may put in another way of rendering."""

    rendered: list[tuple[int, str]] = field(default_factory=list)
    render: Callable[[Any], Rendered | None] = lambda message: Rendered(
        "Nhắc việc", "Kính gửi đồng chí"
    )

    def __call__(self, message: Any) -> Rendered | None:
        self.rendered.append((message.pk, translation.get_language()))
        return self.render(message)


@pytest.fixture
def mailroom(monkeypatch: pytest.MonkeyPatch) -> Mailroom:
    monkeypatch.setattr(kinds, "_kinds", {})
    room = Mailroom()
    kinds.register_kind("test", render=room, label="Thư thử")
    return room
