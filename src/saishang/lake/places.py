"""Stations that the rules or a register know, as a table for DuckDB: code, city, coordinates, when open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from saishang.lake.expects import Expects
from saishang.lake.registered import stations_of
from saishang.rules import Rules

__all__ = ["OWED_SCHEMA", "STATION_SCHEMA", "owed_by_register", "owing_all", "stations_table"]

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
#: Stations with the parameters that each owes; null = all that are asked for.
OWED_SCHEMA = STATION_SCHEMA.append(pa.field("parameters", pa.list_(pa.string())))


def owing_all(stations: pa.Table) -> pa.Table:
    """The stations, each owing every parameter."""
    return pa.Table.from_pylist(stations.to_pylist(), schema=OWED_SCHEMA)


def owed_by_register(
    expected: Iterable[tuple[Expects, Collection[str]]], known_at: datetime | None = None
) -> pa.Table:  # fmt: skip
    """Stations of registers that owe something, as they were written down by a moment, by code.

    Parameters
    ----------
    expected:
        What source descriptions expect, each with the parameters that it brings. A station that several of them name
        owes what all of them together ask of it.

    Raises
    ------
    MappingError
        When nobody answers for registers.
    """
    found: dict[str, dict[str, Any]] = {}
    for expects, brought in expected:
        for station in stations_of(expects.register, known_at):
            row = found.setdefault(
                station.code,
                {
                    "station": station.code, "region": station.region, "lon": station.lon, "lat": station.lat,
                    "opened": station.opened, "closed": station.closed, "parameters": [],
                },
            )  # fmt: skip
            row["parameters"] = sorted({*row["parameters"], *expects.owed(station.values, brought)})
    rows = [row for _code, row in sorted(found.items()) if row["parameters"]]
    return pa.Table.from_pylist(rows, schema=OWED_SCHEMA)


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
