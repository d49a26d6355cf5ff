"""Quality tests of radiation and of weather: hours and days, in the same run as those of the other media."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import saishang.demo_data
from saishang.lake.quality import run_quality

if TYPE_CHECKING:
    from saishang.lake import Lake

WEATHER = Path(saishang.demo_data.__file__).parent / "met_daily_yinchuan_2014_2019.parquet"


def flagged(lake: Lake, prefix: str) -> dict[str, int]:
    run = run_quality(lake.table, lake.ledger, lake.rules, actor="test")
    return {result.test: result.flagged for result in run.results if result.test.startswith(prefix)}


def test_flags_of_radiation(lake: Lake, tmp_path: Path) -> None:
    start = datetime(2026, 6, 1)
    # Twelve equal hours, then eleven; one hour just below the level of cosmic rays, one at it.
    levels = [81.0] * 12 + [82.0] * 11 + [19.9, 20.0]
    lines = ["station,time,gamma_ngyh,e_vm,status\n"]
    lines += [f"R1,{start + timedelta(hours=h):%Y-%m-%d %H:00},{level},,正常\n" for h, level in enumerate(levels)]
    path = tmp_path / "radiation.csv"
    path.write_text("".join(lines), encoding="utf-8")
    lake.ingest(path, source="radiation-station-hourly")
    assert flagged(lake, "radiation") == {"radiation-range": 0, "radiation-flat": 12}
    assert flagged(lake, "gamma") == {"gamma-low": 1}


def test_flags_of_weather(lake: Lake, tmp_path: Path) -> None:
    table = pd.read_parquet(WEATHER)
    table = table[table["date"].astype(str).str.startswith("2016")].reset_index(drop=True)
    assert len(table) == 366
    row = table.index[table["date"].astype(str).str[:10] == date(2016, 7, 1).isoformat()]
    table.loc[row, "t_mean_c"] = table.loc[row, "t_max_c"] + 0.1
    table.loc[row + 1, "t_min_c"] = table.loc[row + 1, "t_mean_c"].to_numpy() + 0.1
    table.loc[row + 2, "rh_mean_pct"] = 101
    path = tmp_path / "weather.parquet"
    table.to_parquet(path)
    lake.ingest(path, source="cma-daily")
    assert flagged(lake, "weather") == {"weather-range": 1, "weather-mean": 1, "weather-extremes": 1}
