"""Fish of a river against its base year (鱼类生物量变化): reach by reach, same gear and same month only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.ecology.reserves import Catch, fish_biomass, fish_change
from saishang.science.numbers import InputError

__all__ = ["Haul", "ReachChange", "RiverChange", "reach_changes", "river_change"]


@dataclass(frozen=True, slots=True)
class Haul:
    """One survey of a reach; `base` marks those of the base year."""

    key: str
    reach: str
    year: int
    base: bool
    catch: Catch


@dataclass(frozen=True, slots=True)
class ReachChange:
    """Biomass of a reach in a year [kg per net-hour] and its change [%].

    Attributes
    ----------
    base_year, base, change:
        None without a survey of the base year by the same gear in the same month.
    """

    reach: str
    gear: str
    month: int
    year: int
    base_year: int | None
    base: Fraction | None
    current: Fraction | None
    change: Fraction | None
    keys: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RiverChange:
    """The change over all reaches that can be compared [%], as catch over effort of all of them."""

    year: int
    change: Fraction | None
    reaches: int
    compared: int
    keys: tuple[str, ...]
    reason: str = ""


def reach_changes(hauls: Iterable[Haul]) -> list[ReachChange]:
    """Every reach, gear, month and year against the base year, by reach and year."""
    groups: dict[tuple[str, str, int], dict[int, list[Haul]]] = {}
    for haul in hauls:
        group = groups.setdefault((haul.reach, haul.catch.gear, haul.catch.month), {})
        group.setdefault(haul.year, []).append(haul)
    found: list[ReachChange] = []
    for (reach, gear, month), years in sorted(groups.items()):
        bases = sorted(year for year, mine in years.items() if any(haul.base for haul in mine))
        for year, mine in sorted(years.items()):
            found.append(_change(reach, gear, month, year, mine, years, bases))
    return found


def _change(
    reach: str, gear: str, month: int, year: int, mine: Sequence[Haul], years: dict[int, list[Haul]],
    bases: Sequence[int],
) -> ReachChange:  # fmt: skip
    keys = tuple(haul.key for haul in mine)
    try:
        current = fish_biomass([haul.catch for haul in mine])
    except InputError as error:
        return ReachChange(reach, gear, month, year, None, None, None, None, keys, f"parts_refused:{error.message}")
    if len(bases) != 1 or year < bases[0]:
        why = "no_base_year" if not bases else "base_year_unclear" if len(bases) > 1 else "before_base_year"
        return ReachChange(reach, gear, month, year, None, None, current, None, keys, why)
    base = [haul for haul in years[bases[0]] if haul.base]
    behind = tuple(haul.key for haul in base) + (keys if year != bases[0] else ())
    try:
        change = fish_change([haul.catch for haul in base], [haul.catch for haul in mine])
    except InputError as error:
        return ReachChange(
            reach, gear, month, year, bases[0], None, current, None, behind, f"parts_refused:{error.message}"
        )
    return ReachChange(reach, gear, month, year, bases[0], change.base, change.current, change.change, behind)


def river_change(hauls: Sequence[Haul], year: int) -> RiverChange:
    """All reaches of a year against their base years in one figure.

    Reaches that cannot be compared stay out and are counted; nets of different kinds or months are not one figure.
    """
    mine = [change for change in reach_changes(hauls) if change.year == year]
    compared = [change for change in mine if change.change is not None]
    reaches, keys = {change.reach for change in mine}, tuple(sorted({key for c in compared for key in c.keys}))
    there = {change.reach for change in compared}
    if not compared:
        return RiverChange(year, None, len(reaches), 0, keys, "no_base_year")
    if len({(change.gear, change.month) for change in compared}) > 1:
        return RiverChange(year, None, len(reaches), len(there), keys, "gear_differs")
    bases = {(change.reach, change.base_year) for change in compared}
    base = [haul.catch for haul in hauls if haul.base and (haul.reach, haul.year) in bases and _same(haul, compared)]
    current = [haul.catch for haul in hauls if haul.year == year and haul.reach in there and _same(haul, compared)]
    change = fish_change(base, current)
    reason = "reaches_short" if len(there) < len(reaches) else ""
    return RiverChange(year, change.change, len(reaches), len(there), keys, reason)


def _same(haul: Haul, compared: Sequence[ReachChange]) -> bool:
    return (haul.catch.gear, haul.catch.month) == (compared[0].gear, compared[0].month)
