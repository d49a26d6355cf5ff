"""Why a change of work is refused: every fault at once, each beside its field."""

from __future__ import annotations

from collections.abc import Sequence

from saishang.errors import Fault, Refused

__all__ = ["NotAllowed", "OldVersion", "WorkRefused", "refuse"]


class WorkRefused(Refused):
    """A change of items, work plans or reports cannot be made."""

    code = "execution-refused"


class NotAllowed(WorkRefused):
    """This person may not make this change."""

    code = "execution-not-allowed"


class OldVersion(WorkRefused):
    """Somebody else changed it in the meantime; nothing was overwritten."""

    code = "execution-old-version"


def refuse(faults: Sequence[Fault]) -> None:
    """Raise when there is a fault; the first one speaks for all.

    Raises
    ------
    WorkRefused
        When the list is not empty.
    """
    if faults:
        first = faults[0]
        raise WorkRefused(first.message, fix=first.fix, faults=faults)
