"""Quality tests of water samples: in the same run as those of air, by four-hourly steps."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from saishang.lake.quality import run_quality

if TYPE_CHECKING:
    from saishang.lake import Lake

HEADER = "time,province,basin,section,wq_class,status,water_temp_c,ph,do_mg_l,nh3n_mg_l,tn_mg_l\n"


def line(at: datetime, oxygen: float, ammonia: float, nitrogen: str, status: str = "正常") -> str:
    return f"{at},宁夏回族自治区,黄河流域,金沙湾,Ⅱ,{status},12,8.1,{oxygen},{ammonia},{nitrogen}\n"


def test_flags_of_water(lake: Lake, tmp_path: Path) -> None:
    start = datetime(2021, 4, 1)
    steps = [start + timedelta(hours=4 * n) for n in range(14)]
    # Six equal values of oxygen in a row, then five: only the six are a day that does not change.
    oxygen = [8.0] * 6 + [8.1] * 5 + [8.2, 8.3, 35.0]
    rows = [line(at, value, 0.2, "2.0") for at, value in zip(steps, oxygen, strict=True)]
    rows[12] = line(steps[12], 8.3, 2.4, "2.0")  # ammonia above total nitrogen
    rows[11] = line(steps[11], 8.2, 0.2, "--")  # no total nitrogen: cannot be judged
    path = tmp_path / "water.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    lake.ingest(path, source="cnemc-water-4h")
    run = run_quality(lake.table, lake.ledger, lake.rules, actor="test")
    found = {result.test: result for result in run.results}
    assert found["water-flat"].flagged == 6
    assert (found["water-nitrogen"].flagged, found["water-nitrogen"].not_evaluated) == (1, 1)
    assert found["water-range"].flagged == 1  # 35 mg/L of oxygen
    assert (run.first, run.last) == (steps[0], steps[-1] + timedelta(microseconds=1))


def test_a_gap_breaks_a_flat_run(lake: Lake, tmp_path: Path) -> None:
    start = datetime(2021, 4, 1)
    steps = [start + timedelta(hours=4 * n) for n in (0, 1, 2, 4, 5, 6)]
    path = tmp_path / "water.csv"
    path.write_text(HEADER + "".join(line(at, 8.0, 0.2, "2.0") for at in steps), encoding="utf-8")
    lake.ingest(path, source="cnemc-water-4h")
    run = run_quality(lake.table, lake.ledger, lake.rules, actor="test")
    assert {result.test: result.flagged for result in run.results}["water-flat"] == 0
