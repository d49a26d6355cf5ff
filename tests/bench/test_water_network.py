"""The bench of the surface-water network at its small scale: it runs, and ours and pandas agree on every row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_small_network_is_equal_in_both() -> None:
    command = [sys.executable, str(BENCH / "water_network.py"), "--scale", "small"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("ours against pandas")]
    assert line.endswith("all equal"), line
