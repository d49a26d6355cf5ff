"""Stations that the rules know, as a table for DuckDB: code, city, coordinates, when open."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from saishang.rules import Rules

__all__ = ["STATION_SCHEMA", "stations_table"]

STATION_SCHEMA = pa.schema(
    [
        ("station", pa.string()),
        ("region", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("opened", pa.date32()),
        ("closed", pa.date32()),
    ]
)


def stations_table(rules: Rules) -> pa.Table:
    """Air stations of every site in the rules; `closed` is the last day on which the station was open."""
    rows = []
    for name, table in sorted(rules.tables.items()):
        if name.startswith("sites/") and name.endswith("/air_stations"):
            for row in table.rows:
                opened: date | None = row.get("opened")
                closed: date | None = row.get("closed")
                rows.append(
                    {
                        "station": str(row.code),
                        "region": str(row.region),
                        "lon": None if row.lon is None else float(row.lon),
                        "lat": None if row.lat is None else float(row.lat),
                        "opened": opened,
                        "closed": closed,
                    }
                )
    return pa.Table.from_pylist(rows, schema=STATION_SCHEMA)
