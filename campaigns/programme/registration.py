"""What the programme announces to the foundations, once, when the app is ready."""

from django.utils.translation import gettext_lazy as _

from campaigns.programme import facts
from emulation_portal.core.navigation import register_nav


def register() -> None:
    facts.register()
    register_nav(_("Campaign"), "campaigns:campaign-list", order=20)
