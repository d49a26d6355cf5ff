"""The hours of a day of a city: the hourly index as a strip, the six concentrations as lines, both as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web.pages.air_common import day_levels, primary_names
from saishang.web.pages.charts import Chart
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import reason_name

__all__ = ["Hours", "Strip", "hours"]

#: Items of the hourly report; ozone counts as the hour itself, not as the 8-hour mean.
ITEMS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")


@dataclass(frozen=True)
class Strip:
    """One hour of the strip: 1–24 (the hour that ends then), its index and level."""

    hour: int
    aqi: int | None
    level: int | None
    words: str


@dataclass(frozen=True)
class Hours:
    """What is known of a day's hours; everything is empty where only daily values arrived."""

    strip: Sequence[Strip] = ()
    index: Table | None = None
    chart: Chart | None = None

    @property
    def tables(self) -> list[Table]:
        """Tables for export."""
        return [table for table in (self.index, self.chart.table if self.chart else None) if table is not None]


def hours(run: RunFacts, city: str, on: date, name: str) -> Hours:
    """The hours that end between 01:00 of the day and 00:00 of the next (China Standard Time)."""
    rows = _index_rows(run, city, on)
    if not any(row["aqi"] is not None for row in rows):
        return Hours()
    return Hours(strip=_strip(on, rows), index=_index_table(rows, run, name))


def _index_rows(run: RunFacts, city: str, on: date) -> list[dict[str, Any]]:
    begin = datetime(on.year, on.month, on.day)
    return queries.select(
        run.id, "city_aqi_hourly", 'region = ? and "end" > ? and "end" <= ?',
        [city, begin, begin + timedelta(days=1)], order='"end"',
    )  # fmt: skip


def _hour(end: datetime, on: date) -> int:
    """24 for the hour that ends at midnight."""
    return 24 if end.date() > on else end.hour


def _strip(on: date, rows: Sequence[Mapping[str, Any]]) -> list[Strip]:
    known = {_hour(row["end"], on): row for row in rows}
    levels = day_levels()
    found = []
    for hour in range(1, 25):
        row = known.get(hour)
        aqi = None if row is None else row["aqi"]
        level = None if row is None or aqi is None else row["level"]
        words = levels[level]["name"] if level in levels else _("无数据")
        found.append(Strip(hour, aqi, level, words))
    return found


def _index_table(rows: Sequence[Mapping[str, Any]], run: RunFacts, name: str) -> Table:
    levels = day_levels()
    columns = [
        Column("end", _("小时（止）"), row_head=True, nowrap=True),
        Column("aqi", "AQI", number=True),
        Column("level", _("类别")),
        Column("primary", _("首要污染物")),
        *[Column(f"iaqi_{code}", code, "IAQI", number=True) for code in ITEMS],
        Column("reason", _("备注")),
    ]
    listed = [
        {
            "end": Cell(row["end"], text=f"{row['end']:%H:%M}"),
            "aqi": Cell(row["aqi"], level=row["level"]),
            "level": levels[row["level"]]["name"] if row["level"] in levels else "",
            "primary": primary_names(row["primary"]),
            **{f"iaqi_{code}": row.get(f"iaqi_{code}") for code in ITEMS},
            "reason": reason_name(row["reason"]),
        }
        for row in rows
    ]
    caption = _("时刻为该小时结束的时间；小时指数用于实时发布，不参与日、年统计。")
    return Table(
        "hourly-index", _("逐小时空气质量指数"), columns, listed, about=[name, *about_run(run)], caption=caption,
        tight=True,
    )  # fmt: skip
