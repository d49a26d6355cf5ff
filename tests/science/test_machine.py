"""State tables: what is not in the table is not allowed."""

from __future__ import annotations

import pytest

from saishang.science.machine import State, StateTable, Transition
from saishang.science.numbers import InputError

STATES = [State("a", "甲", "A"), State("b", "乙", "B"), State("c", "丙", "C", final=True)]
MOVES = [
    Transition("a", "go", "b", "去", "go", evidence=("paper",)),
    Transition("b", "go", "c", "去", "go"),
    Transition("b", "back", "a", "回", "back"),
]
TABLE = StateTable(STATES, MOVES, name="机")


def test_moves_and_states() -> None:
    assert TABLE.move("a", "go", ["paper"]).after == "b"
    assert TABLE.state("乙").id == "b" and [move.action for move in TABLE.moves("b")] == ["go", "back"]
    assert TABLE.walk("a", [("go", ["paper"]), ("back", []), ("go", ["paper"]), ("go", [])]) == (
        "a",
        "b",
        "a",
        "b",
        "c",
    )


@pytest.mark.parametrize(
    ("state", "action", "code"), [("a", "back", "illegal-move"), ("c", "go", "illegal-move"),
                                  ("z", "go", "unknown-state"),
                                  ("a", "go", "missing-evidence")],
)  # fmt: skip
def test_errors_say_what_is_possible(state: str, action: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        TABLE.move(state, action)
    assert caught.value.code == code and caught.value.fix


def test_a_table_is_checked_when_it_is_built() -> None:
    with pytest.raises(ValueError, match="unknown state"):
        StateTable(STATES, [Transition("a", "go", "z", "", "")], name="机")
    with pytest.raises(ValueError, match="twice"):
        StateTable(STATES, [MOVES[0], MOVES[0]], name="机")
