"""HJ 633-2026 by its provisions: input rounding, items, over-range rules, primary pollutant, missing data."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from saishang.rules import Rules
from saishang.science.air.aqi import AirQualityIndex, air_quality_index, sub_index
from saishang.science.air.edition import IndexEdition
from saishang.science.air.from_rules import index_edition

DAY = {"SO2_24h": 10, "NO2_24h": 20, "CO_24h": "0.5", "O3_8h": 60, "PM10_24h": 40, "PM2.5_24h": 20}


@pytest.fixture
def edition(rules: Rules) -> IndexEdition:
    return index_edition(rules, "HJ 633-2026")


def day(edition: IndexEdition, changes: Mapping[str, object]) -> AirQualityIndex:
    return air_quality_index(edition, "daily", DAY | changes)


@pytest.mark.parametrize(
    ("pollutant", "given", "expected"),
    [
        # Whole µg/m³ first: 60.5 → 60 → 100; 60.501 → 61 → 100 + 50/55 → 101; 61.5 → 62 → 100 + 100/55 → 102.
        ("PM2.5", "60.5", 100),
        ("PM2.5", "60.501", 101),
        ("PM2.5", "61.5", 102),
        ("PM10", "120.5", 100),  # → 120
        ("PM10", "121.5", 101),  # → 122: 100 + 100/130 = 100.77
        ("SO2", "150.49", 100),
        ("NO2", "80.5", 100),
        # CO to one decimal: 4.05 → 4.0; 4.0501 → 4.1: 100 + 50 × 0.1/10 = 100.5.
        ("CO", "4.05", 100),
        ("CO", "4.0501", 101),
    ],
)
def test_calculation_rounds_the_concentration_first(
    edition: IndexEdition, pollutant: str, given: str, expected: int
) -> None:
    """Calculation: concentrations are rounded by GB/T 8170 before the formula, CO to 0.1 mg/m³, the rest to 1 µg/m³."""
    assert sub_index(edition, pollutant, "24h", given) == expected


def test_daily_report_has_six_items(edition: IndexEdition) -> None:
    """Items of the daily report: the daily maximum 1-hour ozone is gone."""
    assert {item.name for item in edition.items["daily"]} == set(DAY)


def test_hourly_report_has_six_items_of_one_hour(edition: IndexEdition) -> None:
    """Items of the hourly report: 1-hour values of all six."""
    names = {"SO2_1h", "NO2_1h", "CO_1h", "O3_1h", "PM10_1h", "PM2.5_1h"}
    assert {item.name for item in edition.items["hourly"]} == names


def test_hours_of_particles_use_the_daily_breakpoints(edition: IndexEdition) -> None:
    """Table 1 note: an hour of PM10 of 420 has index 300, one of PM2.5 of 110 has 146."""
    # 110: 100 + 50 × 50/55 = 145.45
    assert sub_index(edition, "PM10", "1h", 420) == 300
    assert sub_index(edition, "PM2.5", "1h", 110) == 146


@pytest.mark.parametrize(("concentration", "expected"), [(800, 200), (801, 200), (5000, 200), (799, 200), (797, 199)])
def test_an_hour_of_so2_above_800_has_200(edition: IndexEdition, concentration: int, expected: int) -> None:
    """Table 1 note: the 1-hour index of SO2 ends at 200."""
    # 799: 150 + 50 × 149/150 = 199.67; 797: 150 + 50 × 147/150 = 199.0
    assert sub_index(edition, "SO2", "1h", concentration) == expected


@pytest.mark.parametrize(("concentration", "expected"), [(800, 300), (801, 300), (2000, 300)])
def test_eight_hours_of_ozone_above_800_have_300(edition: IndexEdition, concentration: int, expected: int) -> None:
    """Table 1 note: the 8-hour index of ozone ends at 300."""
    assert sub_index(edition, "O3", "8h", concentration) == expected


@pytest.mark.parametrize(("concentration", "expected"), [(600, 500), (601, 500), (9000, 500), (599, 499)])
def test_index_ends_at_500(edition: IndexEdition, concentration: int, expected: int) -> None:
    """Range of the index: 1 to 500."""
    # 599: 400 + 100 × 99/100 = 499
    assert sub_index(edition, "PM10", "24h", concentration) == expected


def test_no_primary_pollutant_up_to_50(edition: IndexEdition) -> None:
    """Primary pollutant: none at an index of 50, however many share it; one from 51."""
    assert day(edition, {"PM2.5_24h": 35}).primary == ()
    assert day(edition, {"PM2.5_24h": 35}).aqi == 50
    assert day(edition, {"PM2.5_24h": 36}).primary == ("PM2.5",)


def test_primary_pollutants_are_joint_after_carrying_up(edition: IndexEdition) -> None:
    """Primary pollutant: 77.50, 77.86 and 78.00 are all 78."""
    found = day(edition, {"O3_8h": 133, "PM10_24h": 89, "PM2.5_24h": 49})
    assert found.aqi == 78
    assert found.primary == ("O3", "PM10", "PM2.5")


def test_the_term_exceeding_pollutant_is_gone(edition: IndexEdition) -> None:
    """Terms: no list of exceeding pollutants."""
    assert day(edition, {"PM10_24h": 600}).exceeding is None


@pytest.mark.parametrize(
    ("pm10", "aqi", "publishable"),
    [(119, 100, False), (120, 100, False), (121, 101, True)],
)
def test_missing_item_withholds_an_index_up_to_100(
    edition: IndexEdition, pm10: int, aqi: int, publishable: bool
) -> None:
    """Missing data: with an item missing the index is published only above 100."""
    # 119: 50 + 50 × 69/70 = 99.29
    found = day(edition, {"O3_8h": None, "PM10_24h": pm10})
    assert (found.aqi, found.publishable, found.missing) == (aqi, publishable, ("O3",))


def test_item_out_of_the_monitoring_plan_does_not_withhold(edition: IndexEdition) -> None:
    """Missing data: an item not monitored by plan is marked `/` and does not block publication."""
    found = day(edition, {"CO_24h": "/"})
    assert found.publishable
    assert found.iaqi["CO"] == "/"
    assert found.missing == ()


def test_nothing_measured_is_nothing_published(edition: IndexEdition) -> None:
    """Missing data: no item, no index."""
    found = air_quality_index(edition, "daily", {})
    assert (found.aqi, found.publishable, found.category, found.primary) == (None, False, None, ())
