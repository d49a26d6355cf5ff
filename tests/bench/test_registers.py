"""The bench of registers at a small scale: it fills what the actions would have written, and every page answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from saishang.database import Cluster

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.mark.soak
def test_a_small_register_is_filled_asked_and_imported_into() -> None:
    folder = Path(tempfile.mkdtemp(prefix="saishang-bench-"))
    folder.chmod(0o711)
    var = folder / "bench"
    try:
        command = [sys.executable, str(BENCH / "registers.py"), "--var", str(var), "--check", "--port", "8952"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
        told = done.stdout
        assert done.returncode == 0, told + done.stderr
        assert "checked: 600 entries, 5 figures on 4 days, tiles of 7 zooms" in told
        # Whether a limit is kept says how busy the machine is; that every question was answered does not.
        rows = {line[:20].strip() for line in told.splitlines() if line.endswith("kept")}
        assert {"list", "list of a city", "figures of a day", "index of kinds", "tile, zoom 13", "search"} <= rows, told
        assert "import of 1,500 Excel rows" in told and "2 cells refused" in told, told
    finally:
        Cluster(var / "postgres").stop()
        shutil.rmtree(folder, ignore_errors=True)
