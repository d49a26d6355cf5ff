"""Published figures of Ningxia that the measurements at hand cover, computed again, each difference explained.

The measurements are city series and hours as they appeared in real time; what agencies publish later rests on reviewed
values, other sets of stations, dust rules and, for years before September 2018, two reference states. So few figures
can come out to the digit; what must hold is that the distance is no larger than its explanation allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import saishang.demo_data
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config

DATA = Path(saishang.demo_data.__file__).parent
REAL_TIME = "真实时发布、未经审核的城市序列 · real-time city series before review"
CITIES = {"640100": "银川市", "640200": "石嘴山市", "640300": "吴忠市", "640400": "固原市", "640500": "中卫市"}


@dataclass(frozen=True)
class Published:
    """A published figure, where it was published, and how far ours may be from it and why."""

    what: str
    value: float
    within: float
    why: str
    source: str


_Q1 = "2015年一季度全区环境质量（https://yinchuan.baogaosu.com/xinwen/季度全区环境质量总体/32097757）"
_OCTOBER = "宁夏新闻网 2017-11-07（http://yinchuan.baogaosu.com/xinwen/月全区城市空气质量/62341572/）"
GOOD_DAYS_2015_Q1 = {
    # One day of a quarter is 1.1 points; SO2 near its limit decides many days of that winter, and the real-time series
    # carries daily means of unreviewed hours.
    "640100": Published("good days %", 52.2, 9.0, REAL_TIME, _Q1),
    "640200": Published("good days %", 52.2, 5.0, REAL_TIME, _Q1),
    "640300": Published("good days %", 64.4, 0.05, "to the digit: 58 of 90 days", _Q1),
    "640400": Published("good days %", 78.4, 4.5, REAL_TIME, _Q1),
    "640500": Published("good days %", 54.4, 4.0, f"{REAL_TIME}; 88 of 90 days at hand", _Q1),
    "640000": Published("good days %", 60.3, 3.0, f"pooled days; {REAL_TIME}", _Q1),
}
MEANS_2017 = {
    # Published for January to October; January is not at hand, the dirtiest month of a heating region, so ours
    # (February to October, weighted by days) must lie below for what heating emits.
    "PM2.5": Published("µg/m³", 41, 5.0, "January not at hand (winter maximum)", _OCTOBER),
    "PM10": Published("µg/m³", 103, 8.0, "January not at hand; spring dust included in both", _OCTOBER),
    "SO2": Published("µg/m³", 31, 7.0, "January not at hand (heating)", _OCTOBER),
    "NO2": Published("µg/m³", 30, 3.0, "January not at hand (heating)", _OCTOBER),
}


@pytest.fixture
def tables(config: Config, dsn: str) -> dict[str, Any]:
    from saishang.apps.indicators import air_tables
    from saishang.lake import Lake

    lake = Lake.open(config, dsn=dsn)
    for name in ("air_city_daily_ningxia_2013_12_2015_12", "air_city_daily_ningxia_2017_02_12"):
        lake.ingest(DATA / f"{name}.parquet")
    built = air_tables.build(
        config, lake, load_rules(), site="ningxia", region="640000", as_of=date(2017, 12, 31)
    )  # fmt: skip
    return {name: table.to_pylist() for name, table in built.items() if name in ("period_days", "period_statistics")}


def test_what_was_published_comes_out_within_its_explanation(tables: dict[str, Any]) -> None:
    days = {
        (row["id"], row["period"]): row
        for row in tables["period_days"]
        if row["basis"] == "measured" and row["scope"] in ("city", "region")
    }
    means = {
        (row["parameter"], row["period"]): row
        for row in tables["period_statistics"]
        if (row["scope"], row["id"], row["basis"], row["statistic"]) == ("region", "640000", "measured", "mean")
    }

    for place, published in GOOD_DAYS_2015_Q1.items():
        ours = days[place, "2015-Q1"]
        assert ours["days_valid"] >= 88 * (5 if place == "640000" else 1)
        assert abs(ours["rounded"] - published.value) <= published.within, (place, ours["rounded"], published)

    months = [f"2017-{month:02d}" for month in range(2, 11)]
    for parameter, published in MEANS_2017.items():
        parts = [means[parameter, month] for month in months]
        total = sum(part["days_valid"] for part in parts)
        ours_mean = sum(part["value"] * part["days_valid"] for part in parts) / total
        assert total == 273 * 5, parameter
        assert published.value - published.within <= ours_mean <= published.value + 1, (parameter, ours_mean, published)
        # January is missing, so the year cannot be valid, whatever the other months say.
        assert means[parameter, "2017"]["valid"] is False

    # 2015: 39 µg/m³ was published later, restated to actual conditions and without dust; as measured at 273 K and
    # 101.325 kPa it is 46. At some 1100 m and 10 °C the restatement alone is a factor of about 0.85 (283.15 K, 89 kPa:
    # 273/283.15 × 89/101.325 = 0.847).
    fine = means["PM2.5", "2015"]
    assert fine["valid"] and fine["rounded"] == 46
    assert abs(fine["value"] * 273 / 283.15 * 89.0 / 101.325 - 39) <= 1.0
