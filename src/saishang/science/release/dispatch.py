"""Dispatch of emergency material (应急物资调度): from depots to sites at the least cost, exactly.

The transport problem is solved by successive cheapest paths: after each step the plan so far is the cheapest one that
carries as much. When the stock is short, the whole stock goes where it costs least, and the shortfall is told: a plan
never quietly delivers less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, exact_or_none, non_negative

__all__ = ["Dispatch", "dispatch", "shortfall_of"]

#: Depots or sites; a province has fewer.
_MOST = 200


@dataclass(frozen=True)
class Dispatch:
    """The plan [unit of the stock] by depot and site, its cost, and what cannot be delivered."""

    plan: tuple[tuple[Fraction, ...], ...]
    total_cost: Fraction
    shortfall: Fraction

    @property
    def feasible(self) -> bool:
        """Whether every demand is met."""
        return self.shortfall == 0


def _amounts(values: Sequence[object], name: str) -> list[Fraction]:
    if not 0 < len(values) <= _MOST:
        raise InputError(f"{name} needs 1 to {_MOST} entries, got {len(values)}.", fix="Give one amount per place.")
    found = []
    for index, value in enumerate(values):
        amount = non_negative(value, name=f"{name}[{index}]")
        if amount is None:
            raise InputError(f"{name}[{index}] is missing.", fix="Give 0 where there is nothing.")
        found.append(amount)
    return found


def shortfall_of(supply: Sequence[object], demand: Sequence[object]) -> Fraction:
    """What the whole stock lacks for the whole demand, 0 when it suffices."""
    lacking = sum(_amounts(demand, "demand"), Fraction(0)) - sum(_amounts(supply, "supply"), Fraction(0))
    return max(lacking, Fraction(0))


def dispatch(cost: Sequence[Sequence[object]], supply: Sequence[object], demand: Sequence[object]) -> Dispatch:
    """The cheapest plan that meets the demand, or as much of it as can be met.

    Parameters
    ----------
    cost:
        Cost of one unit from each depot (rows) to each site; None = no way between them.
    supply, demand:
        Stock of the depots (without what has expired) and need of the sites, in one unit.

    Raises
    ------
    InputError
        When the shapes do not fit, or a number is missing or negative.
    """
    stock, need = _amounts(supply, "supply"), _amounts(demand, "demand")
    if len(cost) != len(stock) or any(len(row) != len(need) for row in cost):
        raise InputError(
            f"cost must have {len(stock)} rows of {len(need)}.", fix="Give one row per depot, one entry per site."
        )
    prices = [[_price(value, i, j) for j, value in enumerate(row)] for i, row in enumerate(cost)]
    plan = [[Fraction(0)] * len(need) for _ in stock]
    left, open_need = list(stock), list(need)
    while path := _cheapest(prices, plan, left, open_need):
        _ship(path, plan, left, open_need)
    total = sum((plan[i][j] * (prices[i][j] or 0) for i in range(len(stock)) for j in range(len(need))), Fraction(0))
    return Dispatch(tuple(map(tuple, plan)), total, sum(open_need, Fraction(0)))


def _price(value: object, depot: int, site: int) -> Fraction | None:
    price = exact_or_none(value, name=f"cost[{depot}][{site}]")
    if price is not None and price < 0:
        raise InputError(f"cost[{depot}][{site}] must not be negative.", fix="Costs start at 0.")
    return price


def _cheapest(
    prices: list[list[Fraction | None]], plan: list[list[Fraction]], left: list[Fraction], open_need: list[Fraction]
) -> list[tuple[int, int]] | None:
    """Cheapest way to carry one unit more, as alternating (depot, site) pairs; None when nothing more can be carried.

    Every second pair takes back what the plan sends there (Bellman–Ford over the rest of the network).
    """
    depots, sites = len(left), len(open_need)
    cheapest: list[Fraction | None] = [Fraction(0) if amount > 0 else None for amount in left]
    reached: list[Fraction | None] = [None] * sites
    came_by: list[int] = [-1] * sites
    back_by: list[int] = [-1] * depots
    changed = True
    while changed:
        changed = False
        for i in range(depots):
            start = cheapest[i]
            if start is None:
                continue
            for j in range(sites):
                price = prices[i][j]
                best = reached[j]
                if price is not None and (best is None or start + price < best):
                    reached[j], came_by[j], changed = start + price, i, True
        for j in range(sites):
            here = reached[j]
            if here is None:
                continue
            for i in range(depots):
                price, known = prices[i][j], cheapest[i]
                if price is not None and plan[i][j] > 0 and (known is None or here - price < known):
                    cheapest[i], back_by[i], changed = here - price, j, True
    ends = [(cost, j) for j, cost in enumerate(reached) if cost is not None and open_need[j] > 0]
    if not ends:
        return None
    site = min(ends)[1]
    path = [(came_by[site], site)]
    while (back := back_by[path[-1][0]]) >= 0:
        path += [(path[-1][0], back), (came_by[back], back)]
    return path[::-1]


def _ship(
    path: list[tuple[int, int]], plan: list[list[Fraction]], left: list[Fraction], open_need: list[Fraction]
) -> None:
    """Carry as much as the way allows; forward pairs are the even ones."""
    depot, site = path[0][0], path[-1][1]
    amount = min([left[depot], open_need[site], *(plan[i][j] for i, j in path[1::2])])
    for place, (i, j) in enumerate(path):
        plan[i][j] += amount if place % 2 == 0 else -amount
    left[depot] -= amount
    open_need[site] -= amount
