"""State machines as tables (状态表): state × action → next state, with who acts and what evidence a move needs.

The table is a rule; this module only reads it. What is not in the table is not allowed, and a move without its evidence
is refused with the list of what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saishang.science.numbers import InputError

__all__ = ["State", "StateTable", "Transition"]


@dataclass(frozen=True, slots=True)
class State:
    """One state; `final` states have no next step of their own."""

    id: str
    zh: str
    en: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal move; `evidence` are the documents that must be there."""

    before: str
    action: str
    after: str
    zh: str
    en: str
    who: str = ""
    evidence: tuple[str, ...] = ()
    clause: str = ""


class StateTable:
    """States and legal moves, checked when built.

    Raises
    ------
    ValueError
        When a move names an unknown state, or two moves share state and action.
    """

    def __init__(self, states: Iterable[State], transitions: Iterable[Transition], *, name: str) -> None:
        self.name = name
        self.states = {state.id: state for state in states}
        self._moves: dict[tuple[str, str], Transition] = {}
        for move in transitions:
            for state in (move.before, move.after):
                if state not in self.states:
                    raise ValueError(f"{name}: the move {move.action} names the unknown state {state!r}")
            if (move.before, move.action) in self._moves:
                raise ValueError(f"{name}: {move.action} from {move.before} stands twice")
            self._moves[move.before, move.action] = move
        self.actions = tuple(dict.fromkeys(move.action for move in self._moves.values()))

    @classmethod
    def from_entries(
        cls, states: Sequence[Mapping[str, Any]], transitions: Sequence[Mapping[str, Any]], *, name: str
    ) -> StateTable:
        """Build from the entries of a rules document; a transition may list several states to come from."""
        return cls(
            [State(entry["id"], entry["zh"], entry["en"], bool(entry.get("final", False))) for entry in states],
            [
                Transition(
                    before=before,
                    action=entry["action"],
                    after=entry["to"],
                    zh=entry["zh"],
                    en=entry["en"],
                    who=entry.get("who", ""),
                    evidence=tuple(entry.get("evidence", ())),
                    clause=str(entry.get("clause", "")),
                )
                for entry in transitions
                for before in entry["from"]
            ],
            name=name,
        )

    def state(self, name: str) -> State:
        """The state of that id or name.

        Raises
        ------
        InputError
            When there is none; all are named.
        """
        for state in self.states.values():
            if name.strip() in (state.id, state.zh, state.en):
                return state
        known = ", ".join(f"{state.id} ({state.zh})" for state in self.states.values())
        raise InputError(f"{self.name} has no state {name!r}.", fix=f"Use one of {known}.", code="unknown-state")

    def moves(self, state: str) -> tuple[Transition, ...]:
        """Legal moves from a state, in the order of the table."""
        known = self.state(state).id
        return tuple(move for (before, _), move in self._moves.items() if before == known)

    def move(self, state: str, action: str, evidence: Iterable[str] = ()) -> Transition:
        """The move that `action` makes from `state`.

        Raises
        ------
        InputError
            When the table has no such move, or evidence is missing; the message says what would be legal.
        """
        known = self.state(state)
        found = self._moves.get((known.id, action))
        if found is None:
            legal = ", ".join(move.action for move in self.moves(known.id)) or "nothing: the state is final"
            raise InputError(
                f"{self.name}: {action!r} is not possible in state {known.id} ({known.zh}).",
                fix=f"Possible: {legal}.",
                code="illegal-move",
            )
        given = set(evidence)
        absent = [item for item in found.evidence if item not in given]
        if absent:
            raise InputError(
                f"{self.name}: {action} needs {', '.join(found.evidence)}; missing: {', '.join(absent)}.",
                fix="Add the missing documents.",
                code="missing-evidence",
            )
        return found

    def walk(self, start: str, actions: Iterable[tuple[str, Iterable[str]]]) -> tuple[str, ...]:
        """States passed from `start` by a row of (action, evidence), the start included; stops with an error."""
        passed = [self.state(start).id]
        for action, evidence in actions:
            passed.append(self.move(passed[-1], action, evidence).after)
        return tuple(passed)
