"""Command `saishang weather`: what of a change in the air is weather, and what is the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from saishang.cli.console import JsonOption, emit_json, print_table
from saishang.cli.kept import AgainOption, RunOption, make_kept

if TYPE_CHECKING:
    from saishang.apps.indicators.weather import WeatherRow

__all__ = ["register"]

_REASONS = {
    "no_station": "本市没有气象站 no weather station in the city",
    "no_weather": "气象站没有日值 no days of weather",
    "no_values": "没有日均值 no days of air",
    "too_short": "天数不足 too few days: {have} / {need}",
    "span_short": "跨度不足 span too short: {have} / {need} d",
    "no_better": "留出检验不优于基准 no better than the baselines on held-out blocks",
}


def register(app: typer.Typer) -> None:
    """Add `weather`."""

    @app.command()
    def weather(
        run: RunOption = "latest",
        again: AgainOption = False,
        as_json: JsonOption = False,
    ) -> None:
        """天气还是治理：把变化拆为天气与其余 · weather or policy: changes split into weather and the rest."""
        rows = make_kept("weather", "make_weather", run, again=again, quiet=as_json)
        if as_json:
            emit_json([asdict(row) for row in rows])
            return
        print_table(
            "天气还是治理 · weather or policy",
            ["对象 · what", "比较 · compared", "均值 · means", "天气 · weather", "参比状态 · state", "其余 · the rest",
             "其余 % · the rest", "R²"],
            (line for row in rows for line in _lines(row)),
        )  # fmt: skip


def _lines(row: WeatherRow) -> Iterator[tuple[Any, ...]]:
    from saishang.apps.indicators import queries

    what = f"{row.parameter} {queries.region_name(row.place)}".strip()
    r2 = None if row.skill is None else f"{row.skill['r2']:.2f}"
    if row.reason:
        yield what, _REASONS.get(row.reason, row.reason).format(**row.detail), None, None, None, None, None, r2
        return
    for one in row.changes:
        if one["kind"] == "year":
            yield (
                what,
                f"{one['first']} → {one['second']} ({len(one['months'])} m)",
                f"{one['first_mean']:.1f} → {one['second_mean']:.1f} {row.unit}",
                f"{one['weather']:+.1f}",
                f"{one['state']:+.1f}" if one["crosses"] else None,
                f"{one['rest']:+.1f}",
                f"{_percent(one['rest_ratio'])} ({_percent(one['rest_low'])} … {_percent(one['rest_high'])})",
                r2,
            )


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+.0f} %"
