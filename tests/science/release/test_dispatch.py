"""Dispatch of material: the least cost by trying every plan of whole units, and by a linear program."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
from scipy.optimize import linprog

from saishang.science.numbers import InputError
from saishang.science.release.dispatch import dispatch, shortfall_of


def cheapest_by_trial(cost: list[list[int]], supply: list[int], demand: list[int]) -> int:
    """Least cost of the plans that carry as much as can be carried, two depots and two sites."""
    carried = min(sum(supply), sum(demand))
    best = None
    for plan in itertools.product(*(range(min(s, d) + 1) for s in supply for d in demand)):
        a, b, c, d = plan
        if a + b > supply[0] or c + d > supply[1] or a + c > demand[0] or b + d > demand[1] or sum(plan) != carried:
            continue
        price = a * cost[0][0] + b * cost[0][1] + c * cost[1][0] + d * cost[1][1]
        best = price if best is None else min(best, price)
    assert best is not None
    return best


def test_small_networks_against_every_plan() -> None:
    chance = random.Random(20261124)
    for _ in range(60):
        cost = [[chance.randrange(10) for _ in range(2)] for _ in range(2)]
        supply, demand = [chance.randrange(6) for _ in range(2)], [chance.randrange(6) for _ in range(2)]
        found = dispatch(cost, supply, demand)
        assert found.total_cost == cheapest_by_trial(cost, supply, demand)
        assert found.shortfall == max(sum(demand) - sum(supply), 0)


def test_larger_networks_against_a_linear_program() -> None:
    chance = random.Random(7)
    for _ in range(15):
        depots, sites = chance.randrange(2, 7), chance.randrange(2, 7)
        cost = [[chance.randrange(1, 40) for _ in range(sites)] for _ in range(depots)]
        supply = [chance.randrange(5, 60) for _ in range(depots)]
        demand = [chance.randrange(0, 1 + sum(supply) // sites) for _ in range(sites)]
        rows = [[float(k // sites == i) for k in range(depots * sites)] for i in range(depots)]
        columns = [[float(k % sites == j) for k in range(depots * sites)] for j in range(sites)]
        program = linprog([price for row in cost for price in row], A_ub=rows, b_ub=supply, A_eq=columns, b_eq=demand)
        found = dispatch(cost, supply, demand)
        assert float(found.total_cost) == pytest.approx(program.fun, abs=1e-6)
        assert found.feasible
        assert [sum(column) for column in zip(*found.plan, strict=True)] == demand
        assert all(sum(row) <= stock for row, stock in zip(found.plan, supply, strict=True))


def test_a_shortage_is_told_and_the_partial_plan_is_the_cheapest() -> None:
    found = dispatch([[4], [1]], [5, 6], [12])
    assert (found.feasible, found.shortfall, found.total_cost) == (False, 1, 4 * 5 + 6)
    assert shortfall_of([5, 6], [12]) == 1
    assert shortfall_of([5, 7], [12]) == 0


def test_no_way_between_two_places() -> None:
    found = dispatch([[None, 2], [3, None]], [4, 4], [2, 5])
    assert found.plan == ((0, 4), (2, 0))
    assert found.shortfall == 1  # two tonnes are left where no way leads to the site that lacks one


def test_amounts_stay_exact() -> None:
    found = dispatch([["0.1", "0.2"]], ["0.3"], ["0.1", "0.2"])
    assert found.total_cost == Fraction(1, 20)


@pytest.mark.parametrize(
    ("cost", "supply", "demand"),
    [
        ([[1, 2]], [1], [1]),
        ([[1], [2]], [1], [1]),
        ([[-1]], [1], [1]),
        ([[1]], [None], [1]),
        ([[1]], [-1], [1]),
        ([], [], []),
    ],
)
def test_what_cannot_be_is_refused(cost: list[list[object]], supply: list[object], demand: list[object]) -> None:
    with pytest.raises(InputError):
        dispatch(cost, supply, demand)
