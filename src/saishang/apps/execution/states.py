"""The lives of items, work plans and reports as tables: what is not in a table cannot happen.

A row says from which states a move starts, where it leads, which action of `organisations.roles` it needs over the
thing's organisation, and what must be there. Who wrote or applied does not review or verify (`not_by`).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ITEM_MOVES", "ITEM_STATES", "PLAN_MOVES", "PLAN_STATES", "REPORT_MOVES", "REPORT_STATES", "SETTLED", "WRITABLE",
    "Move", "moves_from",
]  # fmt: skip


@dataclass(frozen=True)
class Move:
    """One row.

    Attributes
    ----------
    action:
        Name of the move, unique within its table.
    before:
        States from which it starts.
    after:
        State to which it leads.
    permission:
        Action of `organisations.roles` that the actor needs over the organisation.
    reason:
        Whether a reason has to be given.
    needs:
        What else must be there: `content`, `milestones`, `due`.
    not_by:
        Who may not make it: `writer`, `finisher`, `submitter`; empty: whoever holds the permission may.
    """

    action: str
    before: tuple[str, ...]
    after: str
    permission: str
    reason: bool = False
    needs: tuple[str, ...] = ()
    not_by: str = ""


#: 草拟、已报送、执行中、完成待核、已核实、暂停、取消
ITEM_STATES = ("draft", "proposed", "active", "done", "verified", "paused", "cancelled")
ITEM_MOVES = (
    Move("propose", ("draft",), "proposed", "edit_items"),
    Move("withdraw", ("proposed",), "draft", "edit_items"),
    Move("assign", ("draft", "proposed"), "active", "assign_items"),
    Move("return", ("proposed",), "draft", "assign_items", reason=True),
    Move("finish", ("active",), "done", "edit_items", needs=("milestones",)),
    Move("verify", ("done",), "verified", "accept_progress", not_by="finisher"),
    Move("reject", ("done",), "active", "accept_progress", reason=True),
    # 反弹: what was verified has come undone.
    Move("reopen", ("verified",), "active", "accept_progress", reason=True),
    Move("pause", ("active",), "paused", "assign_items", reason=True),
    Move("resume", ("paused",), "active", "assign_items"),
    Move("drop", ("draft",), "cancelled", "edit_items", reason=True),
    Move("cancel", ("proposed", "active", "paused"), "cancelled", "assign_items", reason=True),
)

#: 草拟、已报送、已批准、退回
PLAN_STATES = ("draft", "submitted", "approved", "returned")
PLAN_MOVES = (
    Move("submit", ("draft", "returned"), "submitted", "submit_progress", needs=("lines",)),
    Move("withdraw", ("submitted",), "draft", "submit_progress"),
    Move("approve", ("submitted",), "approved", "assign_items", not_by="submitter"),
    Move("return", ("submitted",), "returned", "assign_items", reason=True),
    Move("revise", ("approved",), "draft", "assign_items", reason=True),
)

#: 草稿、待审核、待报出、已报出、已验收、已发布、退回、撤回
REPORT_STATES = ("draft", "in_review", "reviewed", "submitted", "accepted", "published", "returned", "withdrawn")
#: An item in these is done with: it is neither changed nor handed on.
SETTLED = ("verified", "cancelled")
#: In these the text may be written.
WRITABLE = frozenset({"draft", "returned", "withdrawn"})
REPORT_MOVES = (
    Move("hand_over", ("draft", "returned", "withdrawn"), "in_review", "write_progress", needs=("content",)),
    Move("take_back", ("in_review",), "draft", "write_progress"),
    Move("pass", ("in_review",), "reviewed", "review_progress", not_by="writer"),
    Move("send_back", ("in_review", "reviewed"), "returned", "review_progress", reason=True),
    Move("submit", ("reviewed",), "submitted", "submit_progress", needs=("content",)),
    Move("withdraw", ("submitted",), "withdrawn", "submit_progress", reason=True),
    Move("accept", ("submitted",), "accepted", "accept_progress", not_by="writer"),
    Move("return", ("submitted", "accepted"), "returned", "accept_progress", reason=True),
    Move("publish", ("accepted",), "published", "accept_progress"),
    Move("unpublish", ("published",), "accepted", "accept_progress", reason=True),
)


def moves_from(table: tuple[Move, ...], state: str) -> tuple[Move, ...]:
    """Moves that a state allows, in the order of the table."""
    return tuple(move for move in table if state in move.before)
