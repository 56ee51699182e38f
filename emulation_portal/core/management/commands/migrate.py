"""Django's migrate, which here also repairs the triggers and so must not stop for a missing one."""

from typing import Any

from django.core.checks import registry
from django.core.management.commands import migrate

from emulation_portal.core.checks import protective_triggers_stand


class Command(migrate.Command):
    def check(self, *args: Any, **kwargs: Any) -> None:
        registered: set[Any] = registry.registry.registered_checks
        registered.discard(protective_triggers_stand)
        try:
            super().check(*args, **kwargs)
        finally:
            registered.add(protective_triggers_stand)
