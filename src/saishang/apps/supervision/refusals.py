"""Why a change of supervision is refused: the refusals of work, under a code of their own."""

from __future__ import annotations

from collections.abc import Sequence

from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused
from saishang.errors import Fault

__all__ = ["NotAllowed", "OldVersion", "SupervisionRefused", "WorkRefused", "refuse"]


class SupervisionRefused(WorkRefused):
    """A change of cases, findings, coordination, duties or bulletins cannot be made."""

    code = "supervision-refused"


def refuse(faults: Sequence[Fault]) -> None:
    """Raise when there is a fault; the first one speaks for all.

    Raises
    ------
    SupervisionRefused
        When the list is not empty.
    """
    if faults:
        first = faults[0]
        raise SupervisionRefused(first.message, fix=first.fix, faults=faults)
