from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "emulation_portal.core"
    label = "core"
    verbose_name = "Foundations"

    def ready(self) -> None:
        # Inline: models may be imported only once the app registry is ready.
        from emulation_portal.core import (  # noqa: PLC0415 - app-registry
            checks,  # noqa: F401 - registers the system checks
            immutability,
            protection,
        )
        from emulation_portal.core.access import ADMINISTRATOR  # noqa: PLC0415 - app-registry
        from emulation_portal.core.attachments import mails  # noqa: PLC0415 - app-registry
        from emulation_portal.core.navigation import register_nav  # noqa: PLC0415 - app-registry
        from emulation_portal.core.outbox.rules import MAIL_READERS  # noqa: PLC0415 - app-registry

        protection.register()
        mails.register()
        register_nav(_("Outgoing mail"), "core:message-list", roles=MAIL_READERS, order=80)
        register_nav(_("Virus checks"), "core:file-checks", roles=(ADMINISTRATOR,), order=85)
        # Bound to this app's own signal: each is sent once per migrate, tables all standing.
        pre_migrate.connect(immutability.drop_before_table_rebuilds, sender=self)
        post_migrate.connect(immutability.install_after_migrate, sender=self)
