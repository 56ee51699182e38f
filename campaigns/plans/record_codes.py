"""The code on drafts and receipts that leads back to the version's page in the portal.

Paper made for signature carries none: it stands for itself.
"""

from django.conf import settings

from campaigns.plans.content import content_hash_of
from campaigns.plans.models import PlanVersion
from campaigns.plans.receipts import grouped_hash
from emulation_portal.core.documents.codes import RecordCode

_SHORT = 16  # of the 64 digits: enough to tell versions apart by eye


def record_code(version: PlanVersion) -> RecordCode:
    """Return the code of `version`: the absolute address of its page, and its hash in short.

    The page asks for signing in and for the right to read. A draft has no hash yet: it is
    computed, in seven queries.
    """
    address = f"{settings.PORTAL_URL.rstrip('/')}{version.get_absolute_url()}"
    content_hash = version.content_hash or content_hash_of(version)
    kind = "Bản nháp, phiên bản" if version.is_draft else "Phiên bản"
    return RecordCode(
        address=address,
        lines=(
            f"{kind} {version.number}. Mã băm nội dung: {grouped_hash(content_hash[:_SHORT])}",
            address,
        ),
    )
