"""The hours of a day: the hourly index as a strip, the concentrations as small charts, both as tables; dust days.

Hours are named by the time at which they end: 1 … 24, in China Standard Time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.indicators.air_tables import HourIndex, city_hours, station_hours
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import day_levels, item_name
from saishang.web.pages.charts import Chart
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import reason_name

__all__ = ["Hours", "Strip", "dust_chart", "hours"]

#: Items of the hourly report; ozone counts as the hour itself, not as the 8-hour mean.
ITEMS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")


@dataclass(frozen=True)
class Strip:
    """One hour of the strip: 1 … 24, its index, level and words."""

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


def hours(run: RunFacts, place: str, on: date, name: str, *, station: bool = False) -> Hours:
    """The hours of a city (mean of its stations) or of a station on one day."""
    rows = (station_hours if station else city_hours)(run.id, place, on)
    if not any(value is not None for row in rows for value in row.values.values()):
        return Hours()
    return Hours(_strip(on, rows), _index_table(on, rows, run, name), _concentrations(on, rows, run, name))


def _number(end: datetime, on: date) -> int:
    """24 for the hour that ends at midnight."""
    return 24 if end.date() > on else end.hour


def _strip(on: date, rows: Sequence[HourIndex]) -> list[Strip]:
    known = {_number(row.end, on): row for row in rows}
    levels = day_levels()
    found = []
    for hour in range(1, 25):
        row = known.get(hour)
        level = None if row is None or row.aqi is None else row.level
        words = levels[level]["name"] if level in levels else _("无数据")
        found.append(Strip(hour, row.aqi if row is not None else None, level, words))
    return found


def _index_table(on: date, rows: Sequence[HourIndex], run: RunFacts, name: str) -> Table:
    levels = day_levels()
    columns = [
        Column("end", _("小时（止）"), row_head=True, nowrap=True),
        Column("aqi", "AQI", number=True),
        Column("level", _("类别")),
        Column("primary", _("首要污染物")),
        *[Column(f"iaqi_{code}", item_name(code), "IAQI", number=True) for code in ITEMS],
        Column("reason", _("备注")),
    ]
    listed = [
        {
            "end": _clock(row.end, on),
            "aqi": Cell(row.aqi, level=row.level, valid=row.publishable),
            "level": levels[row.level]["name"] if row.level in levels else "",
            "primary": texts.listed(item_name(code) for code in row.primary),
            **{f"iaqi_{code}": row.iaqi.get(code) for code in ITEMS},
            "reason": reason_name(row.reason),
        }
        for row in rows
    ]
    caption = _("时刻为该小时结束的时间；小时指数用于实时发布，不参与日、年统计。")
    if any(row.edition == "HJ 633-2012" for row in rows):
        caption += _("HJ 633-2012 的小时指数对颗粒物采用 24 小时滑动平均，变化滞后于小时浓度。")
    return Table(
        "hourly-index", _("逐小时空气质量指数"), columns, listed, about=[name, *about_run(run)], caption=caption,
        tight=True,
    )  # fmt: skip


def _clock(end: datetime, on: date) -> Cell:
    return Cell(end, text=f"{_number(end, on):02d}:00")


def _concentrations(on: date, rows: Sequence[HourIndex], run: RunFacts, name: str) -> Chart:
    limits = _hour_limits(on)
    panels = [
        {
            "name": item_name(code), "unit": site.rules().parameters[code]["unit"],
            "data": [_plotted(row.values.get(code)) for row in rows],
            "limit": limits.get(code),
            "limit_label": _("小时限值 %(limit)s") % {"limit": f"{limits[code]:g}"} if code in limits else "",
        }
        for code in ITEMS
    ]  # fmt: skip
    columns = [
        Column("end", _("小时（止）"), row_head=True, nowrap=True),
        *[Column(code, item_name(code), site.rules().parameters[code]["unit"], number=True) for code in ITEMS],
        Column("O3_8h", _("臭氧 8 小时滑动平均"), site.rules().parameters["O3"]["unit"], number=True),
    ]
    listed = [
        {
            "end": _clock(row.end, on),
            **{code: _concentration(row.values.get(code), code) for code in (*ITEMS, "O3_8h")},
        }
        for row in rows
    ]
    caption = _("一小时平均浓度；断开处为缺测或无效。虚线为二级小时浓度限值。")
    table = Table(
        "hours", _("六项污染物逐小时浓度"), columns, listed, about=[name, *about_run(run)], caption=caption, tight=True
    )
    label = _("%(name)s 六项污染物逐小时浓度；同样的数字列在下面的表里。") % {"name": name}
    spec = {"kind": "multiples", "x": [_number(row.end, on) for row in rows], "panels": panels}
    return Chart("hours", label, spec, table, size="chart-multiples")


def _hour_limits(on: date) -> dict[str, float]:
    """Class 2 limits of the hourly mean in force on a day."""
    rows = site.rules().table("standards/air/limits").in_force(on, averaging="1h")
    return {row["parameter"]: float(row["class2"]) for row in rows if row["class2"] is not None}


def _plotted(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _concentration(value: float | None, code: str) -> Cell:
    return Cell(value, text=None if value is None else f"{value:.{2 if code == 'CO' else 1}f}")


def dust_chart(run: RunFacts, row: Mapping[str, Any], name: str) -> Chart | None:
    """Hourly PM10 and PM2.5 around a proposed dust day, with the episode marked; None without hours.

    Shown are the day before the episode, from which the level before it is taken, to the day after.
    """
    start, end = row["start"], row["end"] or row["start"]
    first, last = (start - timedelta(days=1)).date(), min((end + timedelta(hours=12)).date(), run.as_of)
    found: list[HourIndex] = []
    for step in range((last - first).days + 1):
        found += city_hours(run.id, row["region"], first + timedelta(days=step))
    if not found:
        return None
    unit = site.rules().parameters["PM10"]["unit"]
    inside = [start < hour.end <= end for hour in found]
    across = [_stamp(hour.end) for hour in found]
    spec = {
        "kind": "lines", "unit": unit, "x": across,
        "series": [
            {"name": "PM10", "data": [_plotted(hour.values.get("PM10")) for hour in found],
             "limit": float(row["baseline_pm10"]), "limit_label": _("过程前 %(value)s") % {
                 "value": f"{row['baseline_pm10']:.0f}"}},
            {"name": "PM2.5", "data": [_plotted(hour.values.get("PM2.5")) for hour in found]},
        ],
        "areas": _areas(across, inside, _("沙尘过程")),
    }  # fmt: skip
    columns = [
        Column("end", _("小时（止）"), row_head=True, nowrap=True),
        Column("PM10", "PM10", unit, number=True),
        Column("PM2.5", "PM2.5", unit, number=True),
        Column("ratio", "PM2.5/PM10", number=True),
        Column("inside", _("沙尘过程")),
    ]
    listed = [
        {
            "end": Cell(hour.end, text=_stamp(hour.end)),
            **{code: _concentration(hour.values.get(code), code) for code in ("PM10", "PM2.5")},
            "ratio": _ratio(hour.values.get("PM2.5"), hour.values.get("PM10")),
            "inside": Cell(within, text="✓" if within else ""),
        }
        for hour, within in zip(found, inside, strict=True)
    ]
    title = _("逐小时 PM10 与 PM2.5")
    table = Table("dust-hours", title, columns, listed, about=[name, *about_run(run)], tight=True)
    label = _("%(name)s 前后逐小时 PM10 与 PM2.5，沙尘过程加了底色；同样的数字列在下面的表里。") % {"name": name}
    return Chart("dust-hours", label, spec, table)


def _stamp(end: datetime) -> str:
    """Day and hour, midnight as 24:00 of the day that ends."""
    if end.hour == 0:
        return f"{end - timedelta(days=1):%m-%d} 24:00"
    return f"{end:%m-%d %H:%M}"


def _ratio(fine: float | None, coarse: float | None) -> Cell:
    share = None if fine is None or not coarse else fine / coarse
    return Cell(share, text=None if share is None else f"{share:.2f}")


def _areas(across: Sequence[str], inside: Sequence[bool], label: str) -> list[dict[str, str]]:
    """Runs of marked hours as (first, last) positions of the axis."""
    found: list[dict[str, str]] = []
    for place, marked in zip(across, inside, strict=True):
        if not marked:
            continue
        before = across.index(place) - 1
        if found and before >= 0 and found[-1]["to"] == across[before]:
            found[-1]["to"] = place
        else:
            found.append({"from": place, "to": place, "label": label})
    return found
