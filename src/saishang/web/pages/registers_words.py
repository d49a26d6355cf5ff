"""Words that several pages of registers use for the state of a proposal."""

from __future__ import annotations

from django.utils.translation import gettext as _

__all__ = ["proposal_state"]


def proposal_state(name: str) -> str:
    """State of a proposal in words."""
    return {"open": _("待审核"), "accepted": _("已通过"), "returned": _("已退回"), "taken_back": _("已收回")}[name]
