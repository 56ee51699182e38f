from collections.abc import Callable
from typing import Any

import pytest

from emulation_portal.core.jobs import kinds


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`work(function)`: jobs of the kind "test" run `function(job, progress)`."""
    monkeypatch.setattr(kinds, "_kinds", {})

    def register(function: Callable[..., Any], kind: str = "test") -> None:
        kinds.register_job(kind, function, label="Việc thử")

    return register
