"""The bench of sources at a small scale: it runs, finds what is planted, and says how often it is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_it_runs_and_finds_what_is_planted() -> None:
    command = [sys.executable, str(BENCH / "origin.py"), "--seeds", "4"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "exact 4/4" in done.stdout and "peak in the planted quarter at 2 m/s or more 4/4" in done.stdout
