"""The invented noise network of the demonstration."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from saishang.config import Config
from saishang.rules import Rules

if TYPE_CHECKING:
    from saishang.lake import Lake

__all__ = ["load_noise"]

_NOISE_REASON = "演示：虚构的监测站和普查测点 · invented stations and survey points"
#: Registers of the invented noise network, and the day from which their entries hold.
_NOISE_REGISTERS = (
    ("noise_stations", date(2026, 9, 1)), ("noise_survey_grid", date(2025, 12, 31)),
    ("noise_survey_road", date(2025, 12, 31)),
)  # fmt: skip
_NOISE_SOURCES = ("noise-station-hourly", "noise-station-weather")


def load_noise(actor: str, config: Config, lake: Lake, rules: Rules, today: date) -> str:
    """Load the invented noise network and surveys: stations and survey points as registers, hours as files.

    The register holds from the network's first day on, so that the evaluations of earlier days know nothing of it.
    """
    import saishang.demo_data
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.lake.archive import Archive

    folder = Path(saishang.demo_data.__file__).parent
    new = 0
    for name, since in _NOISE_REGISTERS:
        path = folder / f"register_{name}_demonstration.csv"
        outcome = load_table(
            actor, kind_of(rules, name), rules, Archive(config.archive), path, path.name, today=today,
            effective=min(since, today), reason=_NOISE_REASON,
        )  # fmt: skip
        new += outcome.count("added")
    hours = folder / "noise_hours_demonstration_2026_09_10.parquet"
    # One file holds levels and weather: it is loaded once as each of the two.
    batches = [lake.ingest(hours, source=source, actor=actor) for source in _NOISE_SOURCES]
    rows = sum(batch.accepted for batch in batches)
    return f"名录条目 register entries 新增 new {new}，小时值 values {rows:,}（虚构 invented）"
