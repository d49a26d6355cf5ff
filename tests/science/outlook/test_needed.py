"""What the remaining days must average: by hand, at the edges, and as laws."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.outlook.bounds import Bound, rounding_bound
from saishang.science.outlook.coverage import days_to_come
from saishang.science.outlook.needed import Part, needed_by_month, needed_mean, year_end_mean

THIRTY = rounding_bound(30, "<=", 0)


def test_by_hand() -> None:
    # 273 days at 32 and 92 to come: (365 × 30.5 − 273 × 32) / 92 = (11132.5 − 8736) / 92 = 26.0489…
    found = needed_mean([Part(Fraction(273 * 32), 273, 92)], THIRTY)
    assert (found.verdict, found.to_date) == ("open", 32)
    assert found.average == Fraction(23965, 920)
    assert found.shown == Decimal("26.0")


def test_missed_days_do_not_come_back() -> None:
    # 200 valid days of 273: the year has 292 days; (292 × 30.5 − 200 × 32) / 92 = (8906 − 6400) / 92 = 27.2391…
    found = needed_mean([Part(Fraction(200 * 32), 200, 92)], THIRTY)
    assert found.average == Fraction(2506, 92)
    assert found.shown == Decimal("27.2")


def test_a_region_is_the_mean_of_its_cities() -> None:
    # A: 10 days at 40, 10 to come → (400 + 10 x) / 20; B: 30 at 20, 10 to come → (600 + 10 x) / 40.
    # Mean = (20 + x/2 + 15 + x/4) / 2 = 17.5 + 0.375 x ≤ 30.5 → x ≤ 34.666…
    found = needed_mean([Part(Fraction(400), 10, 10), Part(Fraction(600), 30, 10)], THIRTY)
    assert found.average == Fraction(104, 3)
    assert found.to_date == 30


@pytest.mark.parametrize(
    ("total", "verdict", "shown"),
    [
        # 10 days in all, 2 to come; edge 30.5 × 10 = 305.
        ("304.9", "open", "0.0"),  # 0.1 / 2 = 0.05 → at most 0.0 can be named
        ("305", "open", "0.0"),  # only days of zero will do, and they do: 30.5 rounds to 30
        ("305.1", "impossible", None),
        ("303", "open", "1.0"),
    ],
)
def test_the_edge_of_the_possible(total: str, verdict: str, shown: str | None) -> None:
    found = needed_mean([Part(Fraction(total), 8, 2)], THIRTY)
    assert found.verdict == verdict
    assert found.shown == (None if shown is None else Decimal(shown))


def test_an_odd_target_is_missed_at_its_edge() -> None:
    # 35.5 rounds to 36: with a sum of exactly 355 for ten days even days of zero break "at most 35".
    assert needed_mean([Part(Fraction(355), 8, 2)], rounding_bound(35, "<=", 0)).verdict == "impossible"


@pytest.mark.parametrize(("total", "verdict"), [("305", "kept"), ("305.01", "missed")])
def test_a_year_without_days_to_come(total: str, verdict: str) -> None:
    found = needed_mean([Part(Fraction(total), 10, 0)], THIRTY)
    assert (found.verdict, found.average, found.shown) == (verdict, None, None)


def test_safe_only_against_a_ceiling() -> None:
    part = [Part(Fraction(8 * 20), 8, 2)]  # (160 + 2 x) / 10 ≤ 30.5 → x ≤ 72.5
    assert needed_mean(part, THIRTY).verdict == "open"
    assert needed_mean(part, THIRTY, ceiling=Fraction("72.5")).verdict == "safe"
    assert needed_mean(part, THIRTY, ceiling=Fraction("72.6")).verdict == "open"


def test_nothing_to_say_without_days() -> None:
    assert needed_mean([], THIRTY).verdict == "no_data"
    assert needed_mean([Part(Fraction(10), 1, 1), Part(Fraction(0), 0, 0)], THIRTY).verdict == "no_data"
    # A city without a valid day leaves the region without a mean to date; what is needed can be said all the same.
    found = needed_mean([Part(Fraction(10), 1, 1), Part(Fraction(0), 0, 2)], THIRTY)
    assert (found.verdict, found.to_date) == ("open", None)
    start = needed_mean([Part(Fraction(0), 0, 365)], THIRTY)
    assert (start.verdict, start.average) == ("open", Fraction(61, 2))


def test_a_lower_bound_is_refused() -> None:
    with pytest.raises(InputError):
        needed_mean([Part(Fraction(1), 1, 1)], Bound(Fraction(1), True, upper=False))


PARTS = st.lists(
    st.builds(Part, st.fractions(0, 20000, max_denominator=840), st.integers(1, 300), st.integers(1, 90)),
    min_size=1, max_size=5,
)  # fmt: skip


@given(PARTS, st.integers(1, 200))
def test_just_the_needed_average_keeps_and_a_little_more_breaks(parts: list[Part], target: int) -> None:
    bound = rounding_bound(target, "<=", 0)
    found = needed_mean(parts, bound)
    assert found.average is not None
    assert year_end_mean(parts, found.average) == bound.value
    above = year_end_mean(parts, found.average + Fraction(1, 10**6))
    assert above is not None and not bound.holds(above)
    if found.shown is not None and found.average >= 0:
        named = year_end_mean(parts, Fraction(found.shown))
        assert named is not None and bound.holds(named)
    assert (found.verdict == "impossible") is not bound.holds(year_end_mean(parts, Fraction(0)) or Fraction(0))


def test_months_take_the_shape_of_an_earlier_year() -> None:
    # 31 days of October at 30, 30 of November at 40, 31 of December at 50 then: mean 3680 / 92 = 40.
    left = days_to_come(date(2019, 9, 30))
    found = needed_by_month(Fraction(30), left, {10: Fraction(30), 11: Fraction(40), 12: Fraction(50)})
    assert found is not None
    factor, months = found
    assert factor == Fraction(3, 4)
    assert [str(month.average) for month in months] == ["45/2", "30", "75/2"]
    assert sum(month.average * month.days for month in months) == 30 * 92


def test_no_shape_without_a_month_of_reference() -> None:
    assert needed_by_month(Fraction(30), {10: 31, 11: 30}, {10: Fraction(30)}) is None
    assert needed_by_month(Fraction(30), {}, {}) is None
    assert needed_by_month(Fraction(30), {10: 31}, {10: Fraction(0)}) is None


def test_days_to_come_by_month() -> None:
    assert days_to_come(date(2019, 12, 31)) == {}
    assert days_to_come(date(2020, 2, 28)) == {2: 1, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30,
                                              12: 31}  # fmt: skip
