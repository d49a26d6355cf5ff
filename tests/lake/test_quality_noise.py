"""Quality tests of noise: hours of levels, in the same run as those of air and water."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from saishang.lake.gaps import excluded_flags
from saishang.lake.quality import run_quality

if TYPE_CHECKING:
    from saishang.lake import Lake


def test_flags_of_noise(lake: Lake, tmp_path: Path) -> None:
    start = datetime(2026, 6, 1)
    # Six equal hours, then five: only the six are a level that does not change.
    levels = [50.0] * 6 + [51.0] * 5 + [52.0, 53.0, 54.0]
    lines = ["station,time,Leq,L10,L50,L90,Lmax,status\n"]
    for step, level in enumerate(levels):
        loudest = level - 0.1 if step == 12 else level + 10  # a mean above its maximum
        quiet = level + 4 if step == 13 else level - 3  # L90 above L10
        at = start + timedelta(hours=step)
        lines.append(f"N01,{at:%Y-%m-%d %H:00},{level},{level + 3},{level},{quiet},{loudest},正常\n")
    path = tmp_path / "noise.csv"
    path.write_text("".join(lines), encoding="utf-8")
    lake.ingest(path, source="noise-station-hourly")
    run = run_quality(lake.table, lake.ledger, lake.rules, actor="test")
    flagged = {result.test: result.flagged for result in run.results if result.test.startswith("noise-")}
    assert flagged == {"noise-range": 0, "noise-order": 1, "noise-percentiles": 1, "noise-flat": 6}
    # What is only flagged is not taken out.
    assert excluded_flags(lake.ledger, start, start + timedelta(days=1)) == []
