"""Why a change of organisations or people is refused: every fault at once, each beside its field."""

from __future__ import annotations

from collections.abc import Sequence

from saishang.errors import Fault, Refused

__all__ = ["ChangeRefused", "NotAllowed", "refuse"]


class ChangeRefused(Refused):
    """A change of organisations or people cannot be made."""

    code = "organisations-refused"


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
