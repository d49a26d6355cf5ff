"""Why a change of organisations or people is refused: every fault at once, each beside its field."""

from __future__ import annotations

from saishang.errors import Refused

__all__ = ["ChangeRefused", "NotAllowed", "refuse"]


class ChangeRefused(Refused):
    """A change of organisations or people cannot be made."""

    code = "organisations-refused"


class NotAllowed(ChangeRefused):
    """This person may not make this change."""

    code = "organisations-not-allowed"


#: Raise with every fault, when there is one.
refuse = ChangeRefused.unless_clean
