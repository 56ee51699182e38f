"""Files without an owner: taken in, kept byte for byte, read through whatever links to them."""

from emulation_portal.core.attachments.actions import accept_upload, sweep_orphans
from emulation_portal.core.attachments.errors import UploadRefused
from emulation_portal.core.attachments.inspection import inspect_upload, upload_hint
from emulation_portal.core.attachments.links import Viewer, may_download, register_link

__all__ = [
    "UploadRefused",
    "Viewer",
    "accept_upload",
    "inspect_upload",
    "may_download",
    "register_link",
    "sweep_orphans",
    "upload_hint",
]
