"""Loading a campaign: the one way its programme and indicators come into the portal."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.loader import CampaignFile, apply_file
from campaigns.programme.sync import Diff
from emulation_portal.core.actors import Actor
from emulation_portal.core.audit import record
from emulation_portal.core.errors import Conflict, DomainError


class BreakingChange(DomainError):
    """The file takes away or redefines what units already use; `diff.refusals` says what."""

    message = _("The file changes what units already use in a way that would break it.")

    def __init__(self, diff: Diff) -> None:
        super().__init__()
        self.diff = diff


class CampaignMoved(Conflict):
    message = _("The campaign has changed since the differences were shown; look at them again.")


def preview_campaign(*, document: CampaignFile) -> Diff:
    """Every difference that loading `document` would make, with the refusals; writes nothing."""
    with transaction.atomic():
        _campaign, diff = apply_file(document)
        transaction.set_rollback(True)
    return diff


@transaction.atomic
def load_campaign(
    *, document: CampaignFile, by: Actor, at: datetime, expected: Diff | None = None
) -> Diff:
    """Bring the campaign to what the file says; return the differences.

    Loading the same file again changes nothing and writes nothing. `expected` is the difference
    somebody has agreed to.

    Raises BreakingChange where units use what the file takes away or redefines, CampaignMoved
    where the difference is no longer `expected`; nothing is written then.

    Side effects, in order: rows added and changed, rows no longer named deleted, the file's hash
    kept, one audit entry on the campaign with all differences.
    """
    campaign, diff = apply_file(document)
    if diff.refusals:
        raise BreakingChange(diff)
    if expected is not None and expected.lines() != diff.lines():
        raise CampaignMoved
    if diff.is_empty:
        return diff
    campaign.file_hash = document.file_hash
    campaign.save(update_fields=["file_hash"])
    record(
        "campaign.loaded",
        root=campaign,
        by=by,
        at=at,
        data={
            "file_hash": document.file_hash,
            "changes": [change.as_data() for change in diff.effective],
        },
    )
    return diff
