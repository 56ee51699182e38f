"""Files without an owner: taken in, kept byte for byte, read through whatever links to them."""

from emulation_portal.core.attachments.actions import accept_upload, sweep_orphans
from emulation_portal.core.attachments.audience import register_audience
from emulation_portal.core.attachments.errors import UploadRefused
from emulation_portal.core.attachments.inspection import inspect_upload, upload_hint
from emulation_portal.core.attachments.links import Viewer, may_download, register_link
from emulation_portal.core.attachments.scanning import FILE_INFECTED, not_served, scan_waiting
from emulation_portal.core.attachments.states import ScanState

__all__ = [
    "FILE_INFECTED",
    "ScanState",
    "UploadRefused",
    "Viewer",
    "accept_upload",
    "inspect_upload",
    "may_download",
    "not_served",
    "register_audience",
    "register_link",
    "scan_waiting",
    "sweep_orphans",
    "upload_hint",
]
