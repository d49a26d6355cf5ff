"""The bench of work at a small scale: what it fills is whole and believable, and the portal answers its walkers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from saishang.database import Cluster

BENCH = Path(__file__).resolve().parents[2] / "bench"
SMALL = ["--users", "40", "--items", "300", "--reports", "2000"]


def run(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """One bench in a process of its own."""
    command = [sys.executable, str(BENCH / name), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another account can reach: the database runs under one."""
    made = Path(tempfile.mkdtemp(prefix="saishang-bench-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_site_is_never_filled(folder: Path) -> None:
    site = folder / "site"
    site.mkdir()
    (site / "secret.key").write_text("kept", encoding="utf-8")
    refused = run("fill_work.py", "--var", str(site), *SMALL)
    assert refused.returncode != 0 and "expected an empty folder or one that this bench made" in refused.stderr
    assert [path.name for path in site.iterdir()] == ["secret.key"]


@pytest.mark.soak
def test_a_small_province_is_filled_and_walked(folder: Path) -> None:
    var = folder / "bench"
    walking = ["--clients", "8", "--think", "0.05", "0.2", "--seconds", "4", "--hard", "0", "--port", "8951"]
    done = run("portal.py", "--var", str(var), *SMALL, *walking)
    try:
        told = done.stdout
        assert "user 40," in told and "workitem 300," in told and "progressreport 2,000," in told, told + done.stderr
        # Whether the limit is kept says how busy the machine is; that every page was a page does not.
        rows = [line for line in told.splitlines() if line.endswith("kept") and not line.startswith("limit")]
        assert {"my work", "reports", "overview", "empty page"} <= {line[:20].strip() for line in rows}, told
        assert all(line.removesuffix("kept").removesuffix("NOT ").split()[-2] == "0" for line in rows), told
        again = run("fill_work.py", "--var", str(var), *SMALL)
        assert "execution_workitem" in again.stdout and "filled in" not in again.stdout
    finally:
        Cluster(var / "postgres").stop()
