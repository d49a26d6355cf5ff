"""Command `saishang values`: figures that agencies report (报送数值), with their evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from saishang.cli.console import JsonOption, actor_name, console, emit_json, print_table
from saishang.config import load_config
from saishang.errors import CheckFailed, SaishangError

__all__ = ["register"]

_values = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(
        _values,
        name="values",
        help="报送数值：列出、录入、导入，附依据 · figures that agencies report, with evidence: list, add, upload.",
    )


def _ready() -> tuple[Any, Any]:
    """The rules and the catalogue, with the database up."""
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.indicators.catalogue import Catalogue
    from saishang.rules import load_rules

    rules = load_rules(load_config().rules_overlay)
    return rules, Catalogue(rules)


def _shown(row: Any) -> dict[str, Any]:
    fields = ("indicator", "region", "period", "text", "unit", "basis", "agency", "evidence", "status", "caliber")
    return {name: getattr(row, name) for name in fields} | {
        "note": row.note,
        "origin": row.origin,
        "entered_at": row.entered_at,
        "entered_by": row.entered_by.get_username() if row.entered_by else None,
        "superseded": row.superseded_by_id is not None,
    }


@_values.command("list")
def list_(
    indicator: Annotated[str | None, typer.Option(help="指标，如 soil.farmland_safe_use · indicator id.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="含已被更正的 · also what was corrected.")] = False,
    as_json: JsonOption = False,
) -> None:
    """列出报送数值及其依据 · list reported figures with their evidence."""
    _ready()
    from saishang.apps.indicators.queries import reported

    rows = [_shown(row) for row in reported(indicator, everything=everything)]
    if as_json:
        emit_json(rows)
        return
    print_table(
        "报送数值 · reported figures",
        ("指标 indicator", "区域 region", "时段 period", "数值 value", "口径 basis", "单位 agency", "依据 evidence",
         "来源 origin"),
        ((r["indicator"], r["region"], r["period"], f"{r['text']} {r['unit']}", r["basis"], r["agency"], r["evidence"],
          r["origin"]) for r in rows),
        caption="" if rows else "还没有报送数值：saishang values add · none yet",
    )  # fmt: skip


@_values.command("add")
def add(
    indicator: Annotated[str, typer.Argument(help="指标编号或全称 · indicator, id or full name.")],
    region: Annotated[str, typer.Argument(help="区域代码或名称 · region, code or name.")],
    period: Annotated[str, typer.Argument(help="年度，如 2025 · year.")],
    value: Annotated[str, typer.Argument(help="数值，按文件写明的位数 · figure, with the digits as stated.")],
    agency: Annotated[str, typer.Option(help="报送单位 · body that reports it.")],
    evidence: Annotated[str, typer.Option(help="依据：文件、页码、日期 · document, page and date.")],
    unit: Annotated[
        str | None, typer.Option(help="计量单位；默认为指标的单位 · unit; default: the indicator's.")
    ] = None,
    basis: Annotated[
        str, typer.Option(help="as_published、measured、dust_removed、assessment、audited · basis.")
    ] = "as_published",
    status: Annotated[str, typer.Option(help="confirmed、recalled、unconfirmed · how sure.")] = "unconfirmed",
    note: Annotated[str, typer.Option(help="备注 · note.")] = "",
    reason: Annotated[str, typer.Option(help="更正原因，记入日志 · why it is corrected, for the log.")] = "",
    as_json: JsonOption = False,
) -> None:
    """录入一个数值；更正不覆盖，旧值保留 · enter one figure; a correction supersedes, the old one stays."""
    rules, catalogue = _ready()
    from saishang.apps.indicators.actions.report_value import Report, report_value
    from saishang.apps.indicators.actions.upload_values import region_code

    found = catalogue.indicators.get(indicator) or catalogue.for_target(indicator)
    report = Report(
        indicator=found.id if found else indicator, region=region_code(region, rules), period=period, text=value,
        unit=unit or (found.unit if found else ""), basis=basis, agency=agency, evidence=evidence, status=status,
        note=note, origin="saishang values add",
    )  # fmt: skip
    row = report_value(actor_name("values"), report, catalogue, rules, reason)
    if as_json:
        emit_json(_shown(row))
        return
    console.print(
        f"已收 · taken: {row.indicator} {row.region} {row.period} = {row.text} {row.unit}",
        highlight=False,
        markup=False,
    )


@_values.command("upload")
def upload(
    file: Annotated[Path, typer.Argument(help="CSV 或 Excel，格式同页面导出的表 · table in the form of the page.")],
    trial: Annotated[bool, typer.Option("--trial", help="只试，不写入 · only try, write nothing.")] = False,
    reason: Annotated[str, typer.Option(help="更正原因，记入日志 · why figures are corrected, for the log.")] = "",
    as_json: JsonOption = False,
) -> None:
    """导入一张表；好行收下，坏行列出行、列和原因，退出码 3 · take a table; bad rows are listed, exit 3."""
    if not file.is_file():
        raise SaishangError(
            "expected a table (CSV or Excel), got no such file", fix="correct the path", where=str(file)
        )
    rules, catalogue = _ready()
    from saishang.apps.indicators.actions.upload_values import upload_values
    from saishang.lake.archive import Archive

    outcome = upload_values(
        actor_name("values"),
        file,
        file.name,
        catalogue,
        rules,
        Archive(load_config().archive),
        reason=reason,
        dry_run=trial,
    )
    if as_json:
        emit_json(outcome.__dict__ | {"refusals": [refusal.__dict__ for refusal in outcome.refusals]})
    else:
        console.print(
            f"新增 added {outcome.added}，更正 replaced {outcome.replaced}，未变 unchanged {outcome.unchanged}，"
            f"拒绝 refused {len(outcome.refusals)}" + ("（试运行 · trial）" if trial else ""),
            highlight=False,
        )
        if outcome.refusals:
            print_table(
                "拒绝的行 · refused rows",
                ("行 line", "列 column", "内容 content", "原因 reason", "处理 fix"),
                ((r.line, r.column or None, r.content, r.message, r.fix) for r in outcome.refusals),
            )
    if outcome.refusals:
        count = len(outcome.refusals)
        raise CheckFailed(
            f"{count} row{'' if count == 1 else 's'} of {outcome.rows} not taken",
            fix="correct them and send the table again", where=str(file),
        )  # fmt: skip
