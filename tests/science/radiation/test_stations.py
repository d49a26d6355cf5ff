"""Figures of a radiation station."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from saishang.science.numbers import InputError
from saishang.science.radiation.stations import summarise


def test_figures_by_hand() -> None:
    """Three of four values; 3.04 of 12 V/m is 25.3%."""
    found = summarise(["1.0", None, "3.04", "2.0"], 4, 12)
    assert (found.present, found.capture_percent, found.maximum) == (3, Decimal("75.0"), Fraction("3.04"))
    assert (found.mean, found.over_limit, found.share_of_limit) == (Fraction("6.04") / 3, 0, Fraction("3.04") / 12)


@pytest.mark.parametrize(("value", "over"), [("11.99", 0), ("12", 0), ("12.01", 1)])
def test_equal_to_the_limit_is_not_over(value: str, over: int) -> None:
    assert summarise([value], 1, 12).over_limit == over


def test_nothing_is_nothing() -> None:
    found = summarise([None], 1)
    assert (found.mean, found.maximum, found.over_limit, found.share_of_limit) == (None, None, None, None)
    assert found.capture_percent == 0 and summarise([], 0).capture_percent is None


@pytest.mark.parametrize(("values", "expected", "limit"), [([-1], 1, None), ([1, 2], 1, None), ([1], 1, 0)])
def test_what_cannot_be_is_refused(values: list[object], expected: int, limit: object) -> None:
    with pytest.raises(InputError):
        summarise(values, expected, limit)
