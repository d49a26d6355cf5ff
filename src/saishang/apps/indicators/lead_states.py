"""The life of a lead as a table: state × event → next state. What is not in the table cannot happen."""

from __future__ import annotations

__all__ = ["CAUSES", "EVENTS", "STATES", "TRANSITIONS", "next_state", "open_events"]

#: open: nobody looked yet; checking: somebody does; explained: a harmless cause was found; broken: the instrument was
#: at fault; handed: enforcement has it. None of them says that somebody did wrong.
STATES = ("open", "checking", "explained", "broken", "handed")
EVENTS = ("check", "explain", "break", "hand", "reopen")
TRANSITIONS: dict[tuple[str, str], str] = {
    ("open", "check"): "checking",
    ("checking", "explain"): "explained",
    ("checking", "break"): "broken",
    ("checking", "hand"): "handed",
    ("explained", "reopen"): "checking",
    ("broken", "reopen"): "checking",
    ("handed", "reopen"): "checking",
}
#: Harmless causes that a reviewer can name beyond those of the rules.
CAUSES = ("other",)


def next_state(state: str, event: str) -> str | None:
    """State after an event; None where the event is not allowed."""
    return TRANSITIONS.get((state, event))


def open_events(state: str) -> tuple[str, ...]:
    """Events that a state allows, in their order."""
    return tuple(event for event in EVENTS if (state, event) in TRANSITIONS)
