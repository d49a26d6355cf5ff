"""How long fields are shown: for a number of years after the end of an entry, to the day; then to nobody any more.

The end is the day on which a final state began (or one that the kind names under `ended`), the day of the withdrawal,
or the day in a field `closed`, whichever came first. An entry that goes on has no end.
docs/decisions/2026-11-30-retention.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from saishang.science.periods import months_later
from saishang.science.register.kind import Evidence, Field, Kind

__all__ = ["CLOSED", "ended_on", "ends", "hidden_evidence", "hidden_fields", "last_shown"]

#: Field with the day from which a thing is no more, in kinds that have it.
CLOSED = "closed"


def ends(kind: Kind) -> tuple[str, ...]:
    """States that end an entry."""
    final = () if kind.life is None else tuple(state.id for state in kind.life.states.values() if state.final)
    return (*final, *(state for state in kind.ended if state not in final))


def ended_on(
    kind: Kind, state: str, since: date, effective: date, withdrawn: bool, values: Mapping[str, Any]
) -> date | None:
    """The day on which an entry ended; None while it goes on.

    Parameters
    ----------
    since, effective:
        Days from which its state, and what it says, hold: of a withdrawn entry the day of the withdrawal.
    """
    days = [since] if state in ends(kind) else []
    if withdrawn:
        days.append(effective)
    closed = values.get(CLOSED)
    if closed and CLOSED in kind.fields and kind.fields[CLOSED].type == "date":
        days.append(date.fromisoformat(str(closed)))
    return min(days, default=None)


def last_shown(ended: date, years: int) -> date:
    """The last day on which a field is shown: so many years after the end, that day included."""
    return months_later(ended, 12 * years)


def hidden_fields(kind: Kind, ended: date | None, day: date) -> frozenset[str]:
    """Fields of an entry that nobody is shown on a day."""
    return _past(kind.fields.values(), ended, day)


def hidden_evidence(kind: Kind, ended: date | None, day: date) -> frozenset[str]:
    """Documents of an entry that nobody is given on a day."""
    return _past(kind.evidence.values(), ended, day)


def _past(parts: Iterable[Field | Evidence], ended: date | None, day: date) -> frozenset[str]:
    if ended is None:
        return frozenset()
    return frozenset(part.id for part in parts if part.kept_years and day > last_shown(ended, part.kept_years))
