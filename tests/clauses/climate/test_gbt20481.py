"""GB/T 20481-2017: grades of drought; SPI, SPEI and MCI with the record they need."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from saishang.rules import Rules
from saishang.science.climate.drought import IndexValue, Month, accumulate, monthly, spei, spi
from saishang.science.climate.from_rules import drought_rule, mci_rule, scale
from saishang.science.climate.mci import COMPONENTS, combine, mci_days, relative_moisture, weighted_precipitation
from saishang.science.numbers import InputError

#: 30 Julys and more; drawn once by hand, no two alike.
SUMS = (12, 30, 45, 60, 25, 80, 15, 50, 33, 41, 9, 72, 28, 55, 38, 19, 64, 47, 22, 36, 51, 90, 17, 43, 31, 58, 26, 69,
        14, 40)  # fmt: skip


def julys(sums: tuple[float, ...], first: int = 1990) -> dict[Month, float | None]:
    return {(first + place, 7): value for place, value in enumerate(sums)}


@pytest.mark.parametrize("name", ["mci", "spi", "spei"])
@pytest.mark.parametrize(
    ("value", "zh"),
    [("-0.499", "无旱"), ("-0.5", "轻旱"), ("-0.501", "轻旱"), ("-0.999", "轻旱"), ("-1.0", "中旱"), ("-1.499", "中旱"),
     ("-1.5", "重旱"), ("-1.999", "重旱"), ("-2.0", "特旱"), ("-3", "特旱"), ("0", "无旱"), ("2", "无旱")],
)  # fmt: skip
def test_edges_belong_to_the_drier_grade(rules: Rules, name: str, value: str, zh: str) -> None:
    grade = scale(rules, name).grade(value)
    assert grade is not None and grade.zh == zh


@pytest.mark.parametrize(
    ("value", "zh"),
    [("-39.9", "无旱"), ("-40", "轻旱"), ("-60", "中旱"), ("-80", "重旱"), ("-94.9", "重旱"), ("-95", "特旱")],
)
def test_anomaly_of_a_month(rules: Rules, value: str, zh: str) -> None:
    grade = scale(rules, "pa_month").grade(value)
    assert grade is not None and grade.zh == zh


def test_thirty_years_are_graded_and_fewer_are_not(rules: Rules) -> None:
    """29 years give values without a grade, 4 nothing at all (the setting asks for 5)."""
    rule = drought_rule(rules)
    assert (rule.years, rule.provisional) == (30, 5)
    whole = spi(julys(SUMS), 1, rule)
    assert all(value.grade is not None and value.reason is None and value.years == 30 for value in whole)
    short = spi(julys(SUMS[:29]), 1, rule)
    assert all(value.index is not None and value.grade is None and value.reason == "provisional" for value in short)
    shorter = spi(julys(SUMS[:4]), 1, rule)
    assert all(value.index is None and value.reason == "record_short" for value in shorter)
    strict = spi(julys(SUMS[:29]), 1, replace(rule, provisional=30))
    assert all(value.index is None and value.reason == "record_short" for value in strict)


def test_spi_keeps_the_order_of_the_rain(rules: Rules) -> None:
    """The driest July (9 mm) has the lowest index, the wettest (90 mm) the highest; the mean lies near 0."""
    values = spi(julys(SUMS), 1, drought_rule(rules))
    ordered = sorted(values, key=lambda value: value.amount or 0)
    indices = [value.index for value in ordered]
    assert indices == sorted(indices, key=lambda index: index or 0)
    assert ordered[0].amount == 9 and ordered[0].grade is not None and ordered[0].grade.level >= 2
    assert abs(sum(index or 0 for index in indices) / 30) < 0.1


def test_rainless_months_share_one_value(rules: Rules) -> None:
    """6 of 30 Januaries without rain: q = 0.2, index Φ⁻¹(0.2) = -0.8416 for each of them."""
    values = spi(julys((0.0,) * 6 + SUMS[:24]), 1, drought_rule(rules))
    dry = {round(value.index or 0, 4) for value in values if value.amount == 0}
    assert dry == {-0.8416}


def test_a_missing_month_is_missing_in_every_sum_it_belongs_to() -> None:
    months: dict[Month, float | None] = {(2014, month): 10.0 for month in range(1, 7)}
    months[2014, 3] = None
    sums = accumulate(months, 3)
    assert [sums[2014, month] for month in range(1, 7)] == [None, None, None, None, None, 30.0]
    with pytest.raises(InputError):
        accumulate(months, 0)


def test_a_month_needs_all_its_days() -> None:
    """February 2015 has 28 days; with one missing there is no sum unless one may be missing."""
    days: dict[date, float | None] = {date(2015, 2, 1) + timedelta(days=n): 1.0 for n in range(28)}
    assert monthly(days) == {(2015, 2): 28.0}
    days[date(2015, 2, 9)] = None
    assert monthly(days) == {(2015, 2): None}
    assert monthly(days, missing_days=1) == {(2015, 2): 27.0}
    assert monthly(days, how="mean", missing_days=1) == {(2015, 2): 1.0}
    assert monthly({}) == {}


def test_months_without_a_day_are_seen() -> None:
    found = monthly({date(2014, 12, 31): 1.0, date(2015, 2, 1): 1.0}, missing_days=31)
    assert list(found) == [(2014, 12), (2015, 1), (2015, 2)] and found[2015, 1] is None


def test_spei_from_balances(rules: Rules) -> None:
    """The same demand in every July leaves the order of the rain; without demand there is no value."""
    rule = drought_rule(rules)
    rain = julys(SUMS)
    demand: dict[Month, float | None] = dict.fromkeys(rain, 120.0)
    values = spei(rain, demand, 1, rule)
    by_rain = sorted(values, key=lambda value: value.amount or 0)
    assert [value.index for value in by_rain] == sorted(value.index or 0 for value in values)
    assert by_rain[0].amount == 9 - 120
    demand[1990, 7] = None
    assert spei(rain, demand, 1, rule)[0] == IndexValue(date(1990, 7, 1), None, 29, reason="no_data")


def test_formula_of_mci(rules: Rules) -> None:
    """North: 0.3×(-1) + 0.5×(-0.8) + 0.3×(-1) + 0.2×(-0.5) = -1.1; south: -0.5 - 0.48 - 0.2 - 0.05 = -1.23."""
    components = dict(zip(COMPONENTS, (-1.0, -0.8, -1.0, -0.5), strict=True))
    assert combine(components, mci_rule(rules)) == pytest.approx(-1.1)
    assert combine(components, mci_rule(rules, "south")) == pytest.approx(-1.23)
    assert combine(components, mci_rule(rules, "north", 0.4)) == pytest.approx(-0.44)
    assert combine({**components, "MI30": None}, mci_rule(rules)) is None


def test_components_of_mci() -> None:
    """10 mm today, 20 mm yesterday: 10 + 0.85 × 20 = 27; 30 mm of rain against 120 mm of demand: -0.75."""
    assert weighted_precipitation([10, 20], 0.85) == 27
    assert relative_moisture(30, 120) == -0.75
    with pytest.raises(InputError):
        relative_moisture(30, 0)


def daily_years(years: int) -> tuple[dict[date, float | None], dict[date, float | None]]:
    """A made-up climate: rain every fifth day, wetter in even years; demand of 3 mm."""
    first = date(2000, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(2000 + years, 1, 1) - first).days)]
    rain: dict[date, float | None] = {
        day: (1 + 0.13 * ((day.year * 7919) % 11)) * 10 if day.toordinal() % 5 == 0 else 0.0 for day in days
    }
    return rain, dict.fromkeys(days, 3.0)


def test_mci_needs_150_days_behind_it(rules: Rules) -> None:
    """The 149th day of the series has no index, the 150th (offset 149) has 150 days."""
    rain, demand = daily_years(7)
    found = mci_days(rain, demand, mci_rule(rules), drought_rule(rules))
    assert found[148].reason == "days_short" and found[148].index is None
    assert found[149].reason != "days_short"
    # seven Mays are on record from the second year on, none of them is thirty
    last = found[-1]
    assert (last.years, last.reason, last.grade) == (7, "provisional", None)
    assert last.index is not None and set(last.components) == set(COMPONENTS)


def test_mci_of_a_gap_is_not_made_up(rules: Rules) -> None:
    rain, demand = daily_years(6)
    hole = date(2004, 6, 1)
    rain[hole] = None
    found = {value.day: value for value in mci_days(rain, demand, mci_rule(rules), drought_rule(rules))}
    assert found[hole].reason == "days_short"
    assert found[hole + timedelta(days=149)].reason == "days_short"
    assert found[hole + timedelta(days=150)].index is not None
    demand[date(2005, 7, 1)] = None
    without = {value.day: value for value in mci_days(rain, demand, mci_rule(rules), drought_rule(rules))}
    assert without[date(2005, 7, 30)].reason == "no_evapotranspiration"
    assert without[date(2005, 7, 31)].index is not None


def test_mci_with_thirty_years_has_a_grade(rules: Rules) -> None:
    rain, demand = daily_years(31)
    found = mci_days(rain, demand, mci_rule(rules), drought_rule(rules))
    assert found[-1].years == 31 and found[-1].grade is not None and found[-1].reason is None
    leap = next(value for value in found if value.day == date(2028, 2, 29))
    assert leap.years == 30  # the years 2001 to 2030: 2000 has no 150 days before its February
