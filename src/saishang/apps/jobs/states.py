"""The life of a job as a table: state x event → next state. What is not in the table cannot happen."""

from __future__ import annotations

__all__ = ["ENDED", "EVENTS", "STATES", "TRANSITIONS", "JobState", "next_state"]

from typing import Literal

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]

STATES: tuple[JobState, ...] = ("queued", "running", "succeeded", "failed", "cancelled")
#: States that a job never leaves; trying again makes a new job that names the old one.
ENDED: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})
EVENTS = ("claim", "finish", "fail", "cancel", "requeue")
TRANSITIONS: dict[tuple[str, str], JobState] = {
    ("queued", "claim"): "running",  # a worker takes it
    ("queued", "cancel"): "cancelled",  # a person, before it began
    ("running", "finish"): "succeeded",
    ("running", "fail"): "failed",  # an error, or its worker died once too often
    ("running", "cancel"): "cancelled",  # a person asked, the work stopped at its next step
    ("running", "requeue"): "queued",  # its worker stops or died; another one takes it
}


def next_state(state: str, event: str) -> JobState | None:
    """State after an event; None where the event is not allowed."""
    return TRANSITIONS.get((state, event))
