"""Days that a percentile and a share of good days still afford."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.outlook.allowance import good_day_allowance, percentile_allowance
from saishang.science.outlook.bounds import rounding_bound
from saishang.science.percentile import percentile

OZONE = rounding_bound(160, "<=", 0)


def days(over: int, under: int, high: int = 200) -> list[Fraction]:
    return [Fraction(high)] * over + [Fraction(100)] * under


@pytest.mark.parametrize(
    ("over", "under", "left", "verdict", "spare", "edge"),
    [
        # 365 days: k = 1 + 364 × 0.9 = 328.6, so x_329 must keep and 36 days may lie above.
        (20, 253, 92, "open", 16, False),
        (36, 237, 92, "open", 0, False),
        # 37 days above: m = x_328 + (x_329 − x_328) × 0.6 with x_328 ≥ 0: 0.6 × 200 = 120 at best → still possible.
        (37, 236, 92, "open", 0, True),
        # 38 above: x_328 is one of them.
        (38, 235, 92, "impossible", 0, False),
        (20, 329, 16, "safe", 16, False),
        (20, 328, 17, "open", 16, False),
        (36, 329, 0, "kept", 0, False),
        (38, 327, 0, "missed", 0, False),
        (0, 0, 0, "no_data", 0, False),
    ],
)
def test_ozone_by_hand(over: int, under: int, left: int, verdict: str, spare: int, edge: bool) -> None:
    found = percentile_allowance(days(over, under), left, 90, OZONE)
    assert (found.verdict, found.spare, found.edge) == (verdict, spare, edge)
    assert found.used == over


def test_one_more_than_allowed_depends_on_how_far() -> None:
    # 37 days at 1000 of 365: the low days at hand are 100, 92 come: best x_328 = 100 → 100 + 900 × 0.6 = 640 > 160.
    assert percentile_allowance(days(37, 328, 1000), 0, 90, OZONE).verdict == "missed"
    # At 165: 100 + 65 × 0.6 = 139 keeps, though 37 days lie beyond.
    assert percentile_allowance(days(37, 328, 165), 0, 90, OZONE).verdict == "kept"


@given(
    st.lists(st.integers(0, 300), max_size=60), st.integers(0, 40), st.sampled_from([90, 95, 98]),
    st.lists(st.integers(0, 1000), min_size=40, max_size=40),
)  # fmt: skip
def test_verdicts_hold_whatever_comes(values: list[int], left: int, p: int, coming: list[int]) -> None:
    so_far = [Fraction(value) for value in values]
    found = percentile_allowance(so_far, left, p, OZONE)
    ended = so_far + [Fraction(value) for value in coming[:left]]
    if not ended:
        assert found.verdict == "no_data"
        return
    kept = OZONE.holds(percentile(ended, p).value)
    if found.verdict in ("safe", "kept"):
        assert kept
    if found.verdict in ("impossible", "missed"):
        assert not kept
    # As many days beyond as are allowed never break it, however far beyond.
    whole = len(ended)
    worst = [Fraction(10**9)] * found.allowed + [OZONE.value] * (whole - found.allowed)
    assert OZONE.holds(percentile(worst, p).value)


@pytest.mark.parametrize(
    ("good", "valid", "left", "verdict", "allowed", "spare"),
    [
        # 85.0 % after rounding: from 84.95 %. 341 days: 289.68 → 290 good, 51 polluted.
        (217, 249, 92, "open", 51, 19),
        # 20 days: 16.99 → 17 good, 3 polluted.
        (17, 20, 0, "kept", 3, 0),
        (16, 20, 0, "missed", 3, 0),
        (16, 19, 1, "open", 3, 0),
        (15, 19, 1, "impossible", 3, 0),
        (18, 19, 1, "safe", 3, 2),
        (0, 0, 20, "open", 3, 3),
        (0, 0, 0, "no_data", 0, 0),
    ],
)
def test_good_days_by_hand(good: int, valid: int, left: int, verdict: str, allowed: int, spare: int) -> None:
    found = good_day_allowance(good, valid, left, rounding_bound(85, ">=", 1))
    assert (found.verdict, found.allowed, found.spare) == (verdict, allowed, spare)


@pytest.mark.parametrize(("spare", "verdict"), [(0, "open"), (1, "safe")])
def test_as_many_spare_days_as_days_to_come_are_safe(spare: int, verdict: str) -> None:
    # One day to come; 3 polluted days of 20 are allowed.
    found = good_day_allowance(16 + spare, 19, 1, rounding_bound(85, ">=", 1))
    assert (found.verdict, found.spare) == (verdict, spare)


def test_a_strict_share_needs_one_day_more() -> None:
    # More than 50 % unrounded: of 10 days 6 must be good; at least 50 %: 5.
    assert good_day_allowance(0, 0, 10, rounding_bound(50, ">", None)).allowed == 4
    assert good_day_allowance(0, 0, 10, rounding_bound(50, ">=", None)).allowed == 5


def test_a_hundred_per_cent_and_none() -> None:
    # 99.95 % of 365 = 364.8: every day has to be good.
    assert good_day_allowance(364, 364, 1, rounding_bound(100, ">=", 1)).spare == 0
    assert good_day_allowance(363, 364, 1, rounding_bound(100, ">=", 1)).verdict == "impossible"
    assert good_day_allowance(0, 10, 1, rounding_bound(0, ">=", 1)).verdict == "safe"


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError):
        good_day_allowance(3, 2, 1, rounding_bound(85, ">=", 1))
    with pytest.raises(InputError):
        percentile_allowance([], -1, 90, OZONE)
