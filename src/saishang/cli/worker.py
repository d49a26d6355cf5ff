"""Commands `saishang worker` and `saishang jobs`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from saishang.cli.console import JsonOption, console, emit_json, print_table

__all__ = ["register"]

_STATES = {
    "queued": ("排队", "cyan"),
    "running": ("进行中", "blue"),
    "succeeded": ("完成", "green"),
    "failed": ("失败", "red"),
    "cancelled": ("已取消", "dim"),
}


def _when(at: datetime | None) -> str | None:
    from django.utils import timezone

    return None if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def _outcome(row: Any) -> str:
    if row.error:
        return f"{row.error['message']} How to mend: {row.error['fix']}"
    if row.result:
        return ", ".join(f"{key} {value}" for key, value in row.result.items() if value not in (None, "", {}, []))
    return f"{row.step_zh} {row.step_en}".strip()


def register(app: typer.Typer) -> None:
    """Add `worker` and `jobs`."""

    @app.command()
    def worker(
        beside: Annotated[int | None, typer.Option(hidden=True, help="Number of the process to end with.")] = None,
        until_done: Annotated[
            bool, typer.Option("--until-done", help="没有排队任务时结束 · stop when nothing waits.")
        ] = False,
    ) -> None:
        """执行后台任务，直到 Ctrl-C · do background jobs until Ctrl-C; `serve` runs one beside the portal."""
        from saishang.web.boot import setup_django

        setup_django()
        from saishang.apps.jobs.worker import run_worker

        if beside is None:
            console.print("后台任务 · worker: 等待任务 waiting for jobs（Ctrl-C 停止 · to stop）", highlight=False)
        run_worker(beside=beside, wait=not until_done)

    @app.command()
    def jobs(
        state: Annotated[str, typer.Option(help="只看某一状态 · only one state: " + ", ".join(_STATES))] = "",
        limit: Annotated[int, typer.Option(min=1, help="条数 · how many.")] = 30,
        as_json: JsonOption = False,
    ) -> None:
        """后台任务及其进度、结果 · background jobs, how far they are and how they ended."""
        from saishang.web.boot import setup_django

        if state and state not in _STATES:
            raise typer.BadParameter(f"expected one of {', '.join(_STATES)}")
        setup_django()
        from saishang.apps.jobs import queries

        rows, total = queries.jobs(state=state, limit=limit)
        shop = queries.workshop()
        if as_json:
            emit_json({"workshop": vars(shop), "total": total, "jobs": [row.to_dict() for row in rows]})
            return
        print_table(
            "后台任务 · jobs",
            ["号 id", "任务 job", "状态 state", "进度 %", "发起 by", "开始 started", "结束 finished", "结果 outcome"],
            [
                (
                    row.id,
                    f"{row.kind_zh} {row.title_zh}".strip(),
                    Text(f"{_STATES[row.state][0]} {row.state}", style=_STATES[row.state][1]),
                    row.percent,
                    row.actor,
                    _when(row.started),
                    _when(row.finished),
                    _outcome(row),
                )
                for row in rows
            ],
            caption=f"执行进程 workers {shop.workers}，排队 queued {shop.queued}，进行中 running {shop.running}",
        )
