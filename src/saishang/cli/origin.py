"""Command `saishang origin`: where the pollution of a run came from, as far as wind and concentrations can say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from saishang.cli.console import JsonOption, emit_json, print_table
from saishang.cli.kept import AgainOption, RunOption, make_kept

__all__ = ["register"]

_WINDS = {"station": "气象站 station", "station_hours": "气象站逐小时 hourly", "reanalysis": "再分析 reanalysis"}
_LAG = {
    "": "输送提示 transport hint", "no_wind_near": "附近无风资料 no wind near", "few_days": "天数不足 too few days",
    "weak": "相关太弱 weak", "no_lead": "无先后 no lead", "too_fast": "比风快 faster than the wind",
    "also_against": "逆风亦然 also against the wind",
}  # fmt: skip
_OZONE = {
    "nox_limited": "NOx 控制型提示 NOx-limited-like", "voc_limited": "VOC 控制型提示 VOC-limited-like",
    "contradiction": "提示互相矛盾 hints contradict", "none": "无结论 no answer",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `origin`."""

    @app.command()
    def origin(
        run: RunOption = "latest",
        again: AgainOption = False,
        as_json: JsonOption = False,
    ) -> None:
        """污染物溯源：风向、轨迹、城市间输送和臭氧提示 · sources: wind sectors, paths, transport, ozone hints."""
        rows = make_kept("origin", "make_origin", run, again=again, quiet=as_json)
        if as_json:
            emit_json(rows)
            return
        _print(rows)


def _print(rows: Sequence[Mapping[str, Any]]) -> None:
    from saishang.apps.indicators import queries

    _print_sectors(rows)
    print_table(
        "城市之间 · between cities (提示，不是证明 · hints, no proof)",
        ["上风 → 下风 · from → to", "项目 · item", "滞后 h · lag", "相关 · r", "天 · days", "结论 · says"],
        (
            (
                f"{queries.region_name(row['city'])} → {queries.region_name(row['other'])}",
                row["parameter"],
                _lag(row.get("along")),
                _two((row.get("along") or {}).get("correlation")),
                (row.get("along") or {}).get("days"),
                _LAG.get(row["reason"], row["reason"]),
            )
            for row in rows
            if row["kind"] == "lag" and row["city"]
        ),
    )
    print_table(
        "臭氧 · ozone (提示 · hints)",
        ["城市 · city", "合起来 · together", "各提示 · each"],
        (
            (
                queries.region_name(row["city"]),
                _OZONE[row["verdict"]],
                "; ".join(f"{hint['name']}: {hint['reason'] or hint['says']}" for hint in row["hints"]),
            )
            for row in rows
            if row["kind"] == "ozone"
        ),
    )


def _print_sectors(rows: Sequence[Mapping[str, Any]]) -> None:
    from saishang.apps.indicators import queries
    from saishang.rules import load_rules
    from saishang.science.origin.from_rules import origin_rule

    rule = origin_rule(load_rules(None))
    shown = f"{rule.probability.shown:g}"
    lines = []
    for row in rows:
        if row["kind"] != "polar" or row["season"] != "all" or row["reason"]:
            continue
        found = row["cpf"][shown]
        width = 360 / len(found["cells"])
        out = [
            f"{number * width:g}° {cell[2]:.0%} ({cell[1]}/{cell[0]})"
            for number, cell in enumerate(found["cells"])
            if cell[5] is not None and cell[5] <= rule.probability.stands_out
        ]
        lines.append(
            (queries.region_name(row["city"]), row["parameter"], _WINDS[row["wind"]], row["used"],
             f"{found['overall']:.0%}", ", ".join(out) or "—")
        )  # fmt: skip
    print_table(
        f"突出的风向（CPF，第 {shown} 百分位）· sectors that stand out",
        ["城市 · city", "项目 · item", "风 · wind", "对 · pairs", "平均 · overall", "风向 · from"],
        lines,
    )


def _lag(found: Mapping[str, Any] | None) -> str | None:
    if not found or found["lag"] is None:
        return None
    return f"{found['lag']} ({found['low']:g} … {found['high']:g})"


def _two(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"
