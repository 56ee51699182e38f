"""What the dashboard tells the foundations when the portal starts."""

from django.utils.translation import gettext_lazy as _

from emulation_portal.core.navigation import register_nav
from units.api import DEPARTMENT_ROLES
from units.models import Role

# Who sees every unit of a campaign, also those without a plan.
READERS = (*DEPARTMENT_ROLES, Role.ADMINISTRATOR, Role.OBSERVER)


def register() -> None:
    """Called from the app's `ready()`."""
    register_nav(_("Dashboard"), "campaigns:dashboard-index", roles=READERS, order=10)
