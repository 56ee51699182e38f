"""Whole copies of the portal: database and files, with a manifest that proves what comes back."""

from emulation_portal.core.backups.errors import BackupFault
from emulation_portal.core.backups.making import make_backup
from emulation_portal.core.backups.restoring import WORD, Report, restore_backup

__all__ = ["WORD", "BackupFault", "Report", "make_backup", "restore_backup"]
