"""verify_audit: recompute every hash chain and daily head of the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from emulation_portal.core import audit
from emulation_portal.core.audit.models import AuditChain, AuditDailyHead, AuditEntry


class Command(BaseCommand):
    help = "Recomputes every hash chain and daily head of the audit trail; fails on any fault."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = audit.verify_all()
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"The audit trail is broken in {len(faults)} places.")
        head = AuditDailyHead.objects.order_by("sequence").last()
        self.stdout.write(
            f"Whole: {AuditEntry.objects.count()} entries in {AuditChain.objects.count()} chains. "
            + (f"Last daily head ({head.day}): {head.hash}" if head else "No daily head yet.")
        )
