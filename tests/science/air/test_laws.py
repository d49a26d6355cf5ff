"""Laws of the air functions over generated inputs."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishang.rules import Rules, load_rules
from saishang.science.air.aqi import air_quality_index, sub_index
from saishang.science.air.composite import composite_index
from saishang.science.air.from_rules import (
    composite_settings,
    dust_rule,
    index_edition,
    mda8_rule,
    validity_rules,
)
from saishang.science.air.mda8 import Mda8Rule, daily_max_8h
from saishang.science.air.ranking import rank
from saishang.science.air.validity import year_valid
from saishang.science.numbers import InputError

RULES = load_rules()
EDITIONS = {name: index_edition(RULES, name) for name in ("HJ 633-2012", "HJ 633-2026")}
VALIDITY = validity_rules(RULES, "GB 3095-2026")
WINDOWS = mda8_rule(RULES, "HJ 663-2013")
SETTINGS = composite_settings(RULES, "2012")

edition = st.sampled_from(sorted(EDITIONS))
column = st.sampled_from(sorted(EDITIONS["HJ 633-2012"].breakpoints))
tenths = st.integers(0, 50_000).map(lambda value: Fraction(value, 10))
hour = st.one_of(st.none(), st.integers(0, 400))
day = st.lists(hour, min_size=24, max_size=24)
months = st.lists(st.integers(0, 31), min_size=12, max_size=12)


def by_float(name: str, key: tuple[str, str], value: float) -> float:
    """The sub-index line by line in floats: a second way to the unrounded value, inside the table."""
    points = [(float(pair.concentration), pair.iaqi) for pair in EDITIONS[name].breakpoints[key]]
    for (c0, i0), (c1, i1) in pairwise(points):
        if value <= c1:
            return i0 + (i1 - i0) * (value - c0) / (c1 - c0)
    return float("nan")


@given(edition, column, tenths, tenths)
def test_sub_index_never_falls_as_air_gets_worse(name: str, key: tuple[str, str], one: Fraction, two: Fraction) -> None:
    low, high = sorted((one, two))
    first, second = (sub_index(EDITIONS[name], *key, value) for value in (low, high))
    if first is None:
        assert second is None
    elif second is not None:
        assert first <= second


@given(edition, column, st.integers(0, 3000))
def test_sub_index_is_the_line_carried_up(name: str, key: tuple[str, str], value: int) -> None:
    line = by_float(name, key, value)
    found = sub_index(EDITIONS[name], *key, value)
    if line == line and found is not None and value <= EDITIONS[name].breakpoints[key][-1].concentration:
        assert found - 1 - 1e-9 < line - 1e-9 <= found


@given(edition, st.dictionaries(st.sampled_from(["SO2_24h", "NO2_24h", "CO_24h", "O3_8h", "PM10_24h", "PM2.5_24h"]),
                                st.one_of(st.none(), st.integers(0, 700))))  # fmt: skip
def test_index_is_the_worst_sub_index_and_primary_has_it(name: str, values: dict[str, int | None]) -> None:
    found = air_quality_index(EDITIONS[name], "daily", values)
    numbers = [value for value in found.iaqi.values() if isinstance(value, int)]
    assert found.aqi == (max(numbers) if numbers else None)
    assert all(found.iaqi[pollutant] == found.aqi for pollutant in found.primary)
    assert bool(found.primary) == (found.aqi is not None and found.aqi > 50)
    if not found.missing:
        assert found.publishable


@given(edition, st.integers(0, 700), st.sampled_from(["SO2_24h", "NO2_24h", "CO_24h", "O3_8h", "PM2.5_24h"]))
def test_losing_an_item_never_makes_an_index_publishable(name: str, pm10: int, lost: str) -> None:
    whole: dict[str, Any] = {"SO2_24h": 9, "NO2_24h": 9, "CO_24h": 1, "O3_8h": 9, "PM10_24h": pm10, "PM2.5_24h": 9}
    with_gap = air_quality_index(EDITIONS[name], "daily", whole | {lost: None})
    assert air_quality_index(EDITIONS[name], "daily", whole).publishable or not with_gap.publishable


@given(st.integers(0, 400))
def test_constant_day_has_its_value(level: int) -> None:
    assert daily_max_8h([level] * 24, WINDOWS).value == level


@given(day, st.integers(0, 23))
def test_a_gap_never_adds_a_window(hours: list[int | None], gap: int) -> None:
    holed = [None if index == gap else value for index, value in enumerate(hours)]
    assert daily_max_8h(holed, WINDOWS).valid_windows <= daily_max_8h(hours, WINDOWS).valid_windows


@given(st.lists(st.one_of(st.none(), st.integers(0, 160)), min_size=24, max_size=24), st.integers(0, 23))
def test_a_gap_never_makes_a_clean_day_valid(hours: list[int | None], gap: int) -> None:
    holed = [None if index == gap else value for index, value in enumerate(hours)]
    assert daily_max_8h(hours, WINDOWS).valid or not daily_max_8h(holed, WINDOWS).valid


@given(day)
def test_ozone_day_agrees_with_a_plain_search(hours: list[int | None]) -> None:
    windows = [[v for v in hours[end - 8 : end] if v is not None] for end in range(8, 25)]
    means = [Fraction(sum(window), len(window)) for window in windows if len(window) >= 6]
    best = max(means, default=None)
    expected = best if best is not None and (len(means) >= 14 or best > 160) else None
    found = daily_max_8h(hours, WINDOWS)
    assert (found.value, found.valid_windows) == (expected, len(means))


@pytest.mark.parametrize("hours", [[1] * 23, [1] * 25, []])
def test_a_day_has_24_hours(hours: list[int]) -> None:
    with pytest.raises(InputError, match="24 hourly means"):
        daily_max_8h(hours, Mda8Rule())


@given(months, st.integers(0, 11))
def test_a_lost_day_never_makes_a_year_valid(days: list[int], month: int) -> None:
    fewer = [max(have - 1, 0) if index == month else have for index, have in enumerate(days)]
    assert year_valid(days, VALIDITY, "PM2.5").valid or not year_valid(fewer, VALIDITY, "PM2.5").valid


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 30), min_size=1), st.integers(2, 1000))
def test_ranks_do_not_change_with_the_unit(values: dict[str, int], factor: int) -> None:
    assert rank({name: value * factor for name, value in values.items()}) == rank(values)


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 9), min_size=1))
def test_a_rank_is_one_more_than_those_better(values: dict[str, int]) -> None:
    for name, place in rank(values).items():
        assert place == 1 + sum(other < values[name] for other in values.values())


@settings(max_examples=50)
@given(st.fixed_dictionaries({name: st.integers(0, 300) for name in ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")}))
def test_composite_index_is_near_the_plain_sum(values: dict[str, int]) -> None:
    found = composite_index(values, SETTINGS)
    plain = sum(Fraction(value) / SETTINGS.limits[name] for name, value in values.items())
    assert found.index is not None
    assert abs(Fraction(found.index) - plain) <= Fraction(3, 100)  # six roundings of at most 0.005


def test_rules_objects_by_day_and_by_name_are_the_same(rules: Rules) -> None:
    assert index_edition(rules, date(2026, 2, 28)) == index_edition(rules, "HJ 633-2012")
    assert index_edition(rules, date(2026, 3, 1)) == index_edition(rules, "HJ 633-2026")
    assert mda8_rule(rules, date(2019, 7, 1)) == mda8_rule(rules, "HJ 663-2013")
    assert composite_settings(rules, date(2022, 11, 1)).name == "equal-2012"
    assert validity_rules(rules, date(2019, 7, 1)).standard == "GB 3095-2012 with HJ 663-2013"
    assert dust_rule(rules).ratio_test == "required"
