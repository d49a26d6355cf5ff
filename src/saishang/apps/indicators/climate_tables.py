"""The climate tables of a run: daily weather from the lake, the rules of climate, and what they say together.

Tables (column names are a contract for pages and export):

- `climate_daily(station, region, day, mean, maximum, minimum, rain, evapotranspiration, mci, mci_level, mci_reason,
  spiw60, mi30, spi90, spi150, years)`
- `climate_months(station, region, month, rain, evapotranspiration, mean)`
- `climate_indices(station, region, index, span, month, amount, value, level, years, reason)`
- `climate_events(station, region, kind, start, end, days, extreme, fall, hours)`; kind `heat_wave | cold_wave`
- `climate_years(station, region, year, rain, rain_missing, heavy_days, rainstorm_days, hot_days, heat_waves,
  cold_waves, dry_days, mean, maximum, maximum_day, minimum, minimum_day, wettest, wettest_day, complete)`
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saishang.apps.indicators.media import Asked, Before, Remade, Touched, remade_whole
from saishang.lake import Lake
from saishang.rules import Rules
from saishang.science.climate.evapotranspiration import Site
from saishang.science.climate.from_rules import climate_rules
from saishang.science.climate.station import DailySeries, StationClimate, station_climate

__all__ = ["CLIMATE_TABLES", "build", "daily_weather", "tables_again", "tables_of"]

Progress = Callable[[str], None]
_ID = [("station", pa.string()), ("region", pa.string())]
CLIMATE_TABLES: Mapping[str, pa.Schema] = {
    "climate_daily": pa.schema(
        [
            *_ID,
            ("day", pa.date32()),
            *((name, pa.float64()) for name in ("mean", "maximum", "minimum", "rain", "evapotranspiration", "mci")),
            ("mci_level", pa.int32()),
            ("mci_reason", pa.string()),
            *((name, pa.float64()) for name in ("spiw60", "mi30", "spi90", "spi150")),
            ("years", pa.int32()),
        ]
    ),
    "climate_months": pa.schema(
        [*_ID, ("month", pa.date32()), *((name, pa.float64()) for name in ("rain", "evapotranspiration", "mean"))]
    ),
    "climate_indices": pa.schema(
        [
            *_ID,
            ("index", pa.string()),
            ("span", pa.int32()),
            ("month", pa.date32()),
            ("amount", pa.float64()),
            ("value", pa.float64()),
            ("level", pa.int32()),
            ("years", pa.int32()),
            ("reason", pa.string()),
        ]
    ),
    "climate_events": pa.schema(
        [
            *_ID,
            ("kind", pa.string()),
            ("start", pa.date32()),
            ("end", pa.date32()),
            ("days", pa.int32()),
            ("extreme", pa.float64()),
            ("fall", pa.float64()),
            ("hours", pa.int32()),
        ]
    ),
    "climate_years": pa.schema(
        [
            *_ID,
            ("year", pa.int32()),
            ("rain", pa.float64()),
            ("rain_missing", pa.int32()),
            *(
                (name, pa.int32())
                for name in ("heavy_days", "rainstorm_days", "hot_days", "heat_waves", "cold_waves", "dry_days")
            ),
            ("mean", pa.float64()),
            ("maximum", pa.float64()),
            ("maximum_day", pa.date32()),
            ("minimum", pa.float64()),
            ("minimum_day", pa.date32()),
            ("wettest", pa.float64()),
            ("wettest_day", pa.date32()),
            ("complete", pa.bool_()),
        ]
    ),
}
#: Parameter of the lake → field of the series.
_FIELDS = {
    "T": "mean",
    "T_MAX": "maximum",
    "T_MIN": "minimum",
    "RH": "humidity",
    "WS": "wind",
    "SUN": "sunshine",
    "P": "pressure",
    "PRECIP": "rain",
}


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The climate tables of a run."""
    return build(
        asked.lake, asked.rules, site=asked.site, as_of=asked.as_of, version=asked.version, progress=asked.progress
    )


def tables_again(asked: Asked, before: Before, touched: Touched) -> Remade:
    """Climate tables after a correction: a station rests on its own days only, the others stand as in the run."""
    stations = {station for _, station, _ in touched.rows}
    made = build(
        asked.lake, asked.rules, site=asked.site, as_of=asked.as_of, version=asked.version, progress=asked.progress,
        stations=stations,
    )  # fmt: skip
    tables = {}
    for name, fresh in made.items():
        path = before.folder / f"{name}.parquet"
        kept = pq.read_table(path).cast(fresh.schema) if path.is_file() else fresh.slice(0, 0)
        others = kept.filter(~pc.field("station").isin(sorted(stations)))
        parts = {
            station: whole.filter(pc.field("station") == station)
            for whole in (others, fresh)
            for station in whole.column("station").unique().to_pylist()
        }
        tables[name] = pa.concat_tables([fresh.slice(0, 0), *(parts[station] for station in sorted(parts))])
    return remade_whole(tables, before)


def build(
    lake: Lake,
    rules: Rules,
    *,
    site: str,
    as_of: date,
    version: int | None = None,
    progress: Progress = lambda step: None,
    stations: Collection[str] | None = None,
) -> dict[str, pa.Table]:
    """Climate tables from the days of weather in the lake up to `as_of`; empty tables when there are none.

    Parameters
    ----------
    stations:
        Only these; None = all.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in CLIMATE_TABLES}
    if lake.files(version, medium="met"):
        progress("climate")
        using = climate_rules(rules)
        places = _places(rules, site)
        for station, series in sorted(_series(lake, version, as_of, stations).items()):
            place = places.get(station)
            region = "" if place is None else str(place["region"])
            daily = DailySeries(**{name: series.get(name, {}) for name in _FIELDS.values()}, site=_site(place))
            found = station_climate(daily, using)
            head = {"station": station, "region": region}
            for name, making in (
                ("climate_daily", _daily(daily, found)),
                ("climate_months", _months(found)),
                ("climate_indices", _indices(found)),
                ("climate_events", _events(found)),
                ("climate_years", _years(found)),
            ):
                rows[name].extend(head | row for row in making)
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in CLIMATE_TABLES.items()}


def _places(rules: Rules, site: str) -> dict[str, Mapping[str, Any]]:
    table = rules.tables.get(f"sites/{site}/met_stations")
    return {} if table is None else {str(row["code"]): row for row in table}


def _site(place: Mapping[str, Any] | None) -> Site | None:
    if place is None or place["lat"] is None or place["elevation"] is None:
        return None
    return Site(float(place["lat"]), float(place["elevation"]))


def _series(
    lake: Lake, version: int | None, as_of: date, stations: Collection[str] | None = None
) -> dict[str, dict[str, dict[date, float | None]]]:
    """Station → field → day → value."""
    return {
        station: {_FIELDS[parameter]: days for parameter, days in found.items()}
        for station, found in daily_weather(lake, version, as_of, tuple(_FIELDS), stations).items()
    }


def daily_weather(
    lake: Lake,
    version: int | None,
    as_of: date,
    parameters: Sequence[str],
    stations: Collection[str] | None = None,
) -> dict[str, dict[str, dict[date, float | None]]]:
    """Station → parameter → day → value up to `as_of`. A day of weather may run from 20 to 20 o'clock: it is the day of
    its end."""
    edge = datetime.combine(as_of + timedelta(days=1), time())
    wanted = (
        (pc.field("medium") == "met")
        & pc.field("parameter").isin(list(parameters))
        & (pc.field("end") <= pa.scalar(edge, pa.timestamp("us")))
    )
    if stations is not None:
        wanted &= pc.field("station").isin(sorted(stations))
    columns = ["station", "parameter", "start", "end", "source", "value", "qualifier"]
    found: dict[str, dict[str, dict[date, float | None]]] = {}
    # Files of the lake have no order of their own, sums of doubles do: a replay must add in the same one. Of two series
    # that give one station's day, the last by name stands.
    order = [(name, "ascending") for name in ("station", "parameter", "end", "source")]
    table = lake.observations(version).to_table(columns=columns, filter=wanted).sort_by(order)
    for batch in table.to_batches():
        for row in batch.to_pylist():
            # Only days: hours of automatic stations are another series.
            if row["end"] - row["start"] != timedelta(days=1) or row["qualifier"] not in (None, "<"):
                continue
            day = (row["end"] - timedelta(microseconds=1)).date()
            found.setdefault(row["station"], {}).setdefault(row["parameter"], {})[day] = row["value"]
    return found


def _daily(series: DailySeries, found: StationClimate) -> Iterator[dict[str, Any]]:
    by_day = {value.day: value for value in found.mci}
    for day in sorted({*series.mean, *series.maximum, *series.minimum, *series.rain}):
        mci = by_day.get(day)
        components = {} if mci is None else mci.components
        yield {
            "day": day,
            "mean": series.mean.get(day),
            "maximum": series.maximum.get(day),
            "minimum": series.minimum.get(day),
            "rain": series.rain.get(day),
            "evapotranspiration": found.demand.get(day),
            "mci": None if mci is None else mci.index,
            "mci_level": None if mci is None or mci.grade is None else mci.grade.level,
            "mci_reason": "no_data" if mci is None else mci.reason,
            "spiw60": components.get("SPIW60"),
            "mi30": components.get("MI30"),
            "spi90": components.get("SPI90"),
            "spi150": components.get("SPI150"),
            "years": 0 if mci is None else mci.years,
        }


def _months(found: StationClimate) -> Iterator[dict[str, Any]]:
    for (year, month), (rain, evaporation, mean) in sorted(found.months.items()):
        yield {"month": date(year, month, 1), "rain": rain, "evapotranspiration": evaporation, "mean": mean}


def _indices(found: StationClimate) -> Iterator[dict[str, Any]]:
    for (index, span), values in found.indices.items():
        for value in values:
            yield {
                "index": index,
                "span": span,
                "month": value.when,
                "amount": value.amount,
                "value": value.index,
                "level": None if value.grade is None else value.grade.level,
                "years": value.years,
                "reason": value.reason,
            }


def _events(found: StationClimate) -> Iterator[dict[str, Any]]:
    for spell in found.heat:
        yield {
            "kind": "heat_wave",
            "start": spell.start,
            "end": spell.end,
            "days": spell.days,
            "extreme": spell.extreme,
        }
    for wave in found.cold:
        yield {
            "kind": "cold_wave",
            "start": wave.start,
            "end": wave.end,
            "days": (wave.end - wave.start).days + 1,
            "extreme": wave.minimum,
            "fall": wave.fall,
            "hours": wave.hours,
        }


def _years(found: StationClimate) -> Iterator[dict[str, Any]]:
    for year in found.years:
        warmest, coldest, wettest = year.warmest, year.coldest, year.rain.wettest
        yield {
            "year": year.year,
            "rain": year.rain.total,
            "rain_missing": year.rain.missing,
            "heavy_days": year.heavy_days,
            "rainstorm_days": year.rainstorm_days,
            "hot_days": year.hot_days,
            "heat_waves": year.heat_waves,
            "cold_waves": year.cold_waves,
            "dry_days": None if year.dry_spell is None else year.dry_spell.days,
            "mean": year.mean,
            "maximum": None if warmest is None else warmest[1],
            "maximum_day": None if warmest is None else warmest[0],
            "minimum": None if coldest is None else coldest[1],
            "minimum_day": None if coldest is None else coldest[0],
            "wettest": None if wettest is None else wettest[1],
            "wettest_day": None if wettest is None else wettest[0],
            "complete": year.complete,
        }
