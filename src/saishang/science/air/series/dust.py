"""Sand-dust days (沙尘天气) proposed from the hourly city means of PM10 and PM2.5.

The engine forms the city hours; the search for start and end is one pass over the few hours that can start an episode,
by the pure rule of `saishang.science.air.dust`. A proposal changes no figure: only days that a named person confirmed
are taken out of the particle means, and both numbers are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa

from saishang.science.air.dust import DustRule, dust_windows
from saishang.science.air.series.daily import hours
from saishang.science.air.series.fixed import PACK
from saishang.science.air.series.rules import AirRules

__all__ = ["DUST_DAYS", "DustProposal", "city_hours", "propose_windows", "proposed_days"]

#: Columns of the table of dust days.
DUST_DAYS = pa.schema([("region", pa.string()), ("day", pa.date32()), ("status", pa.string())])
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DustProposal:
    """One proposed episode of a city: start of its first hour, end (None: still on), baseline and peak PM10 [µg/m³]."""

    region: str
    start: datetime
    end: datetime | None
    baseline_pm10: Fraction
    peak_pm10: Fraction


def city_hours(observations: Any, stations: Any, rules: AirRules) -> Any:
    """Hourly city means of the particles, as packed sums.

    Returns
    -------
    `region, day, hour, pm10, pm25`: packed sums (thousandths · PACK + 1 per station) over the stations that count for
    the city mean, null where no station reported.
    """
    table = hours(observations, rules, "PM10", "PM2.5")
    cities = stations.filter(stations.city_mean).select("station", "region", "opened", "closed")
    joined = table.inner_join(cities, "station")
    joined = joined.filter(
        joined.opened.isnull() | (joined.opened <= joined.day), joined.closed.isnull() | (joined.day <= joined.closed)
    )
    return joined.group_by("region", "day", "hour").agg(
        pm10=joined.packed.sum(where=joined.parameter == "PM10").cast("int64"),
        pm25=joined.packed.sum(where=joined.parameter == "PM2.5").cast("int64"),
    )


def propose_windows(table: pa.Table, rule: DustRule) -> list[DustProposal]:
    """Episodes in the result of `city_hours`, by city and time.

    Only hours above the rule's least PM10 are looked at, each with the hours before it; where one starts, the record is
    followed until PM10 is back. Hours without a row count as missing, like hours with an empty one.
    """
    found: list[DustProposal] = []
    for region, series in sorted(_by_region(table).items()):
        first, last = min(series), max(series)
        length = int((last - first) / _HOUR) + 1
        pm10: list[Fraction | None] = [None] * length
        pm25: list[Fraction | None] = [None] * length
        for at, (coarse, fine) in series.items():
            place = int((at - first) / _HOUR)
            pm10[place], pm25[place] = coarse, fine
        found.extend(_search(region, first, pm10, pm25, rule))
    return found


def proposed_days(proposals: list[DustProposal]) -> pa.Table:
    """The days that proposed episodes touch, status `proposed`; shape of `dust_days`."""
    days = set()
    for episode in proposals:
        last = (episode.end or episode.start + _HOUR) - timedelta(microseconds=1)
        day = episode.start.date()
        while day <= last.date():
            days.add((episode.region, day))
            day += timedelta(days=1)
    rows = sorted(days)
    return pa.table([[r for r, _ in rows], [d for _, d in rows], ["proposed"] * len(rows)], schema=DUST_DAYS)


def _by_region(table: pa.Table) -> Mapping[str, dict[datetime, tuple[Fraction | None, Fraction | None]]]:
    regions: dict[str, dict[datetime, tuple[Fraction | None, Fraction | None]]] = {}
    for row in table.to_pylist():
        at = datetime.combine(row["day"], datetime.min.time()) + row["hour"] * _HOUR
        regions.setdefault(row["region"], {})[at] = (_unpacked(row["pm10"]), _unpacked(row["pm25"]))
    return regions


def _unpacked(packed: int | None) -> Fraction | None:
    count = 0 if packed is None else packed % PACK
    return None if packed is None or count == 0 else Fraction(packed // PACK, 1000 * count)


def _search(
    region: str, first: datetime, pm10: list[Fraction | None], pm25: list[Fraction | None], rule: DustRule
) -> list[DustProposal]:
    found = []
    lead = rule.baseline_hours
    hour = lead
    while hour < len(pm10):
        value = pm10[hour]
        begin = hour - lead
        if (
            value is None
            or value <= rule.min_pm10
            or not dust_windows(pm10[begin : hour + 1], pm25[begin : hour + 1], rule)
        ):
            hour += 1
            continue
        window = dust_windows(pm10[begin:], pm25[begin:], rule)[0]
        end = None if window.end is None else begin + window.end
        found.append(
            DustProposal(
                region, first + hour * _HOUR, None if end is None else first + end * _HOUR,
                window.baseline_pm10, window.peak_pm10,
            )
        )  # fmt: skip
        hour = len(pm10) if end is None else end + 1
    return found
