"""Errors of backups: what was expected, what came, where, how to mend it."""

from __future__ import annotations

from saishang.errors import SaishangError

__all__ = ["BackupDamaged", "BackupError", "PassphraseWrong"]


class BackupError(SaishangError):
    """A backup cannot be made, read or restored."""

    code = "backup"


class BackupDamaged(BackupError):
    """Bytes of a backup are not what was written."""

    code = "backup-damaged"


class PassphraseWrong(BackupError):
    """A sealed backup was opened without its passphrase, or with another one."""

    code = "passphrase"
