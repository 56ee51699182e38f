"""What the lists tell the foundations when the portal starts."""

from campaigns.plans.imports.papers import PLANS
from campaigns.plans.imports.tasks import TASKS
from emulation_portal.core.imports import register_importer
from emulation_portal.core.navigation import register_search


def register() -> None:
    """Announce the tables that come back, and where the search box of the frame leads."""
    register_importer(TASKS)
    register_importer(PLANS)
    register_search("campaigns:search")
