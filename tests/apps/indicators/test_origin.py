"""Sources: winds out of a lake, hours where a station has them, pairs of cities, and runs without any wind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from saishang.apps.indicators import origin, origin_data, origin_links
from saishang.apps.indicators.origin_data import OriginInputs, Place, WindSeries
from saishang.rules import load_rules
from saishang.science.origin.from_rules import origin_rule
from saishang.science.origin.trajectory import Field

RULES = load_rules()
RULE = origin_rule(RULES)
YINCHUAN = Place("640100", "银川", "Yinchuan", 106.2, 38.5)
NORTH = Place("640200", "石嘴山", "Shizuishan", 106.2, 39.1)
STATION = Place("53614", "银川", "Yinchuan", 106.2, 38.5)
FIRST = date(2019, 1, 1)


def inputs(**given: Any) -> OriginInputs:
    base = OriginInputs(
        run="r", as_of=date(2019, 12, 31), site="ningxia", rules=RULES, rule=RULE,
        cities={YINCHUAN.code: YINCHUAN, NORTH.code: NORTH}, values={}, hours={}, hours_first=FIRST, winds={},
        station_winds=(), field=None, field_first=date.min, towns=(), outlines={},
    )  # fmt: skip
    return replace(base, **given)


class FakeLake:
    """A lake of a few rows."""

    def __init__(self, rows: list[tuple[str, str, datetime, int, float | None, str | None]]) -> None:
        names = ["station", "parameter", "start", "end", "source", "value", "qualifier", "medium"]
        columns = list(zip(*[
            (station, parameter, start, start + timedelta(hours=hours), "s", value, mark, "met")
            for station, parameter, start, hours, value, mark in rows
        ], strict=True))  # fmt: skip
        types = [pa.string(), pa.string(), pa.timestamp("us"), pa.timestamp("us"), pa.string(), pa.float64(),
                 pa.string(), pa.string()]  # fmt: skip
        self.table = pa.table(
            {name: pa.array(values, kind) for name, values, kind in zip(names, columns, types, strict=True)}
        )

    def observations(self, version: int) -> ds.Dataset:
        return ds.dataset(self.table)


def test_winds_out_of_the_lake() -> None:
    lake = FakeLake([
        # The weather day from 20 to 20 o'clock is the day of its end; a marked value and a missing one are none.
        ("53614", "WS", datetime(2019, 1, 1, 20), 24, 2.0, None),
        ("53614", "WD_MAX", datetime(2019, 1, 1, 20), 24, 5.0, None),
        ("53614", "WS", datetime(2019, 1, 2, 20), 24, 3.0, "D"),
        ("53614", "WD_MAX", datetime(2019, 1, 2, 20), 24, None, None),
        ("53614", "WS", datetime(2019, 1, 3, 20), 24, 4.0, None),
        ("53614", "WD_MAX", datetime(2019, 1, 3, 20), 24, 17.0, None),
        # After the run's day.
        ("53614", "WS", datetime(2019, 1, 4, 20), 24, 9.0, None),
        # Hours of the same station are a wind of their own.
        ("53614", "WS", datetime(2019, 1, 2, 7), 1, 1.5, None),
        ("53614", "WD", datetime(2019, 1, 2, 7), 1, 270.0, None),
    ])  # fmt: skip
    observed = origin_data._observed(lake, 1, date(2019, 1, 4))  # type: ignore[arg-type]
    (_, days), (_, hours) = origin_data._stations(RULES, RULE, "ningxia", observed)
    assert (days.kind, days.first, days.days, days.per_day) == ("station", date(2019, 1, 2), 3, 1)
    # Code 5 of 16 is east; 17 is calm whatever the speed says.
    assert days.direction[0] == 90 and days.speed.tolist()[0] == 2
    assert np.isnan(days.speed[1]) and np.isnan(days.direction[1]) and days.speed[2] == 0
    assert (hours.kind, hours.first, hours.per_day) == ("station_hours", date(2019, 1, 2), 24)
    assert (hours.speed[7], hours.direction[7]) == (1.5, 270) and np.isnan(np.delete(hours.speed, 7)).all()


def test_hours_are_used_where_a_station_has_them() -> None:
    days = 120
    random = np.random.default_rng(1)
    direction = random.choice([0.0, 90.0, 180.0, 270.0], size=days * 24)
    values = np.where(direction == 90, 200.0, 50.0) + random.normal(size=days * 24)
    speed = np.full(days * 24, 2.0)
    speed[5], direction[6], values[7] = 0.4, np.nan, np.nan
    wind = WindSeries("station_hours", "53614", FIRST, speed, direction, 24)
    made = inputs(hours={("640100", "PM2.5"): values.reshape(days, 24)}, winds={"640100": [wind]})
    (row,) = (r for r in origin._polar_rows(made, "640100", wind) if r["parameter"] == "PM2.5" and r["season"] == "all")
    assert row["per_day"] == 24 and row["used"] == days * 24 - 3
    assert (row["calm"], row["no_wind"], row["no_value"]) == (1, 1, 1)
    cells = row["cpf"]["75"]["cells"]
    # Four directions of sixteen sectors; the east has most of its hours above, the others next to none.
    assert [n for n, cell in enumerate(cells) if cell[0]] == [0, 4, 8, 12]
    assert cells[4][2] > 0.75 and cells[4][5] <= 0.01 and max(cells[n][2] for n in (0, 8, 12)) < 0.02
    # Items without hours have a reason instead of a figure.
    (none,) = (r for r in origin._polar_rows(made, "640100", wind) if r["parameter"] == "SO2" and r["season"] == "all")
    assert none["reason"] == "no_value"


def test_a_city_without_wind_says_so() -> None:
    made = inputs(values={("640100", "PM2.5"): {FIRST: 30.0}})
    from saishang.apps.indicators.origin_paths import field_rows, path_rows

    assert [row["reason"] for row in path_rows(made)] == ["no_field", "no_field"]
    assert field_rows(made)[0]["reason"] == "no_field"


def test_a_city_that_the_field_does_not_reach_says_so() -> None:
    from saishang.apps.indicators.origin_paths import path_rows

    days = 40
    values = {
        (code, "PM2.5"): {FIRST + timedelta(days=n): 30.0 + n for n in range(days)} for code in ("640100", "640200")
    }
    far = Field(np.array([90.0]), np.array([38.5]), np.ones((days, 1)), np.ones((days, 1)), 2, 600)
    # 16.2° of longitude at 38.5° are some 1,400 km: no path has an end.
    rows = path_rows(inputs(values=values, field=far, field_first=FIRST))
    assert {row["reason"] for row in rows} == {"no_day"}
    near = Field(np.array([106.2]), np.array([38.5]), np.ones((days, 1)), np.ones((days, 1)), 2, 600)
    rows = path_rows(inputs(values=values, field=near, field_first=FIRST))
    assert "" in {row["reason"] for row in rows if row.get("parameter") == "PM2.5" and row["season"] == "all"}


def pair(seed: int, lag: int, wind_from: float, speed: float) -> OriginInputs:
    """Two cities, the second `lag` hours behind the first, and a wind that is the same on all days."""
    random = np.random.default_rng(seed)
    x = np.zeros(60 * 24)
    for n in range(1, len(x)):
        x[n] = 0.9 * x[n - 1] + random.normal()
    late = np.roll(x, lag) + 0.3 * random.normal(size=len(x))
    hours = {
        ("640200", "PM2.5"): np.exp(3 + 0.2 * x).reshape(60, 24),
        ("640100", "PM2.5"): np.exp(3 + 0.2 * late).reshape(60, 24),
    }
    wind = WindSeries("station", "53614", FIRST, np.full(60, speed), np.full(60, wind_from))
    return inputs(hours=hours, station_winds=((STATION, wind),))


@pytest.mark.parametrize(
    ("lag", "wind_from", "speed", "reason"),
    [
        (5, 0, 2.0, ""),  # 67 km at 2 m/s: 9 h; five hours are enough
        (2, 0, 2.0, "too_fast"),
        (0, 0, 2.0, "no_lead"),
        (5, 180, 2.0, "few_days"),  # never along the way
        (5, 0, 0.9, "few_days"),  # below the least speed
    ],
)
def test_transport_from_north_to_south(lag: int, wind_from: float, speed: float, reason: str) -> None:
    rows = origin_links.lag_rows(pair(2, lag, wind_from, speed))
    (row,) = (r for r in rows if (r["city"], r["other"], r["parameter"]) == ("640200", "640100", "PM2.5"))
    assert row["reason"] == reason and row["says"] == ("none" if reason else "transport")
    assert row["bearing"] == 180 and row["distance"] == pytest.approx(66.7, abs=0.1)
    # PM10 has no hours, and says so.
    assert [r["reason"] for r in rows if r["parameter"] == "PM10"] == ["no_hours"]


def test_without_wind_near_nothing_is_judged() -> None:
    made = replace(pair(2, 5, 0, 2.0), station_winds=())
    rows = [r for r in origin_links.lag_rows(made) if r["parameter"] == "PM2.5"]
    assert {r["reason"] for r in rows} == {"no_wind_near"} and {r["says"] for r in rows} == {"none"}
