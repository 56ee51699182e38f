"""Which lines and branches the tests run, found by SlipCover.

It rewrites the portal's modules once, where a tracer follows every step: on Python 3.11 the suite
takes a quarter longer with it, and twice as long with a tracer. A pytest plugin, `-p
tests.measuring`, because it must be there before the first of our modules; each process leaves
what it ran as a file in the folder COVERAGE_TO.
"""

import json
import os
from pathlib import Path

import pytest
import slipcover

SOURCES = ["emulation_portal", "units", "campaigns", "awards"]
OMITTED = ["*/migrations/*"]
NEVER_RUN = ["if TYPE_CHECKING:", "raise NotImplementedError", "@overload"]

_found = slipcover.Slipcover(branch=True, source=SOURCES, omit=OMITTED, exclude_also=NEVER_RUN)
slipcover.ImportManager(_found, slipcover.FileMatcher(SOURCES, OMITTED)).__enter__()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what compares times: they are taken where nothing is measured."""
    timed = [item for item in items if "timed" in item.keywords]
    config.hook.pytest_deselected(items=timed)
    items[:] = [item for item in items if "timed" not in item.keywords]


def pytest_unconfigure() -> None:
    file = Path(os.environ["COVERAGE_TO"]) / f"{os.getpid()}.json"
    file.write_text(json.dumps(_found.get_coverage()), encoding="utf-8")
