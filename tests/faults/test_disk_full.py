"""A full disk gives a clear error, changes nothing, and loading again works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.conftest import Run
from tests.lake.samples import HEADER


def big_file(folder: Path) -> Path:
    """300 lines of three stations: 900 values that do not compress to nothing."""
    path = folder / "china_sites_20190101.csv"
    lines = [HEADER]
    for hour in range(24):
        for number, parameter in enumerate(("PM2.5", "PM10", "SO2", "NO2", "O3")):
            cells = [str((hour * 7919 + number * 104729 + s * 1299709) % 997) for s in range(3)]
            lines.append(f"20190101,{hour},{parameter}," + ",".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("since", "size"), [("start", 500), ("commit", 2000)])
def test_no_file_may_grow(run: Run, tmp_path: Path, since: str, size: int) -> None:
    found = run("limited", file=str(big_file(tmp_path)), since=since, bytes=size)
    first = found["first"]
    assert first is not None
    assert not first["ok"]
    assert first["code"] == "disk-full", first["error"]
    assert "no space left" in first["error"]
    assert "free space" in first["fix"]
    # Nothing was changed; the ledger says what happened when it had begun to write.
    assert found["after"]["rows"] == 0
    assert found["after"]["statuses"] == ([] if since == "start" else ["aborted"])
    assert found["after"]["faults"] == []
    assert found["again"][0]["added"] == 360  # 24 hours x 5 parameters x 3 stations
    assert found["final"]["rows"] == found["final"]["keys"] == 360
    assert found["final"]["faults"] == []
