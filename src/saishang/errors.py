"""Errors that teach: what was expected, what came, where, and how to mend it."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["CheckFailed", "ConfigurationError", "Fault", "Refused", "SaishangError", "in_plain_words"]


class SaishangError(Exception):
    """Something the caller can mend.

    Parameters
    ----------
    message:
        What was expected and what came instead, in one sentence.
    fix:
        What to do about it, in the imperative.
    where:
        File, line and cell, setting name or address; None when the place is obvious.
    code:
        Stable short name for logs, the API and tests.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, *, fix: str = "", where: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.where = where
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" How to mend: {self.fix}" if self.fix else ""
        return f"{place}{self.message}{mend}"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, and how to mend it."""

    field: str
    message: str
    fix: str


class Refused(SaishangError):
    """A change cannot be made; `faults` lists everything that is wrong with it."""

    def __init__(self, message: str, *, fix: str, where: str | None = None, code: str | None = None,
                 faults: Sequence[Fault] = ()) -> None:  # fmt: skip
        super().__init__(message, fix=fix, where=where, code=code)
        self.faults = tuple(faults)

    @classmethod
    def unless_clean(cls, faults: Sequence[Fault]) -> None:
        """Raise this refusal when there is a fault; the first one speaks for all.

        Raises
        ------
        Refused
            Of the class that is asked, when the list is not empty.
        """
        if faults:
            first = faults[0]
            raise cls(first.message, fix=first.fix, faults=faults)


class ConfigurationError(SaishangError):
    """A setting is missing or wrong."""

    code = "configuration"


class CheckFailed(SaishangError):
    """A check that was asked for found something; the findings were printed."""

    code = "check-failed"
    exit_code = 3


#: Faults of the machine that a person can mend → how.
_MENDABLE = {
    errno.EACCES: "run as the account that owns it, or give this account the right",
    errno.EPERM: "run as the account that owns it, or give this account the right",
    errno.EROFS: "choose a folder on a disk that can be written to, for example with SAISHANG_VAR",
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some space and try again",
    errno.ENOTDIR: "name a folder; a file stands where one was expected",
}


def in_plain_words(error: OSError) -> SaishangError | None:
    """Say a fault of the machine (rights, disk) as an error that teaches; None when it is our own fault."""
    fix = _MENDABLE.get(error.errno or 0)
    if fix is None:
        return None
    where = None if error.filename is None else os.fsdecode(os.fspath(error.filename))
    return SaishangError(str(error.strerror), where=where, fix=fix, code="files")
