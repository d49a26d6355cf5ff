"""Tables of a run about what the registers of surface water hold, and what follows from sections over years.

Tables (column names are a contract for pages and export); basis `measured`, or `demonstration` for invented entries:

- `water_sources(source, station, region, kind, level, basis, period_kind, period, class, compliant, over, missing,
  short, items, days, volume, compliant_volume, valid, reason)`; kind `river | lake | groundwater`; `over` =
  `SO4:0.05,PH:` (multiple, empty where an item has none); `short` = specific items asked for and not measured; volume
  in 10⁴ m³;
  reason `no_data items_missing months_missing`
- `water_source_shares(scope, id, level, basis, period_kind, period, sources, evaluated, complying, by_number,
  number_rounded, volume, complying_volume, by_volume, volume_rounded, valid, reason, volume_reason)`; scope `region`,
  level also `all`; reason `no_data sources_short`, volume_reason `volume_missing`
- `water_black_points(body, station, place, basis, period_kind, period, samples, grade, heavy, missing, valid, reason)`;
  months; grade 0 not black, 1 mild, 2 heavy; `heavy` = `nh3n:2/3`; reason `no_data items_missing samples_short`
- `water_black_bodies(body, region, basis, period_kind, period, points, points_graded, points_heavy, stretches, grade,
  valid, reason)`; `stretches` = `1-3` (places of the points, downstream); reason `no_data points_missing few_points
  samples_short`
- `water_flow(section, region, river, basis, period_kind, period, target, asked, days_expected, days_present, days_kept,
  percent, rounded, lowest, lowest_day, met, valid, reason)`; reason `no_data flow_days_short`
- `water_flow_daily(section, day, flow, target, kept)`
- `water_blooms(section, day, density, grade, ahead, warn, expected, doubling_days, days, reason)`; lakes; grades 1–5;
  reason `days_few` (too few recent days for a growth), `start_zero`
- `water_city_ranking(period_kind, period, id, sections, value, rounded, rank, ranked, before, change, change_rounded,
  change_rank, exempt, valid, reason)`; smaller is better; `exempt` = left out of the list of changes
- `water_trends(section, parameter, first_year, last_year, years, rs, critical, trend)`; trend `up | down | not
  significant | not evaluated` (fewer than five valid years in a row)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.water_flow_tables import flow_rows
from saishang.apps.indicators.water_long_tables import bloom_rows, ranking_rows, trend_rows
from saishang.apps.indicators.water_places import bodies, flow_places, sources, stations_of
from saishang.apps.indicators.water_samples import read_samples
from saishang.apps.indicators.water_source_tables import black_rows, source_rows
from saishang.lake.gaps import excluded_flags
from saishang.science.water.from_rules import section_rule

__all__ = ["SPECIAL_TABLES", "special_tables"]

_TEXT, _INT, _REAL, _TRUTH, _DAY = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()
_PERIOD = {"basis": _TEXT, "period_kind": _TEXT, "period": _TEXT}
_VALID = {"valid": _TRUTH, "reason": _TEXT}


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


SPECIAL_TABLES: Mapping[str, pa.Schema] = {
    "water_sources": _schema(
        source=_TEXT, station=_TEXT, region=_TEXT, kind=_TEXT, level=_TEXT, **_PERIOD, **{"class": _INT},
        compliant=_TRUTH, over=_TEXT, missing=_TEXT, short=_INT, items=_INT, days=_INT, volume=_REAL,
        compliant_volume=_REAL, **_VALID,
    ),
    "water_source_shares": _schema(
        scope=_TEXT, id=_TEXT, level=_TEXT, **_PERIOD, sources=_INT, evaluated=_INT, complying=_INT, by_number=_REAL,
        number_rounded=_REAL, volume=_REAL, complying_volume=_REAL, by_volume=_REAL, volume_rounded=_REAL, **_VALID,
        volume_reason=_TEXT,
    ),
    "water_black_points": _schema(
        body=_TEXT, station=_TEXT, place=_INT, **_PERIOD, samples=_INT, grade=_INT, heavy=_TEXT, missing=_TEXT, **_VALID
    ),
    "water_black_bodies": _schema(
        body=_TEXT, region=_TEXT, **_PERIOD, points=_INT, points_graded=_INT, points_heavy=_INT, stretches=_TEXT,
        grade=_INT, **_VALID,
    ),
    "water_flow": _schema(
        section=_TEXT, region=_TEXT, river=_TEXT, **_PERIOD, target=_REAL, asked=_REAL, days_expected=_INT,
        days_present=_INT, days_kept=_INT, percent=_REAL, rounded=_REAL, lowest=_REAL, lowest_day=_DAY, met=_TRUTH,
        **_VALID,
    ),
    "water_flow_daily": _schema(section=_TEXT, day=_DAY, flow=_REAL, target=_REAL, kept=_TRUTH),
    "water_blooms": _schema(
        section=_TEXT, day=_DAY, density=_REAL, grade=_INT, ahead=_INT, warn=_TRUTH, expected=_REAL,
        doubling_days=_REAL, days=_INT, reason=_TEXT,
    ),
    "water_city_ranking": _schema(
        period_kind=_TEXT, period=_TEXT, id=_TEXT, sections=_INT, value=_REAL, rounded=_REAL, rank=_INT, ranked=_INT,
        before=_REAL, change=_REAL, change_rounded=_REAL, change_rank=_INT, exempt=_TRUTH, **_VALID,
    ),
    "water_trends": _schema(
        section=_TEXT, parameter=_TEXT, first_year=_INT, last_year=_INT, years=_INT, rs=_REAL, critical=_REAL,
        trend=_TEXT,
    ),
}  # fmt: skip


def special_tables(asked: Asked, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Tables of the registers' places and of the sections over years; those without rows are left out.

    Parameters
    ----------
    tables:
        The water tables of the same run.
    """
    rules, as_of, known_at = asked.rules, asked.as_of, asked.known_at
    springs, waters = sources(rules, as_of, known_at), bodies(rules, as_of, known_at)
    flows = flow_places(rules, as_of, known_at)
    lakes = [str(row["code"]) for row in asked.rows("water_sections") if row["body"] == "lake"]
    points = {str(view.values["station"]) for entry in springs for _, _, view in entry.spans}
    points |= {
        code for entry in waters for _, _, view in entry.spans for code in stations_of(view.values.get("stations"))
    }
    points |= {entry.last.key for entry in flows}
    end = datetime(as_of.year, as_of.month, as_of.day) + timedelta(days=1)
    out = excluded_flags(asked.lake.ledger, None, end, known_at) if points or lakes else []
    share = section_rule(rules, as_of).below_share
    samples = read_samples(asked.lake, asked.version, as_of, points, below_share=share, excluded=out)
    found: dict[str, Iterable[Mapping[str, Any]]] = {
        **source_rows(rules, asked.region, as_of, springs, samples),
        **black_rows(rules, as_of, waters, samples),
        **flow_rows(rules, as_of, flows, samples),
        "water_blooms": bloom_rows(rules, tables),
        "water_city_ranking": ranking_rows(rules, tables, as_of),
        "water_trends": trend_rows(rules, tables),
    }
    made = {
        name: pa.Table.from_pylist([dict(row) for row in rows], schema=SPECIAL_TABLES[name])
        for name, rows in found.items()
    }
    return {name: table for name, table in made.items() if table.num_rows}
