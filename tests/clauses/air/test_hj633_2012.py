"""HJ 633-2012 by its provisions: seven daily and nine hourly items, over-range rules, exceeding pollutants, gaps."""

from __future__ import annotations

import pytest

from saishang.rules import Rules
from saishang.science.air.aqi import air_quality_index, sub_index
from saishang.science.air.edition import IndexEdition
from saishang.science.air.from_rules import index_edition

DAY = {"SO2_24h": 10, "NO2_24h": 20, "CO_24h": "0.5", "O3_8h": 60, "PM10_24h": 40, "PM2.5_24h": 20}
HOUR = {"SO2_1h": 20, "NO2_1h": 30, "CO_1h": "0.8", "O3_1h": 90, "O3_8h": 80, "PM10_24h": 60, "PM2.5_24h": 30}


@pytest.fixture
def edition(rules: Rules) -> IndexEdition:
    return index_edition(rules, "HJ 633-2012")


def test_daily_report_has_seven_items(edition: IndexEdition) -> None:
    """Items of the daily report: six means and the daily maximum 1-hour ozone."""
    assert {item.name for item in edition.items["daily"]} == {*DAY, "O3_1h"}


def test_hourly_report_reads_particles_from_rolling_means(edition: IndexEdition) -> None:
    """Items of the real-time report: four gases by the hour, ozone also over 8 hours, particles over 24 hours."""
    mine = {item.name for item in edition.items["hourly"] if not item.fallback_only}
    assert mine == set(HOUR)
    assert edition.reported == ("PM10_1h", "PM2.5_1h")


def test_daily_maximum_hour_of_ozone_counts_when_given(edition: IndexEdition) -> None:
    """Items of the daily report: 210 in the maximum hour is 105 beside 92 over eight hours."""
    # 100 + 50 × 10/100 = 105; 50 + 50 × 50/60 = 91.67
    assert air_quality_index(edition, "daily", DAY | {"O3_8h": 150}).aqi == 92
    assert air_quality_index(edition, "daily", DAY | {"O3_8h": 150, "O3_1h": 210}).aqi == 105


def test_concentrations_are_not_rounded_first(edition: IndexEdition) -> None:
    """Calculation: the 2012 text rounds no input; 75.1 is above 100."""
    # 100 + 50 × 0.1/40 = 100.125
    assert sub_index(edition, "PM2.5", "24h", "75.1") == 101


@pytest.mark.parametrize(
    ("hour", "day", "expected"),
    [
        (800, 160, 200),  # still in the table
        (801, 160, 102),  # 100 + 50 × 10/325 = 101.54
        (801, None, None),
    ],
)
def test_so2_hour_above_800_uses_the_24_hour_index(
    edition: IndexEdition, hour: int, day: int | None, expected: int | None
) -> None:
    """Table 1 note 2: above 800 µg/m³ there is no 1-hour index; the 24-hour one stands."""
    found = air_quality_index(edition, "hourly", HOUR | {"SO2_1h": hour, "SO2_24h": day})
    assert found.iaqi["SO2"] == expected


def test_so2_24_hours_do_not_replace_a_missing_hour(edition: IndexEdition) -> None:
    """Table 1 note 2 speaks of values above 800 only: a missing hour stays missing."""
    found = air_quality_index(edition, "hourly", HOUR | {"SO2_1h": None, "SO2_24h": 160})
    assert found.iaqi["SO2"] is None
    assert found.missing == ("SO2",)


@pytest.mark.parametrize(
    ("eight", "one", "expected"),
    [(800, 150, 300), (801, 900, 350), (801, 1300, 500), (801, None, None)],
)
def test_ozone_8_hours_above_800_uses_the_1_hour_index(
    edition: IndexEdition, eight: int, one: int | None, expected: int | None
) -> None:
    """Table 1 note 3: above 800 µg/m³ there is no 8-hour index; the 1-hour one stands."""
    # 900 in the hour: 300 + 100 × 100/200 = 350
    found = air_quality_index(edition, "daily", DAY | {"O3_8h": eight, "O3_1h": one})
    assert found.iaqi["O3"] == expected


def test_exceeding_pollutants_are_those_above_100(edition: IndexEdition) -> None:
    """Exceeding pollutants: sub-index above 100; 100 itself does not exceed."""
    found = air_quality_index(edition, "daily", DAY | {"PM10_24h": 150, "PM2.5_24h": 76})
    assert found.exceeding == ("PM2.5",)
    assert air_quality_index(edition, "daily", DAY | {"PM10_24h": 150}).exceeding == ()


def test_a_missing_item_does_not_withhold_the_index(edition: IndexEdition) -> None:
    """Daily report: made from the rest, the gap noted."""
    found = air_quality_index(edition, "daily", DAY | {"O3_8h": None})
    assert found.publishable
    assert (found.aqi, found.missing) == (40, ("O3",))
