"""Command `saishang work`: duties spread from the plan, the list of items out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from saishang.cli.console import JsonOption, actor_name, console, day_of, emit_json, print_table
from saishang.config import load_config
from saishang.errors import CheckFailed, SaishangError

__all__ = ["register"]

_work = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_items = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
ReasonOption = Annotated[str, typer.Option(help="事由，含依据文件 · why, with the document.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _work.add_typer(_items, name="items", help="任务清单：导出、导入 · the list of items: export, import.")
    app.add_typer(
        _work, name="work", help="方案落实：分解任务、任务清单 · work on the plan: spread duties, list of items."
    )


def _ready(reason: str) -> tuple[Any, Any]:
    """Who acts, and the rules, with the database up."""
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.organisations.actions import Doing
    from saishang.rules import load_rules

    return Doing(actor_name(), reason), load_rules(load_config().rules_overlay)


@_work.command("spread")
def spread(
    reason: ReasonOption = "",
    on: Annotated[str, typer.Option(help="自哪天起承担，默认今天 · first day, default today.")] = "",
    as_json: JsonOption = False,
) -> None:
    """把方案分解到每个责任单位和地区，已有的不动 · a duty for every unit that owes a task; what is there stays."""
    doing, rules = _ready(reason)
    from saishang.apps.execution.actions import spread_duties

    done = spread_duties(doing, rules, on=day_of(on))
    if as_json:
        emit_json({"added": done.added, "known": done.known, "unresolved": done.unresolved})
        return
    console.print(f"新增 added {len(done.added)}，已有 known {done.known}", highlight=False)
    for unit in done.unresolved:
        console.print(f"没有对应机构 · no organisation bears: {unit}", highlight=False, markup=False)


@_items.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="写到哪个文件，.xlsx 或 .csv · file to write.")],
    task: Annotated[str, typer.Option(help="任务编号 · task.")] = "",
    organisation: Annotated[str, typer.Option(help="机构及下级 · organisation and below.")] = "",
    as_json: JsonOption = False,
) -> None:
    """写出可填报、可再导入的清单 · write the list as the form that comes in again."""
    doing, rules = _ready("")
    from saishang.apps.execution import queries
    from saishang.apps.execution.actions.item_names import names_of
    from saishang.apps.execution.known import known
    from saishang.apps.organisations.access import Span
    from saishang.web.pages.work_book import items_book, items_csv

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise SaishangError(f"expected a file that ends in .xlsx or .csv; got {file.name}", fix="name it so")
    wanted = queries.ItemFilter(task=task, organisation=organisation)
    rows = queries.items(Span(everything=True), wanted, doing.today, queries.soon_days(rules))
    listed = list(rows.prefetch_related("units__organisation", "milestones"))
    names = names_of(known(rules, doing.today), doing.today)
    file.write_bytes(items_csv(listed, names) if file.suffix.lower() == ".csv" else items_book(listed, names))
    if as_json:
        emit_json({"file": str(file), "items": len(listed)})
        return
    console.print(f"已写 · written: {file}（{len(listed)} 项 items）", highlight=False, markup=False)


@_items.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="填好的 Excel 或 CSV · the form, filled in.")],
    reason: ReasonOption = "",
    trial: Annotated[bool, typer.Option("--trial", help="只试算，不写入 · only look, write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """导入清单；坏单元格逐个列出，退出码 3 · take the list; bad cells are listed, exit 3."""
    if not file.is_file():
        raise SaishangError(
            "expected a table (CSV or Excel), got no such file", fix="correct the path", where=str(file)
        )
    doing, rules = _ready(reason)
    from saishang.apps.execution.actions import load_items
    from saishang.lake.archive import Archive

    done = load_items(doing, rules, Archive(load_config().archive), file, file.name, dry_run=trial)
    counts = {effect: done.count(effect) for effect in ("added", "changed", "unchanged")}
    if as_json:
        emit_json({
            "rows": done.rows, **counts, "refused": done.refused, "batch": done.batch, "sha256": done.sha256,
            "effects": [{"line": r.line, "code": r.code, "effect": r.effect, "fields": dict(r.fields)}
                        for r in done.effects if r.effect != "unchanged"],
            "faults": [vars(fault) for fault in done.faults],
        })  # fmt: skip
    else:
        console.print(
            f"新增 added {counts['added']}，修改 changed {counts['changed']}，未变 unchanged {counts['unchanged']}，"
            f"拒绝 refused {done.refused}" + ("（试算 · trial）" if trial else f"，批次 batch {done.batch}"),
            highlight=False,
        )
        if done.faults:
            print_table(
                "未接收的单元格 · cells not taken",
                ("单元格 cell", "列 column", "内容 content", "原因 reason", "处理 fix"),
                ((f.cell, f.column or None, f.content[:40], f.message, f.fix) for f in done.faults),
            )
    if done.faults:
        raise CheckFailed(f"{done.refused} of {done.rows} rows not taken", fix="correct them and send the table again",
                          where=str(file))  # fmt: skip
