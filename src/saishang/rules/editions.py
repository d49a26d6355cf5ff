"""Dates in force: which edition rules a day, and whether two rules claim the same day."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from saishang.rules.errors import Problem, RuleLookupError

__all__ = ["Span", "entry_in_force", "overlaps"]

#: One dated claim: key, from, to, and how to name it (file, line, label).
Span = tuple[Hashable, date | None, date | None, tuple[str, int, str]]


def overlaps(spans: Iterable[Span]) -> list[Problem]:
    """Find claims on the same key whose dates overlap, and claims that end before they begin.

    Both bounds belong to the span; an empty bound is open. A gap between spans is allowed: nothing was in force then.
    """
    problems: list[Problem] = []
    by_key: dict[Hashable, list[tuple[date, date, tuple[str, int, str]]]] = {}
    for key, start, end, place in spans:
        first, last = start or date.min, end or date.max
        if last < first:
            file, line, label = place
            problems.append(
                Problem(
                    file,
                    line,
                    "to",
                    "overlapping-dates",
                    f"a last day not before {first}",
                    f"{last}",
                    f"swap or correct the dates of {label}",
                )
            )
            continue
        by_key.setdefault(key, []).append((first, last, place))
    for claims in by_key.values():
        claims.sort(key=lambda claim: claim[:2])
        for (_, last, earlier), (first, _, later) in pairwise(claims):
            if first <= last:
                file, line, label = later
                problems.append(
                    Problem(
                        file,
                        line,
                        "from",
                        "overlapping-dates",
                        f"one rule in force a day for {label}",
                        f"from {_show(first)}, while {earlier[0]}:{earlier[1]} is in force to {_show(last)}",
                        "let the earlier one end the day before the later one begins",
                    )
                )
    return problems


def _show(day: date) -> str:
    return "ever" if day == date.min else "further notice" if day == date.max else day.isoformat()


def entry_in_force(entries: Sequence[Mapping[str, Any]], on: date, *, what: str) -> Mapping[str, Any]:
    """Choose the entry of a document's list that is in force on a day.

    Parameters
    ----------
    entries:
        Mappings with `from` and `to` (absent or None = open).
    on:
        The day of the measurement.
    what:
        Name for the message when none is in force.

    Raises
    ------
    RuleLookupError
        When no entry covers the day.
    """
    for entry in entries:
        start, end = entry.get("from"), entry.get("to")
        if (start is None or start <= on) and (end is None or on <= end):
            return entry
    spans = "; ".join(f"{entry.get('from') or '…'} to {entry.get('to') or '…'}" for entry in entries)
    raise RuleLookupError(
        f"expected an edition of {what} in force on {on.isoformat()}, got none",
        fix=f"name the edition, or choose a day within {spans}",
        where=what,
    )
