"""The bench of the national network at its small scale: it runs, and ours, Polars and pandas agree on every row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_small_network_is_equal_in_all_engines() -> None:
    command = [sys.executable, str(BENCH / "air_network.py"), "--scale", "small", "--stations", "20"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr + done.stdout
    for rival in ("polars", "pandas-numpy", "pandas"):
        (line,) = [line for line in done.stdout.splitlines() if line.startswith(f"ours against {rival}:")]
        assert line.endswith("all equal"), line
    assert {line.split()[0] for line in done.stdout.splitlines()} >= {
        "floor",
        "ours",
        "polars",
        "pandas-numpy",
        "pandas",
    }
