"""DuckDB says nothing of its own accord: what a command prints is its own."""

from __future__ import annotations

from pathlib import Path

import saishang
from saishang.lake.duck import connect_duck


def test_the_progress_bar_is_off_and_nobody_goes_past_this_door() -> None:
    with connect_duck(threads=1) as duck:
        assert duck.execute("select current_setting('enable_progress_bar')").fetchall() == [(False,)]
        assert duck.execute("select current_setting('threads')").fetchall() == [(1,)]
    root = Path(saishang.__file__).parent
    direct = [path.relative_to(root).as_posix() for path in root.rglob("*.py")
              if "duckdb.connect(" in path.read_text(encoding="utf-8").replace("ibis.duckdb.connect(", "")]  # fmt: skip
    assert direct == ["lake/duck.py"]
