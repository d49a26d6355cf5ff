"""Commands `saishang replay` and `saishang audit verify`: do the digits come out again, and did anybody touch them?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from saishang.cli.console import JsonOption, console, emit_json, print_table
from saishang.config import Config, load_config
from saishang.errors import CheckFailed

if TYPE_CHECKING:
    from saishang.apps.indicators.replay import Replay

__all__ = ["register", "seal_faults"]

_STEPS = {
    "archive": "从原始档案重建 · reading the raw archive again",
    "observations": "读取观测数据 · reading observations",
    "days": "日统计 · daily statistics",
    "compare": "逐位比较 · comparing digit by digit",
}
_MOST_SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add `replay` and `audit`."""

    @app.command()
    def replay(
        run: Annotated[str, typer.Argument(help="运行号，或 latest · run id, or latest.")],
        rules: Annotated[
            Path | None, typer.Option(help="当时的规则文件夹 · folder with the rules of that time.")
        ] = None,
        from_archive: Annotated[
            bool, typer.Option("--from-archive", help="从原始档案重建数据 · rebuild from the raw archive.")
        ] = False,
        as_json: JsonOption = False,
    ) -> None:
        """按运行所记的输入复算，逐位比较；不符时退出码为 3 · compute a run again and compare every digit."""
        from saishang.web.boot import setup_django

        setup_django()
        from saishang.apps.indicators import queries
        from saishang.apps.indicators.replay import replay as run_replay
        from saishang.lake import Lake
        from saishang.rules import load_rules

        config = load_config()
        found_rules = load_rules(config.rules_overlay, rules)
        run_id = queries.get_run(run).id
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, transient=True, disable=as_json, console=console) as bar:
            task = bar.add_task("…", total=None)
            found = run_replay(
                config, Lake.open(config), found_rules, run_id, from_archive=from_archive,
                progress=lambda step: bar.update(task, description=_STEPS.get(step, step)),
            )  # fmt: skip
        if as_json:
            emit_json(asdict(found) | {"same": found.same})
        else:
            _print(found)
        if not found.same:
            raise CheckFailed(
                f"{len(found.differences)} figures of run {found.run} came out otherwise",
                fix="do not publish it before the reason is known", where=found.run,
            )  # fmt: skip

    audit = typer.Typer(no_args_is_help=True, help="核查：记录有没有被改动 · audit: was anything touched?")
    app.add_typer(audit, name="audit")

    @audit.callback()
    def _audit() -> None:
        """Keep `verify` a command of its own."""

    @audit.command()
    def verify(as_json: JsonOption = False) -> None:
        """核对日志、运行和名录的封印；有问题时退出码为 3 · check log, runs and registers against their seals."""
        from saishang.web.boot import setup_django

        setup_django()
        checked, faults = seal_faults(load_config())
        if as_json:
            told = [{"kind": kind, "name": name, "what": what} for kind, name, what in faults]
            emit_json({"ok": not faults, "checked": checked, "faults": told})
        else:
            print_table("核查结果 · what does not fit", ["类别 · kind", "名称 · name", "问题 · what"], faults,
                        caption="" if faults else "没有问题 · nothing")  # fmt: skip
            console.print(f"操作日志 log {checked['log']}，运行 runs {checked['runs']}", highlight=False)
        if faults:
            raise CheckFailed(
                f"{len(faults)} records do not fit their seals",
                fix="restore them from a backup, and find out who wrote",
            )


def seal_faults(config: Config) -> tuple[dict[str, int], list[tuple[str, str, str]]]:
    """How much was checked, and every record that does not fit its seal: kind, name, what is wrong."""
    from saishang.apps.core.actions import verify_chain
    from saishang.apps.core.queries import entries
    from saishang.apps.indicators.models import Run
    from saishang.apps.indicators.seals import broken_seals
    from saishang.apps.registers.audit import unlogged_certificates, unlogged_proposals, untrue_entries
    from saishang.apps.registers.queries import unlogged_versions
    from saishang.rules import load_rules

    checked = {"log": entries().count(), "runs": Run.objects.filter(finished__isnull=False).count()}
    faults = [("log", str(one.sequence), one.what) for one in verify_chain()]
    faults += [("run", one.run, one.what) for one in broken_seals(config.runs)]
    faults += [("register", name, what) for name, what in unlogged_versions()]
    rules = load_rules(config.rules_overlay)
    for found in (unlogged_proposals(), untrue_entries(rules), unlogged_certificates(rules)):
        faults += [("register", name, what) for name, what in found]
    return checked, faults


def _print(found: Replay) -> None:
    code = found.code if found.code == found.code_now else f"{found.code} → {found.code_now}"
    rows = [
        ("运行 · run", f"{found.run}（{found.as_of}）"),
        ("程序 · code", code),
        (
            "当时的报送与决定 · reports and decisions of that time",
            "一致 same" if found.inputs_same else "不一致 differ",
        ),
        (
            "数据 · table",
            "从原始档案重建 rebuilt from the archive" if found.rebuilt else "湖中原版本 the lake's version",
        ),
        ("已比较 · compared", f"{found.values} 数值 values，{found.targets} 目标 targets，{found.tables} 表 tables"),
    ]
    if found.otherwise:
        rows.append(("读法已变的批次 · batches read by another recipe", ", ".join(map(str, found.otherwise))))
    print_table("复算 · replay", ["项目 · item", "结果 · found"], rows)
    if found.same:
        console.print("[green]✓[/] 逐位一致 · every digit came out", highlight=False)
        return
    print_table(
        "不一致 · differences", ["类别 · what", "名称 · name", "运行所记 · in the run", "复算 · came out"],
        ((d.what, d.name, d.before, d.after) for d in found.differences[:_MOST_SHOWN]),
        caption="" if len(found.differences) <= _MOST_SHOWN else f"… {len(found.differences)}",
    )  # fmt: skip
