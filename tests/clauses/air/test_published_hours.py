"""HJ 633-2012 table 1 against hours that the national network published in 2019: breakpoints, formula, carrying up."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from saishang.rules import Rules
from saishang.science.air.aqi import air_quality_index, sub_index
from saishang.science.air.from_rules import index_edition

FILE = Path(__file__).resolve().parents[2] / "data" / "published" / "cnemc_hours_ningxia_2019.csv"


@pytest.fixture(scope="module")
def hours() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_table_1_reproduces_every_published_index(rules: Rules, hours: list[dict[str, str]]) -> None:
    """Table 1 and the formula: the published index is the worst of six hours, particles by their daily columns."""
    edition = index_edition(rules, "HJ 633-2012")
    columns = {"so2": ("SO2", "1h"), "no2": ("NO2", "1h"), "co": ("CO", "1h"), "o3": ("O3", "1h"),
               "pm10": ("PM10", "24h"), "pm25": ("PM2.5", "24h")}  # fmt: skip
    assert len(hours) > 500
    for hour in hours:
        found = [sub_index(edition, *column, hour[name]) for name, column in columns.items()]
        assert max(value for value in found if value is not None) == int(hour["aqi"]), hour


def test_real_time_text_of_2012_is_not_what_was_published(rules: Rules, hours: list[dict[str, str]]) -> None:
    """Real-time items of the text (rolling particles, 8-hour ozone): another index in most hours."""
    edition = index_edition(rules, "HJ 633-2012")
    same = 0
    for hour in hours:
        index = air_quality_index(
            edition,
            "hourly",
            {"SO2_1h": hour["so2"], "NO2_1h": hour["no2"], "CO_1h": hour["co"], "O3_1h": hour["o3"],
             "O3_8h": hour["o3_8h"], "PM10_24h": hour["pm10_24h"], "PM2.5_24h": hour["pm25_24h"]},
        )  # fmt: skip
        same += index.aqi == int(hour["aqi"])
    assert same < len(hours) / 2
