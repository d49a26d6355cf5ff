"""Files of automatic noise and radiation stations: read, kept with their marks, evaluated from the lake."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from saishang.lake import Lake
from saishang.lake.engines import DuckDB
from saishang.lake.engines.noise import evaluate_noise
from saishang.rules import Rules
from saishang.science.noise.series import NOISE_STATIONS, NoiseCalendar, NoiseRules

DAY = date(2026, 6, 1)


def _file(folder: Path) -> Path:
    """One station from 06:00 to 06:00: 55.0 by day, 45.0 by night; a storm at 15:00, a void hour at 16:00."""
    lines = ["station,time,Leq,L10,L50,L90,Lmax,wind_ms,rain_mm,status"]
    for at in range(6, 30):
        stamp = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=at)
        level = 90.0 if at in (15, 16) else 55.0 if at < 22 else 45.0
        wind, status = ("9.5" if at == 15 else "2.0"), ("停电" if at == 16 else "正常")
        lines.append(f"N01,{stamp:%Y-%m-%d %H:00},{level},{level + 3},{level},{level - 3},70,{wind},—,{status}")
    path = folder / "noise.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_from_a_stations_file_to_its_verdict(lake: Lake, rules: Rules, tmp_path: Path) -> None:
    path = _file(tmp_path)
    lake.ingest(path, source="noise-station-hourly")
    lake.ingest(path, source="noise-station-weather")
    calendar = NoiseCalendar(DAY, DAY, NoiseRules.from_rules(rules, DAY))
    known = pa.table([[value] for value in ("N01", "640100", "1", None, None)], schema=NOISE_STATIONS)
    with DuckDB(threads=2) as engine:
        run = evaluate_noise(engine, [lake.files(medium="noise") + lake.files(medium="met")], known, calendar)
        level = run.table("noise_levels").to_pylist()[0]
        verdicts = run.table("noise_verdicts").to_pylist()
        rates = [row for row in run.table("noise_rates").to_pylist() if row["region"] == "all" and row["zone"] == "all"]
    # The storm is lost to the weather, the void hour to its mark: fourteen hours of 55.0 are left.
    assert (level["ld"], level["ln"], level["day_hours"], level["weather_hours"]) == (550, 450, 14, 1)
    assert [row["attains"] for row in verdicts] == [True, True]
    assert {row["rate"] for row in rates} == {1000}


def test_radiation_stations_are_read(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "radiation.csv"
    path.write_text(
        "station,time,gamma_ngyh,e_vm,status\nR01,2026-06-01 00:00,62.8,1.25,正常\nR01,2026-06-01 01:00,63.1,—,正常\n",
        encoding="utf-8",
    )
    lake.ingest(path, source="radiation-station-hourly")
    rows = lake.observations().to_table().to_pylist()
    found = sorted((row["parameter"], row["value"]) for row in rows)
    assert found == [("EMF_E", 1.25), ("GAMMA", 62.8), ("GAMMA", 63.1)]
    assert {row["medium"] for row in rows} == {"radiation"}
