"""Small files in the layouts of the known sources, and a way to read the table back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from saishang.lake import Lake

HEADER = "date,hour,type,1484A,1488A,1947A"


def network_day(folder: Path, *lines: str, name: str = "china_sites_20190512.csv") -> Path:
    """A wide day file of the network with three stations."""
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def rows(lake: Lake, version: int | None = None) -> list[dict[str, Any]]:
    """All rows of the table, in key order."""
    table = lake.observations(version).to_table()
    if not len(table):
        return []
    duck = duckdb.connect()
    duck.register("t", table)
    found = duck.sql('select * from t order by source, station, parameter, "start", "end"')
    names = found.columns
    result = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    duck.close()
    return result


def values(lake: Lake, version: int | None = None) -> dict[tuple[str, str, str], float | None]:
    """(station, parameter, start as text) -> value."""
    return {(r["station"], r["parameter"], f"{r['start']:%Y-%m-%d %H:%M}"): r["value"] for r in rows(lake, version)}
