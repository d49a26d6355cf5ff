"""Why a change of supervision is refused: the refusals of work, under a code of their own."""

from __future__ import annotations

from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused

__all__ = ["NotAllowed", "OldVersion", "SupervisionRefused", "WorkRefused", "refuse"]


class SupervisionRefused(WorkRefused):
    """A change of cases, findings, coordination, duties or bulletins cannot be made."""

    code = "supervision-refused"


#: Raise with every fault, when there is one.
refuse = SupervisionRefused.unless_clean
