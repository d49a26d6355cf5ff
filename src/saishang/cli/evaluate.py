"""Commands `saishang evaluate`, `saishang runs` and `saishang explain`."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text
from rich.tree import Tree

from saishang.cli.console import JsonOption, console, emit_json, print_table
from saishang.config import load_config

if TYPE_CHECKING:
    from saishang.apps.indicators.chain import Link
    from saishang.apps.indicators.queries import TargetRow

__all__ = ["print_targets", "register"]

DEFAULT_SITE, DEFAULT_REGION = "ningxia", "640000"
_STEPS = {
    "observations": "读取观测数据 · reading observations",
    "days": "日统计 · daily statistics",
    "dust": "沙尘日提案 · proposing dust days",
    "periods": "月季年统计 · periods",
    "values": "指标值 · indicator values",
    "targets": "目标状态 · target states",
    "write": "写入运行 · writing the run",
}
#: Words of the chain's links and facts; a key that is not here shows as it is.
_WORDS = {
    "value": "数值 value",
    "city": "城市 city",
    "station": "站点 station",
    "file": "文件 file",
    "section": "断面 section",
    "item": "项目 item",
    "entry": "条目 entry",
    "noise_station": "监测站 noise station",
    "zone": "功能区类别 zone",
    "span": "昼夜 span",
    "limit": "限值 limit",
    "passed": "达标点次 attaining",
    "evaluated": "参评点次 evaluated",
    "not_evaluated": "未参评点次 not evaluated",
    "class": "类别 class",
    "target_class": "目标 target",
    "complies": "达标 complies",
    "main": "主要污染指标 main",
    "missing": "缺测 missing",
    "samples": "样品 samples",
    "report": "报送 report",
    "period": "时段 period",
    "basis": "口径 basis",
    "kind": "来历 kind",
    "valid": "有效 valid",
    "reason": "原因 reason",
    "clause": "条款 clause",
    "source": "来源 source",
    "status": "可靠程度 status",
    "unrounded": "未修约 unrounded",
    "coverage": "覆盖 coverage",
    "lake_version": "数据湖版本 lake",
    "rules": "规则 rules",
    "code": "程序 code",
    "run": "运行 run",
    "days_expected": "应有天数 days expected",
    "days_valid": "有效天数 days valid",
    "hours_present": "实有小时 hours",
    "hours_expected": "应有小时 expected",
    "hours_missing": "缺测小时 hours missing",
    "excluded": "未计入 excluded",
    "city_mean": "参与城市均值 in city mean",
    "values": "数值个数 values",
    "first_line": "首行 first line",
    "last_line": "末行 last line",
    "batch": "批次 batch",
    "agency": "单位 agency",
    "evidence": "依据 evidence",
    "caliber": "口径说明 caliber",
    "note": "备注 note",
}
_COLOURS = {"met": "green", "on_track": "green", "at_risk": "yellow", "off_track": "red"}


def print_targets(rows: list[TargetRow], title: str) -> None:
    """Print the table of targets; a state is a word, the colour only helps."""

    def cells(row: TargetRow) -> tuple[object, ...]:
        status = Text(f"{row.status_zh} {row.status_en}", style=_COLOURS.get(row.status, "dim"))
        value = f"{row.rounded} ({row.value_period})" if row.rounded else None
        goal = f"{row.goal_text}" + (f" / {row.year}" if row.year else "")
        return row.item, row.title_zh, goal, value, status, row.reason_zh

    print_table(
        title,
        ["任务", "目标 · target", "要求 · goal", "最新数值 · value", "状态 · state", "说明 · why"],
        map(cells, rows),
    )


def _tree(link: Link, branch: Tree | None = None) -> Tree:
    facts = "，".join(
        f"{_WORDS.get(key, key)} {_short(fact)}"
        for key, fact in link.facts.items()
        if fact not in (None, "", {}, [], ())
    )
    text = Text.assemble((f"{_WORDS.get(link.kind, link.kind)} ", "cyan"), link.name)
    if link.value:
        text.append(f" = {link.value} {link.unit}".rstrip(), "bold")
    text.append(f"  {facts}", "dim")
    node = Tree(text) if branch is None else branch.add(text)
    for child in link.children:
        _tree(child, node)
    return node


def _short(fact: Any) -> str:
    if isinstance(fact, str) and len(fact) == 64:
        return f"{fact[:12]}…"
    if isinstance(fact, dict):
        return "{" + ", ".join(f"{key}: {_short(value)}" for key, value in fact.items()) + "}"
    if isinstance(fact, list | tuple):
        return "[" + ", ".join(map(str, fact)) + "]"
    return str(fact)


def register(app: typer.Typer) -> None:
    """Add `evaluate`, `runs`, `explain`."""

    @app.command()
    def evaluate(
        as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="评估日期 · evaluation date.")],
        site: Annotated[str, typer.Option(help="站点规则文件夹 · folder of site rules.")] = DEFAULT_SITE,
        region: Annotated[str, typer.Option(help="区域代码 · region code.")] = DEFAULT_REGION,
        again: Annotated[bool, typer.Option("--again", help="输入相同也重算并核对 · recompute and compare.")] = False,
        as_json: JsonOption = False,
    ) -> None:
        """评估截至某日的全部目标，结果不可更改 · evaluate all targets as of a date into an immutable run."""
        from saishang.web.boot import setup_django

        setup_django()
        from saishang.apps.indicators import queries
        from saishang.apps.indicators.actions.evaluate import evaluate as run_evaluation
        from saishang.lake import Lake
        from saishang.rules import load_rules

        config = load_config()
        rules = load_rules(config.rules_overlay)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, transient=True, disable=as_json, console=console) as bar:
            task = bar.add_task("…", total=None)
            run = run_evaluation(
                "saishang evaluate",
                config,
                Lake.open(config),
                rules,
                as_of.date(),
                site=site,
                region=region,
                again=again,
                progress=lambda step: bar.update(task, description=_STEPS.get(step, step)),
            )
        facts, rows = queries.run_facts(run.id), queries.target_rows(run.id)
        if as_json:
            emit_json({"run": facts.__dict__, "targets": [row.__dict__ for row in rows]})
            return
        print_targets(rows, f"目标进展 · targets  {facts.region_name}  {facts.as_of}  {facts.id}")
        console.print(f"运行号 run {facts.id}，数据湖版本 lake {facts.lake_version}", highlight=False)

    @app.command()
    def runs(as_json: JsonOption = False) -> None:
        """列出评估运行 · list evaluation runs."""
        from saishang.web.boot import setup_django

        setup_django()
        from saishang.apps.indicators import queries

        found = [queries.run_facts(run.id) for run in queries.runs()]
        if as_json:
            emit_json([facts.__dict__ for facts in found])
            return
        print_table(
            "评估运行 · runs",
            ["运行号 · run", "评估日期 · as of", "数据湖 · lake", "规则 · rules", "完成 · made"],
            ((f.id, f.as_of, f.lake_version, f.rules_digest[:12], f"{f.started:%Y-%m-%d %H:%M}") for f in found),
            caption="" if found else "还没有运行：saishang evaluate --as-of 日期 · none yet",
        )

    @app.command()
    def explain(
        run: Annotated[str, typer.Argument(help="运行号，或 latest · run id, or latest.")],
        indicator: Annotated[str, typer.Argument(help="指标，如 air.pm25.mean · indicator id.")],
        region: Annotated[str, typer.Argument(help="区域代码，如 640000 · region code.")],
        period: Annotated[str | None, typer.Option(help="时段，如 2015 或 2019-01..2019-09 · period.")] = None,
        basis: Annotated[str | None, typer.Option(help="口径：measured、dust_removed… · basis.")] = None,
        kind: Annotated[str | None, typer.Option(help="来源：computed 或 reported · computed or reported.")] = None,
        station: Annotated[str | None, typer.Option(help="站点代码；与 --day 一起列出逐时数据 · station code.")] = None,
        parameter: Annotated[str, typer.Option(help="污染物，用于 --day · parameter for --day.")] = "PM2.5",
        day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期 · day.")] = None,
        as_json: JsonOption = False,
    ) -> None:
        """追溯一个数值直到文件和行 · follow a value down to files and lines."""
        from saishang.web.boot import setup_django

        setup_django()
        from saishang.apps.indicators import chain as chains
        from saishang.errors import SaishangError
        from saishang.lake import Lake

        if (station is None) != (day is None):
            raise SaishangError("--station and --day belong together", fix="give both, or neither", where="explain")
        lake = Lake.open(load_config())
        if station is not None and day is not None:
            rows = chains.hours(lake, run, station, parameter, day.date())
            missing = chains.missing_of_day(lake, run, station, parameter, day.date())
            if as_json:
                emit_json({"rows": rows, "missing": missing})
                return
            _print_hours(station, parameter, day.date(), rows)
            if missing:
                _print_missing(missing)
            return
        link = chains.chain(lake, run, indicator, region, period=period, basis=basis, kind=kind)
        if as_json:
            emit_json(link.to_dict())
        else:
            console.print(_tree(link))


#: Why an hour is missing, as the gap ledger says it.
_WHY = {
    "removed_by_qc": "质控剔除 removed by quality control",
    "marked": "来源标记不可用 marked by the source",
    "rejected": "内容无法读取 refused",
    "empty": "文件中为空 empty in the file",
    "not_sent": "没有文件提到 no file named it",
    "closed": "站点未运行 station closed",
}


def _print_missing(missing: list[dict[str, Any]]) -> None:
    print_table(
        "缺测的小时 · hours missing",
        ["起 · start", "止 · end", "原因 · why", "批次 · batch", "文件 · file"],
        ((m["start"], m["end"], _WHY.get(m["why"], m["why"]), m["batch"], m["file_name"]) for m in missing),
    )


def _print_hours(station: str, parameter: str, day: date, rows: list[dict[str, Any]]) -> None:
    print_table(
        f"{station} {parameter} {day}",
        [
            "起 · start",
            "止 · end",
            "值 · value",
            "标记 · mark",
            "批次 · batch",
            "文件 · file",
            "行 · line",
            "列 · cell",
        ],
        (
            (r["start"], r["end"], r["value"], r["qualifier"], r["batch"], r["file_name"], r["line"], r["cell"])
            for r in rows
        ),
        caption="" if rows else "该日没有数据 · no rows on this day",
    )
