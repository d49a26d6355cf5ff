"""A kind of register as a row of a table of tests: what is entered, what happens to it, and what it must come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from saishang.science.register.kind import Kind
from tests.registers_kinds.walk import New, Step, refused, walk

__all__ = ["Case", "D", "check", "numbers_are_there"]

D = date


@dataclass(frozen=True)
class Case:
    """One kind.

    Attributes
    ----------
    bad:
        Field → text that the first entry cannot have; each is refused by its own name.
    on:
        Day of `figures`, which names every figure of the kind.
    due:
        Day → all terms that run then: key, term, the day on which it ends.
    values:
        Key and field → its text, of what the kind computes.
    """

    kind: str
    entries: Sequence[New | Mapping[str, str]]
    moves: Sequence[Step]
    states: Mapping[str, str]
    on: date
    figures: Mapping[str, str | None]
    bad: Mapping[str, str]
    due: Mapping[date, Sequence[tuple[str, str, date]]] = field(default_factory=dict)
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)


def check(case: Case) -> None:
    """Walk the kind and hold it against the row."""
    found = walk(case.kind, case.entries, case.moves)
    assert found.states() == case.states
    assert found.figures(case.on) == case.figures
    for day, terms in case.due.items():
        assert found.due(day) == list(terms), day
    for (key, name), text in case.values.items():
        assert found.value(key, name) == text
    first = next(entry for entry in case.entries if not isinstance(entry, New) or not entry.kind)
    good = first.values if isinstance(first, New) else first
    assert refused(case.kind, {**good, **case.bad}).keys() == case.bad.keys()


def numbers_are_there(kind: Kind) -> list[str]:
    """Figures that would have no value one day: a number is summed in a state that does not ask for it."""
    states = tuple(kind.life.states) if kind.life is not None else ("",)
    found = []
    for figure in kind.figures.values():
        if not figure.field:
            continue
        whole = figure.of if figure.measure == "share" else figure.where
        number = kind.fields[figure.field]
        parts = [kind.fields[name] for name in number.compute.fields] if number.compute is not None else [number]
        for part in parts:
            asked = part.required if isinstance(part.required, Mapping) else {}
            # Asked for by another field, whose values are all that the figure counts.
            given = any(set(whole[name]) <= set(values) for name, values in asked.items() if name in whole)
            for state in whole.get("state", states):
                if part.required is not True and state not in asked.get("state", ()) and not given:
                    found.append(f"{figure.id}: {part.id} in {state}")
    return found
