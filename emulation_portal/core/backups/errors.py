"""What keeps a backup from being made or taken back."""


class BackupFault(Exception):
    """Nothing was made, or nothing was changed, unless the sentence says otherwise."""
