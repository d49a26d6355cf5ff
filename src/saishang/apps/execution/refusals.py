"""Why a change of work is refused: every fault at once, each beside its field."""

from __future__ import annotations

from saishang.errors import Refused

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


#: Raise with every fault, when there is one.
refuse = WorkRefused.unless_clean
