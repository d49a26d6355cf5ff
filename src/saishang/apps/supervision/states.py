"""The lives of cases, findings and coordination items as tables: what is not in a table cannot happen.

The same rows as in `execution.states`. `not_by` says who may not: whoever applied for the striking off does not check
or close it, whoever wrote the plan does not approve it, whoever answered does not close the case.
"""

from __future__ import annotations

from saishang.apps.execution.states import Move, moves_from

__all__ = [
    "CASE_MOVES", "CASE_STATES", "COORDINATION_MOVES", "COORDINATION_STATES", "FINDING_MOVES", "FINDING_STATES",
    "LEVELS", "OPEN_CASES", "UNDONE", "Move", "moves_from", "next_level",
]  # fmt: skip

#: 提示、督办单、约谈, from mild to stern.
LEVELS = ("prompt", "notice", "talk")

#: 待答复、已答复、已办结、已撤销
CASE_STATES = ("open", "answered", "closed", "withdrawn")
OPEN_CASES = ("open", "answered")
CASE_MOVES = (
    Move("answer", ("open",), "answered", "answer_supervision", needs=("text",)),
    Move("send_back", ("answered",), "open", "supervise", reason=True, needs=("due",)),
    Move("escalate", ("open", "answered"), "open", "supervise", reason=True, needs=("level", "due")),
    Move("close", ("answered",), "closed", "supervise", not_by="answerer"),
    # What was asked for happened without an answer.
    Move("settle", ("open",), "closed", "supervise", reason=True),
    # Issued by mistake; the number stays used.
    Move("withdraw", ("open", "answered"), "withdrawn", "supervise", reason=True),
    Move("reopen", ("closed",), "open", "supervise", reason=True, needs=("due",)),
)

#: 已列入、方案待批、方案已批、整改中、已申请、已核查、已公示、已销号
FINDING_STATES = (
    "listed", "plan_submitted", "plan_approved", "in_progress", "applied", "checked", "publicised", "closed",
)  # fmt: skip
#: In these something is still owed by the responsible unit: past the due day it is late.
UNDONE = ("listed", "plan_submitted", "plan_approved", "in_progress")
FINDING_MOVES = (
    Move("submit_plan", ("listed",), "plan_submitted", "answer_supervision", needs=("plan",)),
    Move("take_back", ("plan_submitted",), "listed", "answer_supervision"),
    Move("return_plan", ("plan_submitted",), "listed", "supervise", reason=True),
    Move("approve_plan", ("plan_submitted",), "plan_approved", "supervise", not_by="planner"),
    Move("begin", ("plan_approved",), "in_progress", "answer_supervision"),
    Move("revise_plan", ("plan_approved", "in_progress"), "listed", "supervise", reason=True),
    Move("apply", ("in_progress",), "applied", "answer_supervision", needs=("text", "files")),
    Move("return", ("applied",), "in_progress", "supervise", reason=True),
    Move("check", ("applied",), "checked", "supervise", needs=("acceptance",), not_by="applicant"),
    Move("publicise", ("checked",), "publicised", "supervise", needs=("channel",)),
    # What came in while it was public speaks against it.
    Move("object", ("checked", "publicised"), "in_progress", "supervise", reason=True),
    Move("close", ("publicised",), "closed", "supervise", needs=("publicity",), not_by="applicant"),
    # 反弹: what was struck off has come back.
    Move("reopen", ("closed",), "in_progress", "supervise", reason=True, needs=("due",)),
)

#: 待回复、已回复、已议定、已撤回
COORDINATION_STATES = ("open", "replied", "settled", "withdrawn")
COORDINATION_MOVES = (
    Move("settle", ("open", "replied"), "settled", "supervise", needs=("text",)),
    Move("withdraw", ("open", "replied"), "withdrawn", "edit_items", reason=True),
    Move("reopen", ("settled",), "open", "supervise", reason=True, needs=("due",)),
)


def next_level(level: str) -> str | None:
    """The sterner level after one; None after the sternest."""
    at = LEVELS.index(level) + 1
    return LEVELS[at] if at < len(LEVELS) else None
