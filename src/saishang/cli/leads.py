"""Command `saishang leads`: signals of falsified or broken measurement in the hours behind a run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from saishang.cli.console import JsonOption, emit_json, print_table
from saishang.cli.kept import AgainOption, RunOption, make_kept

if TYPE_CHECKING:
    from saishang.apps.indicators.leads import LeadRow

__all__ = ["register"]

_SIGNALS = {
    "flat": "恒值 flat line", "copies": "复制 copy", "sprinkled": "喷淋形态 sprinkled", "steps": "阶跃 step",
    "ratios": "比值 ratio", "neighbours": "邻站 neighbours", "digits": "数字 digits",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `leads`."""

    @app.command()
    def leads(
        run: RunOption = "latest",
        again: AgainOption = False,
        as_json: JsonOption = False,
    ) -> None:
        """可疑数据线索（不是定论） · leads of suspicious data, never verdicts."""
        rows = make_kept("leads", "make_leads", run, again=again, quiet=as_json)
        if as_json:
            emit_json([asdict(row) for row in rows])
            return
        _print(rows)


def _print(rows: tuple[LeadRow, ...]) -> None:
    from saishang.apps.indicators.leads import reviews_of

    reviews = reviews_of(rows)
    print_table(
        "可疑数据线索，不是定论 · leads, no verdicts",
        ["分值 · score", "信号 · signal", "站点 · station", "参数 · parameter", "起 · from", "止 · to", "对照 · other",
         "状态 · state"],
        (
            (
                f"{row.score:.1f}",
                " ".join(part for part in (_SIGNALS[row.signal], row.variant) if part),
                row.station,
                row.parameter,
                row.first.replace("T", " "),
                row.last.replace("T", " "),
                row.other or None,
                reviews[row.id][-1].state if row.id in reviews else "open",
            )
            for row in rows
        ),
    )  # fmt: skip
