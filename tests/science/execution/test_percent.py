"""Percent complete, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from saishang.science.execution.percent import Step, expected_percent, percent_complete

DAY = date(2026, 6, 30)


def step(weight: str, due: date | None = None, reached: date | None = None) -> Step:
    return Step(Decimal(weight), due, reached)


def test_without_milestones_nothing_is_known() -> None:
    assert percent_complete([], DAY) is None
    assert expected_percent([], DAY) is None


@pytest.mark.parametrize(
    ("weights", "reached", "percent"),
    [
        (["1", "1", "1"], 0, 0),
        (["1", "1", "1"], 1, 33),  # 33.33 rounded down
        (["1", "1", "1"], 2, 66),
        (["1", "1", "1"], 3, 100),
        (["0.5", "1.5", "3"], 2, 40),  # 2 of 5
        (["1", "999"], 1, 0),  # 0.1 % is not yet 1
        (["999", "1"], 1, 99),  # 99.9 % is not yet everything
    ],
)
def test_reached_weight_over_all_weight_rounded_down(weights: list[str], reached: int, percent: int) -> None:
    steps = [step(weight, reached=DAY if number < reached else None) for number, weight in enumerate(weights)]
    assert percent_complete(steps, DAY) == percent


@pytest.mark.parametrize(("day", "percent"), [(date(2026, 6, 29), 0), (DAY, 50), (date(2026, 7, 1), 50)])
def test_a_milestone_counts_from_the_day_on_which_it_was_reached(day: date, percent: int) -> None:
    assert percent_complete([step("1", reached=DAY), step("1")], day) == percent


@pytest.mark.parametrize(("day", "percent"), [(date(2026, 6, 29), 0), (DAY, 0), (date(2026, 7, 1), 50)])
def test_expected_is_what_should_be_there(day: date, percent: int) -> None:
    assert expected_percent([step("1", due=DAY), step("1", due=date(2026, 12, 31))], day) == percent
    assert expected_percent([step("1", due=DAY), step("1")], day) is None


@pytest.mark.parametrize("weight", ["0", "-1"])
def test_a_weight_is_above_zero(weight: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        percent_complete([step("1"), step(weight)], DAY)
