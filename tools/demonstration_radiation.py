"""Write the invented hours of the demonstration's radiation stations: a daily wave, noise, planted events.

Usage: python tools/demonstration_radiation.py

Planted: a rise at DEMO-G2 (dry), a wash-out at DEMO-G1 on a day on which it rained in Yinchuan, three days without a
file line at DEMO-G3, marked hours at DEMO-E1, one hour over the limit at DEMO-E2, hours at which the two bands of
DEMO-E3 and DEMO-E4 exceed 1 together though neither exceeds its own limit.
"""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["rows"]

FIRST, LAST = datetime(2019, 8, 1), datetime(2019, 9, 30, 23)
TARGET = Path(__file__).resolve().parents[1] / "src" / "saishang" / "demo_data"
NAME = "radiation_hourly_demonstration_2019_08_09.parquet"
#: Station → first hour, level, wave, noise: gamma in nGy/h, fields in V/m.
GAMMA = {
    "DEMO-G1": (FIRST, 74.0, 1.2, 0.9), "DEMO-G2": (FIRST, 81.5, 1.5, 1.0), "DEMO-G3": (FIRST, 68.0, 1.0, 0.8),
    "DEMO-G4": (datetime(2019, 9, 24), 88.0, 1.4, 1.1),
}  # fmt: skip
FIELD = {
    "DEMO-E1": (1.10, 0.35, 0.08), "DEMO-E2": (7.60, 1.90, 0.30), "DEMO-E3": (6.20, 1.20, 0.20),
    "DEMO-E4": (5.90, 1.30, 0.20),
}  # fmt: skip


def rows() -> list[dict[str, object]]:
    """Every line: station, hour (its beginning), one of the two values, mark."""
    chance = random.Random(20191130)
    found: list[dict[str, object]] = []
    for code, (begin, level, wave, noise) in GAMMA.items():
        for hour in _hours(begin):
            value = level + wave * math.cos(2 * math.pi * (hour.hour - 5) / 24) + chance.gauss(0, noise)
            if code == "DEMO-G2" and datetime(2019, 9, 22, 3) <= hour < datetime(2019, 9, 22, 10):
                value += (9, 21, 34, 38, 30, 17, 9)[hour.hour - 3]
            if code == "DEMO-G1" and datetime(2019, 9, 11, 9) <= hour < datetime(2019, 9, 11, 14):
                value += (7, 12, 14, 11, 8)[hour.hour - 9]
            if code == "DEMO-G3" and datetime(2019, 9, 5) <= hour < datetime(2019, 9, 8):
                continue
            found.append(_row(code, hour, gamma=round(value, 1)))
    for code, (level, wave, noise) in FIELD.items():
        for hour in _hours(FIRST):
            value = level + wave * math.sin(2 * math.pi * (hour.hour - 9) / 24) + abs(chance.gauss(0, noise))
            if code == "DEMO-E2":
                value = 12.4 if hour == datetime(2019, 9, 18, 20) else min(value, 11.6)
            if code in ("DEMO-E3", "DEMO-E4") and hour.day == 25 and hour.month == 9 and 14 <= hour.hour <= 16:
                value = 9.2 if code == "DEMO-E3" else 8.9
            repair = code == "DEMO-E1" and datetime(2019, 8, 20, 8) <= hour < datetime(2019, 8, 20, 18)
            found.append(_row(code, hour, field=round(value, 2), mark="维护" if repair else "正常"))
    return found


def _hours(begin: datetime) -> list[datetime]:
    return [begin + timedelta(hours=step) for step in range(int((LAST - begin) / timedelta(hours=1)) + 1)]


def _row(
    code: str, hour: datetime, *, gamma: float | None = None, field: float | None = None, mark: str = "正常"
) -> dict[str, object]:
    return {"station": code, "time": f"{hour:%Y-%m-%d %H:%M}", "gamma_ngyh": gamma, "e_vm": field, "status": mark}


if __name__ == "__main__":
    schema = pa.schema(
        [("station", pa.string()), ("time", pa.string()), ("gamma_ngyh", pa.float64()), ("e_vm", pa.float64()),
         ("status", pa.string())]
    )  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows(), schema=schema), TARGET / NAME, compression="zstd")
