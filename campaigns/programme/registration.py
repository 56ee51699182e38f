"""What the programme announces to the foundations, once, when the app is ready."""

from django.utils.translation import gettext_lazy as _

from campaigns.programme import facts
from campaigns.programme.importing import DELIVERABLES
from emulation_portal.core.imports import register_importer
from emulation_portal.core.navigation import register_nav


def register() -> None:
    facts.register()
    register_importer(DELIVERABLES)
    register_nav(_("Campaign"), "campaigns:campaign-list", order=20)
