"""The radiation registers of the demonstration: invented stations and sources, loaded like any office's own table."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

from saishang.config import Config
from saishang.rules import Rules

__all__ = ["load_radiation_registers"]

#: Day from which the invented stations stand in the register: that of their first hour.
_STATIONS_FROM = date(2019, 8, 1)
#: Days for which the invented sources have been in their state, so that idle and transfer terms have passed.
_SOURCES_BEFORE = 130
_DAY = re.compile(r"T([+-]\d+)")
_REASON = "演示：虚构站点和虚构放射源，不代表任何真实对象 · invented stations and sources, nothing real"


def load_radiation_registers(actor: str, config: Config, rules: Rules, today: date) -> list[str]:
    """Load both tables; one line for each, what is new and what was there."""
    import saishang.demo_data
    from saishang.apps.registers import queries
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.lake.archive import Archive

    folder, told = Path(saishang.demo_data.__file__).parent, []
    for name, effective in (
        ("radiation_stations", _STATIONS_FROM),
        ("radioactive_sources", today - timedelta(days=_SOURCES_BEFORE)),
    ):
        kind = kind_of(rules, name)
        there = sum(view.standing.invented for view in queries.entries(kind))
        new = 0
        if not there:  # days of the sources count from the day of the first demonstration
            path = folder / f"register_{name}_demonstration.csv"
            if name == "radioactive_sources":
                path = _dated(path, config.var / "demo", today)
            outcome = load_table(
                actor, kind, rules, Archive(config.archive), path, path.name, today=today, reason=_REASON,
                effective=effective,
            )  # fmt: skip
            new = outcome.count("added")
        told.append(f"{kind.zh} {kind.en}: 新增 new {new}，未变 unchanged {there}（虚构 invented）")
    return told


def _dated(path: Path, folder: Path, today: date) -> Path:
    """The table with `T-12` and `T+90` as days before and after today: terms of a ledger pass with time."""
    text = _DAY.sub(lambda found: (today + timedelta(days=int(found[1]))).isoformat(), path.read_text("utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / path.name
    made.write_text(text, encoding="utf-8")
    return made
