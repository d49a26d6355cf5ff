"""Command `saishang forecast`: will the targets be met, and how does the running year end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from saishang.cli.console import JsonOption, emit_json, print_table
from saishang.cli.kept import AgainOption, RunOption, make_kept

if TYPE_CHECKING:
    from saishang.apps.indicators.forecast import ForecastRow

__all__ = ["register"]

_REASONS = {
    "too_short": "序列太短 too short: {have} / {need}",
    "too_far": "目标太远 too far",
    "few_checks": "可回测的时点太少 too few checks: {have} / {need}",
    "no_better_than_persistence": "不优于“保持上期” no better than persistence",
    "past": "目标年已在序列内 year is past",
    "no_year": "方案未写年份 no year",
}


def register(app: typer.Typer) -> None:
    """Add `forecast`."""

    @app.command()
    def forecast(
        run: RunOption = "latest",
        again: AgainOption = False,
        as_json: JsonOption = False,
    ) -> None:
        """目标能否实现、今年如何收官：区间、概率与回测 · will targets be met: band, probability, back-test."""
        rows = make_kept("forecast", "make_forecast", run, again=again, quiet=as_json)
        if as_json:
            emit_json([asdict(row) for row in rows])
            return
        _print(rows)


def _print(rows: tuple[ForecastRow, ...]) -> None:
    from saishang.apps.indicators import queries

    print_table(
        "预测 · forecasts",
        ["对象 · what", "年 · year", "要求 · goal", "区间 · band", "概率 · probability", "误差比 · vs persistence",
         "区间命中 · held"],
        (
            (
                f"{row.target or row.parameter} {queries.region_name(row.place)}",
                row.year,
                f"{row.goal} {row.unit}",
                _REASONS.get(row.reason, row.reason).format(**row.detail)
                if row.reason
                else f"{row.low:.1f} – {row.high:.1f} ({row.median:.1f})",
                _chance(row),
                None if row.mase is None else f"{row.mase:.2f}",
                _held(row),
            )
            for row in rows
        ),
    )  # fmt: skip


def _chance(row: ForecastRow) -> str | None:
    if row.probability is None:
        return None
    # No draw of a thousand is not never, and a bound is not an estimate.
    share = "< 1%" if row.probability < 0.01 else "> 99%" if row.probability > 0.99 else f"{row.probability:.0%}"
    bound = {"at_most": "≤ ", "at_least": "≥ "}.get(str(row.detail.get("bound", "")), "")
    return bound + share + (" 粗略 rough" if row.rough else "")


def _held(row: ForecastRow) -> str | None:
    if row.coverage_widened is None:
        return None
    return f"{row.coverage_widened:.0%} / {row.level:.0%} (×{row.factor:.1f}, n={len(row.checks)})"
