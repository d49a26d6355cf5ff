"""Why a change of organisations or people is refused: every fault at once, each beside its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saishang.errors import SaishangError

__all__ = ["ChangeRefused", "Fault", "NotAllowed", "refuse"]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, and how to mend it."""

    field: str
    message: str
    fix: str


class ChangeRefused(SaishangError):
    """A change cannot be made; `faults` lists everything that is wrong with it."""

    code = "organisations-refused"

    def __init__(self, message: str, *, fix: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message, fix=fix)
        self.faults = tuple(faults)


class NotAllowed(ChangeRefused):
    """This person may not make this change."""

    code = "organisations-not-allowed"


def refuse(faults: Sequence[Fault]) -> None:
    """Raise when there is a fault; the first one speaks for all.

    Raises
    ------
    ChangeRefused
        When the list is not empty.
    """
    if faults:
        first = faults[0]
        raise ChangeRefused(first.message, fix=first.fix, faults=faults)
