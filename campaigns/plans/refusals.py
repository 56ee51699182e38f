"""The answer "no" of a rule, with the sentence that explains it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """False in a condition; `reason` is the sentence for the person who asked."""

    reason: Any

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return str(self.reason)


Answer = bool | Refusal
