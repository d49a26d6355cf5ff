"""GB 3095-2012 and GB 3095-2026: limits of tables 1 and 2, minimum data of table 4, typed by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

import pytest

from saishang.rules import Rules
from saishang.science.air.attainment import judge
from saishang.science.air.from_rules import evaluation_rule, limit_set, validity_rules
from saishang.science.air.validity import (
    daily_mean_valid,
    eight_hour_valid,
    hour_valid,
    quarter_valid,
    sampling_day_valid,
    year_valid,
)

#: (pollutant, averaging) → class 1 / class 2 of 2012, of the transition stage, of the full limits.
LIMITS = {
    ("SO2", "annual"): ("20/60", "20/60", "20/20"),
    ("SO2", "24h"): ("50/150", "50/150", "50/50"),
    ("SO2", "1h"): ("150/500", "150/500", "150/150"),
    ("NO2", "annual"): ("40/40", "40/40", "30/30"),
    ("NO2", "24h"): ("80/80", "80/80", "50/50"),
    ("NO2", "1h"): ("200/200", "200/200", "200/200"),
    ("CO", "24h"): ("4/4", "4/4", "4/4"),
    ("CO", "1h"): ("10/10", "10/10", "10/10"),
    ("O3", "8h_daily_max"): ("100/160", "100/160", "100/160"),
    ("O3", "1h"): ("160/200", "160/200", "160/200"),
    ("PM10", "annual"): ("40/70", "40/60", "20/50"),
    ("PM10", "24h"): ("50/150", "50/120", "50/100"),
    ("PM2.5", "annual"): ("15/35", "15/30", "10/25"),
    ("PM2.5", "24h"): ("35/75", "35/60", "25/50"),
    ("TSP", "annual"): ("80/200", "80/200", "80/200"),
    ("TSP", "24h"): ("120/300", "120/300", "120/300"),
    ("NOx", "annual"): ("50/50", "50/50", "40/40"),
    ("NOx", "24h"): ("100/100", "100/100", "70/70"),
    ("NOx", "1h"): ("250/250", "250/250", "250/250"),
    ("Pb", "annual"): ("0.5/0.5", "0.5/0.5", "0.5/0.5"),
    ("Pb", "quarter"): ("1/1", "1/1", "1/1"),
    ("BaP", "annual"): ("0.001/0.001",) * 3,
    ("BaP", "24h"): ("0.0025/0.0025",) * 3,
}
SETS = ("GB 3095-2012", "GB 3095-2026 transition", "GB 3095-2026 final")
CASES = [
    (SETS[place], pollutant, averaging, zone, Fraction(text.split("/")[zone - 1]))
    for (pollutant, averaging), stages in LIMITS.items()
    for place, text in enumerate(stages)
    for zone in (1, 2)
]
FULL_YEAR = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
EDITIONS = ("GB 3095-2012", "GB 3095-2026")


@pytest.mark.parametrize(("name", "pollutant", "averaging", "zone", "limit"), CASES)
def test_tables_1_and_2_below_at_and_above_every_limit(
    rules: Rules, name: str, pollutant: str, averaging: str, zone: Literal[1, 2], limit: Fraction
) -> None:
    """Tables 1 and 2: equal to the limit attains, one step of the judging decimals above does not."""
    limits = limit_set(rules, name)
    assert limits.limit(pollutant, averaging, zone) == limit
    rule = evaluation_rule(rules, "HJ 663-2026")
    step = Fraction(1, 10 ** rule.decimals(pollutant))
    verdicts = [
        judge(pollutant, value, averaging, limits, rule, zone=zone).attains
        for value in (max(limit - step, Fraction(0)), limit, limit + step)
    ]
    assert verdicts == [True, True, False]


@pytest.mark.parametrize("name", SETS)
def test_tables_1_and_2_have_no_other_binding_limit(rules: Rules, name: str) -> None:
    """Tables 1 and 2: nothing more, and none of the informative values of appendix A."""
    assert set(limit_set(rules, name).limits) == set(LIMITS)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2018, 8, 31), "GB 3095-2012"),
        (date(2026, 2, 28), "GB 3095-2012"),
        (date(2026, 3, 1), "GB 3095-2026 transition"),
        (date(2030, 12, 31), "GB 3095-2026 transition"),
        (date(2031, 1, 1), "GB 3095-2026 final"),
    ],
)
def test_stage_in_force_on_a_day(rules: Rules, day: date, name: str) -> None:
    """Stages of 2026: the last day of one and the first of the next."""
    assert limit_set(rules, day).name == name


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("pollutant", ["SO2", "NO2", "CO", "PM10", "PM2.5", "NOx"])
def test_table_4_a_day_needs_20_hours(rules: Rules, edition: str, pollutant: str) -> None:
    """Table 4: 24-hour mean, at least 20 hourly means."""
    table = validity_rules(rules, edition)
    assert [daily_mean_valid(hours, table, pollutant) for hours in (19, 20, 21)] == [False, True, True]


@pytest.mark.parametrize("edition", EDITIONS)
def test_table_4_eight_hours_need_six(rules: Rules, edition: str) -> None:
    """Table 4: 8-hour mean, at least 6 hourly means."""
    table = validity_rules(rules, edition)
    assert [eight_hour_valid(hours, table) for hours in (5, 6, 8)] == [False, True, True]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("pollutant", ["SO2", "NO2", "CO", "O3", "NOx"])
def test_table_4_an_hour_needs_45_minutes(rules: Rules, edition: str, pollutant: str) -> None:
    """Table 4: 1-hour mean, at least 45 minutes of sampling."""
    table = validity_rules(rules, edition)
    assert [hour_valid(minutes, table, pollutant) for minutes in ("44.9", 45, 60)] == [False, True, True]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("pollutant", ["SO2", "NO2", "PM10", "PM2.5", "NOx"])
@pytest.mark.parametrize(
    ("days", "valid", "total"),
    [
        ([31, 28, 31, 30, 31, 30, 27, 27, 27, 27, 27, 27], True, 343),
        ([27, 25, 28, 27, 27, 27, 27, 27, 27, 27, 28, 27], True, 324),  # exactly at both minima
        ([27, 25, 28, 27, 27, 27, 27, 27, 27, 27, 27, 27], False, 323),  # months enough, year short
        ([31, 24, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], False, 361),  # February short
        ([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 26, 31], False, 361),  # November short
        ([0] * 12, False, 0),
    ],
)
def test_table_4_a_year_needs_324_days_and_27_a_month(
    rules: Rules, edition: str, pollutant: str, days: list[int], valid: bool, total: int
) -> None:
    """Table 4: annual mean, 324 days and 27 in each month, 25 in February; a leap year needs no more."""
    found = year_valid(days, validity_rules(rules, edition), pollutant)
    assert (found.valid, found.total) == (valid, total)
    assert bool(found.reasons) is not valid


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("pollutant", ["TSP", "BaP", "Pb"])
@pytest.mark.parametrize(
    ("days", "valid"), [([5] * 12, True), ([5] * 11 + [4], False), ([6] * 11 + [4], False), ([4] + [6] * 11, False)]
)
def test_table_4_sampled_items_need_60_days_and_5_a_month(
    rules: Rules, edition: str, pollutant: str, days: list[int], valid: bool
) -> None:
    """Table 4: annual mean of TSP, BaP and Pb, 60 days and 5 in each month."""
    assert year_valid(days, validity_rules(rules, edition), pollutant).valid is valid


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("days", "valid"), [([5, 5, 5], True), ([5, 5, 4], False), ([10, 10, 4], False)])
def test_table_4_a_quarter_of_lead_needs_15_days(rules: Rules, edition: str, days: list[int], valid: bool) -> None:
    """Table 4: quarterly mean of lead, 15 days and 5 in each month."""
    assert quarter_valid(days, validity_rules(rules, edition), "Pb").valid is valid


@pytest.mark.parametrize("edition", EDITIONS)
def test_table_4_sampled_days_need_24_hours(rules: Rules, edition: str) -> None:
    """Table 4: 24-hour mean of TSP, BaP and Pb, the whole day sampled."""
    table = validity_rules(rules, edition)
    assert [sampling_day_valid(hours, table, "TSP") for hours in ("23.5", 24)] == [False, True]
