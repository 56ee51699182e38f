"""Reading the audit trail."""

from django.db import models

from emulation_portal.core.audit.models import AuditEntry
from emulation_portal.core.audit.roots import root_key


def entries_of(root: models.Model) -> models.QuerySet[AuditEntry]:
    """All entries about `root`, in order, with the people who acted and the erasable texts."""
    root_type, root_id = root_key(root)
    return (
        AuditEntry.objects.filter(root_type=root_type, root_id=root_id)
        .order_by("sequence")
        .select_related("actor", "personal")
    )
