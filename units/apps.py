from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    name = "units"
    verbose_name = "Units, people and mandates"

    def ready(self) -> None:
        # Inline: models may be imported only once the app registry is ready.
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - app-registry

        from emulation_portal.core.navigation import register_nav  # noqa: PLC0415 - app-registry
        from emulation_portal.core.outbox.rules import register_scope  # noqa: PLC0415 - app-registry
        from units.memberships.models import Role  # noqa: PLC0415 - app-registry
        from units.memberships.queries import mail_of_the_house  # noqa: PLC0415 - app-registry
        from units.organization import jobs  # noqa: PLC0415 - app-registry
        from units.people import mails  # noqa: PLC0415 - app-registry
        from units.people.sessions import note_sign_in  # noqa: PLC0415 - app-registry

        mails.register()
        jobs.register()
        register_scope(mail_of_the_house)
        user_logged_in.connect(note_sign_in, dispatch_uid="units.note_sign_in")
        register_nav(_("Units"), "units:unit-list", order=60)
        register_nav(_("People"), "units:people-list", roles=[Role.ADMINISTRATOR], order=80)
