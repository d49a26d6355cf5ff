"""The life of a proposal as a table: what is not in it cannot happen."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROPOSAL_MOVES", "PROPOSAL_STATES", "ProposalMove", "moves_of"]


@dataclass(frozen=True)
class ProposalMove:
    """One row: from which states, to which, who makes it (a `reviewer`, never the writer, or the `writer`).

    Attributes
    ----------
    remark:
        Whether it has to be said why.
    """

    action: str
    before: tuple[str, ...]
    after: str
    who: str
    remark: bool = False


#: 待审核、已通过、已退回、已收回
PROPOSAL_STATES = ("open", "accepted", "returned", "taken_back")
PROPOSAL_MOVES = {
    "accept": ProposalMove("accept", ("open",), "accepted", "reviewer"),
    "return": ProposalMove("return", ("open",), "returned", "reviewer", remark=True),
    # What was returned is taken back by whoever lets it rest; else it waits with him to be mended.
    "take_back": ProposalMove("take_back", ("open", "returned"), "taken_back", "writer"),
}


def moves_of(state: str, *, reviewer: bool, writer: bool) -> list[ProposalMove]:
    """Moves that somebody may make in a state."""
    mine = {"reviewer": reviewer and not writer, "writer": writer}
    return [move for move in PROPOSAL_MOVES.values() if state in move.before and mine[move.who]]
