"""HJ 663 by its provisions: 6.1.2 (ozone day), appendix A (percentile), tables 3 and A.2, annual evaluation, trend."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.rules import Rules
from saishang.science.air.attainment import attains_together, over_the_limit, year_attainment
from saishang.science.air.city import city_value, region_mean
from saishang.science.air.exceedance import compliance_rate, exceedance_multiple
from saishang.science.air.from_rules import evaluation_rule, limit_set, mda8_rule, three_year_span, validity_rules
from saishang.science.air.mda8 import daily_max_8h
from saishang.science.air.three_year_mean import three_year_mean
from saishang.science.numbers import InputError
from saishang.science.rounding import fixed

EDITIONS = ("HJ 663-2013", "HJ 663-2026")


def hours_with(valid_windows: int, level: int) -> list[int | None]:
    """A constant day whose hours end so early that `valid_windows` of the 17 windows have six hours."""
    # The window ending at h holds hours h-7 … h; with hours up to `last` present it has six while h <= last + 2.
    last = valid_windows + 5
    return [level if hour <= last else None for hour in range(1, 25)]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("windows", "level", "value"),
    [(17, 80, 80), (15, 80, 80), (14, 80, 80), (13, 80, None), (13, 160, None), (13, 161, 161), (0, 300, None)],
)
def test_6_1_2_fourteen_windows_or_above_the_limit(
    rules: Rules, edition: str, windows: int, level: int, value: int | None
) -> None:
    """6.1.2: with fewer than 14 valid 8-hour means the day is void unless its maximum is above 160."""
    day = hours_with(windows, level) if windows else [level] * 5 + [None] * 19
    found = daily_max_8h(day, mda8_rule(rules, edition))
    assert found.valid_windows == windows
    assert found.value == value


def test_6_1_2_a_window_with_six_hours_is_averaged_over_six(rules: Rules) -> None:
    """6.1.2 and GB 3095 table 4: six of eight hours, mean of the hours present."""
    # Only the window ending 08:00 holds the six hours 3…8 = 170 180 190 200 210 220: mean 195; five make none.
    day: list[int | None] = [None, None, 170, 180, 190, 200, 210, 220] + [None] * 16
    assert daily_max_8h(day, mda8_rule(rules, "HJ 663-2013")).value == 195
    day[2] = None
    assert daily_max_8h(day, mda8_rule(rules, "HJ 663-2013")).largest is None


def test_6_1_2_the_first_window_ends_at_08(rules: Rules) -> None:
    """6.1.2: hours after midnight count in the window ending 08:00 only (windows ending earlier do not exist)."""
    # Hours 1-7 at 160 and 60 from 8: the window ending 08:00 has (7 × 160 + 60)/8 = 147.5.
    found = daily_max_8h([160] * 7 + [60] * 17, mda8_rule(rules, "HJ 663-2013"))
    assert (found.value, found.end_hour) == (Fraction(295, 2), 8)


@pytest.mark.parametrize(
    ("pollutant", "figures", "attains"),
    [
        ("SO2", {"mean": 60, "p98": 150}, True),
        ("SO2", {"mean": 61, "p98": 150}, False),
        ("SO2", {"mean": 60, "p98": 151}, False),
        ("NO2", {"mean": 40, "p98": 80}, True),
        ("PM10", {"mean": 70, "p95": 150}, True),
        ("PM10", {"mean": "70.5", "p95": "150.5"}, True),  # halves to the even 70 and 150
        ("PM2.5", {"mean": 35, "p95": 75}, True),
        ("PM2.5", {"mean": 35, "p95": 76}, False),
        ("CO", {"p95": "4.05"}, True),  # to 4.0
        ("CO", {"p95": "4.06"}, False),
        ("O3", {"p90": 160}, True),
        ("O3", {"p90": 161}, False),
        ("PM2.5", {"mean": 35}, None),  # a missing figure is never a pass
        ("PM2.5", {"mean": 36}, False),  # but a failure is a failure
        ("PM2.5", {"mean": None, "p95": None}, None),
    ],
)
def test_annual_evaluation_needs_mean_and_percentile(
    rules: Rules, pollutant: str, figures: dict[str, object], attains: bool | None
) -> None:
    """Annual evaluation: both figures within class 2 of GB 3095-2012, rounded by table 3 first."""
    found = year_attainment(pollutant, figures, limit_set(rules, "GB 3095-2012"), evaluation_rule(rules, "HJ 663-2013"))
    assert found.attains is attains


def test_a_place_attains_only_if_all_pollutants_do() -> None:
    """Annual evaluation of a place: one failure fails, one unknown leaves it open, nothing at all is no pass."""
    assert attains_together([True] * 6) is True
    assert attains_together([True] * 5 + [False]) is False
    assert attains_together([True] * 5 + [None]) is None
    assert attains_together([None, False]) is False
    assert attains_together([]) is None


def test_a_percentile_that_is_not_judged_is_refused(rules: Rules) -> None:
    """Annual evaluation: SO2 is judged by its 98th percentile, not the 95th."""
    with pytest.raises(InputError, match="p95"):
        year_attainment("SO2", {"p95": 1}, limit_set(rules, "GB 3095-2012"), evaluation_rule(rules, "HJ 663-2013"))


def test_class_1_zones_have_their_own_limits(rules: Rules) -> None:
    """Annual evaluation of a nature reserve: 15 µg/m³ of PM2.5 in the year, 35 in the day."""
    limits, rule = limit_set(rules, "GB 3095-2012"), evaluation_rule(rules, "HJ 663-2013")
    assert year_attainment("PM2.5", {"mean": 15, "p95": 35}, limits, rule, zone=1).attains is True
    assert year_attainment("PM2.5", {"mean": 16, "p95": 35}, limits, rule, zone=1).attains is False


def test_over_the_limit_reads_co_and_ozone_by_their_percentile_limit(rules: Rules) -> None:
    """Annual evaluation: CO against 4 mg/m³ of the day, O3 against 160 µg/m³ of eight hours."""
    limits, rule = limit_set(rules, "GB 3095-2012"), evaluation_rule(rules, "HJ 663-2013")
    values = {"PM2.5": 36, "CO": "4.1", "O3": 161, "NO2": 40}
    assert over_the_limit(values, limits, rule) == ("PM2.5", "CO", "O3")


def test_table_3_decimals(rules: Rules) -> None:
    """Table 3 (2026): PM2.5 statistics with one decimal, judged with none; CO one; Pb two; BaP four."""
    rule = evaluation_rule(rules, "HJ 663-2026")
    expected = {"SO2": (0, 0), "NO2": (0, 0), "O3": (0, 0), "PM10": (0, 0), "TSP": (0, 0), "NOx": (0, 0),
                "PM2.5": (1, 0), "CO": (1, 1), "Pb": (2, 2), "BaP": (4, 4)}  # fmt: skip
    assert {name: (rule.statistic_decimals[name], rule.compliance_decimals[name]) for name in expected} == expected


@pytest.mark.parametrize(
    ("c", "s", "multiple"), [("82", "60", "0.37"), ("60", "60", "0.00"), ("59.9", "60", None), (None, "60", None)]
)
def test_exceedance_multiple_of_what_exceeds(c: str | None, s: str, multiple: str | None) -> None:
    """Exceedance multiple (C - S)/S, two decimals."""
    found = exceedance_multiple(c, s)
    assert (None if found is None else fixed(found, 2)) == multiple


def test_compliance_rate_over_valid_values() -> None:
    """Compliance rate in percent, one decimal: 322 of 365 days."""
    rate = compliance_rate(322, 365)
    assert rate is not None and fixed(rate, 1) == "88.2"
    assert compliance_rate(0, 0) is None


@pytest.mark.parametrize(
    ("stations", "value"),
    [
        ([88, 93, 101, 97], Fraction(379, 4)),
        ([88, None, 101, 97], Fraction(286, 3)),  # three of four are 75 %
        ([88, None, 101], None),  # two of three are not
        ([88, None, None, None], None),
        ([], None),
    ],
)
def test_table_a2_city_value_needs_three_quarters_of_the_stations(
    rules: Rules, stations: list[int | None], value: Fraction | None
) -> None:
    """Table A.2: arithmetic mean over stations, at least 75 % of them valid."""
    assert city_value(stations, validity_rules(rules, "HJ 663-2026")).value == value


def test_region_is_the_mean_of_its_cities() -> None:
    """Region: mean of the cities (Ningxia, November 2022: PM10 92.6, CO 1.02); none while a city is missing."""
    assert region_mean([89, 94, 96, 72, 112]) == Fraction(926, 10)
    assert region_mean(["1.2", "1.4", "1.0", "0.9", "0.6"]) == Fraction(102, 100)
    assert region_mean([89, None]) is None


def test_three_year_mean_needs_three_consecutive_years(rules: Rules) -> None:
    """Three-year moving average (2026): plain mean of three consecutive annual values."""
    assert three_year_span(rules) == 3
    assert three_year_mean({2024: "30.6", 2025: "29.9", 2026: "29.2"}) == Fraction(299, 10)
    assert three_year_mean({2024: "30.6", 2025: None, 2026: "29.2"}) is None
    with pytest.raises(InputError, match="consecutive"):
        three_year_mean({2023: 1, 2025: 1, 2026: 1})
